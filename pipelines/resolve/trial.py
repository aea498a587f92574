"""A trial: resolve run under some model on a copy of the warehouse, so that what would come of it can be looked at.

The code is the night's own (``stage.resolve``), over the home's own lake, settings and judgements; only the database and
the model are others. The copy lies below the home's ``tmp/``, which the holder of the writer's lock wipes.
"""

import contextlib
import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from pipelines import warehouse
from pipelines.errors import ConfigurationError
from pipelines.resolve.relations import has_table, run
from pipelines.resolve.stage import resolve
from pipelines.settings import Home

log = logging.getLogger(__name__)

MODEL = "config/linkage_model.json"
MEND = "run a night first (goldthread run --night YYYY-MM-DD)"


@dataclass(frozen=True)
class TrialHome(Home):
    """A home as it is, with another database and perhaps another model.

    Attributes:
        copy: the database of the trial.
        model: the file that stands in for ``config/linkage_model.json``; None for the home's own.
    """

    copy: Path
    model: Path | None = None

    @property
    def database(self) -> Path:
        """The copy, never the warehouse."""
        return self.copy

    def find(self, name: str) -> Path:
        """Return the file ``name``; the model is the trial's."""
        return self.model if self.model and name == MODEL else super().find(name)


def copy_warehouse(home: Home) -> Path:
    """Copy the warehouse below ``tmp/`` and return the copy; the caller holds ``warehouse.writer_lock``.

    Raises:
        ConfigurationError: there is no warehouse, or nothing was resolved into it yet.
    """
    require_resolved(home)
    copy = home.tmp / "trial" / home.database.name
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(home.database, copy)
    return copy


def require_resolved(home: Home) -> None:
    """Raise ConfigurationError where nothing was resolved yet."""
    if not home.database.is_file():
        raise ConfigurationError(f"{home.database}: no warehouse to learn from; {MEND}")
    con = warehouse.connect(home.database, home, read_only=True)
    try:
        if not has_table(con, "resolve", "cluster") or run(con, "SELECT count(*) FROM resolve.cluster") == [(0,)]:
            raise ConfigurationError(f"{home.database}: nothing is resolved yet; {MEND}")
    finally:
        con.close()


@contextlib.contextmanager
def resolved(home: Home, copy: Path, model: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Resolve the copy under ``model``, as if it were for the night after its last, and yield the connection to look at it.

    What the copy holds is where it begins, the warehouse's customers or those of the trial before: ids go on from there.
    """
    trial = TrialHome(home.path, copy, model)
    with warehouse.transaction(trial) as con:
        night = run(
            con,
            "SELECT greatest((SELECT max(night) FROM resolve.membership), (SELECT max(night) FROM resolve.baseline_night))",
        )[0][0]
        log.info("train: a model is tried on a copy of the warehouse, as if for the night after its last …")
        resolve(con, trial, night + timedelta(days=1))
        yield con
