"""What waits in the inbox: a file that came late, has changed since its night was run, or was read by other settings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pipelines.extract.files.inbox import ANY_NIGHT, NIGHT, find_files
from pipelines.extract.landing.batches import settings_digest
from pipelines.extract.landing.partition import LandedFile, read_seal
from pipelines.settings import Home, Source


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many files of a source wait for their night to be run (again)."""

    source: str
    night: date
    files: int


def waiting(home: Home, sources: Iterable[Source]) -> list[Waiting]:
    """List what waits, by night and source. Told by names and sizes alone: nothing is opened.

    Raises:
        OSError: the inbox is away.
    """
    counts: Counter[tuple[date, str]] = Counter()
    landed: dict[tuple[date, str], dict[str, LandedFile]] = {}
    for source in sources:
        if "{night}" not in source.path:
            continue
        at = source.path.split("{night}")[0].count("/")
        settings = settings_digest(source)
        for file in find_files(home.inbox, source.path.replace("{night}", ANY_NIGHT)):
            night = _night(file.name.split("/")[at])
            if night is None or file.is_left_alone:
                continue
            if (night, source.name) not in landed:
                landed[night, source.name] = read_seal(home.lake / source.name / night.isoformat()).files
            known = landed[night, source.name].get(file.name)
            if known is None or known.size != file.size or known.settings not in ("", settings):
                counts[night, source.name] += 1
    return [Waiting(source, night, files) for (night, source), files in sorted(counts.items())]


def _night(part: str) -> date | None:
    """Return the night that a part of a path tells."""
    for found in NIGHT.finditer(part):
        try:
            return date.fromisoformat(found[0])
        except ValueError:
            continue
    return None
