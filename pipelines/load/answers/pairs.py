"""Explain a pair, however people name its sides: two customers, two records or two identities of the version in use."""

import re
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.load.answers.lineage import Shared, shared_between, shared_values, shown_by
from pipelines.load.answers.query import open_read_only, plain
from pipelines.load.versions.published import current_file
from pipelines.resolve.explaining.explain import PairExplanation, explain_pair
from pipelines.resolve.explaining.verdict import NOT_LINKED
from pipelines.resolve.explaining.waterfall import scored_as, weigh
from pipelines.resolve.lookup import identities_of
from pipelines.resolve.scoring.model import load_model
from pipelines.settings import Home

ONE_IDENTITY = "one identity"
TRIED = 30  # identities a side of which the closest pair is looked for, where no edge tells

OF_CUSTOMER = """
SELECT membership.identity_id FROM golden.membership AS membership
INNER JOIN golden.crosswalk AS crosswalk ON membership.customer_id = crosswalk.current_customer_id
WHERE crosswalk.customer_id = $name AND membership.identity_id IS NOT NULL
GROUP BY membership.identity_id ORDER BY count(*) DESC, membership.identity_id
"""
OF_RECORD = """
SELECT DISTINCT identity_id, reason FROM golden.membership WHERE source = $source AND source_ref = $source_ref
ORDER BY identity_id
"""
OF_IDENTITY = "SELECT identity_id FROM meta.identity WHERE identity_id = $name"
STRONGEST = """
SELECT identity_l, identity_r FROM meta.edge
WHERE (list_contains($left, identity_l) AND list_contains($right, identity_r))
    OR (list_contains($right, identity_l) AND list_contains($left, identity_r))
ORDER BY match_weight DESC, identity_l, identity_r LIMIT 1
"""
SIDE = """
SELECT identity.customer_id, identity.full_name, identity.emails || identity.contested_emails,
    identity.phones || identity.contested_phones, identity.handles, count(*)
FROM meta.identity AS identity
INNER JOIN golden.membership AS membership ON identity.identity_id = membership.identity_id
WHERE identity.identity_id = $identity GROUP BY ALL
"""


@dataclass(frozen=True)
class Side:
    """One side of a pair.

    Attributes:
        asked: as it was asked for.
        identity_id: the identity behind it; None where nobody is.
        reason: why nobody is: a bounce, a newsletter, a record that shows nothing by which to recognise anyone.
        customer_id, records, name, emails, phones, handles: what the identity shows.
    """

    asked: str
    identity_id: str | None
    reason: str | None = None
    customer_id: str | None = None
    records: int = 0
    name: str | None = None
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    handles: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PairStory:
    """A pair as people ask for it.

    Attributes:
        verdict, cause, why: of ``pair``, or what is to be said where there are no two identities to compare.
        pair: the weights; None where a side is nobody, or both are one identity.
        shared: what both show, with the records that showed it first.
    """

    version: str
    left: Side
    right: Side
    verdict: str
    cause: str
    why: str
    pair: PairExplanation | None = None
    shared: list[Shared] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``: the pair's own at the top, as before there were sides."""
        own = {name: value for name, value in asdict(self).items() if name != "pair"}
        sides = {"left_side": own.pop("left"), "right_side": own.pop("right")}
        document: dict[str, Any] = plain((self.pair.to_json() if self.pair else {}) | own | sides)
        return document


