"""Formats that look through all files first: however an export is cut into batches, each file is read knowing all."""

import json

import pyarrow.parquet as pq
import pytest

from pipelines.extract.files.budget import DIED, OverBudget
from pipelines.extract.landing import batches, reading
from pipelines.extract.landing.jobs import Inline
from pipelines.extract.landing.landing import land
from pipelines.extract.landing.partition import sealed_files
from pipelines.extract.landing.workers import pool
from pipelines.settings import Home
from tests.extract import test_freshdesk, test_intercom
from tests.extract.exports import NIGHT, extracted
from tests.extract.test_zendesk import PEOPLE, SOURCE, TALK, lines

DESK = SOURCE.model_copy(update={"max_quarantined_share": 0.9})
FILES = {
    "1.ndjson": lines(TALK),
    "big.ndjson": lines(TALK | {"id": 7, "comments": []}),
    "users.ndjson": lines(*PEOPLE),
}


class OverwhelmedByOne(Inline):
    """A pool whose workers do not survive the file ``big.ndjson``."""

    def submit(self, do, *arguments, size):
        if do is reading.read_batch and any(file.name.endswith("big.ndjson") for file in arguments[0].files):
            return super().submit(self.die, size=size)
        return super().submit(do, *arguments, size=size)

    @staticmethod
    def die():
        raise OverBudget(DIED)


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "inbox" / DESK.name / NIGHT.isoformat()
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_text(content)
    return Home(tmp_path)


def said(home):
    """Each message's direction and party, and what was set aside."""
    messages = {
        row["source_ref"]: (row["direction"], json.dumps(row["party"], default=str))
        for file in sealed_files(home.lake, "interaction")
        for row in pq.read_table(file).to_pylist()
    }
    aside = [row["reason"] for file in sealed_files(home.lake, "quarantine") for row in pq.read_table(file).to_pylist()]
    return messages, aside


@pytest.fixture
def in_one_batch(tmp_path_factory, home):
    other = Home(tmp_path_factory.mktemp("one"))
    (other.path / "inbox").symlink_to(home.path / "inbox")
    land(other, DESK, NIGHT)
    return said(other)


def test_files_in_batches_of_their_own_know_the_users_of_all(home, in_one_batch, monkeypatch):
    monkeypatch.setattr(batches, "FILES", 1)
    with pool(2) as workers:
        assert land(home, DESK, NIGHT, workers).files == 3
    assert said(home) == in_one_batch
    assert not list(home.lake.rglob("survey-*"))  # it holds people, and goes when it has served
    assert {direction for direction, _ in in_one_batch[0].values()} == {"inbound", "outbound", "internal"}


def test_files_that_are_read_alone_because_of_one_beside_them_know_the_users_of_all(home, in_one_batch):
    land(home, DESK, NIGHT, OverwhelmedByOne())
    messages, aside = said(home)
    assert messages == in_one_batch[0]
    assert aside == [DIED]


MOVED = "moved@mail.example"
ZENDESK = (SOURCE, TALK, PEOPLE[0], "2026-11-19T00:00:00Z")
FRESHDESK = (test_freshdesk.SOURCE, test_freshdesk.TALK, test_freshdesk.PEOPLE[0], "2026-11-19T00:00:00Z")
INTERCOM = (test_intercom.SOURCE, test_intercom.TALK, test_intercom.PEOPLE[0], test_intercom.NINE)
WEBHOOK = (*INTERCOM[:3], "2026-11-19T00:00:00.000+00:00")


@pytest.mark.parametrize("order", ["first", "last"])
@pytest.mark.parametrize(
    "export",
    [
        pytest.param(ZENDESK, id="zendesk"),
        pytest.param(FRESHDESK, id="freshdesk"),
        pytest.param(INTERCOM, id="intercom"),
        pytest.param(WEBHOOK, id="intercom, a date in words"),
    ],
)
def test_of_two_rows_of_one_person_the_later_counts_whatever_their_files_are_called(tmp_path, export, order):
    source, talk, person, later = export
    newer, older = lines(person | {"email": MOVED, "updated_at": later}), lines(person)
    files = {"talk": lines(talk), "a": newer if order == "first" else older, "b": older if order == "first" else newer}
    addresses = {each.value for record in extracted(tmp_path, files, source).records for each in record.party}
    assert MOVED in addresses
