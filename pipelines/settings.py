"""Paths, environment and configuration files: read here, at the edge, and handed on as values."""

import difflib
import os
import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipelines.contract import Channel
from pipelines.errors import ConfigurationError

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("duckdb", "spark")  # what may score and cluster


@dataclass(frozen=True)
class Home:
    """The folder that holds all of one installation's data; see DESIGN in docs/architecture.md."""

    path: Path

    @property
    def inbox(self) -> str:
        """The inbox: a folder of the home, or any fsspec address in ``GOLDTHREAD_INBOX``."""
        return os.environ.get("GOLDTHREAD_INBOX") or str(self.path / "inbox")

    @property
    def lake(self) -> Path:
        """Sealed Parquet partitions, one a source and night."""
        return self.path / "lake"

    @property
    def database(self) -> Path:
        """The one writer's DuckDB file."""
        return self.path / "warehouse" / "goldthread.duckdb"

    @property
    def judgements(self) -> Path:
        """What stewards have decided, a line each: the one thing here that no export can bring back. Back it up."""
        return self.path / "judgements" / "judgements.jsonl"

    @property
    def published(self) -> Path:
        """Published versions and the pointer ``current``."""
        return self.path / "published"

    @property
    def tmp(self) -> Path:
        """Spill files and candidates; mode 0700, wiped by the writer."""
        return self.path / "tmp"

    def find(self, name: str) -> Path:
        """Return the file ``name`` ("config/policy.yml", "sql/golden/customer.sql", "expectations/customer.yml").

        A file under the home's ``config/`` stands in for the one that came with the package: ``config/policy.yml``
        for itself, ``config/sql/…`` and ``config/expectations/…`` (or the bare name) for the others.
        """
        below = name.removeprefix("config/")
        for candidate in (self.path / "config" / below, self.path / "config" / Path(name).name):
            if candidate.is_file():
                return candidate
        return PACKAGE_ROOT / name


def stray_files(home: Home) -> list[str]:
    """Return the names of files in the home's ``config/`` that stand in for none of ours: "polcy.yml", "policy.yaml"."""
    folders = [PACKAGE_ROOT / name for name in ("config", "sql", "expectations")]
    known = {path.name for folder in folders for path in folder.rglob("*.*")} | {sources_path(home).name}
    there = (home.path / "config").glob("*.*")
    return sorted(
        path.name for path in there if path.suffix in (".yml", ".yaml", ".json", ".sql") and path.name not in known
    )


def home_of(path: str | Path | None = None) -> Home:
    """Return the home: ``path``, else ``GOLDTHREAD_HOME``, else ``./var``.

    Raises:
        ConfigurationError: DuckDB would look for its files elsewhere.
    """
    home = Home(Path(path or os.environ.get("GOLDTHREAD_HOME") or "var").resolve())
    if re.search(r"[?\\]", str(home.path)):
        raise ConfigurationError(f"{home.path}: the home's path holds a ? or a \\, which DuckDB cannot open")
    return home


def parse_night(text: str) -> date:
    """Read a night as its folder in the inbox is written, YYYY-MM-DD.

    Raises:
        ValueError: it is anything else, other spellings of a date (20261120, 2026-W47-5) among it.
    """
    night = date.fromisoformat(text)
    if night.isoformat() != text:
        raise ValueError("no night")
    return night


def engine_name(given: str | None = None) -> str:
    """Return the engine that scores and clusters: ``given``, else ``GOLDTHREAD_ENGINE``, else duckdb.

    Raises:
        ConfigurationError: there is no such engine.
    """
    name = given or os.environ.get("GOLDTHREAD_ENGINE") or ENGINES[0]
    if name not in ENGINES:
        raise ConfigurationError(f"there is no engine {name!r} (--engine, GOLDTHREAD_ENGINE); it is {' or '.join(ENGINES)}")
    return name


