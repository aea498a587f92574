"""Spark scores and clusters as one machine does: the same weights to the last digit, the same components, the same night."""

import importlib.util
import random
import stat
from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipelines import night as stages
from pipelines import warehouse
from pipelines.errors import ConfigurationError
from pipelines.resolve.engines import spark_session
from pipelines.resolve.engines.components import component_labels
from pipelines.resolve.engines.engine import OneMachine
from pipelines.resolve.engines.spark import SparkEngine, _scorer, in_words
from pipelines.resolve.engines.spark_session import exchange_folder, java, require_spark, start
from pipelines.resolve.pairs import block
from pipelines.resolve.relations import run
from pipelines.resolve.scoring.model import load_model, population_of
from pipelines.resolve.settings import load_linkage
from pipelines.settings import Home, SparkPlace, engine_name, spark_place
from tests.resolve.test_nights import random_record
from tests.resolve.worlds import NIGHT, home_in, land, run_resolve
from tests.worlds import goldthread

needs_java = pytest.mark.skipif(java() is None, reason="there is no Java here, which Spark runs on")
NEXT = NIGHT + timedelta(days=1)
CLUSTER = "spark://head.example:7077"


@pytest.fixture
def crowd(tmp_path):
    """Two nights of a small crowd in the lake, the first of them resolved here."""
    rng, home = random.Random(5), home_in(tmp_path / "home")  # noqa: S311
    for number, night in enumerate((NIGHT, NEXT)):
        land(home, night, [random_record(rng, f"{number}-{n}") for n in range(40)])
    run_resolve(home, NIGHT)
    return home


@needs_java
@pytest.mark.night
def test_weights_and_components_are_those_of_one_machine(crowd):
    place = SparkPlace("local[2]", crowd.tmp / "spark")
    linkage, model = load_linkage(crowd.find("config/linkage.yml")), load_model(crowd.find("config/linkage_model.json"))
    graphs = [(3, links()), (80, random_links())]
    with warehouse.writer_lock(crowd), warehouse.transaction(crowd) as con, exchange_folder(crowd, place) as folder:
        session = start(crowd, place, folder)
        try:
            engine = SparkEngine(session, folder, rows_a_lot=400)
            assert block.candidate_pairs(con, linkage, whole=True) > 90, "several lots"
            scored = [
                one.score(con, model, population_of(con), keep_above=linkage.keep_above) for one in (engine, OneMachine())
            ]
            run(con, "DELETE FROM candidate_pair")
            nothing = engine.score(con, model, population_of(con), keep_above=linkage.keep_above)
            found = [engine.components(count, graph) for count, graph in graphs]
        finally:
            session.stop()
    assert scored[0].num_rows > 30
    assert sorted(scored[0].to_pylist(), key=str) == sorted(scored[1].to_pylist(), key=str)
    assert nothing.num_rows == 0
    assert nothing.schema.names == scored[1].schema.names
    for (count, graph), labels in zip(graphs, found, strict=True):
        assert labels.tolist() == component_labels(count, graph).tolist()


@needs_java
@pytest.mark.night
def test_a_night_on_spark_goes_on_from_one_on_duckdb_and_the_check_finds_no_difference(crowd):
    told = goldthread("resolve", "--night", str(NEXT), "--engine", "spark", home=crowd.path)
    assert told.returncode == 0, told.stderr
    assert "Spark 4" in told.stderr
    assert "identities are new or changed" in told.stderr, "what DuckDB scored is still good"
    report = stages.check_full(str(crowd.path))
    assert (report.night, report.differences, report.is_behind) == (NEXT, [], False)
    assert list(crowd.tmp.iterdir()) == [], "nothing is left of what went to Spark"


def links(*pairs):
    return pd.DataFrame({"l": [one for one, _ in pairs], "r": [other for _, other in pairs]}, dtype=np.int64)


