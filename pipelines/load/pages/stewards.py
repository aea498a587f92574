"""What the report tells of the stewards' work: what waits, what was not linked and why, and the audit."""

from dataclasses import dataclass, field

import duckdb

from pipelines.resolve.stewards.audit import Audit, read_audit

WAITING = "SELECT cause, count(*) FROM meta.review WHERE NOT is_unsure GROUP BY cause ORDER BY 2 DESC, 1"
CUTS = "SELECT reason, count(*) FROM meta.guard_cut GROUP BY reason ORDER BY 2 DESC, 1"
JUDGED = "SELECT verdict, count(DISTINCT judgement_id) FROM meta.judgement GROUP BY verdict ORDER BY 1"


@dataclass(frozen=True)
class Stewards:
    """Counts only.

    Attributes:
        waiting: pairs that wait for an answer, by cause.
        cuts: links that were not taken, by reason.
        judged: judgements that decide a pair, by verdict.
        audit: precision and recall from the pairs drawn by lot.
    """

    waiting: dict[str, int] = field(default_factory=dict)
    cuts: dict[str, int] = field(default_factory=dict)
    judged: dict[str, int] = field(default_factory=dict)
    audit: Audit | None = None


def read_stewards(con: duckdb.DuckDBPyConnection) -> Stewards | None:
    """Return the counts; None for a version from before there was a review."""
    wanted = ("review", "guard_cut", "judgement", "audit")
    found = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'meta'").fetchall()
    if not set(wanted) <= {name for (name,) in found}:
        return None
    waiting, cuts, judged = (dict(con.execute(select).fetchall()) for select in (WAITING, CUTS, JUDGED))
    return Stewards(waiting, cuts, judged, read_audit(con))
