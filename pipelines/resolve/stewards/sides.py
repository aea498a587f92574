"""What hangs on a link: the two sides into which a customer would fall without it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Stake(NamedTuple):
    """What an answer touches: conversations and consent signals."""

    conversations: int
    consents: int

    @property
    def size(self) -> int:
        """Both together; of two sides the smaller is what a wrong answer misplaces."""
        return self.conversations + self.consents


NOTHING = Stake(0, 0)
Tie = tuple[str, str]


def smaller_sides(tree: Iterable[Tie], asked: Iterable[Tie], stake_of: Mapping[str, Stake]) -> dict[Tie, Stake]:
    """Return what lies on the smaller side of each link that is ``asked`` for.

    Args:
        tree: the links that hold customers together; they make no ring.
        asked: some of them.
        stake_of: what each identity touches; nothing where it is absent.
    """
    fellows: dict[str, list[str]] = defaultdict(list)
    for left, right in tree:
        fellows[left].append(right)
        fellows[right].append(left)
    below: dict[str, Stake] = {}
    parent: dict[str, str | None] = {}
    total: dict[str, Stake] = {}
    wanted = list(asked)
    for start in sorted({left for left, _ in wanted}):
        if start not in parent:
            order = _walk(start, fellows, parent)
            for node in reversed(order):  # children before their parents
                own = [below[child] for child in fellows[node] if parent[child] == node]
                below[node] = _sum([stake_of.get(node, NOTHING), *own])
            total |= dict.fromkeys(order, below[start])
    found = {}
    for left, right in wanted:
        child = left if parent[left] == right else right
        side, whole = below[child], total[child]
        rest = Stake(whole.conversations - side.conversations, whole.consents - side.consents)
        found[left, right] = min(side, rest, key=lambda stake: (stake.size, stake))
    return found


def _sum(stakes: Iterable[Stake]) -> Stake:
    return Stake(*(sum(column) for column in zip(*stakes, strict=True)))


def _walk(start: str, fellows: Mapping[str, list[str]], parent: dict[str, str | None]) -> list[str]:
    """Return the nodes of the tree around ``start``, each after its parent, and note the parents."""
    parent[start] = None
    order = [start]
    for node in order:
        for fellow in fellows[node]:
            if fellow not in parent:
                parent[fellow] = node
                order.append(fellow)
    return order
