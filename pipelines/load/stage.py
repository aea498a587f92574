"""Load: the golden tables and the night's records of itself, from what staging and resolve left in the warehouse."""

import logging
from datetime import date
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.extract.landing.lake import attach_lake
from pipelines.load.golden import answered
from pipelines.load.golden.components import build_components
from pipelines.load.golden.households import build_households
from pipelines.load.golden.policy import Policy, load_policy, register_policy
from pipelines.resolve.customers.past import last_resolved
from pipelines.resolve.relations import has_table
from pipelines.resolve.scoring import agreement
from pipelines.resolve.settings import load_linkage
from pipelines.settings import Home
from pipelines.warehouse import build

log = logging.getLogger(__name__)

BEFORE_ENQUIRIES = (
    "golden.membership", "golden.identifier", "golden.lineage", "golden.customer", "golden.conversation",
    "golden.crosswalk", "golden.change", "golden.consent",
)  # fmt: skip
AFTER_ENQUIRIES = ("golden.interaction", "golden.enquiry", "golden.channel_switch")
SCRATCH = ("scratch.turn", "scratch.wording", "scratch.near_ask", "scratch.turn_link", "scratch.repeat_link")
META = (
    "meta.ledger", "meta.quarantine", "meta.notice", "meta.link_rule", "meta.block", "meta.identity", "meta.edge",
    "meta.identity_identifier", "meta.judgement", "meta.guard_cut", "meta.review", "meta.audit", "meta.basis",
    "meta.demoted_identifier", "meta.digest",
)  # fmt: skip

RUN_COLUMNS = "night DATE, stage VARCHAR, table_name VARCHAR, row_count BIGINT"


def load(con: duckdb.DuckDBPyConnection, home: Home, night: date) -> dict[str, int]:
    """Build every table of ``golden`` and ``meta`` anew (``meta.run`` keeps its other nights).

    Reads staging.*, resolve.* and the lake's quarantine and ledger. A second run of a night leaves the same rows.

    Returns:
        The rows by table, in the order they were built.

    Raises:
        ConfigurationError: ``policy.yml`` or ``linkage.yml`` does not say what it should, a SELECT is missing, or nothing is
            resolved yet, or another night is.
    """
    _require_resolved(con, home, night)
    policy = load_policy(home.find("config/policy.yml"))
    register_policy(con, policy)
    attach_lake(con, home.lake)
    agreement.install(con)
    answered.install(con)
    linkage = load_linkage(home.find("config/linkage.yml"))
    values = {"night": night, "threshold": linkage.threshold, **policy.enquiries.numbers}
    rows = {table: build(con, home, table, **values) for table in BEFORE_ENQUIRIES}
    _tell_unknown_sources(con, home, policy)
    rows["golden.household"] = build_households(con, home, policy.households, linkage)
    _follow_enquiries(con, home, values)
    rows |= {table: build(con, home, table, **values) for table in (*AFTER_ENQUIRIES, *META)}
    _drop_scratch(con)
    rows["meta.run"] = _note_run(con, home, night, rows)
    return rows


def _require_resolved(con: duckdb.DuckDBPyConnection, home: Home, night: date) -> None:
    """Raise ConfigurationError where the night was not resolved last: another's changes would be told as its own."""
    if not has_table(con, "resolve", "membership"):
        raise ConfigurationError(f"{home.database}: nothing is resolved yet; goldthread resolve --night {night} does")
    resolved = last_resolved(con)
    if resolved not in (None, night):
        raise ConfigurationError(
            f"{home.database}: what is resolved is the night {resolved}; goldthread resolve --night {night} comes first"
        )


def _tell_unknown_sources(con: duckdb.DuckDBPyConnection, home: Home, policy: Policy) -> None:
    """Tell the sources that the home's own policy puts first and nothing came from: mistyped, or called otherwise here."""
    path = home.find("config/policy.yml")
    if not path.is_relative_to(home.path):
        return
    known = {source for (source,) in con.execute("SELECT DISTINCT source FROM golden.membership").fetchall()}
    if unknown := {source for group in policy.survivorship.values() for source in group.sources} - known:
        log.warning(
            "load: %s: survivorship names sources of which there is no record: %s",
            path, ", ".join(sorted(unknown)),
        )  # fmt: skip


def _follow_enquiries(con: duckdb.DuckDBPyConnection, home: Home, values: dict[str, Any]) -> None:
    """Lay out in ``scratch`` which messages are one enquiry, and which ask again what was asked before."""
    con.execute("CREATE SCHEMA IF NOT EXISTS scratch")
    for table in SCRATCH:
        build(con, home, table, **values)
    build_components(con, "scratch.turn_enquiry", links="scratch.turn_link")
    build_components(con, "scratch.turn_first_ask", links="scratch.repeat_link")


def _drop_scratch(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the working tables one by one: DuckDB 2.0 fails at COMMIT when CASCADE drops what the transaction made."""
    for table in (*SCRATCH, "scratch.turn_enquiry", "scratch.turn_first_ask"):
        con.execute(f"DROP TABLE {table}")
    con.execute("DROP SCHEMA scratch")


def _note_run(con: duckdb.DuckDBPyConnection, home: Home, night: date, rows: dict[str, int]) -> int:
    """Write this night's counts of every stage so far into ``meta.run``."""
    counts = [("load", table, count) for table, count in rows.items()]
    tables = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('staging', 'resolve')"
        " AND NOT starts_with(table_name, 'baseline_') ORDER BY ALL"
    ).fetchall()
    for schema, table in tables:
        counted = con.execute(f'SELECT count(*) FROM {schema}."{table}"').fetchone()
        counts.append(("resolve", f"{schema}.{table}", int(counted[0]) if counted else 0))
    extracted = con.execute(
        "SELECT 'extract', source, sum(read)::BIGINT FROM staging.ledger WHERE night = $night GROUP BY source",
        {"night": night},
    )
    counts += extracted.fetchall()
    con.execute("CREATE OR REPLACE TEMP TABLE run_tonight (stage VARCHAR, table_name VARCHAR, row_count BIGINT)")
    con.executemany("INSERT INTO run_tonight VALUES (?, ?, ?)", counts)
    con.execute(f"CREATE TABLE IF NOT EXISTS meta.run ({RUN_COLUMNS})")
    return build(con, home, "meta.run", night=night)
