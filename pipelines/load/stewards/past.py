"""What stewards have decided so far: the history of judgements, what waits, and what the audit says."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import duckdb

from pipelines.load.stewards.queue import opened, read_queue
from pipelines.load.stewards.sides import anchor_of
from pipelines.resolve.judgements import Judgement, RecordKey, published_pairs, read_judgements, standing
from pipelines.resolve.stewards.audit import Audit, read_audit
from pipelines.settings import Home

_REFUSED = "SELECT identity_l, identity_r FROM meta.guard_cut WHERE is_judgement"


@dataclass(frozen=True)
class PastJudgement:
    """A line of the history.

    Attributes:
        state: stands; contradicted by a "different" over third parties; undone by …; an undo; said again later; overruled
            by a later one; its records are gone.
        customers: those of the version that it is about.
    """

    judgement: Judgement
    state: str
    customers: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``."""
        return self.judgement.model_dump(mode="json") | {"state": self.state, "customers": list(self.customers)}


def history(home: Home, side: str | None = None, *, candidate: bool = False) -> list[PastJudgement]:
    """Return all judgements, the latest first, or those about one customer (a side names it)."""
    judgements = read_judgements(home.judgements)
    with opened(home, candidate=candidate) as con:
        only = anchor_of(con, side).customer_id if side else None
        places = _places(con, judgements)
        pairs = published_pairs(con, home, judgements)
        refused = {frozenset(row) for row in con.execute(_REFUSED).fetchall()}
    deciding = {row["judgement_id"]: frozenset((row["identity_l"], row["identity_r"])) in refused for row in pairs}
    verdicts = {frozenset((row["identity_l"], row["identity_r"])): row["verdict"] for row in pairs}
    upright = {one.judgement_id for one in standing(judgements)}
    undone_by = {one.undoes: one.judgement_id for one in judgements if one.undoes}
    about = {
        one.judgement_id: tuple(sorted({places[record][1] for record in (*one.left, *one.right) if record in places}))
        for one in judgements
    }
    told = [
        PastJudgement(
            one, _state(one, upright, undone_by, deciding, verdicts, places), about[one.undoes or one.judgement_id]
        )
        for one in reversed(judgements)
    ]
    return [past for past in told if only is None or only in past.customers]


def _state(
    one: Judgement, upright: set[str], undone_by: dict[str, str], deciding: dict[str, bool],
    verdicts: dict[frozenset[str], str], places: dict[RecordKey, tuple[str, str]],
) -> str:  # fmt: skip
    if one.undoes is not None:
        return f"undone by {undone_by[one.judgement_id]}" if one.judgement_id in undone_by else "an undo"
    if one.judgement_id not in upright:
        return f"undone by {undone_by[one.judgement_id]}"
    if one.judgement_id in deciding:
        is_refused = deciding[one.judgement_id] and one.verdict == "same"
        return 'contradicted by a "different" over third parties' if is_refused else "stands"
    left, right = ({places[record][0] for record in side if record in places} for side in (one.left, one.right))
    if not left or not right:
        return "its records are gone"
    if left == right:
        return "its records show one identity"
    now = {verdicts[pair] for one_l in left for one_r in right if (pair := frozenset((one_l, one_r))) in verdicts}
    return "said again later" if now == {one.verdict} else "overruled by a later one"


def _places(con: duckdb.DuckDBPyConnection, judgements: Sequence[Judgement]) -> dict[RecordKey, tuple[str, str]]:
    """Return the identity and the customer of each record that a judgement names."""
    refs = sorted({record.source_ref for one in judgements for record in (*one.left, *one.right)})
    rows = con.execute(
        "SELECT record_kind, source, source_ref, identity_id, customer_id FROM golden.membership"
        " WHERE customer_id IS NOT NULL AND source_ref IN (SELECT unnest($refs))",
        {"refs": refs},
    ).fetchall()
    return {RecordKey(*row[:3]): (row[3], row[4]) for row in rows}


@dataclass(frozen=True)
class ReviewStatus:
    """Where the stewards stand.

    Attributes:
        waiting: pairs that wait for an answer, by cause; those drawn by lot among them.
        unsure: pairs that wait because a steward was unsure.
        judgements: how many lines there are; by state in ``states``.
        pending: judgements that the next resolve applies or lifts.
        overruled: judgements that a later one on the same pair contradicts.
        contradicted: links of stewards' "same" that a "different" does not let be.
        cuts: links that were not taken, by reason.
        audit: precision and recall from the pairs drawn by lot.
    """

    version_night: str
    waiting: dict[str, int]
    unsure: int
    judgements: int
    states: dict[str, int]
    pending: int
    overruled: int
    contradicted: int
    cuts: dict[str, int] = field(default_factory=dict)
    audit: Audit | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``."""
        return asdict(self)


def review_status(home: Home, *, candidate: bool = False) -> ReviewStatus:
    """Count what waits, what was judged, and what the audit says so far."""
    judgements = read_judgements(home.judgements)
    past = history(home, candidate=candidate)
    with opened(home, candidate=candidate) as con:
        queue = read_queue(con, home, judgements)
        pairs = published_pairs(con, home, judgements)
        applied = {row[0] for row in con.execute("SELECT judgement_id FROM meta.judgement").fetchall()}
        cuts = con.execute("SELECT reason, count(*) FROM meta.guard_cut GROUP BY reason ORDER BY 2 DESC, 1").fetchall()
        contradicted = con.execute("SELECT count(*) FROM meta.guard_cut WHERE is_judgement").fetchall()[0][0]
        night = con.execute("SELECT max(night) FROM meta.run").fetchall()[0][0]
        audit = read_audit(con)
    deciding = {pair["judgement_id"] for pair in pairs}
    return ReviewStatus(
        version_night=str(night),
        waiting=dict(Counter(question.cause for question in queue if not question.is_unsure).most_common()),
        unsure=sum(question.is_unsure for question in queue),
        judgements=len(judgements),
        states=dict(Counter(one.state.split(" by ")[0] for one in past).most_common()),
        pending=len(deciding ^ applied),
        overruled=sum(pair["overruled_count"] for pair in pairs),
        contradicted=contradicted,
        cuts=dict(cuts),
        audit=audit,
    )
