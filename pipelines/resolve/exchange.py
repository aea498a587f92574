"""Making some rows of a table again: its own SELECT over the rows it depends on, put in the place of what was there.

The SELECT is the one that builds the whole table (``sql/<schema>/<table>.sql``), reading narrowed relations in the place of
whole ones; so there is one definition, whether all is built or a hundredth.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.resolve.relations import run, take
from pipelines.settings import Home
from pipelines.warehouse import select_of

RECORD = ("record_kind", "source", "source_ref")
VALUE = ("kind", "scope", "value")


def same(key: Sequence[str], one: str, other: str) -> str:
    """Return the condition that two relations' rows are of one key; the columns are never NULL."""
    return " AND ".join(f"{one}.{column} = {other}.{column}" for column in key)


@dataclass(frozen=True)
class Exchange:
    """The rows of ``table`` that may differ tonight, as temporary tables: all that were, all that are, by ``key``.

    Attributes:
        was: the rows before, of every key that was touched.
        now: the rows after.
        changed: the keys whose rows are not what they were; NULL-safe, one row each.
    """

    table: str
    key: tuple[str, ...]
    was: str
    now: str
    changed: str

    @property
    def tables(self) -> tuple[str, str, str]:
        """The temporary tables, to be dropped when they have been read."""
        return self.was, self.now, self.changed


def exchange(
    con: duckdb.DuckDBPyConnection, home: Home, table: str, key: Sequence[str], touched: str, reads: Mapping[str, str],
    *, known: str | None = None, before: str | None = None, **values: Any,
) -> Exchange:  # fmt: skip
    """Make the rows of ``table`` whose key is in the temporary table ``touched`` again; rows that stay as they were stay.

    Args:
        key: the columns that tell which rows are made again; never NULL.
        touched: has these columns, one row a key.
        reads: the relation that stands in for a table that the SELECT names: all of its rows that the touched keys depend
            on. Rows of other keys that come out besides are left out.
        known: those of ``touched`` that may have rows already, where that is known: a night's new records have none.
        before: a relation of the rows that there are of ``touched``, where it is at hand.
        values: the parameters of the SELECT.
    """
    made = named(table, key)
    columns = ", ".join(key)
    query, given = select_of(con, home, table, values)
    keep_rows(con, made, before or f"SELECT * FROM {table} SEMI JOIN {known or touched} USING ({columns})")
    run(
        con,
        f"CREATE OR REPLACE TEMP TABLE {made.now} AS"
        f" SELECT * FROM ({narrowed(query, reads)}) SEMI JOIN {touched} USING ({columns})",
        given,
    )
    put(con, made)
    return made


def named(table: str, key: Sequence[str]) -> Exchange:
    """Return the names of an exchange of ``table``."""
    name = table.replace(".", "_")
    return Exchange(table, tuple(key), f"was_{name}", f"now_{name}", f"changed_{name}")


def keep_rows(con: duckdb.DuckDBPyConnection, made: Exchange, rows: str) -> None:
    """Keep what the rows of the touched keys were."""
    take(con, made.was, rows)


def put(con: duckdb.DuckDBPyConnection, made: Exchange) -> None:
    """Compare the rows before and after, and write those that differ."""
    columns = ", ".join(made.key)
    take(con, made.changed, differing(made.key, made.was, made.now))
    if run(con, f"SELECT 1 FROM {made.was} LIMIT 1"):
        run(con, f"DELETE FROM {made.table} USING {made.changed} WHERE {same(made.key, made.table, made.changed)}")
    run(con, f"INSERT INTO {made.table} SELECT * FROM {made.now} SEMI JOIN {made.changed} USING ({columns})")


def differing(key: Sequence[str], was: str, now: str) -> str:
    """Return the SELECT of the keys whose rows are not the same in two relations, NULL-safe and row for row.

    As EXCEPT ALL both ways would, in a third of the time: a row counts once for the one side and against it on the other.
    """
    columns = ", ".join(key)
    return f"""
        SELECT DISTINCT {columns}
        FROM (
            SELECT {columns}, before AS shown, 1 AS side FROM {was} AS before
            UNION ALL
            SELECT {columns}, after AS shown, -1 AS side FROM {now} AS after
        )
        GROUP BY {columns}, shown
        HAVING sum(side) != 0
    """


def narrowed(query: str, reads: Mapping[str, str]) -> str:
    """Return a SELECT that reads other relations in the place of those named, wherever it names them in full."""
    for table, relation in reads.items():
        query = re.sub(rf"(?<![\w.]){re.escape(table)}(?![\w.])", relation, query)
    return query
