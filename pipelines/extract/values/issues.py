"""What an extractor could not take: kept with its place and its reason, and counted, so that every file's counts close."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

RAW_LIMIT = 64 * 1024  # bytes of a quarantined record that are kept with it; its place leads to the whole
REASON_LIMIT = 700  # characters of a reason: a line that a person reads, in which a field's name may stand
HELD = 500  # quarantined records in memory before they are handed on
_PERSONAL = re.compile(r"@|\d{6}")
KINDS_TOLD = 100  # kinds of warnings about one file; a file that brings more has one more, "and more"


class UnreadableError(ValueError):
    """A record is not what its format says. The message is written by us and never quotes the record (law 12)."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One record set aside: where it lies, why, and (in the lake only) its first bytes."""

    file: str
    position: str
    reason: str
    raw: bytes


@dataclass(slots=True)
class Issues:
    """The issues of one source and night, gathered while its files are read.

    Attributes:
        quarantined: records that could not be read; each counts as read. Where there is a ``drain``, the last few alone.
        suppressed: ``file: {reason: count}`` of records left out on purpose (a chat's system lines); each counts as read.
        warnings: ``file: {reason: count}`` of things worth telling that cost no record.
        drain: takes over quarantined records, some hundreds at a time, so that a file of nothing else fits into memory.
        place_of: gives file and position as a person finds them (an archive's entries lie in the archive).
    """

    quarantined: list[Quarantined] = field(default_factory=list)
    suppressed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    warnings: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    drain: Callable[[list[Quarantined]], None] | None = None
    place_of: Callable[[str, str], tuple[str, str]] | None = None

    def quarantine(self, raw: bytes | str, *, file: str, at: str, reason: str | Exception) -> None:
        """Set one record aside."""
        kept = (raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw)[:RAW_LIMIT]
        if self.place_of:
            file, at = self.place_of(file, at)
        self.quarantined.append(Quarantined(file, at, reason_of(reason)[:REASON_LIMIT], kept))
        if self.drain and len(self.quarantined) >= HELD:
            self.flush()

    def flush(self) -> None:
        """Hand on what is held of the quarantined records, where somebody takes it."""
        if self.drain and self.quarantined:
            self.drain(self.quarantined)
            self.quarantined = []

    def suppress(self, *, file: str, reason: str) -> None:
        """Count one record that is left out on purpose."""
        self.suppressed[self._file(file)][reason] += 1

    def warn(self, *, file: str, reason: str) -> None:
        """Count something to tell that costs no record; ``reason`` names fields and rules, never values."""
        told = self.warnings[self._file(file)]
        told[reason if reason in told or len(told) < KINDS_TOLD else "and more kinds of warnings"] += 1

    def unknown_fields(self, names: set[str], *, file: str) -> None:
        """Tell of fields that no mapping takes: the export's shape has changed (schema drift).

        A name that may be a person's is not told: some programs write records under addresses and numbers.
        """
        for name in sorted(names):
            shown = "an unknown field named like an address or a number"
            self.warn(file=file, reason=shown if _PERSONAL.search(name) else f"unknown field {name[:60]!r}")

    def _file(self, file: str) -> str:
        return self.place_of(file, "")[0] if self.place_of else file


def reason_of(error: str | Exception) -> str:
    """Say why in words without quoting the record: what a library says of a value may hold the value."""
    if isinstance(error, str):
        return error
    if isinstance(error, UnreadableError):
        return str(error)
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str) and error.args[0].isidentifier():
        return f"missing field {error.args[0]!r}"
    return f"not readable ({type(error).__name__})"
