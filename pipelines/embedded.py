"""Airflow embedded: its metadata in SQLite below ``var/airflow``, no server to set up.

``python -m pipelines.embedded nights`` runs the nights of an inbox through the DAG, one after the other, and ends;
``python -m pipelines.embedded up`` starts Airflow with its pages. Airflow is imported only once its settings stand.
"""

import argparse
import contextlib
import os
import re
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.orchestrate import WRITER_POOL, check_night
from pipelines.settings import PACKAGE_ROOT, home_of

STAGES = ("extract", "resolve", "load", "validate", "publish", "verify")


def environment(home: Path, airflow_home: Path) -> dict[str, str]:
    """Return the settings of an embedded Airflow; what the operator's environment says of Airflow wins.

    The keys that its parts share are made once and kept in ``airflow_home/secrets``, readable by the owner alone.
    """
    settings = {
        "AIRFLOW__CORE__DAGS_FOLDER": str(PACKAGE_ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__FERNET_KEY": _kept(airflow_home, "fernet_key", _fernet_key),
        "AIRFLOW__API__SECRET_KEY": _kept(airflow_home, "api_secret_key", _long_secret),
        "AIRFLOW__API_AUTH__JWT_SECRET": _kept(airflow_home, "jwt_secret", _long_secret),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",  # nothing phones home
    }
    places = {"AIRFLOW_HOME": str(airflow_home), "GOLDTHREAD_HOME": str(home)}
    return {name: os.environ.get(name, value) for name, value in settings.items()} | places


def _kept(airflow_home: Path, name: str, make: Any) -> str:
    path = airflow_home / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(make())
    return path.read_text()


def _long_secret() -> str:
    return secrets.token_hex(64)


def _fernet_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def prepare() -> None:
    """Bring the metadata up to date and make the pool; a task in a pool that is not there waits for ever."""
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb

    initdb()
    Pool.create_or_update_pool(
        WRITER_POOL, slots=1, description="stages that write the warehouse; see docs/adr", include_deferred=False
    )


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


@contextlib.contextmanager
def quiet(log_file: Path) -> Iterator[TextIO]:
    """Send what this process and its children write to ``log_file``; yield the screen."""
    log_file.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with os.fdopen(os.dup(1), "w") as screen, log_file.open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            yield screen
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
            os.close(kept[0])
            os.close(kept[1])


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.embedded", description=__doc__)
    parser.add_argument("command", choices=["nights", "up"])
    parser.add_argument("night", nargs="*", help="nights to run, YYYY-MM-DD; default: all that the inbox has")
    parser.add_argument("--home", help="the data; default $GOLDTHREAD_HOME, else ./var")
    parser.add_argument("--airflow-home", default=os.environ.get("AIRFLOW_HOME", "var/airflow"), type=Path)
    given = parser.parse_args(arguments)
    home, airflow_home = home_of(given.home), given.airflow_home.resolve()
    os.environ.update(environment(home.path, airflow_home))
    try:
        if given.command == "up":
            from pipelines.standalone import serve

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