def random_links():
    """A chain of six, and forty links at random, some of them to themselves or twice, among eighty nodes."""
    rng = random.Random(3)  # noqa: S311
    return links(*((node, node + 1) for node in range(60, 65)), *((rng.randrange(60), rng.randrange(60)) for _ in range(40)))


def test_a_lot_that_cannot_be_scored_does_not_quote_a_record():
    pairs = pa.table({"identity_l": ["a"], "identity_r": ["b"]})
    identities = pa.table({"identity_id": ["a", "b"], "given_name": ["zbigniew", "zbigniew"]})
    with pytest.raises(RuntimeError) as raised:
        _scorer("{}", 1024, -6.0)(pairs, identities)
    assert str(raised.value) == "ValidationError while scoring a lot of 1 pairs"
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("told", "words"),
    [
        pytest.param("… ModuleNotFoundError: No module named 'pipelines'\n", "has no module pipelines", id="a bare Python"),
        pytest.param("[PYTHON_VERSION_MISMATCH] Python in worker …", "minor version", id="another Python"),
        pytest.param("RuntimeError: OutOfMemoryException while scoring a lot of 9 pairs\n", "9 pairs", id="a lot too large"),
    ],
)
def test_what_goes_wrong_in_an_executor_is_told_with_its_mend(told, words):
    assert words in str(in_words(told))


def test_what_we_do_not_know_of_an_executor_is_not_told():
    assert in_words("ConversionException: Could not convert string 'zbigniew' to INT32") is None


def test_the_folder_of_a_run_is_its_owners_alone_and_is_gone_after(tmp_path):
    place = SparkPlace(CLUSTER, tmp_path / "shared", is_shared=True)
    with exchange_folder(Home(tmp_path / "one"), place) as one, exchange_folder(Home(tmp_path / "other"), place) as other:
        assert one != other
        assert stat.S_IMODE(one.stat().st_mode) == 0o700
        (one / "left").touch()
    assert list(place.folder.iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path):
    place = SparkPlace(CLUSTER, tmp_path / "shared", is_shared=True)
    with exchange_folder(Home(tmp_path), place) as folder:
        name = folder
    name.mkdir()
    (name / "left").touch()
    with exchange_folder(Home(tmp_path), place) as folder:
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "told", "found"),
    [
        pytest.param(None, None, "duckdb", id="nothing is said"),
        pytest.param(None, "spark", "spark", id="the environment says it"),
        pytest.param("duckdb", "spark", "duckdb", id="the option outranks the environment"),
    ],
)
def test_the_engine_is_the_option_or_the_environments(monkeypatch, given, told, found):
    monkeypatch.delenv("GOLDTHREAD_ENGINE", raising=False)
    if told:
        monkeypatch.setenv("GOLDTHREAD_ENGINE", told)
    assert engine_name(given) == found


def test_an_engine_that_there_is_not_ends_with_exit_code_2(tmp_path):
    told = goldthread("run", "--night", str(NIGHT), "--engine", "presto", home=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert "duckdb or spark" in told.stderr


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        pytest.param({"PATH": "", "JAVA_HOME": ""}, "Java 17 or 21", id="no Java"),
        pytest.param({"GOLDTHREAD_SPARK_MASTER": CLUSTER}, "name a folder in GOLDTHREAD_SPARK_FOLDER", id="no folder"),
        pytest.param({"GOLDTHREAD_SPARK_FOLDER": "nowhere"}, "nowhere is no folder", id="a folder that is not there"),
    ],
)
def test_what_spark_lacks_is_said_before_anything_is_read(tmp_path, monkeypatch, environment, words):
    for name in ("GOLDTHREAD_SPARK_MASTER", "GOLDTHREAD_SPARK_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(spark_session, "java", lambda: None if "PATH" in environment else "java")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=words):
        stages.run(Home(tmp_path), NIGHT, engine="spark")


def test_without_the_extra_the_mend_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"pip install --require-hashes -r requirements-spark\.lock"):
        require_spark(spark_place(Home(tmp_path)))
