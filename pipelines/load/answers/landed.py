"""What the lake holds and the version in use was not made of: landed since, by a run that went no further."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from pipelines.extract.landing.partition import SEALED, read_seal
from pipelines.settings import Home, Source

_FILES = """
SELECT file, sha256, read, suppressed, quarantined FROM meta.ledger WHERE source = $source AND night = $night
"""


@dataclass(frozen=True, slots=True)
class Unpublished:
    """How many files of a source's night landed with what the version in use does not hold of them."""

    source: str
    night: date
    files: int


def unpublished(con: duckdb.DuckDBPyConnection, home: Home, sources: Iterable[Source], since: datetime) -> list[Unpublished]:
    """List what landed and is not in the version of ``con``, by night and source.

    Partitions that were sealed before ``since``, when the version was published, are not opened.
    """
    counts: Counter[tuple[date, str]] = Counter()
    for source in sources:
        for seal in (home.lake / source.name).glob(f"????-??-??/{SEALED}"):
            if seal.stat().st_mtime <= since.timestamp():
                continue
            night = date.fromisoformat(seal.parent.name)
            rows = con.execute(_FILES, {"source": source.name, "night": night}).fetchall()
            known = {file: tuple(facts) for file, *facts in rows}
            landed = read_seal(seal.parent).files
            counts[night, source.name] = sum(
                known.get(name) != (file.sha256, file.read, file.suppressed, file.quarantined)
                for name, file in landed.items()
            )
    return [Unpublished(source, night, files) for (night, source), files in sorted(counts.items()) if files]
