"""What stewards do: decide a pair, merge and unmerge customers, take a judgement back. Only the judgements are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.load.stewards.queue import opened, question_about, question_numbered
from pipelines.load.stewards.sides import Anchor, anchor_of, anchor_of_rest, anchors_of
from pipelines.resolve.judgements import Judgement, Verdict, append_judgement, published_pairs, read_judgements
from pipelines.settings import Home

Pairs = list[set[str]]  # of identities, two each


@dataclass(frozen=True)
class Said:
    """Who says it, when (an instant, UTC) and why."""

    by: str
    at: datetime
    why: str = ""


@dataclass(frozen=True)
class Written:
    """A judgement that was written, and what it means.

    Attributes:
        customers: the customers that it is about, as they are now.
        words: one sentence, without personal data.
    """

    judgement: Judgement
    customers: tuple[str, ...]
    words: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``."""
        return {"judgement": self.judgement.model_dump(mode="json"), "customers": list(self.customers), "words": self.words}


def pair_of(con: duckdb.DuckDBPyConnection, sides: Sequence[str]) -> tuple[Anchor, Anchor]:
    """Return both sides of a pair: the number of a question, or two sides (see ``anchor_of``).

    Raises:
        ConfigurationError: it is neither, a side is not there, or both are one identity.
    """
    if len(sides) == 1 and sides[0].isdecimal():
        question = question_numbered(con, int(sides[0]))
        left, right = anchor_of(con, question.identity_l), anchor_of(con, question.identity_r)
    elif len(sides) == 2:
        left, right = _both(con, sides)
    else:
        raise ConfigurationError("name the pair: its number in goldthread review list, or two sides")
    if left.identity_id == right.identity_id:
        raise ConfigurationError(f"both sides are the identity {left.identity_id}: it is one by its own records")
    return left, right


def _both(con: duckdb.DuckDBPyConnection, sides: Sequence[str]) -> tuple[Anchor, Anchor]:
    first, second = sides
    return anchor_of(con, first, "the first side"), anchor_of(con, second, "the second side")


def judge(home: Home, verdict: Verdict, sides: Sequence[str], said: Said, *, candidate: bool = False) -> Written:
    """Write what a steward says of a pair.

    A pair that was drawn by lot is noted as an answer to the audit, with how it was decided when it was asked.

    Raises:
        ConfigurationError: see ``pair_of``; or it would take apart what a merge of customers named.
        LockHeld: a night is writing this home.
    """
    with opened(home, candidate=candidate) as con:
        left, right = pair_of(con, sides)
        question = question_about(con, left.identity_id, right.identity_id)
        stratum = question.stratum if question else None
        model = _model_in_use(con) if stratum else None
        together = left.customer_id == right.customer_id
        merges: list[str] = []
        if together and verdict == "different":
            same = _said_same(con, home)
            merges, _ = _merges_of(same, _identities_of(con, left.customer_id))
            _refuse_within_a_merge({merge_id: same[merge_id] for merge_id in merges}, left, right)
    words = {
        "same": "they are one customer already, and stay it" if together else "they become one customer",
        "different": f"they are taken apart{_beside(merges)}" if together else "they stay apart, whatever comes",
        "unsure": "it is left to the model, and asked last",
    }[verdict]
    judgement = Judgement(
        verdict=verdict, left=(left.record,), right=(right.record,), by=said.by, at=said.at, why=said.why, audit=stratum,
        model=model,
    )  # fmt: skip
    return Written(append_judgement(home, judgement), _customers(left, right), words)


def _refuse_within_a_merge(merges: dict[str, Pairs], left: Anchor, right: Anchor) -> None:
    """Refuse a "different" between two that one merge of customers named: of the others it would leave each with either."""
    for merge_id, pairs in merges.items():
        if len(pairs) > 1 and {left.identity_id, right.identity_id} <= set().union(*pairs):
            raise ConfigurationError(
                f"both are of the customer {left.customer_id}, which a steward merged by {merge_id}: if that was the "
                f"mistake, goldthread review undo {merge_id}; if one of them is somebody else's, goldthread review "
                f"unmerge {left.customer_id} and its record"
            )


def _model_in_use(con: duckdb.DuckDBPyConnection) -> str | None:
    version: str | None = con.execute("SELECT any_value(model_version) FROM meta.edge").fetchall()[0][0]
    return version.split("-")[0] if version else None


def _customers(*anchors: Anchor) -> tuple[str, ...]:
    return tuple(sorted({anchor.customer_id for anchor in anchors}))


def merge(home: Home, sides: tuple[str, str], said: Said, *, candidate: bool = False) -> Written:
    """Make two customers one: a "same" between all identities of either, each by the record that founds it.

    Between their founders alone it would be of these two, and whoever hung on one of them by a name only might not follow.

    Raises:
        ConfigurationError: a side is not there, or they are one customer already.
        LockHeld: a night is writing this home.
    """
    with opened(home, candidate=candidate) as con:
        one, other = _both(con, sides)
        if one.customer_id == other.customer_id:
            raise ConfigurationError(f"both sides are the customer {one.customer_id} already")
        left, right = (tuple(anchor.record for anchor in anchors_of(con, side.customer_id)) for side in (one, other))
    judgement = Judgement(verdict="same", left=left, right=right, by=said.by, at=said.at, why=said.why)
    return Written(append_judgement(home, judgement), _customers(one, other), "the two become one; the older id stays")