def explain_two(home: Home, left: str, right: str) -> PairStory:
    """Explain why two sides of the version in use are one customer, or are not.

    Args:
        left, right: each a customer id (also an old one), ``source:source_ref`` of a record, or an identity id. Of two
            customers the pair of identities with the strongest edge between them is explained, or else of those that show
            something in common the two that the model finds most alike.

    Raises:
        ConfigurationError: nothing is published, a side is not in the version in use, or both are one customer.
    """
    path = current_file(home)
    with open_read_only(path) as con:
        found = [_found(con, side, which) for side, which in ((left, "first"), (right, "second"))]
        nobody = [reason for identities, reason in found if not identities]
        if nobody:
            one, other = (
                _side(con, asked, identities[0] if identities else None, reason)
                for asked, (identities, reason) in zip((left, right), found, strict=True)
            )
            return PairStory(path.parent.name, one, other, NOT_LINKED, "no person", _nobody_words(one, other))
        pair = closest(con, home, found[0][0], found[1][0])
        one, other = (_side(con, asked, identity) for asked, identity in zip((left, right), pair, strict=True))
        shown = shown_by(con, pair)
        shared = shared_between(shown[pair[0]], shown[pair[1]])
        if pair[0] == pair[1]:
            why = "both records come from one account, or show the very same identifiers and name: they were never two"
            return PairStory(path.parent.name, one, other, ONE_IDENTITY, ONE_IDENTITY, why, shared=shared)
        told = explain_pair(con, *pair, home)
        return PairStory(path.parent.name, one, other, told.verdict, told.cause, told.why, told, shared)


def _found(con: duckdb.DuckDBPyConnection, side: str, which: str) -> tuple[list[str], str | None]:
    """Return the identities that a side stands for; where there is none the reason of its record.

    Args:
        which: "first" or "second", for the error: a ``source_ref`` may be an address, and is not said again.
    """
    source, colon, source_ref = side.partition(":")
    if colon:
        rows = con.execute(OF_RECORD, {"source": source, "source_ref": source_ref}).fetchall()
        identities = [identity for identity, _ in rows if identity is not None]
        if rows and not identities:
            return [], rows[0][1]
    elif re.fullmatch(r"c[0-9a-f]{16,}", side):
        identities = [identity for (identity,) in con.execute(OF_CUSTOMER, {"name": side}).fetchall()]
    else:
        identities = [identity for (identity,) in con.execute(OF_IDENTITY, {"name": side}).fetchall()]
    if not identities:
        raise ConfigurationError(
            f"the {which} side is not in the version in use; write a customer id (c…), source:source_ref of a record, or an "
            "identity id, as golden.membership has them"
        )
    return identities, None


def _side(con: duckdb.DuckDBPyConnection, asked: str, identity: str | None, reason: str | None = None) -> Side:
    if identity is None:
        return Side(asked, None, reason)
    rows = con.execute(SIDE, {"identity": identity}).fetchall()
    customer, name, emails, phones, handles, records = rows[0]
    return Side(asked, identity, None, customer, records, name, emails or [], phones or [], handles or [])


def _nobody_words(one: Side, other: Side) -> str:
    sides = (("first", one), ("second", other))
    told = [f"the {word} record ({side.reason})" for word, side in sides if side.identity_id is None]
    belong = "they belong" if len(told) > 1 else "it belongs"
    return f"there is no person behind {' and '.join(told)}: {belong} to no customer"


def closest(con: duckdb.DuckDBPyConnection, home: Home, left: list[str], right: list[str]) -> tuple[str, str]:
    """Return the pair of identities, one of either side, that is closest to being one.

    Raises:
        ConfigurationError: both sides are one customer of several identities.
    """
    if len(left) > 1 and set(left) == set(right):
        raise ConfigurationError("both are one customer; explain it alone, and it tells what holds it together")
    strongest = con.execute(STRONGEST, {"left": left, "right": right}).fetchone()
    if strongest is not None:
        one, other = strongest
        return (one, other) if one in left and other in right else (other, one)
    pairs = [(one, other) for one, other in product(left[:TRIED], right[:TRIED]) if one != other]
    if len(pairs) < 2:
        return pairs[0] if pairs else (left[0], right[0])
    shown = shown_by(con, {*left[:TRIED], *right[:TRIED]})
    common = [pair for pair in pairs if shared_values(shown[pair[0]], shown[pair[1]])]
    ordered = {(min(pair), max(pair)): pair for pair in common or pairs}
    model = load_model(home.find("config/linkage_model.json"))
    population, _ = scored_as(con, model)
    weighed = weigh(identities_of(con, shown), ordered, model, population, con)
    best = max(weighed, key=lambda pair: (weighed[pair].match_weight, pair))
    return ordered[best]
