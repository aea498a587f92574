"""Files read by column and row by row: what comes of them in the lake has to be the same, byte for byte."""

import io
from collections import Counter
from unittest.mock import patch

import pyarrow.parquet as pq

from pipelines.extract.files.blocks import Block
from pipelines.extract.files.inbox import find_export
from pipelines.extract.landing.reading import format_module, read_batch
from pipelines.extract.parts.csv.blocks import CsvBlocks
from pipelines.extract.parts.twilio import sides as twilio_sides
from pipelines.extract.values.issues import Issues
from tests.extract.exports import NIGHT


def laid(inbox, source, content, name="a"):
    """The export of a file, or of files by their names."""
    for each, written in (content if isinstance(content, dict) else {name: content}).items():
        path = inbox / source.name / NIGHT.isoformat() / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written)
    return find_export(str(inbox), source, NIGHT)


def landed(folder, source, content, name="a", *, by_column):
    """The bytes of the lake by table, and the counts by file."""
    export, lake = laid(folder / "inbox", source, content, name), folder / ("columns" if by_column else "rows")
    digests, module = {file.name: "" for file in export.files}, format_module(source.format)
    if by_column:
        reading = read_batch(export, digests, lake, "x")
    else:
        with (
            patch.object(module, "extract_blocks", module.extract),
            patch.object(CsvBlocks, "can_read", lambda *_: False),
            patch.object(twilio_sides, "may_have_cell", lambda *_: True),
        ):
            reading = read_batch(export, digests, lake, "x")
    return {name: (lake / part).read_bytes() for name, part in reading.parts.items()}, reading.files


def assert_alike(tmp_path_factory, source, content, name="a"):
    folder = tmp_path_factory.mktemp("lake")
    one, counts = landed(folder, source, content, name, by_column=False)
    other, counts_by_column = landed(folder, source, content, name, by_column=True)
    assert counts_by_column == counts
    for table, rows in one.items():
        assert read(other[table]) == read(rows), table
    assert other == one


def read(parquet):
    return pq.read_table(io.BytesIO(parquet)).to_pylist()


def counted(folder, source, content, name="a"):
    """How many of a file's records went by column, and how many one by one."""
    found = Counter()
    for each in format_module(source.format).extract_blocks(laid(folder, source, content, name), Issues()):
        others = len(each.others) if isinstance(each, Block) else 1
        found += Counter(columns=(len(each) if isinstance(each, Block) else 1) - others, others=others)
    return found["columns"], found["others"]
