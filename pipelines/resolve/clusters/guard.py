"""The guard: no customer may contradict itself, and none outgrows its bounds; links go at their weakest.

Pure functions over lists; what contradicts comes from ``contradictions``, in which names rule each other out from
``agreement``. Strongest links first, each is taken unless it would bring together what cannot be one person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

JUDGED = "judged different"
UNIQUE_IDS = "two ids of one issuer"
BIRTHS = "dates of birth"
NAMES = "names"
TOO_LARGE = "too many identities"
FITS_TWO = "fits two people"
NAME_ALONE = "equal names alone"
PROMISCUOUS = "claims of too many people"
CONTRADICTIONS = frozenset({JUDGED, UNIQUE_IDS, BIRTHS, NAMES, NAME_ALONE})  # they say "two people", the others "too much"


def too_many(kind: str) -> str:
    """Return the reason of a cut for too many values of one kind."""
    return f"too many values of {kind}"


class Link(NamedTuple):
    """An accepted link between two nodes; the weight is in bits. Lower turns go first, a steward's (below 0) before all."""

    left: int
    right: int
    weight: float
    turn: int = 0


class Cut(NamedTuple):
    """A link that was not taken, with the reason and the two nodes that show it (None where no two do)."""

    link: Link
    reason: str
    witness_l: int | None = None
    witness_r: int | None = None


@dataclass(frozen=True)
class Facts:
    """What nodes show that may contradict, and how much of it is too much.

    Attributes:
        face_of: the whole name and date of birth that a node shows, as a number; absent where it shows neither.
        conflicts: the faces that a face rules out, both ways, each with the reason.
        ids_of: by node and issuer the id of which a person has only one; ids that one node shows together are one here.
        values_of: by node and kind the values that are counted.
        different: the nodes that a steward has told apart from a node, both ways.
        most_values: by kind, how many values one customer may have.
        most_nodes: how many nodes one customer may have; None for any number.
    """

    face_of: Mapping[int, int] = field(default_factory=dict)
    conflicts: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    ids_of: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    values_of: Mapping[int, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    different: Mapping[int, frozenset[int]] = field(default_factory=dict)
    most_values: Mapping[str, int] = field(default_factory=dict)
    most_nodes: int | None = None

    def tells(self, node: int) -> bool:
        """Say whether a node itself shows who it is not, so that a contradiction around it can be decided by it."""
        return node in self.face_of or node in self.ids_of or node in self.different


@dataclass
class Apart:
    """What the guard left: the links that hold, those it cut, and the nodes that fit two people and stay with neither."""

    kept: list[Link] = field(default_factory=list)
    cut: list[Cut] = field(default_factory=list)
    torn: set[int] = field(default_factory=set)


def take_apart(links: Iterable[Link], facts: Facts, tie_margin: float | None = None) -> Apart:
    """Join along the strongest links first and refuse each one that would bring a contradiction together.

    What a steward has called the same is joined first, the latest judgement ahead of earlier ones, whatever contradicts it
    but a "different"; what the two sides show is then one person's here, and every such judgement allows the customer
    to grow by its bounds once more.

    Args:
        links: the links of whole components.
        tie_margin: a node that tells nothing itself and fits two sides that exclude each other this nearly alike (in bits)
            stays alone; None leaves it with the stronger.

    Returns:
        Every link by what became of it. The same links in any order give the same answer, and components are independent.
    """
    ordered = sorted(links, key=lambda link: (link.turn, -link.weight, link.left, link.right))
    first = _join(ordered, facts)
    torn = set() if tie_margin is None else _torn(first, facts, tie_margin)
    if not torn:
        return first
    rest = _join([link for link in ordered if not torn & {link.left, link.right}], facts)
    loose = [Cut(link, FITS_TWO) for link in ordered if torn & {link.left, link.right}]
    return Apart(rest.kept, loose + rest.cut, torn)


@dataclass
class _Part:
    """Nodes joined so far: what they show, each with the first node that shows it."""

    nodes: int = 1
    judgements: set[int] = field(default_factory=set)  # a steward's "same" within it, by their turns
    faces: dict[int, int] = field(default_factory=dict)
    excused: dict[int, set[int]] = field(default_factory=dict)  # faces that a steward has made one person's
    ids: dict[str, dict[str, int]] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)
    judged: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, node: int, facts: Facts) -> "_Part":
        return cls(
            faces={facts.face_of[node]: node} if node in facts.face_of else {},
            ids={scope: {known: node} for scope, known in facts.ids_of.get(node, {}).items()},
            values={kind: set(values) for kind, values in facts.values_of.get(node, {}).items()},
            judged={node} if node in facts.different else set(),
        )

    def take(self, other: "_Part") -> None:
        """Take in a part of no more nodes than this one's."""
        self.nodes += other.nodes
        self.judgements |= other.judgements
        _merge_first(self.faces, other.faces)
        for face, others in other.excused.items():
            self.excused.setdefault(face, set()).update(others)
        for scope, ids in other.ids.items():
            _merge_first(self.ids.setdefault(scope, {}), ids)
        for kind, values in other.values.items():
            self.values.setdefault(kind, set()).update(values)
        self.judged |= other.judged

    def excuse(self, other: "_Part", facts: Facts) -> None:
        """Note, before taking it in, that a steward calls both one person, whatever their names and dates of birth."""
        for face in other.faces:
            for ruled_out in facts.conflicts.get(face, {}).keys() & self.faces.keys():
                self.excused.setdefault(face, set()).add(ruled_out)
                self.excused.setdefault(ruled_out, set()).add(face)