def memory_limit() -> str:
    """Return how much memory DuckDB may take: ``GOLDTHREAD_MEMORY``, else 2GB.

    Raises:
        ConfigurationError: it is no amount.
    """
    amount = os.environ.get("GOLDTHREAD_MEMORY") or "2GB"
    if not re.fullmatch(r"\d+(\.\d+)? ?([KMGT]i?B?|%)", amount, re.IGNORECASE):
        raise ConfigurationError("GOLDTHREAD_MEMORY is an amount with its unit, such as 2GB, 1500MB or 80%")
    return amount


def threads_of_environment() -> int | None:
    """Return how many threads DuckDB may use: ``GOLDTHREAD_THREADS``, else None, which is one a core.

    Raises:
        ConfigurationError: it is no whole number from 1 on.
    """
    number = os.environ.get("GOLDTHREAD_THREADS")
    if number and not re.fullmatch(r"[1-9][0-9]{0,3}", number):
        raise ConfigurationError("GOLDTHREAD_THREADS is a whole number of threads, such as 4")
    return int(number) if number else None


@dataclass(frozen=True)
class SparkPlace:
    """Where Spark runs, and the folder through which rows go to it and come back.

    Attributes:
        master: as Spark writes it: ``local[*]``, ``spark://host:7077``, ``yarn``.
        folder: at the same path on every machine of the cluster.
        is_shared: somebody has said so.
    """

    master: str
    folder: Path
    is_shared: bool = False

    @property
    def is_local(self) -> bool:
        """Whether all of it runs on this machine."""
        return self.master.startswith("local")


def spark_place(home: Home) -> SparkPlace:
    """Return where Spark runs: ``GOLDTHREAD_SPARK_MASTER`` and ``GOLDTHREAD_SPARK_FOLDER``; else here, in the home's tmp."""
    master, folder = (os.environ.get(f"GOLDTHREAD_SPARK_{name}") for name in ("MASTER", "FOLDER"))
    return SparkPlace(master or "local[*]", Path(folder).resolve() if folder else home.tmp / "spark", bool(folder))


