"""How long the stages of a night took: noted beside the warehouse for people to read, never in a table (law 2)."""

import json
from contextlib import suppress
from datetime import date
from pathlib import Path

from pipelines.files import write_own
from pipelines.settings import Home


def timings(home: Home, night: date) -> dict[str, float]:
    """Return the seconds of the stages that ran for ``night`` last; none where the file is damaged, which fails no night."""
    try:
        noted = json.loads(_path(home).read_text(encoding="utf-8"))
        return dict(noted["seconds"]) if noted["night"] == night.isoformat() else {}
    except (FileNotFoundError, ValueError):
        return {}


def note_seconds(home: Home, night: date, stage: str, seconds: float) -> None:
    """Note the seconds of a stage in ``warehouse/timings.json``; where they cannot be, the stage is done all the same."""
    path = _path(home)
    with suppress(OSError):  # a full disk; or two extractions side by side note theirs at once, and one of them stands
        noted = timings(home, night) | {stage: round(seconds, 2)}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_own(path, json.dumps({"night": night.isoformat(), "seconds": noted}, indent=2) + "\n")


def _path(home: Home) -> Path:
    return home.database.with_name("timings.json")
