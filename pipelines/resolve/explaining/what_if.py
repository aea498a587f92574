"""What one piece of evidence more would have made of a pair: the two identities with it, weighed by the same model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.resolve.clusters.replay import clustered
from pipelines.resolve.explaining.waterfall import Pair, Scored
from pipelines.resolve.relations import run
from pipelines.resolve.scoring.score import copy_into, scratch
from pipelines.resolve.settings import Linkage

Row = dict[str, Any]
Change = Callable[[Row, Row], tuple[Row, Row] | None]
NAMED = (
    "given_name", "family_name", "full_name", "given_forms", "family_forms", "middle_initials", "name_aliases",
    "name_key", "initial_key", "given_key", "tf_name_key", "tf_initial_key", "tf_given_key",
)  # fmt: skip
PLACED = ("street", "city", "postcode")
SOME_DAY = "1970-01-01"


@dataclass(frozen=True)
class Piece:
    """One piece of evidence that is not there.

    Attributes:
        piece: in words: "the same mail address".
        match_weight: what the pair would then weigh, in bits.
        would_link: it alone would have joined the two.
    """

    piece: str
    match_weight: float
    would_link: bool


@dataclass(frozen=True)
class WhatIf:
    """A pair of identities with one piece of evidence more, each piece as a pair of its own.

    Attributes:
        identities: the rows, under names of their own, with the columns of resolve.identity.
        words: the piece of each pair.
    """

    identities: pa.Table
    words: dict[Pair, str]


def what_if(identities: pa.Table, left: str, right: str, within: duckdb.DuckDBPyConnection) -> WhatIf:
    """Give two identities one piece of evidence more, each in turn, to be weighed beside the pair itself.

    Args:
        identities: the rows of both, with the columns of resolve.identity.
        within: a connection whose limits of memory and disk the scratch database takes over.
    """
    rows = {row["identity_id"]: row for row in identities.to_pylist()}
    changed: list[Row] = []
    words: dict[Pair, str] = {}
    for number, (piece, change) in enumerate(_pieces(is_contested=_are_two(identities, left, right, within)).items()):
        both = change(dict(rows[left]), dict(rows[right]))
        if both is not None:
            names = (f"a{number:02}", f"b{number:02}")
            changed += [row | {"identity_id": name} for name, row in zip(names, both, strict=True)]
            words[names] = piece
    return WhatIf(pa.Table.from_pylist(changed, schema=identities.schema), words)


def missing_pieces(
    asked: WhatIf, told: Mapping[Pair, Scored], at_least: float, linkage: Linkage, within: duckdb.DuckDBPyConnection
) -> list[Piece]:
    """Say what one piece more would have made of a pair.

    Args:
        told: the weights of the pairs of ``asked``.
        at_least: the weight of the pair as it is, in bits: a piece that brings nothing is left out.

    Returns:
        The pieces that bring evidence, the strongest first.
    """
    linked = _linked(asked.identities, {pair: told[pair] for pair in asked.words}, linkage, within)
    found = [
        Piece(words, round(told[pair].match_weight, 6), pair in linked)
        for pair, words in asked.words.items()
        if told[pair].match_weight > at_least
    ]
    return sorted(found, key=lambda piece: (-piece.match_weight, piece.piece))


def _linked(
    identities: pa.Table, told: Mapping[Pair, Scored], linkage: Linkage, within: duckdb.DuckDBPyConnection
) -> set[Pair]:
    """Return the pairs that the night's clustering would join; each pair is a component of its own."""
    edges = [
        {"identity_l": left, "identity_r": right, "match_weight": scored.match_weight,
         "match_probability": scored.match_probability, "other_weight": scored.other_weight, "rule": "", "model_version": ""}
        for (left, right), scored in told.items()
    ]  # fmt: skip
    if not edges:
        return set()
    with clustered(within, identities, pa.Table.from_pylist(edges), linkage) as replay:
        return {pair for pair in told if replay.are_one(*pair)}


def _both_have(*columns: str, kind: str | None = None) -> Change:
    """Return the change by which both show one more value, the same, in some list columns."""

    def change(left: Row, right: Row) -> tuple[Row, Row]:
        value = "in common:in common"  # a value that nobody has; scope:value where the column wants it
        more = {column: [value] for column in columns} | ({"points": [f"{kind}:{value}"]} if kind else {})
        return tuple(row | {name: [*(row[name] or []), *new] for name, new in more.items()} for row in (left, right))  # type: ignore[return-value]

    return change


def _same(*columns: str) -> Change:
    """Return the change by which the side that lacks something, or else the right one, shows what the other does."""

    def change(left: Row, right: Row) -> tuple[Row, Row] | None:
        giver, taker = (left, right) if left[columns[0]] is not None else (right, left)
        if giver[columns[0]] is None or all(left[name] == right[name] for name in columns):
            return None
        taken = taker | {name: giver[name] for name in columns if name in giver}
        return (giver, taken) if giver is left else (taken, giver)

    return change


def _same_birth(left: Row, right: Row) -> tuple[Row, Row] | None:
    """Both show one day, where neither shows any: some day, for none is rarer than another."""
    if left["date_of_birth"] is None and right["date_of_birth"] is None:
        return left | {"date_of_birth": SOME_DAY}, right | {"date_of_birth": SOME_DAY}
    return _same("date_of_birth")(left, right)


def _claimed(left: Row, right: Row) -> tuple[Row, Row] | None:
    """One gives an address or number of the other's as their own."""
    for owner, claimer in ((left, right), (right, left)):
        if owner["points"] and not set(owner["points"]) & set(claimer["claims"] or []):
            claiming = claimer | {"claims": [*(claimer["claims"] or []), owner["points"][0]]}
            return (left, claiming) if claimer is right else (claiming, right)
    return None


def _pieces(*, is_contested: bool) -> dict[str, Change]:
    """Return the pieces of evidence by name; an address or number of two who rule each other out is contested at once."""
    contested = "contested_" if is_contested else ""
    return {
        "the same mail address": _both_have(f"{contested}emails", kind="email"),
        "the same number": _both_have(f"{contested}phones", kind="phone"),
        "the same account": _both_have("accounts"),
        "the same handle": _both_have("handles", kind="handle"),
        "the same CRM id": _both_have("crm_ids"),
        "the same order number": _both_have("refs"),
        "the same name": _same(*NAMED),
        "the same date of birth": _same_birth,
        "the same address": _same(*PLACED),
        "the same company": _same("company"),
        "a claim: the one gives an address or number of the other as their own": _claimed,
    }


def _are_two(identities: pa.Table, left: str, right: str, within: duckdb.DuckDBPyConnection) -> bool:
    """Say whether the names or dates of birth of two rule each other out, as contested_identifier.sql has it."""
    with scratch(within) as own:
        copy_into(own, "identity", identities)
        rows = run(own, _TWO, {"left": left, "right": right})
    return bool(rows[0][0])


_TWO = """
    SELECT coalesce(people_contradict(
        l.given_name, l.given_forms, l.family_name, l.family_forms, l.date_of_birth,
        r.given_name, r.given_forms, r.family_name, r.family_forms, r.date_of_birth
    ), FALSE)
    FROM identity AS l, identity AS r
    WHERE l.identity_id = $left AND r.identity_id = $right
"""
