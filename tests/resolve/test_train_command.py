"""The command that trains: its options go together or say why not, and its tables tell what was found."""

import json

import pytest
from typer.testing import CliRunner

from pipelines import training
from pipelines.cli import app
from pipelines.commands import training as command
from pipelines.errors import ConfigurationError
from pipelines.resolve.training import candidates
from tests.resolve.training_world import copy_of, shipped, silenced, training_home


def asked(home, *arguments):
    return CliRunner().invoke(app, ["train", *arguments, "--home", str(home.path)])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = copy_of(training_home(tmp_path_factory), tmp_path_factory.mktemp("command") / "home")
    candidates.put_candidate(home, silenced(shipped(home), "email", "phone"))
    return home


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--compare", "--accept"], "at a time", id="two wishes"),
        pytest.param(["--force"], "goes with --accept", id="force without accept"),
        pytest.param(["0000beef"], "--compare VERSION", id="a version and no wish"),
        pytest.param(["0000beef", "--compare"], "there is no model", id="a model that is not there"),
        pytest.param(["--accept"], "never compared", id="a candidate that was not compared"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(home, arguments, words):
    told = asked(home, *arguments)
    assert isinstance(told.exception, ConfigurationError)
    assert words in str(told.exception)
    assert candidates.acceptances(home) == []


def test_compare_accept_list_and_back_again(home):
    before = candidates.model_in_use(home).version
    version = candidates.candidate(home)[0].version
    compared = json.loads(asked(home, "--compare", version, "--json").stdout)
    assert compared["version"] == version
    kinds = compared["comparison"]["kinds"]
    assert sum(kinds.values()) == compared["comparison"]["customers_before"]
    assert kinds["split"] > 0

    shown = asked(home, "--list").stdout
    assert version in shown
    assert "candidate" in shown

    accepted = asked(home, "--accept", "--force").stdout
    assert f"model {version} is in use from the next resolve on, after {before}" in accepted
    assert f"goldthread train --accept {before}" in accepted
    listed = {model["version"]: model for model in json.loads(asked(home, "--list", "--json").stdout)}
    assert listed[version]["is_in_use"]
    assert listed[version]["accepted_at"][:16].replace("T", " ") in asked(home, "--list").stdout
    assert not listed[before]["is_in_use"]

    assert asked(home, "--accept", before).exit_code == 0
    assert candidates.model_in_use(home).version == before


def test_a_machine_that_does_not_tell_who_is_there_takes_a_model_all_the_same(home, monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 50001")

    before = candidates.model_in_use(home).version
    monkeypatch.setattr("getpass.getuser", nobody)
    assert json.loads(asked(home, "--accept", "--force", "--json").stdout)["by"] == "unknown"
    assert asked(home, "--accept", before).exit_code == 0


def test_the_terminal_tells_what_would_change_and_what_to_type_next(home, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    version = candidates.candidate(home)[0].version
    shown = training.compare_candidate(home, version)
    with command.out.capture() as capture:
        command._show(shown)
    told = capture.get()
    for words in (
        version,
        "unchanged",
        "causes",
        "precision (truth)",
        "change budget",
        f"goldthread train --accept {version}",
    ):
        assert words in told, words


def test_a_home_without_models_says_how_to_make_one(tmp_path):
    told = CliRunner().invoke(app, ["train", "--list", "--home", str(tmp_path)])
    assert "goldthread train" in told.stdout