def _word(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{name!r} is to be the name of a folder: write small letters, digits and _, such as support_mail")
    return name


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone of the IANA database (write Europe/London)")
    return name


def _country(code: str) -> str:
    from phonenumbers import SUPPORTED_REGIONS  # 50 ms, which only a source with a region has to pay

    if code not in SUPPORTED_REGIONS:
        raise ValueError(f"{code!r} is no country of ISO 3166 (write GB)")
    return code


class Source(BaseModel):
    """One source of ``sources.yml``: where its exports land and how they are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, AfterValidator(_word)]
    format: str
    path: str
    channel: Channel | None = None  # a table of profiles has none
    kind: Literal["profile", "interaction"] = "interaction"
    timezone: Annotated[str, AfterValidator(_zone)] | None = None
    region: Annotated[str, AfterValidator(_country)] | None = None
    own: list[str] = []
    delivery: Literal["delta", "cumulative", "snapshot"] = "delta"
    due: Literal["any", "daily", "weekdays"] = "any"  # the nights on which nothing is too little
    max_quarantined_share: float = Field(default=0.02, ge=0, le=1)
    columns: dict[str, str | list[str]] = {}
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    references: list[str] = []  # regular expressions of order and ticket numbers people mention
    claims: bool = True  # whether identifiers in the text are taken, as claimed

    @cached_property
    def zone(self) -> ZoneInfo | None:
        """The declared zone, for formats that carry none."""
        return ZoneInfo(self.timezone) if self.timezone else None

    def is_due(self, night: date) -> bool:
        """Say whether the source has to send something for ``night``."""
        return self.due == "daily" or (self.due == "weekdays" and night.weekday() < 5)

    def pattern(self, night: date) -> str:
        """Return the glob of the night's files, below the inbox."""
        return self.path.replace("{night}", night.isoformat())


def sources_path(home: Home, path: str | Path | None = None) -> Path:
    """Return the file of the sources: ``path``, else ``GOLDTHREAD_SOURCES``, else the home's, else the package's."""
    given = path or os.environ.get("GOLDTHREAD_SOURCES")
    return Path(given) if given else home.find("config/sources.yml")


def load_sources(path: Path) -> dict[str, Source]:
    """Read ``sources.yml``.

    Raises:
        ConfigurationError: naming the file, the source and the key.
    """
    document = load_yaml(path)
    entries = document.get("sources") if isinstance(document, dict) else None
    if not isinstance(entries, dict) or not entries:
        raise ConfigurationError(f"{path}: expected a mapping 'sources:' with at least one source below it")
    return {name: _source(path, name, entry) for name, entry in entries.items()}


def _source(path: Path, name: str, entry: object) -> Source:
    if not isinstance(entry, dict):
        raise ConfigurationError(f"{path}: sources.{name}: expected a mapping with format, path, channel …")
    try:
        source = Source(name=name, **entry)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: sources.{name}.{first_problem(error, Source)}") from None
    except TypeError as error:
        raise ConfigurationError(f"{path}: sources.{name}: {error}") from None
    if source.path.startswith("/") or ".." in source.path.split("/"):
        raise ConfigurationError(f"{path}: sources.{name}.path: it lies below the inbox; write {name}/{{night}}/*")
    if unknown := re.search(r"\{(?!night\})[^}/]*\}?", source.path):
        raise ConfigurationError(f"{path}: sources.{name}.path: {unknown[0]!r} is not known; {{night}} is the night's date")
    return source


class _Strict(yaml.CSafeLoader):
    """YAML in which a key stands once: of two, the first would be gone without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                problem = f"the key {key.value!r} stands here twice"
                raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def first_problem(error: ValidationError, model: type[BaseModel]) -> str:
    """Return what is wrong: its key and what it is, without pydantic's way of saying it.

    Of several the first, but a key that looks like one of ``model`` before all: where it is required, it is missing as well.
    """
    problems = error.errors()
    meant = {
        each["loc"]: close[0]
        for each in problems
        if each["type"] == "extra_forbidden"
        if (close := difflib.get_close_matches(str(each["loc"][-1]), _keys_at(model, each["loc"][:-1]), n=1))
    }
    first = next((each for each in problems if each["loc"] in meant), problems[0])
    at, message = first["loc"], str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = "there is no such key" + (f" (write {meant[at]})" if at in meant else "")
    elif first["type"] == "missing":
        message = "is missing"
    elif at and at[-1] == "[key]":  # of a mapping whose keys are a closed set
        at, message = at[:-1], message.replace("Input should", "the key should", 1)
    key = ".".join(map(str, at))
    return f"{key}: {message}" if key else message


def _keys_at(model: Any, path: tuple[int | str, ...]) -> list[str]:
    """Return the keys that may stand at ``path`` of a model; none where it is no mapping with keys of its own."""
    for part in path:
        inner = get_args(model)
        if inner:  # dict[str, Rule]
            model = inner[-1]
        elif field := getattr(model, "model_fields", {}).get(part):
            model = field.annotation
    return list(getattr(model, "model_fields", {}))


def load_yaml(path: Path) -> Any:
    """Read one YAML file; ConfigurationError names the file and the line."""
    if path.is_dir():
        raise ConfigurationError(f"{path}: is a folder, where a file is expected")
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        return _Strict(text).get_single_data()
    except FileNotFoundError:
        raise ConfigurationError(f"{path}: no such file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark, last = getattr(error, "problem_mark", None), len(text.splitlines())
        where = f"{path}:{min(mark.line + 1, last)}" if mark else str(path)  # libyaml counts a line past the last
        raise ConfigurationError(f"{where}: not YAML: {getattr(error, 'problem', None) or 'not UTF-8'}") from None