def _merge_first(into: dict[int, int] | dict[str, int], other: Mapping[int, int] | Mapping[str, int]) -> None:
    """Merge two maps to nodes, the smaller node where both have a key: the result must not hang on the order."""
    known: dict[object, int] = into  # type: ignore[assignment]
    for key, node in other.items():
        known[key] = min(node, known.get(key, node))


def _join(ordered: Iterable[Link], facts: Facts) -> Apart:
    parent: dict[int, int] = {}
    parts: dict[int, _Part] = {}

    def root(node: int) -> int:
        if node not in parent:
            parent[node] = node
            parts[node] = _Part.of(node, facts)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    apart = Apart()
    for link in ordered:
        one, other = root(link.left), root(link.right)
        if one == other:
            apart.kept.append(link)
            continue
        objection = _objection(parts[one], parts[other], facts, is_judged=link.turn < 0)
        if objection is not None:
            apart.cut.append(Cut(link, *objection))
            continue
        apart.kept.append(link)
        if parts[one].nodes < parts[other].nodes:
            one, other = other, one
        if link.turn < 0:
            parts[one].excuse(parts[other], facts)
            parts[one].judgements.add(link.turn)
        parts[one].take(parts.pop(other))
        parent[other] = one
    # what a steward allows may bring two sides together by another way
    met = [cut.link for cut in apart.cut if root(cut.link.left) == root(cut.link.right)]
    return Apart(apart.kept + met, [cut for cut in apart.cut if cut.link not in set(met)]) if met else apart


Objection = tuple[str, int | None, int | None]


def _objection(one: _Part, other: _Part, facts: Facts, *, is_judged: bool) -> Objection | None:
    """Return why two parts may not be one, the gravest reason first; to a steward only another judgement objects."""
    found = _judged_apart(one, other, facts)
    if found is None and not is_judged:
        found = _two_ids(one, other) or _two_faces(one, other, facts) or _too_much(one, other, facts)
    return found


def _judged_apart(one: _Part, other: _Part, facts: Facts) -> Objection | None:
    pairs = [(node, met) for node in one.judged for met in facts.different[node] & other.judged]
    return (JUDGED, *_ordered(min(pairs, key=_ordered))) if pairs else None


def _two_ids(one: _Part, other: _Part) -> Objection | None:
    for scope in sorted(one.ids.keys() & other.ids.keys()):
        mine, theirs = one.ids[scope], other.ids[scope]
        if mine.keys().isdisjoint(theirs.keys()):
            return (UNIQUE_IDS, *_ordered((min(mine.values()), min(theirs.values()))))
    return None


def _two_faces(one: _Part, other: _Part, facts: Facts) -> Objection | None:
    if len(one.faces) > len(other.faces):
        one, other = other, one
    found = [
        (reason != BIRTHS, *_ordered((node, other.faces[met])), reason)
        for face, node in one.faces.items()
        for met, reason in facts.conflicts.get(face, {}).items()
        if met in other.faces and not (_is_excused(face, met, other, facts) or _is_excused(met, face, one, facts))
    ]
    if not found:
        return None
    _, left, right, reason = min(found)
    return reason, left, right


def _is_excused(face: int, met: int, part: _Part, facts: Facts) -> bool:
    """Say whether ``face`` fits another face of ``part`` which a steward has called one person with ``met``."""
    return any(fellow not in facts.conflicts.get(face, {}) for fellow in part.excused.get(met, ()))


def _too_much(one: _Part, other: _Part, facts: Facts) -> Objection | None:
    times = 1 + len(one.judgements) + len(other.judgements)
    for kind, most in facts.most_values.items():
        values, more = one.values.get(kind, set()), other.values.get(kind, set())
        if len(values) + len(more) > most * times and len(values | more) > most * times:
            return too_many(kind), None, None
    if facts.most_nodes is not None and one.nodes + other.nodes > facts.most_nodes * times:
        return TOO_LARGE, None, None
    return None


def _ordered(pair: tuple[int, int]) -> tuple[int, int]:
    return min(pair), max(pair)


def _torn(apart: Apart, facts: Facts, tie_margin: float) -> set[int]:
    best: dict[int, float] = defaultdict(lambda: float("-inf"))
    decided: set[int] = set()
    for link in apart.kept:
        for node in (link.left, link.right):
            best[node] = max(best[node], link.weight)
            if link.turn < 0:
                decided.add(node)
    return {
        node
        for link, reason, *_ in apart.cut
        if reason in CONTRADICTIONS and link.turn >= 0
        for node in (link.left, link.right)
        if node not in decided and not facts.tells(node) and best[node] - link.weight < tie_margin
    }
