"""What the lake holds and the version in use was not made of: landed since, by a run that went no further."""

import contextlib
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.extract.landing.partition import SEALED, read_seal
from pipelines.extract.landing.waiting import Waiting
from pipelines.load.answers.query import open_read_only
from pipelines.settings import Home, Source

_FILES = """
SELECT file, sha256, read, suppressed, quarantined FROM meta.ledger WHERE source = $source AND night = $night
"""


def unpublished(home: Home, sources: Iterable[Source], folder: Path | None, since: datetime | None) -> list[Waiting]:
    """List what landed and is not in the version in use, by night and source.

    Args:
        folder: of the version; None where nothing is published.
        since: when it was published. Partitions that were sealed before are not opened.
    """
    seals = [
        (date.fromisoformat(seal.parent.name), source.name, seal)
        for source in sources
        for seal in (home.lake / source.name).glob(f"????-??-??/{SEALED}")
        if since is None or seal.stat().st_mtime > since.timestamp()
    ]
    with contextlib.ExitStack() as stack:
        con = stack.enter_context(open_read_only(folder / "customers.duckdb")) if folder and seals else None
        counts = [(night, source, _files_apart(con, night, source, seal)) for night, source, seal in sorted(seals)]
    return [Waiting(source, night, files) for night, source, files in counts if files]


def _files_apart(con: duckdb.DuckDBPyConnection | None, night: date, source: str, seal: Path) -> int:
    """Count the files of a partition of which the version of ``con`` holds nothing, or something else."""
    rows = con.execute(_FILES, {"source": source, "night": night}).fetchall() if con else []
    known = {file: tuple(facts) for file, *facts in rows}
    return sum(
        known.get(name) != (file.sha256, file.read, file.suppressed, file.quarantined)
        for name, file in read_seal(seal.parent).files.items()
    )
