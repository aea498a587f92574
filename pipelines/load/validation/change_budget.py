"""The change budget: how much of what readers hold a night may move, checked before anybody can read it.

Moved are customers of the version in use that are merged, split or corrected: of whose records some answer to another
customer, or none is left. New customers, and new records of known ones, move nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.load.validation.checks import Check
from pipelines.resolve.customers.change_causes import change_counts, change_words
from pipelines.resolve.settings import ChangeBudget
from pipelines.settings import Home
from pipelines.warehouse import connect

SUITE = "change_budget"
MOVES = ("merged", "split", "corrected")
MEANING = (
    "More moves in this night than linkage.yml allows (change_budget). Is it meant (a retrained model, another threshold, a "
    "steward's mend)? Then let it through with --accept-changes; else mend the cause and run the night again"
)


@dataclass(frozen=True)
class Moved:
    """What moves between two versions.

    Attributes:
        customers, interactions: those of the version in use that move, and how many it has of them (with a customer).
        causes: customers that move, by change and cause.
    """

    customers: int
    all_customers: int
    interactions: int
    all_interactions: int
    causes: dict[str, dict[str, int]]


def check_budget(
    home: Home, candidate: Path, in_use: Path | None, budget: ChangeBudget, accepted_by: str | None
) -> tuple[list[Check], dict[str, Any] | None]:
    """Hold the candidate against the version in use.

    Args:
        candidate, in_use: their ``customers.duckdb``; None where nothing is published: a first version moves nothing.
        accepted_by: who lets through what is over the budget; None where nobody does.

    Returns:
        Two critical checks, of customers and of interactions; and ``by, at, customers, interactions, causes`` where
        something was over the budget and let through. What the checks observed counts the night's changes as
        ``golden.change`` tells them, so that the night run again says the same; one that fails counts what would move.
    """
    moved = count_moved(home, candidate, in_use) if in_use else Moved(0, 0, 0, 0, {})
    told = _told(home, candidate)
    counts = (
        ("customers", moved.customers, budget.customers.allows(moved.all_customers)),
        ("interactions", moved.interactions, budget.interactions.allows(moved.all_interactions)),
    )
    checks = []
    for entry, (what, count, allowed) in enumerate(counts, start=1):
        stops = count > allowed and accepted_by is None
        observed = f"{count:,}: {change_words(moved.causes)}" if stops else told[what]
        checks.append(
            Check(
                SUITE,
                entry,
                f"expect_few_{what}_to_move",
                None,
                "critical",
                not stops,
                observed=observed,
                meaning=MEANING,
                expected=f"at most {allowed:,}",
            )
        )
    if accepted_by is None or all(count <= allowed for _, count, allowed in counts):
        return checks, None
    return checks, {
        "by": accepted_by, "at": now().strftime("%Y-%m-%dT%H:%M:%SZ"), "customers": moved.customers,
        "interactions": moved.interactions, "causes": moved.causes,
    }  # fmt: skip


def now() -> datetime:
    """Return the present instant; a test puts another in its place."""
    return datetime.now(UTC)


def count_moved(home: Home, candidate: Path, in_use: Path) -> Moved:
    """Count what would move for readers if the candidate took the place of the version in use."""
    con = _opened(home, candidate=candidate, in_use=in_use)
    try:
        customers, interactions, all_customers, all_interactions = _rows(con, _MOVED)[0]
        causes: dict[str, dict[str, int]] = {}
        for change, cause, count in _rows(con, _CAUSES):
            causes.setdefault(change, {})[cause] = count
    finally:
        con.close()
    return Moved(customers, all_customers, interactions, all_interactions, causes)


def count_meant(home: Home, candidate: Path, in_use: Path | None, *, accepted: bool) -> int:
    """Count the customers of the version in use that merge by a steward's word, or at all where that is ``accepted``."""
    if in_use is None:
        return 0
    con = _opened(home, candidate=candidate, in_use=in_use)
    try:
        told = "change = 'merged'" if accepted else "change = 'merged' AND cause = 'judgement'"
        return int(
            _rows(
                con,
                "SELECT count(*) FROM in_use.golden.customer"
                f" SEMI JOIN (FROM candidate.golden.change WHERE {told}) USING (customer_id)",
            )[0][0]
        )
    finally:
        con.close()


def _told(home: Home, candidate: Path) -> dict[str, str]:
    """Say what golden.change tells of customers and interactions that moved this night."""
    con = _opened(home, candidate=candidate)
    try:
        counts = change_counts(con, "candidate.golden.change")
        interactions = _rows(
            con,
            "SELECT coalesce(sum(interaction_count), 0)::BIGINT FROM candidate.golden.change"
            " WHERE change IN ('merged', 'split', 'corrected')",
        )[0][0]
    finally:
        con.close()
    return {
        "customers": change_words({change: counts[change] for change in MOVES if change in counts}, "none"),
        "interactions": f"{interactions:,}",
    }


# A record that has another customer than in the version in use, or none; a customer none of whose records is left.
_SIDES = """
    WITH moved AS (
        SELECT before.record_kind, before.customer_id, now.customer_id AS customer_now
        FROM in_use.golden.membership AS before
        INNER JOIN candidate.golden.membership AS now
            ON
                before.record_kind = now.record_kind
                AND before.source = now.source
                AND before.source_ref = now.source_ref
        WHERE before.customer_id != coalesce(now.customer_id, '')
    ),
    gone AS (
        SELECT customer_id FROM in_use.golden.customer
        ANTI JOIN candidate.golden.customer USING (customer_id)
    ),
    mover AS (
        SELECT customer_id FROM moved WHERE customer_now IS NOT NULL
        UNION
        SELECT customer_id FROM gone
    )
"""
_MOVED = f"""
    {_SIDES}
    SELECT
        (SELECT count(*) FROM mover),
        (SELECT count(*) FROM moved WHERE record_kind = 'interaction'),
        (SELECT count(*) FROM in_use.golden.customer),
        (
            SELECT count(*) FROM in_use.golden.membership
            WHERE record_kind = 'interaction' AND customer_id IS NOT NULL
        )
"""
_CAUSES = f"""
    {_SIDES},
    told AS (
        SELECT customer_id, change, cause FROM candidate.golden.change WHERE change IN ('merged', 'corrected')
        UNION ALL
        SELECT other_customer_id AS customer_id, change, cause FROM candidate.golden.change WHERE change = 'split'
    )
    SELECT change, cause, count(*)
    FROM (
        SELECT
            mover.customer_id,
            coalesce(min(told.change), 'corrected') AS change,
            coalesce(arg_min(told.cause, told.change), 'undone since it was published') AS cause
        FROM mover LEFT JOIN told ON mover.customer_id = told.customer_id
        GROUP BY mover.customer_id
    )
    GROUP BY change, cause
    ORDER BY count(*) DESC, change, cause
"""


def _opened(home: Home, **files: Path) -> duckdb.DuckDBPyConnection:
    con = connect(":memory:", home)
    for name, path in files.items():
        quoted = str(path.resolve()).replace("'", "''")
        con.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")
    return con


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()
