"""Scoring: candidate pairs through the frozen model, by Splink, on a scratch database of its own."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

from pipelines.resolve.relations import arrow, register, run, unregister
from pipelines.resolve.scoring import agreement
from pipelines.resolve.scoring.calibration import pair_probability_sql
from pipelines.resolve.scoring.comparisons import COLUMNS, NAME_COMPARISONS
from pipelines.resolve.scoring.model import Model, splink_settings

# Identities and pairs cross to the scratch database as Arrow: Splink wants tables it can see by a bare name and leaves
# its own behind, and the warehouse is in the middle of a transaction that another connection cannot look into.
logging.getLogger("splink").setLevel(logging.WARNING)  # it tells of every step; ours tells the counts

# A row a scored pair.
SCORED = pa.schema([
    ("identity_l", pa.string()), ("identity_r", pa.string()), ("match_weight", pa.float64()),
    ("match_probability", pa.float64()), ("other_weight", pa.float64()),
])  # fmt: skip
_FREQUENCY_COLUMNS = ("name_key", "initial_key", "given_key")
# The identities of the pairs that are scored, with all that is compared.
COMPARED = f"""
    SELECT identity_id, {", ".join(COLUMNS)} FROM resolve.identity
    WHERE identity_id IN (SELECT identity_l FROM candidate_pair UNION ALL SELECT identity_r FROM candidate_pair)
"""


def score_pairs(
    con: duckdb.DuckDBPyConnection, model: Model, population: int, *, detail: bool = False, keep_above: float | None = None
) -> pa.Table:
    """Score the pairs of the temporary table candidate_pair.

    Args:
        con: has resolve.identity and candidate_pair (identity_l < identity_r).
        model: the weights.
        population: how many people the weights reckon with; see ``model.population_of``.
        detail: also return each comparison's ``gamma_<name>`` (level), ``mw_<name>`` and ``mw_tf_<name>`` (bits).
        keep_above: leave out pairs below this weight, in bits.

    Returns:
        ``identity_l, identity_r, match_weight`` (bits), ``match_probability`` (as ``calibration`` has it), ``other_weight``
        (the bits that come from anything but the names); one row a pair that is kept.
    """
    if keep_above is not None and not run(con, "SELECT 1 FROM candidate_pair LIMIT 1"):
        return SCORED.empty_table()  # a quarter of a second of Splink's saved
    with scratch(con) as own:
        copy_into(own, "identity", arrow(con, COMPARED))  # held by no name of ours, so that there is one copy of it
        copy_into(own, "pair", arrow(con, _ASKED))
        linker = linker_of(own, splink_settings(model, population, detail=detail))
        linker.table_management.register_blocked_pairs_for_predict(linker._db_api.register("pair", table_name="pairs_given"))
        scored = linker.inference.predict(threshold_match_weight=keep_above, warning_mode="never")
        return arrow(own, f"SELECT {_detailed(model) if detail else _kept(model)} FROM {scored.physical_name}")


_ASKED = "SELECT identity_l AS join_key_l, identity_r AS join_key_r, '0' AS match_key FROM candidate_pair"


def _kept(model: Model) -> str:
    return (
        "identity_id_l AS identity_l, identity_id_r AS identity_r, match_weight, "
        f"{_probability(model)} AS match_probability, {_others(model)} AS other_weight"
    )


def _detailed(model: Model) -> str:
    return f"* REPLACE ({_probability(model)} AS match_probability)" if model.calibration else "*"


def _others(model: Model) -> str:
    return " + ".join(f"mw_{comparison.name}" for comparison in model.comparisons if comparison.name not in NAME_COMPARISONS)


def _probability(model: Model) -> str:
    if model.calibration is None:
        return "match_probability"
    return pair_probability_sql(model.calibration, "match_weight", f"({_others(model)})")


def linker_of(own: duckdb.DuckDBPyConnection, settings: dict[str, Any]) -> Linker:
    """Return a Splink linker over the table identity of a scratch database.

    Every identity carries the frozen frequency of its name, so that Splink never counts any of its own.
    """
    api = DuckDBAPI(own)
    given = api.register("identity", table_name="identities")
    # What Splink would check besides is that the columns are there, which are our own; it parses all conditions for it.
    linker = Linker(given, settings, log_level=None, validate_settings=False)
    for column in _FREQUENCY_COLUMNS:
        run(own, f"CREATE OR REPLACE TABLE no_{column} ({column} VARCHAR, tf_{column} DOUBLE)")
        linker.table_management.register_term_frequency_lookup(api.register(f"no_{column}"), column)
    return linker


@contextlib.contextmanager
def scratch(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory database with the settings of ``con``: memory, threads, and where it may spill."""
    limits = run(
        con, "SELECT current_setting('memory_limit'), current_setting('temp_directory'), current_setting('threads')"
    )[0]
    own = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": limits[0],
            "temp_directory": limits[1],
            "threads": limits[2],
        },
    )
    try:
        agreement.install(own)
        yield own
    finally:
        own.close()


def copy_into(own: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Make ``rows`` the table ``name`` of a scratch database."""
    register(own, "rows", rows)
    run(own, f"CREATE OR REPLACE TABLE {name} AS FROM rows")
    unregister(own, "rows")
