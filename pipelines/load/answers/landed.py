"""What the lake holds and the version in use was not made of: landed since, by a run that went no further."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.extract.landing.partition import SEALED, read_seal
from pipelines.extract.landing.waiting import Waiting
from pipelines.load.answers.query import open_read_only
from pipelines.settings import Home, Source

_FILES = "SELECT night, source, file, sha256, read, suppressed, quarantined FROM meta.ledger"

Files = Mapping[str, tuple[Any, ...]]  # what is known of each, by name


def unpublished(home: Home, sources: Iterable[Source], folder: Path | None) -> list[Waiting]:
    """List what landed and is not in the version in use, by night and source.

    By what files say, not by when they were written: a part of the lake may come back from a backup, and clocks are set.

    Args:
        folder: of the version; None where nothing is published.
    """
    published = _published(folder)
    seals = [
        (date.fromisoformat(seal.parent.name), source.name, seal.parent)
        for source in sources
        for seal in (home.lake / source.name).glob(f"????-??-??/{SEALED}")
    ]
    return [
        Waiting(source, night, files)
        for night, source, partition in sorted(seals)
        if (files := _files_apart(partition, published.get((night, source), {})))
    ]


def _published(folder: Path | None) -> Mapping[tuple[date, str], Files]:
    """Return what the version holds of each file, by night and source."""
    known: dict[tuple[date, str], dict[str, tuple[Any, ...]]] = defaultdict(dict)
    if folder:
        with open_read_only(folder / "customers.duckdb") as con:
            for night, source, file, *facts in con.execute(_FILES).fetchall():
                known[night, source][file] = tuple(facts)
    return known


def _files_apart(partition: Path, known: Files) -> int:
    """Count the files of a partition of which the version holds nothing, or something else."""
    return sum(
        known.get(name) != (file.sha256, file.read, file.suppressed, file.quarantined)
        for name, file in read_seal(partition).files.items()
    )
