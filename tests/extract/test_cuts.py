"""A file that was cut off, at every percent of its length: what is taken of it is whole, and that it was cut is told."""

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
