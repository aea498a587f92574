"""A resolved home for the tests of training, made once a run and copied by whoever changes it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from pipelines.demo.command import write_demo
from pipelines.extract.landing.landing import land
from pipelines.resolve.scoring.model import Model, load_model
from pipelines.settings import Home, load_sources
from tests.resolve.worlds import run_resolve
from tests.worlds import made_once

PERSONS, SEED = 300, 57  # no world that a model was trained on


def training_home(factory: pytest.TempPathFactory) -> Home:
    """Return the home, to be read only: its first night is resolved, the second lies in its inbox."""
    return Home(made_once(factory, "training_world", _make))


def copy_of(home: Home, path: Path) -> Home:
    """Return a copy to be written to."""
    shutil.copytree(home.path, path)
    return Home(path)


def nights_of(home: Home) -> list[date]:
    return sorted(date.fromisoformat(path.name) for path in (home.path / "inbox" / "crm").iterdir())


def land_night(home: Home, night: date) -> None:
    for source in load_sources(home.path / "config" / "sources.yml").values():
        land(home, source, night)


def _make(path: Path) -> None:
    home = Home(path)
    write_demo(home, persons=PERSONS, nights=2, seed=SEED)
    first = min(nights_of(home))
    land_night(home, first)
    run_resolve(home, first)


def shipped(home: Home) -> Model:
    return load_model(home.find("config/linkage_model.json"))


def silenced(model: Model, *names: str) -> Model:
    """Return the model with comparisons that say nothing: their levels are as likely for one person as for two."""
    comparisons = [
        one.model_copy(
            update={
                "levels": [
                    level.model_copy(update={"u": level.m, "strangers": None, "frequency": None}) for level in one.levels
                ]
            }
        )
        if one.name in names
        else one
        for one in model.comparisons
    ]
    return model.model_copy(
        update={"comparisons": comparisons, "trained_on": f"what was shipped, without {' and '.join(names)}"}
    )
