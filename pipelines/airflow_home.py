"""What an embedded Airflow needs before it runs: its settings and keys, its metadata, a log in the place of the screen."""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from pipelines.orchestrate import WRITER_POOL
from pipelines.settings import PACKAGE_ROOT


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
