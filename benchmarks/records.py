"""The records of a resolved home beside their true persons, and how well any grouping of them agrees with the truth."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pipelines.score import Agreement, measure
from pipelines.settings import Home
from pipelines.warehouse import connect


@dataclass(frozen=True)
class Held:
    """A grouping held against the truth; ``largest`` and ``largest_person`` are records."""

    agreement: Agreement
    largest: int
    largest_person: int


def open_records(home: Home, truth: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection with the warehouse attached as ``warehouse`` and a temporary table ``record``.

    ``record`` has a row for each record that a person stands behind: node (0 …), record_kind, source, source_ref, person_id,
    tags, identity_id, customer_id.

    Args:
        truth: a CSV of record_kind, source, source_ref, person_id and tags; the home's truth/record_person.csv.

    Raises:
        SystemExit: records of the truth are not in the warehouse; a part of a world would measure as something else.
    """
    told = truth or home.path / "truth" / "record_person.csv"
    con = connect(":memory:", home)
    con.execute(f"ATTACH '{home.database}' AS warehouse (READ_ONLY)")
    con.execute(
        """
        CREATE TEMP TABLE record AS
        SELECT
            row_number() OVER (ORDER BY record_kind, source, source_ref) - 1 AS node,
            record_kind, source, source_ref, truth.person_id, coalesce(truth.tags, '') AS tags,
            member.identity_id, member.customer_id
        FROM warehouse.resolve.membership AS member
        INNER JOIN read_csv($truth, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"') AS truth
            USING (record_kind, source, source_ref)
        WHERE truth.person_id IS NOT NULL AND truth.person_id != ''
        ORDER BY node
        """,
        {"truth": str(told)},
    )
    missing = con.execute(
        """
        SELECT count(*)
        FROM read_csv($truth, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"') AS truth
        ANTI JOIN record USING (record_kind, source, source_ref)
        WHERE truth.person_id != ''
        """,
        {"truth": str(told)},
    ).fetchall()[0][0]
    if missing:
        con.close()
        raise SystemExit(f"{missing:,} records of the truth are not in the warehouse: was a source not read whole?")
    return con


def hold(con: duckdb.DuckDBPyConnection, groups: np.ndarray | None = None) -> Held:
    """Hold a grouping of ``record`` against the truth: the customers, or ``groups``, a number for each node."""
    if groups is None:
        con.execute("CREATE OR REPLACE TEMP TABLE held AS SELECT person_id AS kind, customer_id AS grouping FROM record")
    else:
        con.register("given", pa.table({"node": np.arange(len(groups)), "grouping": groups}))
        con.execute("""
            CREATE OR REPLACE TEMP TABLE held AS
            SELECT record.person_id AS kind, given.grouping::VARCHAR AS grouping FROM record INNER JOIN given USING (node)
        """)
        con.unregister("given")
    agreement = measure(con, "held")
    largest, person = con.execute("""
        SELECT
            (SELECT coalesce(max(n), 0) FROM (SELECT count(grouping) AS n FROM held GROUP BY grouping)),
            (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM held GROUP BY kind))
    """).fetchall()[0]
    return Held(agreement, largest, person)


def record_count(con: duckdb.DuckDBPyConnection) -> int:
    """Return how many records there are."""
    return int(con.execute("SELECT count(*) FROM record").fetchall()[0][0])


def components(size: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the component of each of ``size`` nodes over the links ``left``, ``right``."""
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    labels: np.ndarray = connected_components(graph, directed=False)[1]
    return labels
