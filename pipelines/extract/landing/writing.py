"""Records, and what was set aside, on their way into the Parquet files of a partition."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.contract import Interaction, Profile, Record
from pipelines.extract.files.blocks import Block, with_columns
from pipelines.extract.files.inbox import Export
from pipelines.extract.landing.contents import content_hashes
from pipelines.extract.values.issues import Issues, Quarantined
from pipelines.extract.values.records import SCHEMAS, batch_of, row_of
from pipelines.files import sync

_TEXTS = {  # takes the texts of a row
    table: itemgetter(*(column.name for column in schema if column.type in (pa.string(), pa.binary())))
    for table, schema in SCHEMAS.items()
}
ROWS, ROWS_SIZE = 5_000, 16 << 20  # rows, and characters in their texts, that are held before they go to Parquet


@dataclass(slots=True)
class FileCounts:
    """What one export file brought, in records, and why some of them were left out."""

    taken: int = 0
    quarantined: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """All that the file holds."""
        return self.taken + self.quarantined + self.suppressed.total()


class PartWriter:
    """Rows into Parquet files beside the sealed ones; ``finish`` gives them their names."""

    def __init__(self, partition: Path, night: date, label: str) -> None:
        self.partition, self.night, self.label = partition, night, label
        self.taken: Counter[str] = Counter()  # records by file
        self.quarantined: Counter[str] = Counter()
        self._rows: dict[str, list[dict[str, Any]]] = {table: [] for table in SCHEMAS}
        self._batches: dict[str, list[pa.RecordBatch]] = {table: [] for table in SCHEMAS}  # which come before the rows
        self._held, self._sizes = dict.fromkeys(SCHEMAS, 0), dict.fromkeys(SCHEMAS, 0)
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._end_of_night = datetime.combine(night, time.max, UTC)

    def __enter__(self) -> "PartWriter":
        self.partition.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()
        for left in self.partition.glob(f"*-{self.label}.partial"):
            left.unlink()

    def add(self, record: Record) -> None:
        """Take one record; its place in its file orders versions of the same record."""
        self.add_row(table_of(record), self._row(record, self.taken[record.file]))
        self.taken[record.file] += 1

    def add_block(self, block: Block) -> None:
        """Take records by column, as if each were taken by itself."""
        file, table = block.file, block.table
        first = self.taken[file]
        self.taken[file] += len(block)
        batch = self._by_column(block)
        if block.others:
            others = batch_of(table, [self._row(record, 0) for record in block.others])
            batch = pa.concat_batches([batch, others]).take(pa.array(block.order))
        sequence = pa.array(np.arange(first, first + len(block)))
        self._add_batch(table, with_columns(batch, sequence=sequence))

    def set_aside(self, export: Export, rows: list[Quarantined]) -> None:
        """Take records that could not be read."""
        for row in rows:
            self.quarantined[row.file] += 1
            self.add_row(
                "quarantine",
                {
                    "source": export.source.name, "night": export.night, "file": row.file, "position": row.position,
                    "reason": row.reason, "raw": row.raw,
                },
            )  # fmt: skip

    def counts_of(self, file: str, issues: Issues) -> FileCounts:
        """Return what a file has brought so far."""
        return FileCounts(self.taken[file], self.quarantined[file], issues.suppressed[file], issues.warnings[file])

    def add_row(self, table: str, row: dict[str, Any]) -> None:
        """Take a row of any table, as it is."""
        self._rows[table].append(row)
        self._held[table] += 1
        self._sizes[table] += sum([len(text) for text in _TEXTS[table](row) if text])
        self._flush_full(table)

    def _add_batch(self, table: str, batch: pa.RecordBatch) -> None:
        """Take rows by column; what is held goes to Parquet after the same row as if they came one by one."""
        ends = np.cumsum(_sizes(batch))
        start, before = 0, 0
        while start < batch.num_rows:
            full = int(np.searchsorted(ends, before + ROWS_SIZE - self._sizes[table])) + 1
            end = min(batch.num_rows, start + ROWS - self._held[table], full)
            self._settle(table)
            self._batches[table].append(batch.slice(start, end - start))
            self._held[table] += end - start
            self._sizes[table] += int(ends[end - 1]) - before
            start, before = end, int(ends[end - 1])
            self._flush_full(table)

    def finish(self) -> dict[str, str]:
        """Bring everything to the disk and return the names of the Parquet files, by table."""
        parts: dict[str, str] = {}
        for table in SCHEMAS:
            self._flush(table)
        for table, writer in self._writers.items():
            writer.close()
            parts[table] = f"{table}-{self.label}.parquet"
            sync(self._partial(table))
            self._partial(table).replace(self.partition / parts[table])
        return parts

    def _row(self, record: Record, sequence: int) -> dict[str, Any]:
        row = row_of(record)
        if isinstance(record, Profile) and row["updated_at"] is None:
            row["updated_at"] = self._end_of_night
        row["night"], row["sequence"] = self.night, sequence
        return row

    def _by_column(self, block: Block) -> pa.RecordBatch:
        """Return a block's columns as rows of their table, but for the sequence."""
        columns, size = block.columns, block.columns.num_rows
        more = {"content_hash": content_hashes(block.table, columns), "sequence": pa.nulls(size, pa.int64())}
        more["night"] = pa.repeat(pa.scalar(self.night, pa.date32()), size)
        if block.table == "profile":
            more["updated_at"] = columns.column("updated_at").fill_null(self._end_of_night)
        schema = SCHEMAS[block.table]
        arrays = [more[name] if name in more else columns.column(name) for name in schema.names]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _settle(self, table: str) -> None:
        """Make the rows that are held a batch, so that others may follow."""
        if self._rows[table]:
            self._batches[table].append(batch_of(table, self._rows[table]))
            self._rows[table] = []

    def _flush_full(self, table: str) -> None:
        if self._held[table] >= ROWS or self._sizes[table] >= ROWS_SIZE:
            self._flush(table)

    def _flush(self, table: str) -> None:
        if not self._held[table]:
            return
        self._settle(table)
        if table not in self._writers:
            self._writers[table] = pq.ParquetWriter(self._partial(table), SCHEMAS[table], compression="zstd")
        self._writers[table].write_batch(pa.concat_batches(self._batches[table]))
        self._batches[table] = []
        self._held[table] = self._sizes[table] = 0

    def _partial(self, table: str) -> Path:
        return self.partition / f"{table}-{self.label}.partial"


def table_of(record: Record) -> str:
    """Return the table that a record is a row of."""
    return "interaction" if isinstance(record, Interaction) else "profile"


def _sizes(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """Return how many characters the texts of each row have."""
    sizes = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        if pa.types.is_string(column.type):
            sizes += pc.utf8_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    return sizes
