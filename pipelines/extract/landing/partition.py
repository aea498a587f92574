"""A sealed partition of the lake: the Parquet files of one source and night, and which export files they came from.

``lake/<source>/<night>/sealed.json`` is written last, by rename. A reader takes the Parquet files that it lists and nothing
else, so a partition is seen whole, old or new, or not at all. What landed once stays: a batch holds the rows of some export
files, and it goes only when its files come again with another content.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.extract.values.records import SCHEMAS
from pipelines.files import read_own, sync

SEALED = "sealed.json"
MEND = "put its folder back from a backup, or move it away and run the night again, with its exports in the inbox"


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One export file as it was taken in: what it was, what went into reading it, and what came of it, in records.

    Attributes:
        label: of all that went into reading it (its bytes, those of the files it is read with, the source's settings, our
            code): under the same label the same rows come out.
        settings: of the source alone, likewise; empty where an earlier Goldthread read it.
    """

    sha256: str
    size: int
    label: str
    read: int
    suppressed: int
    quarantined: int
    settings: str = ""


@dataclass(slots=True)
class Batch:
    """Export files that were read in one go, and the Parquet files with their rows, by table."""

    files: dict[str, LandedFile]
    parts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Seal:
    """What a partition is made of: its batches, by label."""

    batches: dict[str, Batch] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, LandedFile]:
        """All export files that are in the partition, by name."""
        return {name: file for batch in self.batches.values() for name, file in batch.files.items()}


def read_seal(partition: Path) -> Seal:
    """Return a partition's seal; an empty one where nothing is sealed."""
    try:
        told = read_own(partition / SEALED, MEND)
    except FileNotFoundError:
        return Seal()
    if "batches" not in told:
        return _older_seal(partition, told.get("files", {}))
    return Seal({
        label: Batch({name: LandedFile(**file) for name, file in batch["files"].items()}, batch["parts"])
        for label, batch in told.get("batches", {}).items()
    })  # fmt: skip


def _older_seal(partition: Path, files: dict[str, list[str]]) -> Seal:
    """Return the seal of a partition that Goldthread 0.1 sealed, which tells its export files in the ledger alone.

    They have no label, so that what is still there is read again, once; what is gone stays.
    """
    parts = {table: names[0] for table, names in files.items()}
    if "ledger" not in parts:
        return Seal()
    ledger = pq.read_table(partition / parts["ledger"]).to_pylist()
    landed = {
        row["file"]: LandedFile(row["sha256"], row["bytes"], "", row["read"], row["suppressed"], row["quarantined"])
        for row in ledger
    }
    return Seal({"0.1": Batch(landed, parts)})


def write_seal(partition: Path, seal: Seal) -> None:
    """Make the batches the partition; files that are no longer of it go with ``remove_leftovers``."""
    batches = {label: asdict(batch) for label, batch in sorted(seal.batches.items())}
    files = {
        table: sorted(batch.parts[table] for batch in seal.batches.values() if table in batch.parts) for table in SCHEMAS
    }
    partial = partition / f"{SEALED}.partial"
    told = {"files": {table: names for table, names in files.items() if names}, "batches": batches}
    partial.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
    sync(partial)
    partial.replace(partition / SEALED)
    sync(partition)


def sealed_names(partition: Path) -> set[str]:
    """Return the names of the Parquet files of a sealed partition."""
    return {name for names in read_own(partition / SEALED, MEND)["files"].values() for name in names}


def remove_leftovers(partition: Path) -> None:
    """Remove what is not sealed: rows that were replaced, what was kept for reading, what a run that was killed has left.

    The caller holds the partition's lock.
    """
    kept = sealed_names(partition) if (partition / SEALED).exists() else set()
    for pattern in ("*.parquet", "*.partial", "survey-*.pickle"):
        for left in partition.glob(pattern):
            if left.name not in kept:
                left.unlink()


def without(partition: Path, label: str, batch: Batch, gone: Iterable[str]) -> tuple[str, Batch]:
    """Write a batch anew without the rows of the export files ``gone``, and return it with its label."""
    kept = {name: file for name, file in batch.files.items() if name not in set(gone)}
    new_label = hashlib.sha256(orjson.dumps([label, sorted(kept)])).hexdigest()[:12]
    parts: dict[str, str] = {}
    for table, name in batch.parts.items():
        rows = pq.read_table(partition / name)
        rows = rows.filter(pc.is_in(rows["file"], value_set=pa.array(sorted(kept), type=pa.string())))
        if rows.num_rows:
            parts[table] = f"{table}-{new_label}.parquet"
            pq.write_table(rows, partition / parts[table], compression="zstd")
            sync(partition / parts[table])
    return new_label, Batch(kept, parts)


def sealed_sources(lake: Path, night: date) -> set[str]:
    """Return the names of the sources that have ``night`` in the lake."""
    return {seal.parent.parent.name for seal in lake.glob(f"*/{night.isoformat()}/{SEALED}")}


def landed_sources(lake: Path) -> set[str]:
    """Return the names of the sources that have any night in the lake."""
    return {folder.name for folder in lake.glob("*") if any(folder.glob(f"*/{SEALED}"))}


def sealed_files(lake: Path, table: str) -> list[Path]:
    """Return the Parquet files of ``table`` in all sealed partitions, sorted."""
    return [
        seal.parent / name
        for seal in sorted(lake.glob(f"*/*/{SEALED}"))
        for name in read_own(seal, MEND)["files"].get(table, [])
    ]


def quarantined_nights(lake: Path) -> dict[date, set[str]]:
    """Return the nights in which something is in quarantine, oldest first, and of which sources."""
    found: dict[date, set[str]] = {}
    for seal in sorted(lake.glob(f"*/*/{SEALED}"), key=lambda seal: seal.parent.name):
        if any(file.quarantined for file in read_seal(seal.parent).files.values()):
            found.setdefault(date.fromisoformat(seal.parent.name), set()).add(seal.parent.parent.name)
    return found
