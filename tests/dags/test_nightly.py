"""What Airflow makes of a night, with stand-ins for the stages, and once with the real ones."""

import subprocess
import sys

import pytest

from tests import worlds
from tests.dags import child


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return child.run("stand_in.py", home=tmp_path_factory.mktemp("home"))


def test_a_night_without_trouble_runs_every_stage_once_and_succeeds(found):
    night = found["nights"]["nothing"]
    assert night["state"] == "success"
    assert night["ran"] == ["resolve", "load", "validate", "publish"]


def test_a_broken_source_ends_the_run_failed_and_the_rest_is_published(found):
    night = found["nights"]["chat is broken"]
    assert night["state"] == "failed"
    assert night["ran"] == ["resolve", "load", "validate", "publish"]
    assert "extract failed" in night["tasks"]
    assert "sources_complete failed" in night["tasks"]


def test_a_night_without_any_export_publishes_nothing(found):
    night = found["nights"]["nothing arrived"]
    assert night["state"] == "failed"
    assert night["ran"] == []
    assert "resolve failed" in night["tasks"]


def test_a_stopped_validation_is_not_tried_again_and_publishes_nothing(found):
    night = found["nights"]["validation stops it"]
    assert night["state"] == "failed"
    assert night["ran"] == ["resolve", "load", "validate"]


def test_a_run_that_is_for_no_night_fails_before_anything_is_read(found):
    night = found["nights"]["it is for no night"]
    assert night["state"] == "failed"
    assert night["ran"] == []
    assert "plan failed" in night["tasks"]


def test_consumers_get_one_run_a_publish_with_the_night_as_its_key_though_started_by_hand(found):
    assert found["events"] == [["2026-03-01", {"version": "2026-03-01-1"}], ["2026-03-02", {"version": "2026-03-02-1"}]]
    assert found["queued"] == [["after_publish", "2026-03-01"], ["after_publish", "2026-03-02"]]


def test_the_pool_of_the_one_writer_is_made_with_one_slot(found):
    assert found["pools"][found["writer_pool"]] == 1


def test_tasks_exchange_names_and_counts_only(found):
    assert found["exchanged"]
    assert max(map(len, found["exchanged"])) < 1000


@pytest.mark.night
def test_a_night_of_the_sample_world_is_published_through_the_dag_and_verified_after_it(tmp_path):
    home = tmp_path / "home"
    first = worlds.copy_sample(home)[0]
    airflow = ["--home", str(home), "--airflow-home", str(tmp_path / "airflow")]
    finished = subprocess.run(
        [sys.executable, "-m", "pipelines.embedded", "nights", first, *airflow],
        capture_output=True,
        text=True,
        cwd=child.ROOT,
        check=False,
    )
    log = tmp_path / "airflow" / "logs" / "nights.log"
    assert finished.returncode == 0, finished.stderr + log.read_text()[-5000:]
    assert f"night {first}: success" in finished.stdout
    assert "verify " in finished.stdout
    with worlds.published(home) as con:
        customers, records = con.execute(
            "SELECT count(DISTINCT customer_id), count(*) FROM golden.membership WHERE customer_id IS NOT NULL"
        ).fetchone()
    assert 0 < customers < records
