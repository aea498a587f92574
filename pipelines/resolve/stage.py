"""The resolve stage: from the lake's records to customers with lasting ids."""

import logging
from datetime import date
from time import perf_counter

import duckdb

from pipelines.extract.lake import attach_lake
from pipelines.resolve.block import build_blocks
from pipelines.resolve.cluster import build_parts
from pipelines.resolve.customers import build_customers, keep_baseline
from pipelines.resolve.edges import update_edges
from pipelines.resolve.identities import build_identities
from pipelines.resolve.model import load_model
from pipelines.resolve.relations import run, unregister
from pipelines.resolve.settings import load_linkage
from pipelines.settings import Home
from pipelines.warehouse import build

log = logging.getLogger(__name__)

STAGING = ("interaction", "profile", "identifier", "consent", "ledger")
TABLES = (
    "identity", "record_identity", "shared_identifier", "contested_identifier", "block", "edge", "cluster", "membership",
    "customer", "crosswalk", "change", "link_rule",
)  # fmt: skip


def resolve(con: duckdb.DuckDBPyConnection, home: Home, night: date) -> dict[str, int]:
    """Build staging.* and resolve.* from every sealed night of the lake.

    The result is a function of the lake, the model, the settings and the ids given so far; a second run of the night
    leaves the same rows. Reads last time's resolve.edge, membership and crosswalk.

    Returns:
        The rows of each table: {"staging.interaction": …, "resolve.customer": …}.

    Raises:
        ConfigurationError: linkage.yml or linkage_model.json cannot be used as it stands.
    """
    linkage = load_linkage(home.find("config/linkage.yml"))
    model = load_model(home.find("config/linkage_model.json"))
    started = perf_counter()
    attach_lake(con, home.lake)
    rows = {f"staging.{table}": build(con, home, f"staging.{table}") for table in STAGING}
    keep_baseline(con, night)
    build_identities(con, home, linkage, model, night)
    build_blocks(con, home, linkage, night)
    update_edges(con, linkage, model, night)
    build_parts(con, linkage, night)
    build_customers(con, home, night)
    build(con, home, "resolve.link_rule", threshold=linkage.threshold)
    unregister(con, "part")
    rows |= {f"resolve.{table}": run(con, f"SELECT count(*) FROM resolve.{table}")[0][0] for table in TABLES}
    log.info(
        "resolve %s: %d records, %d identities, %d edges, %d customers in %.1f s",
        night, rows["resolve.membership"], rows["resolve.identity"], rows["resolve.edge"], rows["resolve.customer"],
        perf_counter() - started,
    )  # fmt: skip
    return rows
