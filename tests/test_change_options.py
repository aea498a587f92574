"""The options around full runs and accepted changes, as a user gives them, with stand-ins for the stages."""

import getpass
from datetime import date

import pytest
from typer.testing import CliRunner

from pipelines import cli, night
from pipelines.errors import ConfigurationError, StateDiffers
from pipelines.night import RunReport
from pipelines.resolve.check import CheckReport, Difference

NIGHT = date(2026, 3, 4)
SOUND = CheckReport(NIGHT, tables=21, rows=17_530, is_behind=False, differences=[])
BROKEN = CheckReport(NIGHT, 21, 17_530, is_behind=False, differences=[Difference("resolve.edge", 2, 1, ["i1", "i2"])])


@pytest.fixture
def called(monkeypatch):
    """What the stages were called with, in order."""
    calls = []

    def stand_in(name, result):
        def stage(*positional, **named):
            calls.append((name, *(value for value in positional if not isinstance(value, night.Home)), named))
            return result

        monkeypatch.setattr(night, name, stage)

    stand_in("run", RunReport(NIGHT, [], {}, "v1", {}))
    stand_in("resolve", {"resolve.edge": 3})
    stand_in("validate", {"checks": 9, "failed": 0})
    stand_in("publish", {"version": "v1"})
    stand_in("check_full", SOUND)
    monkeypatch.setattr(getpass, "getuser", lambda: "sam")
    return calls


def goldthread(*arguments, home):
    return CliRunner().invoke(cli.app, [*arguments, "--home", str(home)])


@pytest.mark.parametrize(
    ("options", "named"),
    [
        pytest.param([], {"full": False, "accepted_by": None}, id="neither"),
        pytest.param(["--full"], {"full": True, "accepted_by": None}, id="a full run"),
        pytest.param(["--accept-changes"], {"full": False, "accepted_by": "sam"}, id="changes accepted by whoever is there"),
        pytest.param(["--engine", "spark"], {"full": False, "accepted_by": None, "engine": "spark"}, id="another engine"),
    ],
)
def test_run_hands_on_what_was_asked_for(called, tmp_path, options, named):
    assert goldthread("run", "--night", "2026-03-04", *options, home=tmp_path).exit_code == 0
    assert called == [("run", NIGHT, {"engine": None} | named)]


def test_publish_validates_again_before_it_lets_changes_through(called, tmp_path):
    done = goldthread("publish", "--night", "2026-03-04", "--accept-changes", home=tmp_path)
    assert done.exit_code == 0, done.output
    assert [name for name, *_ in called] == ["validate", "publish"]
    assert called[0][-2] == "sam"


def test_a_user_without_a_name_is_told_as_unknown(called, tmp_path, monkeypatch):
    def nameless():
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nameless)
    goldthread("run", "--night", "2026-03-04", "--accept-changes", home=tmp_path)
    assert called[0][-1]["accepted_by"] == "unknown"


def test_a_check_without_differences_says_so(called, tmp_path):
    done = goldthread("resolve", "--check", home=tmp_path)
    assert done.exit_code == 0
    assert "21 tables, 17,530 rows" in done.stdout
    assert "they are the same" in done.stdout


def test_a_check_with_differences_shows_them_and_fails(called, tmp_path, monkeypatch):
    monkeypatch.setattr(night, "check_full", lambda *_: BROKEN)
    done = goldthread("resolve", "--check", home=tmp_path)
    assert isinstance(done.exception, StateDiffers)
    assert done.exception.exit_code == 1
    assert "resolve.edge" in done.stdout
    assert "i1, i2" in done.stdout


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="no night"),
        pytest.param(["--check", "--night", "2026-03-04"], id="a check of a night"),
        pytest.param(["--check", "--full"], id="a check that is a full run"),
    ],
)
def test_options_that_do_not_go_together_say_what_does(called, tmp_path, options):
    done = goldthread("resolve", *options, home=tmp_path)
    assert isinstance(done.exception, ConfigurationError)
    assert called == []
