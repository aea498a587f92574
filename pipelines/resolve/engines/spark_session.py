"""A Spark session with the house settings: no network of its own, no words of records in its log, no files left behind."""

import contextlib
import hashlib
import importlib.util
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import ConfigurationError
from pipelines.settings import PACKAGE_ROOT, Home, SparkPlace

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)

HERE = "127.0.0.1"
_LOG_LEVEL = "FATAL"  # an error of a task may quote a value
_LOG_SETTINGS = PACKAGE_ROOT / "config" / "spark_log.properties"  # the same, from the first line on
INSTALL = "pip install --require-hashes -r requirements-spark.lock"


def require_spark(place: SparkPlace) -> None:
    """Raise ConfigurationError where the extra, Java or a folder shared with the cluster is missing; starts nothing."""
    if importlib.util.find_spec("pyspark") is None:
        raise ConfigurationError(f"--engine spark needs the package pyspark, which is not installed: {INSTALL}")
    if java() is None:
        raise ConfigurationError(
            "--engine spark needs Java 17 or 21, and there is none: install it (Debian: apt install "
            "openjdk-17-jre-headless), or name its folder in JAVA_HOME"
        )
    if not place.is_local and not place.is_shared:
        raise ConfigurationError(
            f"Spark runs at {place.master} (GOLDTHREAD_SPARK_MASTER): name a folder in GOLDTHREAD_SPARK_FOLDER that this "
            "machine and all of the cluster see at the same path (docs/spark.md)"
        )
    if place.is_shared and not place.folder.is_dir():
        raise ConfigurationError(f"GOLDTHREAD_SPARK_FOLDER: {place.folder} is no folder")


def java() -> str | None:
    """Return the program that Spark would run, as its own scripts find it; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which(str(Path(home) / "bin" / "java") if home else "java")


@contextlib.contextmanager
def exchange_folder(home: Home, place: SparkPlace) -> Iterator[Path]:
    """Give an empty folder of the home's own below ``place.folder``, for its owner alone, and remove it at the end.

    The next run removes what a killed one left.
    """
    folder = place.folder / f"goldthread-{hashlib.sha256(str(home.path).encode()).hexdigest()[:8]}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(home: Home, place: SparkPlace, folder: Path) -> "SparkSession":
    """Start Spark at ``place``; it keeps what is between its steps in ``folder``, and spills here in the home's tmp.

    Anything else is as ``spark-defaults.conf`` in ``SPARK_CONF_DIR`` has it: memory, executors, credentials.

    Raises:
        ConfigurationError: something is missing (see ``require_spark``), or Spark did not start.
    """
    require_spark(place)
    from pyspark.sql import SparkSession

    logging.getLogger("py4j").setLevel(logging.WARNING)
    builder = SparkSession.builder.master(place.master).appName("goldthread")
    for key, value in _settings(place, folder).items():
        builder = builder.config(key, value)
    try:
        with _environment(home, place):
            session = builder.getOrCreate()
    except Exception as error:
        raise ConfigurationError(
            f"Spark did not start at {place.master} ({type(error).__name__}): is Java 17 or 21 what {java()} runs, is the "
            "cluster there, does SPARK_CONF_DIR hold what it asks for? (docs/spark.md)"
        ) from None
    session.sparkContext.setCheckpointDir((folder / "checkpoint").as_uri())
    log.info("resolve: Spark %s at %s", session.version, place.master)
    return session


def _settings(place: SparkPlace, folder: Path) -> dict[str, str]:
    told = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": _LOG_LEVEL,
        "spark.driver.defaultJavaOptions": f'-Dlog4j2.configurationFile="{_LOG_SETTINGS.as_uri()}"',
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
    }
    if place.is_local:
        told |= {"spark.driver.bindAddress": HERE, "spark.driver.host": HERE}
    return told


@contextlib.contextmanager
def _environment(home: Home, place: SparkPlace) -> Iterator[None]:
    """Say where the driver spills; keep Spark on one machine off the network and in this Python. For the start alone."""
    told = {"SPARK_LOCAL_DIRS": str(home.tmp / "spark-local")}
    if place.is_local:
        told |= {"SPARK_LOCAL_IP": HERE, "PYSPARK_PYTHON": sys.executable}
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value
