"""The resolve stage: from the lake's records to customers with lasting ids."""

import logging
from datetime import date
from time import perf_counter

import duckdb

from pipelines.extract.landing.lake import attach_lake
from pipelines.resolve.clusters.affected import find_affected, keep_judgements
from pipelines.resolve.clusters.parts import FRAMES, build_parts, update_parts
from pipelines.resolve.customers.basis import build_basis
from pipelines.resolve.customers.change_causes import change_counts, change_words
from pipelines.resolve.customers.customers import build_customers
from pipelines.resolve.customers.grown import find_returned
from pipelines.resolve.customers.near import update_customers
from pipelines.resolve.customers.past import Past, goes_on, take_past
from pipelines.resolve.engines.engine import Engine, OneMachine
from pipelines.resolve.evidence.identities import build_identities
from pipelines.resolve.evidence.staging import STAGING, build_staging, take_parts, update_staging
from pipelines.resolve.evidence.touched import update_identities
from pipelines.resolve.full import REMEMBERED, forget_what_is_stored
from pipelines.resolve.judgements import build_judgements
from pipelines.resolve.kept import CUSTOMERS, LINKS, customers_digest, is_kept, note_kept, rules_digest
from pipelines.resolve.pairs.blocks import build_blocks, update_blocks
from pipelines.resolve.pairs.edges import build_edges, update_edges
from pipelines.resolve.relations import drop, run, unregister
from pipelines.resolve.scoring import calibration
from pipelines.resolve.scoring.model import Model, load_model
from pipelines.resolve.settings import Linkage, load_linkage
from pipelines.resolve.stewards.review import build_review
from pipelines.settings import Home

log = logging.getLogger(__name__)

TABLES = (
    "identity", "record_identity", "shared_identifier", "contested_identifier", "block", "edge", "cluster", "membership",
    "customer", "crosswalk", "change", "link_rule", "judgement", "guard_cut", "bond", "audit", "review", "basis",
    "demoted_identifier", "digest",
)  # fmt: skip


def resolve(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    night: date,
    past: Past | None = None,
    *,
    full: bool = False,
    engine: Engine | None = None,
) -> dict[str, int]:
    """Build staging.* and resolve.* from every sealed night of the lake.

    The result is a function of the lake, the model, the settings and the ids given so far; a second run of the night
    leaves the same rows. Reads last time's resolve.edge, and the customers of the past.

    Args:
        past: the published versions that ids go on from; without, they go on from the night resolved here before.
        full: forget every score and form remembered from earlier nights, and make all of it anew; the rows are the same.
        engine: what scores and finds components; this machine's unless given.

    Returns:
        The rows of each table: {"staging.interaction": …, "resolve.customer": …}.

    Raises:
        ConfigurationError: linkage.yml or linkage_model.json cannot be used as it stands.
    """
    linkage = load_linkage(home.find("config/linkage.yml"))
    model = load_model(home.find("config/linkage_model.json"))
    started, past = perf_counter(), past or Past()
    take_past(con, past, night)
    take_parts(con, home)
    if full:
        forgotten = forget_what_is_stored(con)
        log.info("resolve: a full run, nothing that was stored is used (%d tables)", forgotten)
    engine = engine or OneMachine()
    is_update = link(con, home, linkage, model, night, engine)
    gather(con, home, linkage, model, night, past, engine, is_update=is_update)
    build_review(con, home, linkage, model, night)
    tables = [*(f"staging.{table}" for table in STAGING), *(f"resolve.{table}" for table in TABLES)]
    rows = {table: run(con, f"SELECT count(*) FROM {table}")[0][0] for table in tables}
    log.info(
        "resolve %s: %d records, %d identities, %d edges, %d customers in %.1f s",
        night, rows["resolve.membership"], rows["resolve.identity"], rows["resolve.edge"], rows["resolve.customer"],
        perf_counter() - started,
    )  # fmt: skip
    log.info("resolve %s: %s", night, change_words(change_counts(con)))
    return rows


def link(con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, model: Model, night: date, engine: Engine) -> bool:
    """Build what is a function of the ``sealed_part`` alone, staging to edges, or what changed in them.

    Returns:
        Whether the last run's rows held. Then the temporary tables ``dirty``, ``loose_end``, ``moved_identity``,
        ``moved_record`` and ``new_record`` have what changed (``touched.update_identities``, ``edges.update_edges``).
    """
    rules = rules_digest(home, linkage, model)
    if is_kept(con, LINKS, rules):
        update_staging(con, home)
        update_identities(con, home, linkage, model, night)
        update_blocks(con, home, linkage, night)
        return update_edges(con, linkage, model, night, engine)
    forget_what_is_stored(con, *REMEMBERED)
    attach_lake(con, home.lake)
    build_staging(con, home)
    build_identities(con, home, linkage, model, night)
    build_blocks(con, home, linkage, night)
    build_edges(con, linkage, model, night, engine)
    note_kept(con, LINKS, rules)
    return False


def gather(
    con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, model: Model, night: date, past: Past, engine: Engine,
    *, is_update: bool,
) -> None:  # fmt: skip
    """Gather identities into customers and give these their ids; where ``is_update``, those that the night may change."""
    rules = customers_digest(home, linkage, rules_digest(home, linkage, model))
    is_update = is_update and is_kept(con, CUSTOMERS, rules) and goes_on(con, past)
    if is_update:
        keep_judgements(con)
    build_judgements(con, home)
    build_basis(con, home, linkage, model)
    calibration.install(con, model)
    if is_update:
        find_returned(con)
        find_affected(con)
        update_parts(con, linkage, night)
        update_customers(con, home, night)
    else:
        build_parts(con, linkage, night, engine)
        build_customers(con, home, night, past)
        note_kept(con, CUSTOMERS, rules)
        drop(con, "dirty", "loose_end", "moved_identity", "moved_record", "new_record")
    unregister(con, *FRAMES)
