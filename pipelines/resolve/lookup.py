"""Finding identities in a warehouse, or in a published version, whichever is at hand."""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from pipelines.errors import ConfigurationError
from pipelines.resolve.relations import arrow, has_table
from pipelines.resolve.scoring.comparisons import COLUMNS


def schema_of(con: duckdb.DuckDBPyConnection) -> str:
    """Return the schema that holds identity and edge: resolve in a warehouse, meta in a published version."""
    return "resolve" if has_table(con, "resolve", "identity") else "meta"


def identities_of(con: duckdb.DuckDBPyConnection, wanted: Iterable[str]) -> pa.Table:
    """Return the rows of the identities that are there, with every column that is compared.

    Raises:
        ConfigurationError: the version in hand was written before the model knew some column.
    """
    schema = schema_of(con)
    rows = arrow(con, f"SELECT * FROM {schema}.identity WHERE identity_id IN ({quoted(wanted)})")
    if lacking := set(COLUMNS) - set(rows.column_names):
        raise ConfigurationError(
            f"{schema}.identity lacks {', '.join(sorted(lacking))}; it was written by an older version: run a night first"
        )
    return rows


def quoted(identities: Iterable[str]) -> str:
    """Return identity ids as a list of SQL literals.

    Raises:
        ConfigurationError: one is not made of letters and digits.
    """
    listed = sorted(set(identities))
    if not all(identity.isalnum() for identity in listed):
        raise ConfigurationError("an identity_id is 20 hex digits; golden.membership has those of records")
    return ", ".join(f"'{identity}'" for identity in listed) or "NULL"
