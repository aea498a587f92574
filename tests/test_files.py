"""Files of ours that are not sealed: whoever reads them, and whenever a run is stopped, they are whole."""

import errno
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.files import write_own
from pipelines.load.validation.checks import ValidationReport, write_checks
from pipelines.resolve.scoring.model import load_model, save_model
from pipelines.resolve.training import candidates
from pipelines.resolve.training.candidates import (
    acceptances,
    candidate,
    folder_of,
    keep_model,
    model_in_use,
    put_candidate,
    read_facts,
    take_into_use,
    write_facts,
)
from pipelines.settings import PACKAGE_ROOT, Home
from pipelines.timings import note_seconds, timings
from tests.resolve.training_world import silenced

NIGHT, AT = date(2026, 11, 20), datetime(2026, 11, 20, tzinfo=UTC)
MODEL = load_model(PACKAGE_ROOT / "config" / "linkage_model.json")


class Killed(BaseException):
    """As SIGKILL has it: nothing of ours runs any more."""


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda path: write_own(path, "new"), id="any text"),
        pytest.param(lambda path: write_checks(path, ValidationReport(NIGHT, [])), id="what the checks said"),
        pytest.param(lambda path: save_model(MODEL, path), id="a model"),
        pytest.param(lambda path: write_facts(path.parent, path.stem, {}), id="facts about a model"),
        pytest.param(lambda path: note_seconds(Home(path.parent.parent), NIGHT, "load", 1.0), id="the stages' seconds"),
    ],
)
def test_a_file_of_ours_is_the_old_one_until_the_new_one_is_whole(tmp_path, monkeypatch, write):
    path = tmp_path / "warehouse" / "timings.json"
    path.parent.mkdir()
    path.write_text("old")

    def cut_off(self, text, **_):
        with self.open("w") as handle:
            handle.write(text[: len(text) // 2])
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", cut_off)
        with pytest.raises(Killed):
            write(path)
    assert path.read_text() == "old"
    write(path)
    assert path.read_text() != "old"
    assert [left.name for left in path.parent.iterdir()] == ["timings.json"]


def test_seconds_that_cannot_be_noted_fail_no_stage_that_is_done(tmp_path, monkeypatch):
    """Publish has moved the pointer by then: an error would tell that the version in use is the old one."""

    def full(self, *_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)
    note_seconds(Home(tmp_path), NIGHT, "publish", 1.0)
    assert timings(Home(tmp_path), NIGHT) == {}


def test_seconds_that_a_full_disk_cut_off_cost_no_night(tmp_path):
    home = Home(tmp_path)
    note_seconds(home, NIGHT, "load", 1.0)
    home.database.with_name("timings.json").write_text("")
    assert timings(home, NIGHT) == {}
    note_seconds(home, NIGHT, "validate", 2.0)
    assert timings(home, NIGHT) == {"validate": 2.0}


def test_a_model_taken_into_use_while_the_machine_stopped_leaves_the_others_listed(tmp_path):
    home = Home(tmp_path)
    log = tmp_path / "models" / "accepted.jsonl"
    first = take_into_use(home, MODEL.version, AT, "ann", None)
    log.write_text(log.read_text() + '{"version": "01b1')
    assert acceptances(home) == [first]
    second = take_into_use(home, MODEL.version, AT, "ben", None)
    assert acceptances(home) == [first, second]


def test_a_model_changed_by_hand_in_its_folder_is_not_the_one_that_was_compared(tmp_path):
    """It was recorded as taken, and there was no folder of its version to take it from."""
    home = Home(tmp_path)
    file = put_candidate(home, silenced(MODEL, "phone")) / "linkage_model.json"
    save_model(silenced(MODEL, "email"), file)
    with pytest.raises(ConfigurationError, match=rf"{file}: changed by hand; goldthread train makes it anew"):
        candidate(home)


@pytest.mark.parametrize(
    ("name", "read", "words"),
    [
        pytest.param("0000beef/comparison.json", lambda home: read_facts(folder_of(home, "0000beef"), "comparison"),
                     "damaged; goldthread train --compare 0000beef makes it anew", id="what was found about a model"),
        pytest.param("accepted.jsonl", acceptances, "line 2 is damaged; put it back from a backup, or remove", id="record"),
    ],
)  # fmt: skip
def test_what_is_kept_beside_models_and_was_damaged_is_told_with_the_mend(tmp_path, name, read, words):
    home = Home(tmp_path)
    take_into_use(home, MODEL.version, AT, "ann", None)
    path = home.path / "models" / name
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as handle:
        handle.write('{"version": \n')
    with pytest.raises(GoldthreadError, match=f"{path}: {words}"):
        read(home)


@pytest.mark.parametrize("stopped_at", [1, 2])
def test_no_model_is_in_use_that_the_record_does_not_know(tmp_path, monkeypatch, stopped_at):
    """Else nobody could say who took it, and the one before would have to be compared to come back."""
    home, written = Home(tmp_path), []

    def stop(path, text):
        written.append(path)
        if len(written) == stopped_at:
            raise Killed
        write_own(path, text)

    other = silenced(MODEL, "phone")
    keep_model(home, other)
    with monkeypatch.context() as patch:
        patch.setattr(candidates, "write_own", stop)
        with pytest.raises(Killed):
            take_into_use(home, other.version, AT, "ann", None)
    known = {model for one in acceptances(home) for model in (one.version, one.before)}
    assert model_in_use(home).version == MODEL.version or known == {MODEL.version, other.version}
    take_into_use(home, other.version, AT, "ann", None)
    assert model_in_use(home).version == other.version
    assert acceptances(home)[-1].before == MODEL.version
