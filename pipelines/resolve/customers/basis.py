"""What tonight's identities rest on (model, settings, code, population, judgements), so that a change can tell its cause."""

import hashlib
import json
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.resolve.evidence.normalise import NAME_FILES
from pipelines.resolve.relations import has_table, register, run, unregister
from pipelines.resolve.scoring.model import Model, population_of
from pipelines.resolve.settings import Linkage
from pipelines.settings import PACKAGE_ROOT, Home
from pipelines.warehouse import build

_ROOM = PACKAGE_ROOT / "pipelines" / "resolve"
_BASIS = pa.schema([("fact", pa.string()), ("content", pa.string())])
_NO_RULES = {"change_budget", "review"}  # keys that move no customer


def build_basis(con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, model: Model) -> None:
    """Build resolve.basis and resolve.demoted_identifier from tonight's resolve.identity and resolve.judgement.

    A fact is ``model``, ``code``, ``population``, ``setting <key>`` or ``judgement``; its content its version or value.
    """
    facts = [
        ("code", code_digest(home)),
        ("model", model.version),
        ("population", str(population_of(con))),
        ("setting nicknames", _digest([home.find(name) for name in NAME_FILES])),
        *(
            (f"setting {key}", json.dumps(value, sort_keys=True, ensure_ascii=False))
            for key, value in linkage.model_dump(mode="json", exclude=_NO_RULES).items()
        ),
        *(("judgement", value) for value in _judgements(con)),
    ]
    columns = {"fact": [fact for fact, _ in facts], "content": [content for _, content in facts]}
    register(con, "tonight", pa.table(columns, schema=_BASIS))
    build(con, home, "resolve.basis")
    unregister(con, "tonight")
    build(con, home, "resolve.demoted_identifier")


def code_digest(home: Home) -> str:
    """Return eight hex digits of the code that decides who is who: this room, and the SELECTs of staging and resolve."""
    names = [f"sql/{path.parent.name}/{path.name}" for path in PACKAGE_ROOT.glob("sql/*/*.sql")]
    queries = [home.find(name) for name in names if name.split("/")[1] in ("staging", "resolve")]
    return _digest([*sorted(_ROOM.rglob("*.py")), *sorted(queries)])


def _digest(paths: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:8]


def _judgements(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return ``judgement_id identity_l identity_r`` of each pair that a steward's word stands for; none before the first."""
    if not has_table(con, "resolve", "judgement"):
        return []
    pairs = run(con, "SELECT judgement_id || ' ' || identity_l || ' ' || identity_r FROM resolve.judgement ORDER BY ALL")
    return [pair for (pair,) in pairs]
