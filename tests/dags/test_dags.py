"""The DAG files as Airflow reads them: they load, quickly, and keep the rules of the house."""

import ast
import itertools

import pytest

from pipelines import orchestrate
from tests.dags import child

DAGS = sorted((child.ROOT / "dags").glob("*.py"))
WRITING = ["resolve", "load", "validate", "publish"]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return child.run("describe.py", str(child.ROOT / "dags"), home=tmp_path_factory.mktemp("home"))


def tasks(found):
    return {f"{dag_id}.{name}": task for dag_id, dag in found["dags"].items() for name, task in dag["tasks"].items()}


def test_every_file_is_a_dag_of_its_name_and_loads_without_a_warning(found):
    assert found["import_errors"] == {}
    assert found["warnings"] == []  # Airflow warns of pools that nobody makes
    assert sorted(found["dags"]) == [path.stem for path in DAGS]


def test_loading_imports_nothing_heavy(found):
    assert found["heavy"] == []


def test_every_dag_tells_the_operator_what_to_do_about_each_of_its_tasks(found):
    for dag_id, dag in found["dags"].items():
        for task in dag["tasks"]:
            assert f"**{task}**" in dag["doc"], f"{dag_id}'s docstring says nothing about {task}"
        assert dag["tags"] == ["goldthread"]
        assert dag["max_active_runs"] == 1


def test_every_task_has_an_owner_a_timeout_a_docstring_and_one_result(found):
    for name, task in tasks(found).items():
        assert task["owner"] == "data", name
        assert task["has_timeout"], name
        assert task["doc"], name
        assert not task["multiple_outputs"], name


def test_what_cannot_mend_itself_is_not_retried_and_the_rest_is(found):
    for name, task in tasks(found).items():
        assert task["retries"] >= 2, name
        assert task["decisions"] == {
            "ConfigurationError": "fail",
            "SourceBroken": "fail",
            "ValidationStopped": "fail",
            "StateDiffers": "fail",
            "LockHeld": "retry",
            "GoldthreadError": "default",
            "OSError": "default",
        }, name


def test_writing_stages_wait_in_the_one_slot_pool_and_extraction_does_not(found):
    night = found["dags"]["nightly"]["tasks"]
    assert {name for name, task in night.items() if task["pool"] == orchestrate.WRITER_POOL} == set(WRITING)


def test_the_stages_follow_one_another_and_a_broken_source_stops_none_of_them(found):
    night = found["dags"]["nightly"]["tasks"]
    assert night["extract"]["upstream"] == ["plan"]
    assert night["resolve"]["upstream"] == night["sources_complete"]["upstream"] == ["extract", "plan"]
    assert night["resolve"]["trigger_rule"] == night["sources_complete"]["trigger_rule"] == "all_done_min_one_success"
    for before, stage in itertools.pairwise(WRITING):
        assert night[stage]["upstream"] == [before]
        assert night[stage]["trigger_rule"] == "all_success"


def test_the_night_is_the_parameter_else_the_partition_key_else_nothing(found):
    for name in ("plan", *WRITING):
        assert found["dags"]["nightly"]["tasks"][name]["nights"] == {
            "scheduled": "2026-03-01",
            "by hand": "2026-03-02",
            "by hand over its key": "2026-03-02",
            "for no night": "",
        }, name


def test_the_check_of_the_week_waits_for_the_writer_and_a_night_may_be_told_to_accept_its_changes(found):
    assert found["dags"]["housekeeping"]["tasks"]["check_full"]["pool"] == orchestrate.WRITER_POOL
    assert found["dags"]["housekeeping"]["timetable"] == "CronTriggerTimetable"
    assert found["dags"]["nightly"]["params"]["accept_changes"] is False


def test_a_publish_renews_the_asset_that_consumers_wait_for(found):
    assert found["dags"]["nightly"]["tasks"]["publish"]["outlets"] == [orchestrate.GOLDEN_CUSTOMER]
    assert found["dags"]["nightly"]["timetable"] == "CronPartitionTimetable"
    assert found["dags"]["after_publish"]["timetable"] == "PartitionedAssetTimetable"


@pytest.mark.parametrize("path", DAGS, ids=lambda path: path.stem)
def test_a_dag_file_is_one_page_and_never_asks_the_clock(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 130
    names = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
    assert not names & {"now", "utcnow", "today"}
    assert "data_interval" not in text
    assert "logical_date" not in text
