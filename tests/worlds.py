"""Helpers of the tests that run whole nights: small worlds, the command, and logical digests of what it published."""

import atexit
import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from unittest import mock

import duckdb
import pytest

from pipelines.extract.files.budget import budget_of_environment, workers_of_environment
from pipelines.extract.landing.workers import Pool
from pipelines.night import RunReport, run
from pipelines.settings import Home

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples"


def copy_sample(home: Path) -> list[str]:
    """Copy the committed sample world into a home of its own, and return its nights."""
    shutil.copytree(SAMPLE / "inbox", home / "inbox")
    shutil.copytree(SAMPLE / "config", home / "config", dirs_exist_ok=True)
    shutil.copytree(SAMPLE / "truth", home / "truth")
    return nights_of(home)


def nights_of(home: Path) -> list[str]:
    return sorted({night.name for night in (home / "inbox").glob("*/*")})


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder ``name``, filled by ``make`` once a run: the workers of pytest-xdist share it, to be read only."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, partial = base / name, base / f"{name}.partial"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a worker waits for the other's
        if not folder.exists():
            shutil.rmtree(partial, ignore_errors=True)
            make(partial)
            partial.rename(folder)
    return folder


@functools.cache
def readers() -> Pool:
    """The processes that read exports, kept for all nights of a test run: they take as long to start as a small night."""
    opened = Pool(workers_of_environment(), budget_of_environment())
    atexit.register(opened.close)
    return opened


def run_night(home: Path, night: str, *, full: bool = False, accepted_by: str | None = None) -> RunReport:
    """Run the whole night as the command does, in this process: three seconds, of which the command takes ten."""
    with mock.patch("pipelines.night.pool", return_value=contextlib.nullcontext(readers())):
        return run(Home(home), date.fromisoformat(night), full=full, accepted_by=accepted_by)


def goldthread(*arguments: str | Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a process of its own, with as many threads as there are cores."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *map(str, arguments), "--home", str(home)],
        capture_output=True,
        text=True,
        env=os.environ | {"GOLDTHREAD_THREADS": ""} | environment,
        cwd=ROOT,
        check=False,
    )


def published(home: Path) -> duckdb.DuckDBPyConnection:
    """Open the version in use, by its resolved path."""
    return duckdb.connect(str((home / "published" / "current").resolve() / "customers.duckdb"), read_only=True)


def tables(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for schema, name in con.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall():
        yield f"{schema}.{name}"


def digests(home: Path) -> dict[str, str]:
    """Return a digest of each published table's rows, whatever their order."""
    with published(home) as con:
        return {table: _digest(con, table) for table in tables(con)}


def _digest(con: duckdb.DuckDBPyConnection, table: str) -> str:
    rows = sorted(repr(row) for row in con.execute(f"SELECT * FROM {table}").fetchall())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
