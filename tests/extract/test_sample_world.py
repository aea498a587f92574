"""The sample world, whose author writes the exports and the truth: every record comes out, and nothing else does."""

import csv
from datetime import date, timedelta

import pytest

from pipelines.contract import Interaction
from pipelines.demo.command import write_demo
from pipelines.extract.files.inbox import find_export
from pipelines.extract.landing.reading import read_export
from pipelines.extract.values.issues import Issues
from pipelines.settings import PACKAGE_ROOT, Home, load_sources

FIRST, NIGHTS = date(2026, 3, 27), 3  # the clocks change within
SOURCES = load_sources(PACKAGE_ROOT / "config" / "sources.yml")
NAMES = ["social_x", "messenger", "helpdesk", "whatsapp", "crm", "calls", "sms"]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("world"))
    write_demo(home, persons=500, nights=NIGHTS, seed=11, first_night=FIRST)
    return home


def truth(home, table):
    with (home.path / "truth" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module", params=NAMES)
def outcome(request, world):
    """All records of one source by their id, and what was set aside, over all nights."""
    source, issues, records = SOURCES[request.param], Issues(), []
    for number in range(NIGHTS):
        records += read_export(find_export(world.inbox, source, FIRST + timedelta(days=number)), issues)
    return request.param, {record.source_ref: record for record in records}, issues


def test_every_record_of_the_truth_comes_out_and_no_other(world, outcome):
    name, records, _ = outcome
    expected = {row["source_ref"]: row for row in truth(world, "record_person") if row["source"] == name}
    assert records.keys() == expected.keys()
    nobody = {ref for ref, record in records.items() if record.reason is not None}
    assert nobody >= {ref for ref, row in expected.items() if row["reason"]}
    assert {"no_identifier"} >= {records[ref].reason for ref in nobody}


def test_every_message_belongs_to_the_conversation_that_the_truth_says(world, outcome):
    name, records, _ = outcome
    told = [row for row in truth(world, "message_enquiry") if row["source"] == name]
    if name in ("helpdesk", "calls"):  # there, a thread is a conversation; elsewhere it is all that one person ever wrote
        threads = {(row["conversation"], records[row["source_ref"]].conversation_ref) for row in told}
        assert len({thread for _, thread in threads}) == len({conversation for conversation, _ in threads}) == len(threads)
    else:
        assert all(isinstance(records[row["source_ref"]], Interaction) for row in told)


def test_what_the_world_broke_is_set_aside_where_it_stands(world, outcome):
    name, _, issues = outcome
    found = [(row.file, row.position) for row in issues.quarantined]
    for broken in truth(world, "rejected"):
        if broken["source"] == name:
            assert any(file == broken["file"] and place.endswith(broken["position"]) for file, place in found)