def unmerge(home: Home, customer: str, apart: Sequence[str], said: Said, *, candidate: bool = False) -> Written:
    """Take a customer apart.

    Args:
        apart: the records or identities that are somebody else's: each is judged different from the founder of the rest and
            from whomever a steward has called one with it, and whatever hangs more strongly on one of them goes with it.
            Without any, the steward's merge that holds the customer together is undone.

    Raises:
        ConfigurationError: a side is not of this customer, nothing would be left, or there is no merge (or more than one)
            to undo.
        LockHeld: a night is writing this home.
    """
    with opened(home, candidate=candidate) as con:
        whole = anchor_of(con, customer, "the customer").customer_id
        anchors = [anchor_of(con, side, f"side {number}") for number, side in enumerate(apart, start=1)]
        strangers = sum(anchor.customer_id != whole for anchor in anchors)
        if strangers:
            raise ConfigurationError(f"{strangers} of the sides named are not of the customer {whole}")
        same, inside = _said_same(con, home), _identities_of(con, whole)
        merges, to_come = _merges_of(same, inside)
        if not anchors:
            return undo(home, _only_one(merges, to_come, whole), said)
        named = {anchor.identity_id for anchor in anchors}
        joined = (_judged_one_with(named, same) & inside) - named
        rest = {anchor_of_rest(con, whole, sorted(named)), *(anchor_of(con, identity) for identity in joined)}
    left, right = (tuple(sorted({anchor.record for anchor in side})) for side in (anchors, rest))
    judgement = Judgement(verdict="different", left=left, right=right, by=said.by, at=said.at, why=said.why)
    words = f"the records named, and what hangs on them, are taken out; the larger part keeps the id{_beside(merges)}"
    return Written(append_judgement(home, judgement), (whole,), words)


def _judged_one_with(named: set[str], same: dict[str, Pairs]) -> set[str]:
    """Return the identities that a standing "same" joins with one of ``named``, these among them."""
    return set().union(*(pair for pairs in same.values() for pair in pairs if pair & named))


def _said_same(con: duckdb.DuckDBPyConnection, home: Home) -> dict[str, Pairs]:
    """Return, by judgement, the pairs of identities that stewards have called the same."""
    found: dict[str, Pairs] = {}
    for pair in published_pairs(con, home, read_judgements(home.judgements)):
        if pair["verdict"] == "same":
            found.setdefault(pair["judgement_id"], []).append({pair["identity_l"], pair["identity_r"]})
    return found


def _identities_of(con: duckdb.DuckDBPyConnection, customer_id: str) -> set[str]:
    select = "SELECT DISTINCT identity_id FROM golden.membership WHERE customer_id = $customer"
    return {identity for (identity,) in con.execute(select, {"customer": customer_id}).fetchall()}


def _merges_of(same: dict[str, Pairs], inside: set[str]) -> tuple[list[str], list[str]]:
    """Return the judgements that a customer was merged by, and those by which it will be with the next resolve, sorted.

    Args:
        same: see ``_said_same``.
        inside: the customer's identities.
    """
    merges = {one for one, pairs in same.items() if any(pair <= inside for pair in pairs)}
    to_come = {one for one, pairs in same.items() if any(pair & inside for pair in pairs)} - merges
    return sorted(merges), sorted(to_come)


def _only_one(merges: list[str], to_come: list[str], customer_id: str) -> str:
    if not merges and to_come:
        raise ConfigurationError(
            f"{customer_id} is not merged yet: the next resolve does it by {', '.join(to_come)}; to take that back: "
            f"goldthread review undo {' or '.join(to_come)}"
        )
    if not merges:
        raise ConfigurationError(
            f"no steward merged {customer_id}; name the records or identities in it that are somebody else's"
        )
    if len(merges) > 1:
        raise ConfigurationError(f"{customer_id} was merged by {', '.join(merges)}: goldthread review undo one of them")
    return merges[0]


def _beside(merges: list[str]) -> str:
    """Tell what may have been meant where a customer that a steward merged is taken apart otherwise."""
    if not merges:
        return ""
    return f" (a steward merged it: if that was the mistake, goldthread review undo {' or '.join(merges)} instead)"


def undo(home: Home, judgement_id: str, said: Said) -> Written:
    """Take a judgement back; to take an undo back makes the judgement stand again.

    Raises:
        ConfigurationError: there is no such judgement, or it is undone already.
        LockHeld: a night is writing this home.
    """
    judgement = Judgement(undoes=judgement_id, by=said.by, at=said.at, why=said.why)
    written = append_judgement(home, judgement)
    return Written(written, (), f"{judgement_id} no longer stands; all is as if it had not been said")
