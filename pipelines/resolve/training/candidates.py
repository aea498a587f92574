"""The models of a home: candidates with their reports, the one in use, and the way back.

``models/<version>/`` holds linkage_model.json and what was found about it (training.json, evaluation.json,
comparison.json, report.html). ``models/candidate`` names the newest; ``models/accepted.jsonl`` says which was taken into
use, when and by whom. The model in use is ``config/linkage_model.json`` of the home, else the package's.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.files import read_own, write_own
from pipelines.resolve.scoring.model import Model, load_model, save_model
from pipelines.settings import PACKAGE_ROOT, Home

MODEL = "linkage_model.json"
REPORT = "report.html"
FACTS = ("training", "evaluation", "comparison")
IN_USE = f"config/{MODEL}"


@dataclass(frozen=True)
class Acceptance:
    """One line of ``accepted.jsonl``: ``version`` was taken into use after ``before``, ``forced`` past a refusal or not."""

    version: str
    before: str
    at: str
    by: str
    forced: str | None


@dataclass(frozen=True)
class Listed:
    """A model of the home: what is known about it, and whether it is the one in use or the newest candidate."""

    version: str
    trained_on: str
    is_in_use: bool
    is_candidate: bool
    is_compared: bool
    accepted_at: str | None


def folder_of(home: Home, version: str) -> Path:
    """Return the folder of a model, whether or not it is there."""
    return home.path / "models" / version


def model_in_use(home: Home) -> Model:
    """Return the model that the next resolve takes."""
    return load_model(home.find(IN_USE))


def keep_model(home: Home, model: Model) -> Path:
    """Write a model into its folder and return the folder; the same model gives the same bytes."""
    folder = folder_of(home, model.version)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MODEL).is_file():
        save_model(model, folder / MODEL)
    return folder


def put_candidate(home: Home, model: Model) -> Path:
    """Write a model as the newest candidate and return its folder; what was found about it earlier goes."""
    folder = keep_model(home, model)
    save_model(model, folder / MODEL)
    for name in FACTS:
        (folder / f"{name}.json").unlink(missing_ok=True)
    write_own(home.path / "models" / "candidate", f"{model.version}\n")
    return folder


def candidate(home: Home, version: str | None = None) -> tuple[Model, Path]:
    """Return a model of the home and its folder: ``version``, else the newest candidate.

    Raises:
        ConfigurationError: there is no such model, or no candidate at all; its file is not what was looked at.
    """
    named = home.path / "models" / "candidate"
    if version is None:
        if not named.is_file():
            raise ConfigurationError(f"{named}: there is no candidate yet; goldthread train makes one")
        version = named.read_text(encoding="utf-8").strip()
    if not version.isalnum() or not (folder_of(home, version) / MODEL).is_file():
        there = ", ".join(model.version for model in models(home)) or "none"
        raise ConfigurationError(f"there is no model {version!r} in {home.path / 'models'} (there: {there})")
    folder = folder_of(home, version)
    model = load_model(folder / MODEL)
    if model.version != version:
        raise ConfigurationError(f"{folder / MODEL}: changed by hand; goldthread train makes it anew, or put it back")
    return model, folder


def write_facts(folder: Path, name: str, facts: Mapping[str, Any]) -> None:
    """Write what was found about a model as ``<name>.json``."""
    told = json.dumps(facts, indent=1, ensure_ascii=False, default=str)
    write_own(folder / f"{name}.json", f"{told}\n")


def read_facts(folder: Path, name: str) -> dict[str, Any] | None:
    """Return what was found about a model; None where that was not asked.

    Raises:
        GoldthreadError: a disk or a hand has damaged it.
    """
    path = folder / f"{name}.json"
    return read_own(path, f"goldthread train --compare {folder.name} makes it anew") if path.is_file() else None


def models(home: Home) -> list[Listed]:
    """Return the home's models, the newest file first."""
    in_use = model_in_use(home).version
    named = home.path / "models" / "candidate"
    newest = named.read_text(encoding="utf-8").strip() if named.is_file() else None
    accepted = {one.version: one.at for one in acceptances(home)}
    paths = sorted((home.path / "models").glob(f"*/{MODEL}"), key=lambda path: (-path.stat().st_mtime, path.parent.name))
    return [
        Listed(
            (version := path.parent.name), load_model(path).trained_on, version == in_use, version == newest,
            (path.parent / "comparison.json").is_file(), accepted.get(version),
        )
        for path in paths
    ]  # fmt: skip


def acceptances(home: Home) -> list[Acceptance]:
    """Return which models were taken into use, the first one first.

    Raises:
        GoldthreadError: a disk or a hand has damaged a line.
    """
    path = home.path / "models" / "accepted.jsonl"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    whole = text.split("\n")[:-1]  # a stop may have cut the last one off
    found = []
    for number, line in enumerate(whole, start=1):
        try:
            found += [Acceptance(**json.loads(line))] if line else []
        except (ValueError, TypeError):
            raise GoldthreadError(f"{path}: line {number} is damaged; put it back from a backup, or remove it") from None
    return found


def take_into_use(home: Home, version: str, at: datetime, by: str, forced: str | None) -> Acceptance:
    """Make a model of the home the one in use; the one before it is kept in its own folder, and can be taken again.

    Where it is the package's own, the home's file goes, so that the package's stands, now and after an upgrade. The record
    is written first: stopped in between, it tells of a model that a second try takes, never the other way round.
    """
    before = model_in_use(home)
    keep_model(home, before)
    accepted = Acceptance(version, before.version, at.isoformat(timespec="seconds"), by, forced)
    told = [json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in (*acceptances(home), accepted)]
    write_own(home.path / "models" / "accepted.jsonl", "".join(told))
    target = home.path / "config" / MODEL
    if version == load_model(PACKAGE_ROOT / IN_USE).version:
        target.unlink(missing_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_own(target, (folder_of(home, version) / MODEL).read_text(encoding="utf-8"))
    return accepted


def data_digest(home: Home) -> str:
    """Return 16 hex digits of all that resolve goes by, besides the model: the lake's seals, the settings, judgements."""
    digest = hashlib.sha256()
    for seal in sorted(home.lake.glob("*/*/sealed.json")):
        digest.update(f"{seal.parent.parent.name}/{seal.parent.name}\n".encode())
        digest.update(hashlib.sha256(seal.read_bytes()).digest())
    for path in (home.find("config/linkage.yml"), home.judgements):
        digest.update(hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest())
    return digest.hexdigest()[:16]
