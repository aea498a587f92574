"""Airflow embedded: its metadata in SQLite below ``var/airflow``, no server to set up.

``python -m pipelines.embedded nights`` runs the nights of an inbox through the DAG, one after the other, and ends;
``python -m pipelines.embedded up`` starts Airflow with its pages. Airflow is imported only once its settings stand.
"""

import argparse
import os
import re
import sys
from pathlib import Path
from time import perf_counter

from pipelines.airflow_home import environment, prepare, quiet
from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.orchestrate import check_night
from pipelines.settings import home_of
from pipelines.standalone import serve

STAGES = ("extract", "resolve", "load", "validate", "publish", "verify")


def run_night(night: str, dag_id: str = "nightly") -> tuple[str, dict[str, float]]:
    """Run one night through a DAG in this process.

    Returns:
        The run's final state ("success", "failed") and the seconds by stage; a failed task's name has its state behind it.
    """
    from airflow.dag_processing.dagbag import BundleDagBag

    folder = os.environ["AIRFLOW__CORE__DAGS_FOLDER"]
    bag = BundleDagBag(dag_folder=folder, bundle_path=Path(folder), bundle_name="dags-folder")
    if bag.import_errors:
        raise ConfigurationError(f"{folder}: {', '.join(bag.import_errors)} cannot be imported")
    run = bag.dags[dag_id].test(run_conf={"night": night})
    seconds: dict[str, float] = {}
    for task in run.get_task_instances():
        name = task.task_id if task.state == "success" else f"{task.task_id} {task.state}"
        seconds[name] = seconds.get(name, 0.0) + (task.duration or 0.0)
    return str(run.state), seconds


def nights_of(inbox: Path) -> list[str]:
    """Return the nights that some source of a local inbox has a folder for, oldest first."""
    return sorted(
        {path.name for path in inbox.glob("*/*") if re.fullmatch(r"\d{4}-\d{2}-\d{2}", path.name) and path.is_dir()}
    )


def run_nights(nights: list[str], log_file: Path) -> None:
    """Prepare Airflow and run ``nights``; what Airflow says goes to ``log_file``, a line a night to the screen.

    Raises:
        GoldthreadError: a night failed; the message names its tasks and the log.
    """
    with quiet(log_file) as screen:
        started = perf_counter()
        prepare()
        print(f"Airflow is ready ({perf_counter() - started:.0f} s); its log is {log_file}", file=screen, flush=True)
        for night in nights:
            started = perf_counter()
            state, seconds = run_night(night)
            if state == "success":  # the consumer, which a scheduler would start by the publish's event
                state, after = run_night(night, "after_publish")
                seconds |= after
            words = ", ".join(f"{name} {seconds[name]:.1f} s" for name in _in_order(seconds))
            print(f"night {night}: {state} in {perf_counter() - started:.0f} s ({words})", file=screen, flush=True)
            if state != "success":
                raise GoldthreadError(f"night {night} failed; {log_file} says why")


def _in_order(seconds: dict[str, float]) -> list[str]:
    """The stages in their order and whatever failed; not the tasks that take no time."""
    failed = [name for name in seconds if " " in name]
    return [stage for stage in STAGES if stage in seconds] + failed


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.embedded", description=__doc__)
    parser.add_argument("command", choices=["nights", "up"])
    parser.add_argument("night", nargs="*", help="nights to run, YYYY-MM-DD; default: all that the inbox has")
    parser.add_argument("--home", help="the data; default $GOLDTHREAD_HOME, else ./var")
    parser.add_argument("--airflow-home", default=os.environ.get("AIRFLOW_HOME", "var/airflow"), type=Path)
    given = parser.parse_args(arguments)
    airflow_home = given.airflow_home.resolve()
    try:
        home = home_of(given.home)
        os.environ.update(environment(home.path, airflow_home))
        if given.command == "up":
            return serve(airflow_home)
        nights = [check_night(night).isoformat() for night in given.night] or nights_of(Path(home.inbox))
        if not nights:
            raise ConfigurationError(f"{home.inbox}: no source has a folder for any night")
        run_nights(nights, airflow_home / "logs" / "nights.log")
    except GoldthreadError as error:
        print(f"goldthread: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
