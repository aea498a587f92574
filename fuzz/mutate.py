"""Changes that keep an export an export: one field is given a hostile value, doubled, dropped, or put somewhere else.

Bytes changed at random seldom are JSON any more; these reach what stands behind the parser.
"""

import copy
import random
from collections.abc import Callable
from typing import Any

VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**53 + 1,
    2**63,
    10**25,
    -(2**63) - 1,
    0.5,
    -0.0,
    1e308,
    1e18,
    253402300800,
    253402300800000,
    "",
    " ",
    "0",
    "-1",
    "1e400",
    "NaN",
    "9" * 400,
    "\0",
    "\ud83d",
    "\u202e",
    "\u200e",
    "\ufeff",
    "\ufffe",
    "\U000fffff",
    "\x1b[2J",
    "a\u0301" * 99,
    "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-20T24:00:00Z",
    "2026-02-30",
    "ann@field.example",
    "@",
    "a@" + "b." * 99,
    "+44 7700 900123",
    "+" * 30,
    "=1+1",
    "<b>" * 99,
    "&#x110000;&lt;",
    "../../etc/passwd",
    "C:\\con",
    "\u0661\u0662",
    "\u00b2",
    "I",
    "\u0130",
    "ﬀ",
    "a\r\nb",
    "\u2028",
    [],
    {},
    [[]],
    [{}],
    [None],
    {"": None},
    ["a"],
    {"a": {"a": {}}},
)

Place = tuple[Any, Any]  # a dict or list of the tree, and which of its values


def changed(tree: Any, chance: random.Random) -> Any:
    """Return a copy of the tree with one to four changes."""
    tree = [copy.deepcopy(tree)]
    for _ in range(chance.randint(1, 4)):
        within, which = chance.choice(_places(tree))
        chance.choice(_CHANGES)(tree, within, which, chance)
    return tree[0]


def _places(tree: Any) -> list[Place]:
    found: list[Place] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            found.append((node, key))
            waiting.append(node[key])
    return found


def _put_value(tree: Any, within: Any, which: Any, chance: random.Random) -> None:
    within[which] = copy.deepcopy(chance.choice(VALUES))


def _put_other(tree: Any, within: Any, which: Any, chance: random.Random) -> None:
    other, key = chance.choice(_places(tree))
    within[which] = copy.deepcopy(other[key])


def _drop(tree: Any, within: Any, which: Any, chance: random.Random) -> None:
    if within is not tree:
        del within[which]


def _double(tree: Any, within: Any, which: Any, chance: random.Random) -> None:
    if isinstance(within, list) and within is not tree:
        within.insert(chance.randint(0, len(within)), copy.deepcopy(within[which]))


def _rename(tree: Any, within: Any, which: Any, chance: random.Random) -> None:
    if isinstance(within, dict):
        within[chance.choice([str(value) for value in VALUES if isinstance(value, str)])] = within.pop(which)


def _lengthen(tree: Any, within: Any, which: Any, chance: random.Random) -> None:
    if isinstance(within[which], str):
        at = chance.randint(0, len(within[which]))
        put = chance.choice([value for value in VALUES if isinstance(value, str)])
        within[which] = within[which][:at] + put + within[which][at:]


_CHANGES: tuple[Callable[[Any, Any, Any, random.Random], None], ...] = (
    _put_value, _put_value, _put_other, _drop, _double, _rename, _lengthen, _lengthen,
)  # fmt: skip
