"""What lies in the inbox and no source's path names is told: nobody would read it, and nobody would know."""

from datetime import date, timedelta

import pytest

from pipelines import night as stages
from pipelines.errors import SourceBroken
from pipelines.extract.landing.unclaimed import Unclaimed, unclaimed, undeclared
from pipelines.settings import Home
from tests.extract.exports import source_of

NIGHT = date(2026, 11, 20)
CRM = source_of(
    format="table", name="crm", kind="profile", path="crm/{night}/*.csv", columns={"source_ref": "Id", "full_name": "Name"}
)
WHOLE = source_of(format="table", name="dump", kind="profile", path="dump/*.csv", columns={"source_ref": "Id"})
ROW = "Id,Name\n1,Ann Archer\n"


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def send(home, name):
    path = home.path / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ROW)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        pytest.param("crm/2026-11-20/a.CSV", "crm/2026-11-20", id="another ending"),
        pytest.param("crm/2026-11-20/old/a.csv", "crm/2026-11-20", id="a folder too deep"),
        pytest.param("zendesk/2026-11-20/ann archer/a.json", "zendesk/2026-11-20", id="no source, a person's folder"),
        pytest.param("2026-11-20/zendesk/a.json", "2026-11-20", id="the night before the source"),
    ],
)
def test_files_that_no_path_names_are_told_by_folder(name, folder, home):
    send(home, "crm/2026-11-20/a.csv")
    send(home, "dump/b.csv")
    assert unclaimed(home, [CRM, WHOLE]) == unclaimed(home, [CRM, WHOLE], NIGHT) == []
    send(home, name)
    assert unclaimed(home, [CRM, WHOLE]) == unclaimed(home, [CRM, WHOLE], NIGHT) == [Unclaimed(folder, 1)]
    assert unclaimed(home, [CRM, WHOLE], NIGHT + timedelta(days=1)) == []


def test_an_export_without_the_folder_of_its_night_is_told_of_the_whole_inbox(home):
    send(home, "crm/a.csv")
    send(home, "crm/b.csv")
    send(home, "read me.txt")
    send(home, "crm/.DS_Store")
    assert unclaimed(home, [CRM]) == [Unclaimed("crm", 2)]
    assert unclaimed(home, [CRM], NIGHT) == []


def test_without_an_inbox_nothing_is_told(home):
    assert unclaimed(home, [CRM]) == unclaimed(home, [CRM], NIGHT) == []


def test_a_night_tells_what_nobody_reads(home, caplog):
    send(home, "crm/2026-11-20/a.csv")
    send(home, "zendesk/2026-11-20/ann archer.json")
    stages.extract(home, {"crm": CRM}, NIGHT)
    assert "no path of sources.yml names what lies in zendesk/2026-11-20 (1 file)" in caplog.text
    assert "archer" not in caplog.text


def test_the_plan_of_a_night_tells_the_same_to_whoever_runs_it_source_by_source(home, monkeypatch, caplog):
    monkeypatch.setattr(stages, "sources_of", lambda home: {"whole": WHOLE, "crm": CRM})
    send(home, "zendesk/2026-11-20/ann archer.json")
    assert stages.plan("2026-11-20", str(home.path)) == ["crm", "whole"]
    assert "no path of sources.yml names what lies in zendesk/2026-11-20 (1 file)" in caplog.text


def test_a_source_that_is_no_longer_in_sources_yml_is_told(home, caplog):
    """One that was given another name has everything twice: under the old one, and under the new."""
    send(home, "crm/2026-11-20/a.csv")
    stages.extract(home, {"crm": CRM}, NIGHT)
    assert undeclared(home, [CRM]) == []
    renamed = CRM.model_copy(update={"name": "customers"})
    assert undeclared(home, [renamed]) == ["crm"]
    stages.extract(home, {"customers": renamed}, NIGHT)
    assert "crm is not in sources.yml any more; what it brought stays" in caplog.text


def test_where_nothing_arrived_it_says_what_lies_there(home):
    send(home, "crm/2026-11-20/a.xlsx")
    send(home, "crm/a.csv")
    with pytest.raises(SourceBroken, match=r"no path of sources\.yml names: crm \(1 file\), crm/2026-11-20 \(1 file\)$"):
        stages.extract(home, {"crm": CRM}, NIGHT)
