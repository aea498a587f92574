"""What did not come on a version's night, and what of it could not be read: for status, and for the report."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.extract.files.inbox import left_alone
from pipelines.extract.landing.naming import shown_file
from pipelines.settings import Home, Source, load_sources, sources_path

log = logging.getLogger(__name__)

MOST = 30  # reasons that are told of one night

_ABSENT = """
SELECT source FROM meta.ledger WHERE night < $night
EXCEPT SELECT source FROM meta.ledger WHERE night = $night ORDER BY source
"""
_FILES = "SELECT file FROM meta.ledger WHERE night = $night AND source = $source"
_QUARANTINED = """
SELECT quarantine.source, quarantine.reason, count(*) AS records,
    list([quarantine.file, coalesce(ledger.format, ''), quarantine.position]
        ORDER BY quarantine.file, quarantine.position)[:3] AS places
FROM meta.quarantine AS quarantine
LEFT JOIN meta.ledger AS ledger
    ON quarantine.source = ledger.source AND quarantine.night = ledger.night AND quarantine.file = ledger.file
WHERE quarantine.night = $night
GROUP BY quarantine.source, quarantine.reason ORDER BY records DESC, quarantine.source, quarantine.reason LIMIT $most
"""


@dataclass(frozen=True)
class Quarantined:
    """Records of the night that could not be read for one reason, and where to look: the first few places."""

    source: str
    reason: str
    records: int
    places: list[str]


def absent(con: duckdb.DuckDBPyConnection, night: date) -> list[str]:
    """Return the sources that brought something on an earlier night, and nothing on this one."""
    return [source for (source,) in con.execute(_ABSENT, {"night": night}).fetchall()]


def declared(home: Home) -> list[Source]:
    """Return the sources of sources.yml; none, with a warning, where there is a mistake among them."""
    try:
        return list(load_sources(sources_path(home)).values())
    except ConfigurationError as error:
        words = str(error)
        log.warning("what waits in the inbox, and which sources were due, cannot be told: %s", words)
        return []


def missing(con: duckdb.DuckDBPyConnection, night: date, sources: Iterable[Source]) -> list[str]:
    """Return the sources that were due on this night and brought nothing, or only what is left alone (``left_alone``)."""

    def has_come(source: Source) -> bool:
        files = con.execute(_FILES, {"night": night, "source": source.name}).fetchall()
        return any(not left_alone(file) for (file,) in files)

    return sorted(source.name for source in sources if source.is_due(night) and not has_come(source))


def quarantined(con: duckdb.DuckDBPyConnection, night: date) -> list[Quarantined]:
    """Return what could not be read on a night, by source and reason, the most frequent first; at most ``MOST``."""
    rows = con.execute(_QUARANTINED, {"night": night, "most": MOST}).fetchall()
    return [
        Quarantined(source, reason, records, [_place(*place) for place in places])
        for source, reason, records, places in rows
    ]


def _place(file: str, format_: str, position: str) -> str:
    """Say where a record stands; the file's name without the person it may be named after."""
    return f"{shown_file(file, format_)}, {position}"
