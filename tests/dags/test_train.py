"""The DAG that trains: it makes and compares a candidate, and leaves taking it to a person."""

import pytest

from tests.dags import child


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return child.run("train_stand_in.py", home=tmp_path_factory.mktemp("home"))


def test_it_runs_once_a_month_and_only_when_somebody_wants_it_to(found):
    assert found["schedule"] == "0 4 1 * *"
    assert found["is_paused"]


def test_it_compares_the_very_candidate_that_it_trained_and_never_takes_it(found):
    assert found["states"][0] == "success"
    assert [name for name, _ in found["called"]] == ["train", "compare", "train"]
    assert found["called"][1] == ["compare", "c0ffee12"]


def test_where_nothing_can_be_learned_the_run_fails_and_nothing_is_compared(found):
    assert found["states"][1] == "failed"


def test_its_tasks_exchange_versions_and_counts(found):
    assert {"version": "c0ffee12", "split": 3} in found["exchanged"]
