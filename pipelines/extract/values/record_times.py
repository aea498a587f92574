"""Times that a record tells of itself, and which of several rows about one thing counts."""

from datetime import UTC, datetime
from typing import Protocol, TypeVar

from pipelines.extract.values.fields import Fields
from pipelines.extract.values.instants import parse_instant

_NEVER = datetime.min.replace(tzinfo=UTC)


class Changing(Protocol):
    """What has the time of its last change, or None where nothing tells it."""

    @property
    def updated_at(self) -> datetime | None:
        """When it was last changed."""


Row = TypeVar("Row", bound=Changing)


def maybe_instant(fields: Fields, name: str) -> datetime | None:
    """Take a time with its zone that may be absent, or an empty text."""
    written = fields.maybe_string(name)
    return parse_instant(written, None)[0] if written else None


def keep_later(kept: dict[str, Row], ref: str, row: Row) -> None:
    """Keep a row under its id, unless the one that is there was changed later; of two of one time the last counts."""
    held = kept.get(ref)
    if held is None or (held.updated_at or _NEVER) <= (row.updated_at or _NEVER):
        kept[ref] = row
