"""Worlds that the tests of the demo share: written once a run."""

from pathlib import Path

import pytest

from pipelines.demo.command import DemoReport, write_demo
from pipelines.settings import Home


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with 1,000 persons and three nights."""
    home = tmp_path_factory.mktemp("world")
    write_demo(Home(home), persons=1_000, nights=3, seed=11)
    return home


@pytest.fixture(scope="session")
def one_night(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    """The report of one night of 3,000 persons."""
    return write_demo(Home(tmp_path_factory.mktemp("night")), persons=3_000, nights=1, seed=5)
