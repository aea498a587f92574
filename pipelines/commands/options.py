"""What the commands share: their options, and how a result is told."""

import errno
import getpass
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pipelines.errors import ConfigurationError
from pipelines.settings import Home, home_of

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The folder that holds all data.", show_default="$GOLDTHREAD_HOME, else ./var"),
]
SourcesOption = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        help="What arrives and how it is read.",
        show_default="$GOLDTHREAD_SOURCES, the home's config/sources.yml, ours",
    ),
]
NightOption = Annotated[str, typer.Option("--night", help="The night, written YYYY-MM-DD.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

out = Console()


def place(home: Path | None, sources: Path | None = None) -> Home:
    """Return the home; a ``--sources`` given is made known to the stages, which may read it again.

    Raises:
        ConfigurationError: the home is a file, or may not be read, or DuckDB would look for its files elsewhere.
    """
    if sources is not None:
        os.environ["GOLDTHREAD_SOURCES"] = str(sources.resolve())
    where = home_of(home)
    try:
        is_there, is_folder = where.path.exists(), where.path.is_dir()
    except OSError as error:
        raise ConfigurationError(f"{where.path}: cannot be read ({error.strerror})") from None
    if is_there and not is_folder:
        raise ConfigurationError(f"{where.path} is a file, where the home is a folder (--home, GOLDTHREAD_HOME)")
    if is_there and not os.access(where.path, os.R_OK | os.X_OK):
        raise ConfigurationError(f"{where.path}: cannot be read ({os.strerror(errno.EACCES)})")
    return where


def existing(home: Path | None) -> Home:
    """Return the home of a command that goes on from what is in it: a mistyped one is refused, not made.

    Raises:
        ConfigurationError: there is no such folder.
    """
    where = place(home)
    if not where.path.is_dir():
        raise ConfigurationError(f"{where.path}: there is no such home (--home, GOLDTHREAD_HOME); goldthread run makes one")
    return where


def user() -> str | None:
    """Return the name of whoever is at the terminal; None in a container that has no user of that number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def who() -> str:
    """Return the same for the record, where nobody has to answer for it."""
    return user() or "unknown"


def tell(result: Any, as_json: bool, show: Callable[[], None]) -> None:
    """Print the result as JSON, or as people read it."""
    if as_json:
        print(json.dumps(_finite(result), default=str, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        show()


def _finite(value: Any) -> Any:
    """Return ``value`` with infinite numbers and those that are none in words: JSON has neither."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value
