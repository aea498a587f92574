"""What holds a customer together, what was kept out, and where it would break: from the night's own clustering."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.load.answers.lineage import Shared, shared_between, shown_by
from pipelines.resolve.clusters.replay import CutLink, HeldLink, replayed
from pipelines.resolve.explaining.verdict import guard_words
from pipelines.resolve.explaining.waterfall import Weight, scored_as, weigh
from pipelines.resolve.lookup import identities_of, quoted
from pipelines.resolve.relations import has_table
from pipelines.resolve.scoring.model import load_model
from pipelines.resolve.settings import load_linkage
from pipelines.settings import Home

LINKS = """
SELECT edge.identity_l, edge.identity_r, edge.match_weight, edge.match_probability, edge.rule
FROM meta.edge AS edge
INNER JOIN meta.identity AS l ON edge.identity_l = l.identity_id
INNER JOIN meta.identity AS r ON edge.identity_r = r.identity_id
WHERE l.customer_id = $customer AND r.customer_id = $customer AND edge.is_link
"""
EDGES = """
SELECT identity_l, identity_r, match_probability, rule FROM meta.edge
WHERE identity_l IN ({identities}) AND identity_r IN ({identities})
"""
JUDGEMENTS = """
SELECT judgement_id, identity_l, identity_r, verdict, judgement.by, judgement.at, why FROM meta.judgement AS judgement
WHERE identity_l IN ({identities}) OR identity_r IN ({identities})
ORDER BY judgement.at, judgement_id, identity_l, identity_r
"""
CUSTOMERS = "SELECT identity_id, customer_id FROM meta.identity WHERE identity_id IN ({identities})"
STEWARD = "steward"


@dataclass(frozen=True)
class Link:
    """One link that holds identities together.

    Attributes:
        match_weight: bits; match_probability the same as a probability; rule what let the pair in ("steward": a judgement).
        evidence: what speaks for it, the strongest first, then what speaks against it.
        shared: what both sides show, with the records that showed it first.
    """

    identity_l: str
    identity_r: str
    match_weight: float
    match_probability: float
    rule: str
    by_steward: bool = False
    evidence: list[Weight] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)


@dataclass(frozen=True)
class Refused:
    """A link to somebody that was not taken, although its weight is over the threshold; ``why`` in words."""

    identity_id: str
    other_identity_id: str
    other_customer_id: str | None
    match_weight: float
    reason: str
    why: str


@dataclass(frozen=True)
class Judgement:
    """What a steward has said about an identity of the customer and another one."""

    judgement_id: str
    identity_l: str
    identity_r: str
    verdict: str
    by: str
    at: datetime
    why: str


@dataclass(frozen=True)
class Holding:
    """How a customer's records hang together.

    Attributes:
        links: the strongest links that together hold the identities in one piece, the weakest of them first.
        falls_into: the identities of the two parts that would be left without the weakest link, the larger part first.
        refused: links to others that were not taken.
        note: what today's settings would have otherwise; empty where they agree with the version.
    """

    links: list[Link] = field(default_factory=list)
    falls_into: list[list[str]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    note: str = ""


def holding_of(con: duckdb.DuckDBPyConnection, home: Home, customer_id: str, identities: Sequence[str]) -> Holding:
    """Say how the identities of a customer hang together.

    Where the version was written before what this takes was kept, or the settings have changed since, the links are those
    over the threshold, and a note says so.
    """
    judgements = _judgements(con, identities)
    found = _clustered_again(con, home, identities)
    if isinstance(found, str):
        links = holding_links([Link(*row) for row in con.execute(LINKS, {"customer": customer_id}).fetchall()])
        return Holding(links, parts_without_weakest(links, identities), [], judgements, found if len(identities) > 1 else "")
    links, refused = found
    return Holding(links, parts_without_weakest(links, identities), refused, judgements)


def _clustered_again(
    con: duckdb.DuckDBPyConnection, home: Home, identities: Sequence[str]
) -> tuple[list[Link], list[Refused]] | str:
    """Return the links that hold and those that were refused; or in words why that cannot be told."""
    linkage = load_linkage(home.find("config/linkage.yml"))
    try:
        with replayed(con, identities, linkage) as replay:
            if replay is None:
                return "more hangs together around this customer than is clustered again for an explanation"
            if not all(replay.are_one(identities[0], identity) for identity in identities):
                return "settings or judgements have changed since this version; the links are those over the threshold"
            own = set(identities)
            held = [link for link in replay.held() if link.identity_l in own and link.identity_r in own]
            cuts = [cut for cut in replay.cuts() if cut.identity_l in own or cut.identity_r in own]
    except ConfigurationError as error:
        return str(error)
    return _told(con, home, identities, held), _refused(con, identities, cuts)


def _told(con: duckdb.DuckDBPyConnection, home: Home, identities: Sequence[str], held: Sequence[HeldLink]) -> list[Link]:
    pairs = [(link.identity_l, link.identity_r) for link in held]
    model = load_model(home.find("config/linkage_model.json"))
    scored = weigh(identities_of(con, identities), pairs, model, scored_as(con, model)[0], con)
    edges = {
        (left, right): (probability, rule)
        for left, right, probability, rule in con.execute(EDGES.format(identities=quoted(identities))).fetchall()
    }
    shown = shown_by(con, identities)
    return [
        Link(
            link.identity_l, link.identity_r,
            scored[pair].match_weight if link.by_steward else link.match_weight,
            *edges.get(pair, (scored[pair].match_probability, STEWARD)), link.by_steward,
            scored[pair].deciding,
            shared_between(shown[link.identity_l], shown[link.identity_r]),
        )
        for link, pair in zip(held, pairs, strict=True)
    ]  # fmt: skip


def _refused(con: duckdb.DuckDBPyConnection, identities: Sequence[str], cuts: Sequence[CutLink]) -> list[Refused]:
    own = set(identities)
    found = {identity for cut in cuts for identity in (cut.identity_l, cut.identity_r)}
    customers = dict(con.execute(CUSTOMERS.format(identities=quoted(found))).fetchall())
    told = []
    for cut in cuts:
        ours, other = (cut.identity_l, cut.identity_r) if cut.identity_l in own else (cut.identity_r, cut.identity_l)
        told.append(Refused(ours, other, customers.get(other), cut.match_weight, cut.reason, guard_words(cut)))
    return sorted(told, key=lambda one: (-one.match_weight, one.identity_id, one.other_identity_id))


def _judgements(con: duckdb.DuckDBPyConnection, identities: Sequence[str]) -> list[Judgement]:
    if not has_table(con, "meta", "judgement"):
        return []
    return [Judgement(*row) for row in con.execute(JUDGEMENTS.format(identities=quoted(identities))).fetchall()]


def holding_links(links: list[Link]) -> list[Link]:
    """Return the strongest links that connect all that the links connect (a maximum spanning tree), the weakest first."""
    parent: dict[str, str] = {}

    def root(identity: str) -> str:
        while parent.setdefault(identity, identity) != identity:
            parent[identity] = identity = parent[parent[identity]]
        return identity

    kept = []
    for link in sorted(links, key=lambda link: (-link.match_weight, link.identity_l, link.identity_r)):
        left, right = root(link.identity_l), root(link.identity_r)
        if left != right:
            parent[left] = right
            kept.append(link)
    return kept[::-1]


def parts_without_weakest(links: Sequence[Link], identities: Sequence[str]) -> list[list[str]]:
    """Return the two parts, the larger first, that a tree of links leaves without its first; none where there is none."""
    if not links:
        return []
    near: dict[str, list[str]] = {identity: [] for identity in identities}
    for link in links[1:]:
        near.setdefault(link.identity_l, []).append(link.identity_r)
        near.setdefault(link.identity_r, []).append(link.identity_l)
    parts = []
    for start in (links[0].identity_l, links[0].identity_r):
        reached, front = {start}, [start]
        while front:
            front = [other for identity in front for other in near.get(identity, []) if other not in reached]
            reached |= set(front)
        parts.append(sorted(reached))
    return sorted(parts, key=lambda part: (-len(part), part))
