"""Workers: jobs side by side, each within its budget; what overwhelms a worker ends that worker and nothing else."""

import contextlib
import os
import subprocess
import sys
import time
from concurrent.futures import wait

import pytest

from pipelines.errors import ConfigurationError, LockHeld
from pipelines.extract.files.budget import DIED, OVER_MEMORY, OVER_TIME, Budget, OverBudget, budget_of_environment
from pipelines.extract.landing.workers import pool
from pipelines.lock import hold, holder

BUDGET = Budget(seconds=60, megabytes=700)


def add(left, right):
    return left + right


def process_and_wait(seconds):
    time.sleep(seconds)
    return os.getpid()


def loop_and_swallow_every_exception():
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.01)


def take_all_memory():
    held = []
    while True:
        held.append(bytearray(50 << 20))


def die():
    os._exit(9)


def stumble():
    raise AttributeError("Ann Archer has no attribute")


def lock_and_read_for_ever(path):
    with hold(path):
        while True:
            sum(range(10_000))


def misconfigured():
    raise ConfigurationError("sources.calls.timezone is missing")


@pytest.fixture(scope="module")
def workers():
    with pool(2, BUDGET) as opened:
        yield opened


def test_a_job_gives_its_result(workers):
    assert workers.submit(add, [1], [2], size=0).result() == [1, 2]


def test_jobs_run_side_by_side(workers):
    jobs = [workers.submit(process_and_wait, 0.5, size=0) for _ in range(2)]
    wait(jobs)
    pids = {job.result() for job in jobs}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_a_mistake_in_the_configuration_is_raised_here(workers):
    with pytest.raises(ConfigurationError, match="timezone is missing"):
        workers.submit(misconfigured, size=0).result()


def test_a_mistake_of_ours_costs_the_file_and_is_told_by_its_place_alone(workers):
    with pytest.raises(OverBudget, match=r"AttributeError in test_workers.py:\d+") as told:
        workers.submit(stumble, size=0).result()
    assert "Ann" not in str(told.value)


@pytest.mark.parametrize(
    ("job", "reason", "seconds"),
    [
        pytest.param(loop_and_swallow_every_exception, OVER_TIME, 0.5, id="no end"),
        pytest.param(take_all_memory, OVER_MEMORY, 60, id="all memory"),
        pytest.param(die, DIED, 60, id="a crash"),
    ],
)
def test_what_overwhelms_a_worker_is_told_and_the_next_job_is_done(job, reason, seconds):
    with pool(1, Budget(seconds=seconds, megabytes=700)) as workers:
        with pytest.raises(OverBudget) as told:
            workers.submit(job, size=0).result()
        assert str(told.value) == reason
        assert workers.submit(add, 1, 2, size=0).result() == 3


def test_time_grows_with_what_there_is_to_read():
    budget = Budget(seconds=1)
    assert budget.seconds_for(100_000_000) > 100 * budget.seconds_for(0)


def test_a_budget_that_is_no_number_is_a_mistake_in_the_configuration(monkeypatch):
    monkeypatch.setenv("GOLDTHREAD_FILE_SECONDS", "a minute")
    with pytest.raises(ConfigurationError, match="GOLDTHREAD_FILE_SECONDS is no number"):
        budget_of_environment()


def test_a_worker_goes_with_the_process_that_started_it_even_where_that_was_killed_in_the_middle_of_a_file(tmp_path):
    """Else it reads on, and writes beside the run that comes next."""
    code = (
        "import sys; from pathlib import Path; from tests.extract.test_workers import *\n"
        "with pool(1, BUDGET) as opened: opened.submit(lock_and_read_for_ever, Path(sys.argv[1]), size=0).result()"
    )
    held = tmp_path / "held"
    with subprocess.Popen([sys.executable, "-c", code, str(held)]) as run:
        until(lambda: holder(held))
        run.kill()
    until(lambda: is_free(held))


def until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_free(path):
    try:
        with hold(path):
            return True
    except LockHeld:
        return False
