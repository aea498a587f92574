"""Load tests share one in-memory warehouse with the story of fixture_night, loaded once."""

from collections.abc import Iterator

import duckdb
import pytest

from pipelines.load.stage import load
from pipelines.settings import Home
from pipelines.warehouse import connect
from tests.load.fixture_night import NIGHT, STORY, write_night


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def story(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The loaded story, to be read only."""
    with connect(":memory:", home) as con:
        write_night(con, STORY)
        load(con, home, NIGHT)
        yield con
