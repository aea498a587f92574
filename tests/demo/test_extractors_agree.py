"""The product's extractors on the sample world: they find the records that the truth names, no more and no fewer."""

from collections import defaultdict
from datetime import date

import pytest

from pipelines.demo.command import SOURCES
from pipelines.extract.files.inbox import find_export
from pipelines.extract.landing.reading import read_export
from pipelines.extract.values.issues import Issues
from pipelines.settings import Home, load_sources, sources_path
from tests.demo import reading


@pytest.mark.parametrize("name", SOURCES)
def test_an_extractor_finds_what_the_truth_names_and_sets_aside_what_it_must(world, name):
    source = load_sources(sources_path(Home(world)))[name]
    truth = {row["source_ref"]: row for row in reading.truth_rows(world, "record_person") if row["source"] == name}
    rejected = defaultdict(int)
    for row in reading.truth_rows(world, "rejected"):
        rejected[row["file"]] += 1
    found = {}
    for night in (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)):
        issues = Issues()
        for record in read_export(find_export(str(world / "inbox"), source, night), issues):
            found[record.source_ref] = record
        quarantined = defaultdict(int)
        for each in issues.quarantined:
            quarantined[each.file] += 1
        assert dict(quarantined) == {file: count for file, count in rejected.items() if f"{name}/{night}/" in file}
    assert found.keys() == truth.keys()
    for ref, record in found.items():
        if truth[ref]["person_id"] and "withheld_number" not in truth[ref]["tags"]:
            assert record.reason is None
        elif truth[ref]["reason"]:
            assert record.reason is not None
