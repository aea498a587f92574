"""What an extractor could not take: kept with its place and its reason, and counted, so that every file's counts close."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

RAW_LIMIT = 64 * 1024  # bytes of a quarantined record that are kept with it; its place leads to the whole


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
        quarantined: records that could not be read; each counts as read.
        suppressed: ``file: {reason: count}`` of records left out on purpose (a chat's system lines); each counts as read.
        warnings: ``file: {reason: count}`` of things worth telling that cost no record.
    """

    quarantined: list[Quarantined] = field(default_factory=list)
    suppressed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    warnings: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def quarantine(self, raw: bytes | str, *, file: str, at: str, reason: str | Exception) -> None:
        """Set one record aside."""
        kept = (raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw)[:RAW_LIMIT]
        self.quarantined.append(Quarantined(file, at, reason_of(reason), kept))

    def suppress(self, *, file: str, reason: str) -> None:
        """Count one record that is left out on purpose."""
        self.suppressed[file][reason] += 1

    def warn(self, *, file: str, reason: str) -> None:
        """Count something to tell that costs no record; ``reason`` names fields and rules, never values."""
        self.warnings[file][reason] += 1

    def unknown_fields(self, names: set[str], *, file: str) -> None:
        """Tell of fields that no mapping takes: the export's shape has changed (schema drift)."""
        for name in names:
            self.warn(file=file, reason=f"unknown field {name[:60]!r}")

    def fold(self, place_of: Callable[[str, str], tuple[str, str]]) -> None:
        """Give everything gathered so far to the file, and the position in it, that ``place_of`` returns."""
        self.quarantined = [
            replace(row, file=file, position=position)
            for row in self.quarantined
            for file, position in [place_of(row.file, row.position)]
        ]
        for counts in (self.suppressed, self.warnings):
            for name in list(counts):
                file, _ = place_of(name, "")
                if file != name:
                    counts[file] += counts.pop(name)


def reason_of(error: str | Exception) -> str:
    """Say why in words without quoting the record: what a library says of a value may hold the value."""
    if isinstance(error, str):
        return error
    if isinstance(error, UnreadableError):
        return str(error)
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str) and error.args[0].isidentifier():
        return f"missing field {error.args[0]!r}"
    return f"not readable ({type(error).__name__})"
