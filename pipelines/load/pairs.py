"""Explain a pair, however people name its sides: two customers, two records or two identities of the version in use."""

import re

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.load.query import open_read_only
from pipelines.load.versions import current_file
from pipelines.resolve.explain import PairExplanation, explain_pair
from pipelines.settings import Home

OF_CUSTOMER = """
SELECT DISTINCT membership.identity_id FROM golden.membership AS membership
INNER JOIN golden.crosswalk AS crosswalk ON membership.customer_id = crosswalk.current_customer_id
WHERE crosswalk.customer_id = $name AND membership.identity_id IS NOT NULL ORDER BY ALL
"""
OF_RECORD = "SELECT DISTINCT identity_id FROM golden.membership WHERE source = $source AND source_ref = $source_ref"
OF_IDENTITY = "SELECT identity_id FROM meta.identity WHERE identity_id = $name"
STRONGEST = """
SELECT identity_l, identity_r FROM meta.edge
WHERE (list_contains($left, identity_l) AND list_contains($right, identity_r))
    OR (list_contains($right, identity_l) AND list_contains($left, identity_r))
ORDER BY match_weight DESC, identity_l, identity_r LIMIT 1
"""


def explain_two(home: Home, left: str, right: str) -> PairExplanation:
    """Explain why two sides of the version in use are one customer, or are not.

    Args:
        left, right: each a customer id (also an old one), ``source:source_ref`` of a record, or an identity id. Of two
            customers the pair of identities with the strongest edge between them is explained.

    Raises:
        ConfigurationError: nothing is published, or a side is not in the version in use.
    """
    with open_read_only(current_file(home)) as con:
        pair = closest(con, identities_of(con, left), identities_of(con, right))
        return explain_pair(con, *pair, home)


def identities_of(con: duckdb.DuckDBPyConnection, side: str) -> list[str]:
    """Return the identities that a side stands for, sorted."""
    source, colon, source_ref = side.partition(":")
    if colon:
        rows = con.execute(OF_RECORD, {"source": source, "source_ref": source_ref}).fetchall()
    elif re.fullmatch(r"c[0-9a-f]{16,}", side):
        rows = con.execute(OF_CUSTOMER, {"name": side}).fetchall()
    else:
        rows = con.execute(OF_IDENTITY, {"name": side}).fetchall()
    found = [identity for (identity,) in rows if identity is not None]
    if not found:
        raise ConfigurationError(
            "a side is not in the version in use, or nobody stands behind it; write a customer id (c…), "
            "source:source_ref of a record, or an identity id, as golden.membership has them"
        )
    return found


def closest(con: duckdb.DuckDBPyConnection, left: list[str], right: list[str]) -> tuple[str, str]:
    """Return the pair with the strongest edge between two sets of identities; without any, the first of each."""
    strongest = con.execute(STRONGEST, {"left": left, "right": right}).fetchone()
    if strongest is not None:
        return strongest[0], strongest[1]
    other = next((identity for identity in right if identity != left[0]), right[0])
    return left[0], other
