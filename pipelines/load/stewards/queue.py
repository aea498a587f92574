"""The stewards' queue: the pairs of a published version, less what has been judged since."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.load.answers.query import open_read_only
from pipelines.load.versions.candidate import candidate_file
from pipelines.load.versions.published import current_file
from pipelines.resolve.judgements import Judgement, published_pairs
from pipelines.resolve.relations import arrow, has_table
from pipelines.settings import Home

BLIND = "drawn by lot"


@dataclass(frozen=True)
class Question:
    """One pair of the queue; see meta.review.

    Attributes:
        rank: its number, which stays while the version does.
        is_unsure: a steward was unsure about it, so it comes last.
        is_blind: it was drawn by lot: whoever is asked is told neither how it was decided nor how likely.
    """

    rank: int
    identity_l: str
    identity_r: str
    customer_l: str
    customer_r: str
    cause: str
    error_probability: float | None
    conversation_count: int | None
    consent_count: int | None
    cost: float | None
    match_weight: float | None
    is_linked: bool
    is_unsure: bool
    stratum: str | None

    @property
    def is_blind(self) -> bool:
        """Say whether the answer is for the audit."""
        return self.stratum is not None

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``; of a blind one nothing that gives away how it was decided."""
        told = asdict(self)
        if self.is_blind:
            told |= dict.fromkeys(("customer_l", "customer_r", "match_weight", "is_linked", "stratum"))
        return told


@contextmanager
def opened(home: Home, *, candidate: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the version in use, or the candidate that validation stopped; neither stands in a writer's way.

    Raises:
        ConfigurationError: there is none, or it was published before there was a review.
    """
    path = _candidate(home) if candidate else current_file(home)
    with open_read_only(path) as con:
        if not has_table(con, "meta", "review"):
            raise ConfigurationError(f"{path}: it has no queue; run a night with this version of Goldthread first")
        yield con


def _candidate(home: Home) -> Path:
    path = candidate_file(home)
    if not path.is_file():
        raise ConfigurationError(f"{path}: there is no candidate; without --candidate the version in use is read")
    return path


def read_queue(con: duckdb.DuckDBPyConnection, home: Home, judgements: list[Judgement]) -> list[Question]:
    """Return the pairs that wait for an answer, in their order: those on which a steward was unsure come last."""
    questions = [Question(**row) for row in arrow(con, "SELECT * FROM meta.review ORDER BY rank").to_pylist()]
    judged = {(row["identity_l"], row["identity_r"]): row["verdict"] for row in published_pairs(con, home, judgements)}
    decided = decided_customers(con, [pair for pair, verdict in judged.items() if verdict != "unsure"])
    waiting = []
    for question in questions:
        verdict = judged.get((question.identity_l, question.identity_r))
        both = frozenset((question.customer_l, question.customer_r))
        is_answered = verdict in ("same", "different") or (verdict == "unsure" and question.is_blind)
        if not is_answered and not (len(both) == 2 and both in decided and not question.is_blind):
            is_unsure = question.is_unsure or verdict == "unsure"
            waiting.append(Question(**(asdict(question) | {"is_unsure": is_unsure})))
    return sorted(waiting, key=lambda question: (question.is_unsure, question.rank))


def decided_customers(con: duckdb.DuckDBPyConnection, pairs: list[tuple[str, str]]) -> set[frozenset[str]]:
    """Return the pairs of customers between which a steward has decided: nothing else need be asked of them tonight."""
    wanted = sorted({identity for pair in pairs for identity in pair})
    customer_of = dict(
        con.execute(
            "SELECT DISTINCT identity_id, customer_id FROM golden.membership WHERE identity_id IN (SELECT unnest($wanted))",
            {"wanted": wanted},
        ).fetchall()
    )
    both = [frozenset((customer_of[left], customer_of[right])) for left, right in pairs]
    return {pair for pair in both if len(pair) == 2}


def question_numbered(con: duckdb.DuckDBPyConnection, rank: int) -> Question:
    """Return the question with the number that ``review list`` shows.

    Raises:
        ConfigurationError: there is none of that number.
    """
    rows = arrow(con, f"SELECT * FROM meta.review WHERE rank = {int(rank)}").to_pylist()
    if not rows:
        raise ConfigurationError(f"there is no question {rank}; goldthread review list shows those there are")
    return Question(**rows[0])


def question_about(con: duckdb.DuckDBPyConnection, left: str, right: str) -> Question | None:
    """Return the question about two identities, where it is asked."""
    left, right = sorted((left, right))
    relation = con.execute(
        "SELECT rank FROM meta.review WHERE identity_l = $left AND identity_r = $right", {"left": left, "right": right}
    ).fetchall()
    return question_numbered(con, relation[0][0]) if relation else None
