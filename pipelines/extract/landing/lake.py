"""Reading the lake: every sealed partition as views of the warehouse's connection."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import GoldthreadError
from pipelines.extract.landing.partition import MEND, SEALED, sealed_files, sealed_names
from pipelines.extract.values.records import SCHEMAS
from pipelines.files import TOLD_NOT_PERMITTED


def attach_lake(con: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """Create the temporary views ``lake_interaction``, ``lake_profile``, ``lake_quarantine`` and ``lake_ledger``.

    Each has the columns of ``records.SCHEMAS`` and the rows of all sealed nights of all sources; none where nothing has
    landed yet. What an earlier Goldthread sealed lacks columns that have come since: they are NULL there.
    """
    for table in SCHEMAS:
        attach_files(con, lake, table, sealed_files(lake, table), f"lake_{table}")


def attach_files(con: duckdb.DuckDBPyConnection, lake: Path, table: str, files: list[Path], view: str) -> None:
    """Create the temporary view ``view`` of the rows of some Parquet files of ``table``, with today's columns."""
    schema = SCHEMAS[table]
    if files:
        every = [_empty(lake, table, schema), *files]  # the first has all columns, whoever wrote the others
        con.from_parquet([str(file) for file in every], union_by_name=True).create_view(view, replace=True)
    else:
        con.register(view, schema.empty_table())


@contextlib.contextmanager
def told_where_damaged(lake: Path) -> Iterator[None]:
    """Tell a part of the lake that is damaged or gone by its name and the mend: DuckDB's words may quote a record.

    Raises:
        GoldthreadError: naming the file.
    """
    try:
        yield
    except (duckdb.InvalidInputException, duckdb.IOException, FileNotFoundError) as error:
        part = re.search(rf"""['"]({re.escape(str(lake))}/[^'"]+\.parquet)['"]""", str(error))
        if part is None or TOLD_NOT_PERMITTED.search(str(error)):
            raise
        file = Path(part[1])
        if not file.exists() and (file.parent / SEALED).exists() and file.name not in sealed_names(file.parent):
            raise GoldthreadError(f"{file}: an extraction has replaced it while it was read; run this again") from None
        raise GoldthreadError(f"{file}: {'damaged' if file.exists() else 'gone'}; {MEND}") from None


def _empty(lake: Path, table: str, schema: pa.Schema) -> Path:
    """Return a Parquet file of no rows in today's schema, written where there is none yet."""
    path = lake / f"{table}.empty.parquet"
    if not path.exists() or not pq.read_schema(path).equals(schema):
        partial = path.with_suffix(".partial")
        pq.write_table(schema.empty_table(), partial)
        partial.replace(path)
    return path
