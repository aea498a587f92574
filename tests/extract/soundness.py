"""What holds of everything that comes out of an export, however hostile: the lake can hold it, a terminal can show it."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, get_args

import orjson

from pipelines.contract import KINDS, REASONS, Channel, Direction, Evidence, Interaction, Record
from pipelines.extract.values.issues import REASON_LIMIT, Issues
from pipelines.extract.values.records import batch_of, row_of

NIGHT = date(2026, 11, 20)


def sound(records: Iterable[Record]) -> Iterator[Record]:
    """Yield the records; AssertionError at one that the lake could not take, or that no person could find again."""
    for record in records:
        assert record.source_ref, "a record without an id"
        assert_tellable(record.position)
        row = row_of(record) | {"night": NIGHT, "sequence": 0}
        batch_of("interaction" if isinstance(record, Interaction) else "profile", [row])
        assert b"\\u0000" not in (said := orjson.dumps(record)) or not holds_nul(orjson.loads(said)), "a NUL"
        _assert_words_of_the_contract(record)
        yield record


def assert_told_soundly(issues: Issues) -> None:
    """What is told of the rest is short, can be printed, and has a reason."""
    for row in issues.quarantined:
        assert row.reason
        assert_tellable(row.reason)
        assert_tellable(row.position)
    for told in (*issues.suppressed.values(), *issues.warnings.values()):
        for reason in told:
            assert_tellable(reason)


def assert_tellable(text: str) -> None:
    assert text.isprintable(), f"a control character in what is told: {text[:REASON_LIMIT]!a}"
    assert len(text) <= REASON_LIMIT, f"what is told is {len(text)} characters long"


def holds_nul(value: Any) -> bool:
    """Whether a NUL stands anywhere in what JSON said."""
    if isinstance(value, str):
        return "\0" in value
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(holds_nul, inner))


def _assert_words_of_the_contract(record: Record) -> None:
    assert record.reason is None or record.reason in REASONS
    people = record.party if isinstance(record, Interaction) else record.identifiers
    for each in people:
        assert each.value.strip(), f"an empty {each.kind}"
        assert each.kind in KINDS
        assert each.evidence in get_args(Evidence)
    if isinstance(record, Interaction):
        assert record.channel in get_args(Channel)
        assert record.direction in get_args(Direction)
        assert record.occurred_at.tzinfo
        assert record.duration_seconds is None or 0 <= record.duration_seconds < float("inf"), record.duration_seconds
