"""The guard: components that contradict themselves are taken apart at their weakest links.

Pure functions over lists and frames; which names and dates of birth rule each other out comes from ``agreement``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Link(NamedTuple):
    """An accepted edge between two identities; the weight is in bits."""

    left: str
    right: str
    weight: float


@dataclass
class Apart:
    """What the guard left of a component.

    Attributes:
        kept: the links that hold.
        cut: links that would have joined people who cannot be one.
        torn: identities without a face that fitted two such people almost alike, and so stay with neither.
    """

    kept: list[Link] = field(default_factory=list)
    cut: list[Link] = field(default_factory=list)
    torn: set[str] = field(default_factory=set)


def take_apart(
    links: Iterable[Link], face_of: Mapping[str, int], conflicts: Mapping[int, set[int]], tie_margin: float
) -> Apart:
    """Join along the strongest links first and refuse each one that would bring a contradiction together.

    Args:
        links: all accepted links of the component.
        face_of: the whole name and date of birth that an identity shows, as a number; absent where it shows neither.
        conflicts: the faces that a face rules out, both ways.
        tie_margin: an identity without a face whose best two sides are this near to each other (in bits) stays alone.

    Returns:
        The links by what became of them. The same links in any order give the same answer.
    """
    ordered = sorted(links, key=lambda link: (-link.weight, link.left, link.right))
    first = _join(ordered, face_of, conflicts)
    torn = _torn(first, face_of, tie_margin)
    if not torn:
        return first
    rest = _join([link for link in ordered if not torn & {link.left, link.right}], face_of, conflicts)
    return Apart(rest.kept, [link for link in ordered if torn & {link.left, link.right}] + rest.cut, torn)


def _join(ordered: list[Link], face_of: Mapping[str, int], conflicts: Mapping[int, set[int]]) -> Apart:
    parent: dict[str, str] = {}
    faces: dict[str, set[int]] = {}
    ruled_out: dict[str, set[int]] = {}

    def root(node: str) -> str:
        if node not in parent:
            parent[node] = node
            own = {face_of[node]} if node in face_of else set()
            faces[node] = own
            ruled_out[node] = set().union(*(conflicts.get(face, set()) for face in own))
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    apart = Apart()
    for link in ordered:
        one, other = root(link.left), root(link.right)
        if one != other and not faces[one].isdisjoint(ruled_out[other]):
            apart.cut.append(link)
            continue
        apart.kept.append(link)
        if one != other:
            parent[other] = one
            faces[one] |= faces.pop(other)
            ruled_out[one] |= ruled_out.pop(other)
    return apart


def _torn(apart: Apart, face_of: Mapping[str, int], tie_margin: float) -> set[str]:
    best: dict[str, float] = defaultdict(lambda: float("-inf"))
    for link in apart.kept:
        for node in (link.left, link.right):
            best[node] = max(best[node], link.weight)
    return {
        node
        for link in apart.cut
        for node in (link.left, link.right)
        if node not in face_of and best[node] - link.weight < tie_margin
    }
