"""A file that was cut off, at every percent of its length: what is taken of it is whole, and that it was cut is told."""

import gzip
import hashlib
import io
import zipfile
from dataclasses import asdict

import pytest

from tests.extract.specimens import specimens

SPECIMENS = specimens()


@pytest.mark.parametrize("format_", SPECIMENS)
def test_no_part_of_a_file_is_taken_for_the_whole(tmp_path, format_):
    specimen = SPECIMENS[format_]
    content = specimen.content
    whole = specimen.read(tmp_path / "whole")
    records = {record.source_ref: asdict(record) for record in whole.records}
    silent = {}
    for percent in range(1, 100):
        at = len(content) * percent // 100
        outcome = specimen.read(tmp_path / str(percent), content[:at])
        if outcome.quarantined or outcome.warnings - whole.warnings:
            continue
        taken = {record.source_ref: asdict(record) for record in outcome.records}
        altered = [ref for ref in taken if taken[ref] != records.get(ref)]
        at_line_end = specimen.has_lines and b"\n" in (content[at - 1 : at], content[at : at + 1])
        if altered or not (at_line_end or not content[at:].strip()):
            silent[percent] = (content[max(at - 30, 0) : at], altered)
    assert silent == {}


ALONE = ("eml", "maildir")  # one message a file
TRANSCRIBED = ("amazon_connect", "genesys", "twilio")  # a record's text stands behind it
OF_THE_REST = {"mbox": 1, "whatsapp": 1}  # the last, of which nothing shows that it is whole


@pytest.mark.parametrize("format_", [each for each in SPECIMENS if each not in ALONE])
def test_a_gzip_that_lacks_its_end_gives_what_stands_before(tmp_path, format_):
    specimen = SPECIMENS[format_]
    whole = specimen.read(tmp_path / "whole")
    outcome = specimen.read(tmp_path / "cut", gzip.compress(specimen.content)[:-4])
    assert len(outcome.records) == len(whole.records) - OF_THE_REST.get(format_, 0)
    assert [reason for _, reason in outcome.quarantined] == ["the gzip stream is cut off"]


@pytest.mark.parametrize("format_", SPECIMENS)
def test_no_part_of_a_gzip_is_taken_for_the_whole(tmp_path, format_):
    specimen = SPECIMENS[format_]
    texts = {(record.source_ref, record.text) for record in specimen.read(tmp_path / "whole").records}
    packed = gzip.compress(specimen.content)
    for percent in range(1, 100):
        outcome = specimen.read(tmp_path / str(percent), packed[: len(packed) * percent // 100])
        assert outcome.quarantined, percent
        taken = {(record.source_ref, record.text) for record in outcome.records}
        assert taken <= texts or format_ in TRANSCRIBED, percent


def test_a_damaged_entry_of_a_zip_gives_what_stands_before(tmp_path):
    specimen = SPECIMENS["table"]
    header, row, *_ = specimen.content.splitlines(keepends=True)
    refs = (hashlib.sha256(bytes([number >> 8, number & 255])).hexdigest().encode() for number in range(20_000))
    rows = b"".join(row.replace(b",", ref + b",", 1) for ref in refs)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", header + rows)
    content = bytearray(packed.getvalue())
    content[len(content) // 2] ^= 255
    outcome = specimen.read(tmp_path, bytes(content))
    assert len(outcome.records) > 5_000
    assert outcome.quarantined[-1][1] == "an entry of the zip is damaged or cut off"
