"""The review: which pairs stewards are asked, those first where a wrong answer would cost most, and those drawn by lot."""

import logging
from datetime import date

import duckdb
import pyarrow as pa

from pipelines.resolve.clusters.guard import BIRTHS, FITS_TWO, JUDGED, NAME_ALONE, NAMES, PROMISCUOUS, UNIQUE_IDS
from pipelines.resolve.judgements import judged_records, read_judgements
from pipelines.resolve.relations import drop, register, run, take, unregister
from pipelines.resolve.scoring.model import Model
from pipelines.resolve.settings import Linkage
from pipelines.resolve.stewards.lots import draw
from pipelines.resolve.stewards.sides import NOTHING, Stake, Tie, smaller_sides
from pipelines.settings import Home
from pipelines.warehouse import build

log = logging.getLogger(__name__)


# Why a link was not taken, by how often that proves right; where it is only too much, nothing else speaks against it.
MOSTLY_RIGHT = [JUDGED, UNIQUE_IDS, BIRTHS, NAMES]
HALF_RIGHT = [FITS_TWO, NAME_ALONE, PROMISCUOUS]


def build_review(con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, model: Model, night: date) -> None:
    """Build resolve.link_rule, audit and review.

    Reads resolve.edge, cluster, customer, bond, guard_cut, judgement and identity, and of staging how many conversations and
    consent signals the identities in doubt have. The macro link_probability is installed (``calibration.install``).
    """
    values = {
        "model": model.version, "threshold": linkage.threshold, "mostly_right": MOSTLY_RIGHT, "half_right": HALF_RIGHT,
        **linkage.review.model_dump(),
    }  # fmt: skip
    place_edges(con)
    build(con, home, "resolve.link_rule", **values)
    frames = {"judged_record": judged_records(read_judgements(home.judgements)), "strata": draw(con, linkage)}
    for name, frame in frames.items():
        register(con, name, frame)
    build(con, home, "resolve.doubt", **values)
    register(con, "stake", measure_stakes(con))
    build(con, home, "resolve.audit", **values)
    asked = build(con, home, "resolve.review", **values)
    unregister(con, *frames, "stake")
    drop(con, "placed_edge", "drawn")
    run(con, "DROP TABLE resolve.doubt")
    log.info("resolve %s: %d pairs for the stewards (goldthread review list)", night, asked)


def place_edges(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table placed_edge: every edge with the customers of its two sides, and its lot (``lots.draw``)."""
    take(con, "placed_edge", _PLACED)


_PLACED = """
    SELECT
        edge.identity_l,
        edge.identity_r,
        l.customer_id AS customer_l,
        r.customer_id AS customer_r,
        xor(l.lot, r.lot) AS lot,
        edge.match_weight,
        edge.rule
    FROM resolve.edge AS edge
    INNER JOIN resolve.cluster AS l ON edge.identity_l = l.identity_id
    INNER JOIN resolve.cluster AS r ON edge.identity_r = r.identity_id
"""


def measure_stakes(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return ``identity_l, identity_r, conversation_count, consent_count`` of resolve.doubt: what the smaller side has.

    Of two customers that is the one with less, of a link that holds a customer together what would fall off without it.
    """
    take(con, "involved", _INVOLVED)
    take(con, "touched", _TOUCHED)
    stake_of = {identity: Stake(*counts) for identity, *counts in run(con, "SELECT * EXCLUDE (customer_id) FROM touched")}
    customers = {customer: Stake(*counts) for customer, *counts in run(con, _BY_CUSTOMER)}
    tree = run(con, _TREE)
    doubts = run(con, "SELECT identity_l, identity_r, customer_l, customer_r, is_linked FROM resolve.doubt ORDER BY ALL")
    drop(con, "involved", "touched")
    found: dict[Tie, Stake] = smaller_sides(tree, [row[:2] for row in doubts if row[4]], stake_of)
    for left, right, *both, is_linked in doubts:
        if not is_linked:
            found[left, right] = min((customers.get(one, NOTHING) for one in both), key=lambda stake: (stake.size, stake))
    columns = {
        "identity_l": [left for left, _ in found],
        "identity_r": [right for _, right in found],
        "conversation_count": [stake.conversations for stake in found.values()],
        "consent_count": [stake.consents for stake in found.values()],
    }
    return pa.table(columns, schema=_STAKE)


_STAKE = pa.schema(
    [("identity_l", pa.string()), ("identity_r", pa.string()), ("conversation_count", pa.int64()),
     ("consent_count", pa.int64())]
)  # fmt: skip
_INVOLVED = """
    SELECT identity_id, customer_id FROM resolve.cluster
    WHERE customer_id IN (SELECT customer_l FROM resolve.doubt UNION SELECT customer_r FROM resolve.doubt)
"""
_TREE = """
    SELECT bond.identity_l, bond.identity_r
    FROM resolve.bond AS bond
    SEMI JOIN (
        SELECT involved.identity_id FROM involved
        WHERE customer_id IN (SELECT customer_l FROM resolve.doubt WHERE is_linked)
    ) AS asked ON bond.identity_l = asked.identity_id
"""
_BY_CUSTOMER = """
    SELECT customer_id, sum(conversation_count)::BIGINT, sum(consent_count)::BIGINT FROM touched GROUP BY customer_id
"""
_TOUCHED = """
    WITH record AS (
        SELECT record_kind, source, source_ref, identity_id FROM resolve.record_identity
        WHERE identity_id IN (SELECT identity_id FROM involved)
    ),
    talked AS (
        SELECT record.identity_id, count(DISTINCT (message.source, message.conversation_ref)) AS conversation_count
        FROM record
        INNER JOIN staging.interaction AS message
            ON
                record.record_kind = 'interaction'
                AND record.source = message.source
                AND record.source_ref = message.source_ref
        GROUP BY record.identity_id
    ),
    consented AS (
        SELECT record.identity_id, count(DISTINCT (consent.channel, consent.purpose, consent.value)) AS consent_count
        FROM record INNER JOIN staging.consent AS consent USING (record_kind, source, source_ref)
        GROUP BY record.identity_id
    )
    SELECT
        involved.customer_id,
        involved.identity_id,
        coalesce(talked.conversation_count, 0) AS conversation_count,
        coalesce(consented.consent_count, 0) AS consent_count
    FROM involved
    LEFT JOIN talked USING (identity_id)
    LEFT JOIN consented USING (identity_id)
"""
