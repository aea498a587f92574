"""The suites of ``expectations/``: plain lists written by hand, read and checked before anything runs.

A suite is named after its table. An entry is ``type`` (an expectation of Great Expectations), ``kwargs``, ``severity``
(critical stops the publish; warning and info publish and tell) and ``notes`` (what a failure means).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from pipelines.errors import ConfigurationError
from pipelines.settings import PACKAGE_ROOT, Home, load_yaml

Severity = Literal["critical", "warning", "info"]
KEYS = {"type", "kwargs", "severity", "notes"}


@dataclass(frozen=True)
class Entry:
    """One expectation of a suite.

    Attributes:
        suite, number: the suite's name, and the entry's place in it from 1.
        kwargs: the arguments as written; ``{"$PARAMETER": name}`` stands for a value computed at night.
    """

    suite: str
    number: int
    type: str
    severity: Severity
    kwargs: dict[str, Any] = field(default_factory=dict)
    notes: str = ""

    @property
    def column(self) -> str | None:
        """The column or columns it is about, None where it is about the table."""
        named = [self.kwargs[key] for key in ("column", "column_A", "column_B") if key in self.kwargs]
        named += self.kwargs.get("column_list", [])
        return ", ".join(str(name) for name in named) or None

    def parameters(self) -> set[str]:
        """Return the names of the parameters it asks for."""
        return set(_parameters(self.kwargs))


def _parameters(value: Any) -> list[str]:
    if isinstance(value, dict):
        if set(value) == {"$PARAMETER"}:
            return [str(value["$PARAMETER"])]
        return [name for inner in value.values() for name in _parameters(inner)]
    if isinstance(value, list):
        return [name for inner in value for name in _parameters(inner)]
    return []


def suite_names(home: Home) -> list[str]:
    """Return the names of all suites, the package's and those that the home adds, sorted."""
    folders = (PACKAGE_ROOT / "expectations", home.path / "config" / "expectations")
    return sorted({path.stem for folder in folders for path in folder.glob("*.yml")})


def load_suites(home: Home, known_parameters: set[str]) -> dict[str, list[Entry]]:
    """Read every suite.

    Raises:
        ConfigurationError: naming the file, the entry and what is wrong with it.
    """
    return {name: load_suite(home.find(f"expectations/{name}.yml"), known_parameters) for name in suite_names(home)}


def load_suite(path: Path, known_parameters: set[str]) -> list[Entry]:
    """Read one suite.

    Raises:
        ConfigurationError: naming the file, the entry and what is wrong with it.
    """
    document = load_yaml(path)
    if not isinstance(document, list) or not document:
        raise ConfigurationError(f"{path}: expected a list of expectations, each with type, kwargs and severity")
    entries = [_entry(path, number, written) for number, written in enumerate(document, start=1)]
    for entry in entries:
        unknown = sorted(entry.parameters() - known_parameters)
        if unknown:
            known = ", ".join(sorted(known_parameters))
            raise ConfigurationError(f"{path}, entry {entry.number}: no parameter {', '.join(unknown)}; there are {known}")
    return entries


def _entry(path: Path, number: int, written: object) -> Entry:
    where = f"{path}, entry {number}"
    if not isinstance(written, dict) or not isinstance(written.get("type"), str):
        raise ConfigurationError(f"{where}: expected a mapping with type, kwargs, severity and notes")
    unknown = sorted(str(key) for key in written.keys() - KEYS)
    if unknown:
        raise ConfigurationError(f"{where}: unknown key {', '.join(unknown)}; there are {', '.join(sorted(KEYS))}")
    if written.get("severity") not in get_args(Severity):
        raise ConfigurationError(f"{where}: severity is one of {', '.join(get_args(Severity))}")
    kwargs = written.get("kwargs") or {}
    if not isinstance(kwargs, dict):
        raise ConfigurationError(f"{where}: kwargs is a mapping of the expectation's arguments")
    notes = " ".join(str(written.get("notes") or "").split())
    return Entry(path.stem, number, written["type"], written["severity"], kwargs, notes)
