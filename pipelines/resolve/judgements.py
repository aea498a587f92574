"""What stewards decide: an append-only file of the home, and the pairs of identities that it speaks of tonight.

A side of a judgement is a list of records, never of identities or customers: those change with the rules, the model and
every rebuild, a record does not. Nothing is overwritten; an undo is a line of its own.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import duckdb
import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.files import sync
from pipelines.resolve.relations import arrow, has_table, register, run, unregister
from pipelines.settings import Home
from pipelines.warehouse import build, writer_lock

log = logging.getLogger(__name__)

Verdict = Literal["same", "different", "unsure"]
PAIR_COLUMNS = ("identity_l", "identity_r", "verdict")


class RecordKey(NamedTuple):
    """A source record: what a judgement is anchored in."""

    record_kind: str
    source: str
    source_ref: str


class Judgement(BaseModel):
    """One line of the file.

    Attributes:
        judgement_id: "j" and 16 hex digits of what the line says.
        verdict: ``same`` joins, ``different`` keeps apart, ``unsure`` leaves it to the model; None where it only undoes.
        left, right: the records of either side. The verdict is about every pair of one from each (see ``pairs``).
        by, at, why: who, when (an instant, UTC) and for which reason.
        undoes: the judgement that no longer stands.
        audit: the stratum of the audit sample that the pair was asked for; None where nobody drew it by lot.
        model: the model that had decided the pair when it was asked for the audit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    judgement_id: str = ""
    verdict: Verdict | None = None
    left: tuple[RecordKey, ...] = ()
    right: tuple[RecordKey, ...] = ()
    by: str
    at: datetime
    why: str = ""
    undoes: str | None = None
    audit: str | None = None
    model: str | None = None

    @field_validator("at")
    @classmethod
    def _in_utc(cls, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return at.astimezone(UTC)

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Judgement":
        if (self.verdict is None) == (self.undoes is None):
            raise ValueError("give a verdict, or the judgement it undoes")
        if self.verdict and not (self.left and self.right):
            raise ValueError("a verdict takes two sides")
        if self.verdict and set(self.left) & set(self.right):
            raise ValueError("a record stands on both sides")
        return self

    @property
    def content_id(self) -> str:
        """The id that follows from what the line says: the same words at the same instant are one judgement."""
        said = json.dumps(self._told() | {"judgement_id": ""}, ensure_ascii=False, sort_keys=True)
        return "j" + hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def pairs(self) -> Iterator[tuple[RecordKey, RecordKey]]:
        """Yield the pairs of records that say it all: who is one with the first of the other side is one with all of it."""
        for left in self.left:
            for right in self.right:
                if self.verdict != "same" or left == self.left[0] or right == self.right[0]:
                    yield left, right

    def to_line(self) -> bytes:
        """Return the line, keys in their order."""
        return (json.dumps(self._told(), ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")

    def _told(self) -> dict[str, Any]:
        """Return what is said and nothing that is left out, so that a key of a later version changes no earlier id."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def read_judgements(path: Path) -> list[Judgement]:
    """Return all lines in their order; none where there is no file yet.

    A last line without its end was never acknowledged (the machine stopped while it was written) and is passed over.

    Raises:
        ConfigurationError: a line is no judgement, or undoes one that does not come before it; it names the line, not
            what it says.
    """
    if not path.is_file():
        return []
    *lines, tail = path.read_bytes().split(b"\n")
    if tail and (last := _parse(tail)):
        lines.append(last.to_line())
    elif tail:
        log.warning("judgements: the last line was not written to its end and does not count; give that judgement again")
    found: list[Judgement] = []
    known: set[str] = set()
    for number, line in enumerate(lines, start=1):
        judgement = _parse(line)
        if judgement is None or (judgement.undoes is not None and judgement.undoes not in known):
            raise ConfigurationError(
                f"{path}: line {number} is not a judgement of ours; put back the line from your backup (docs/stewards.md)"
            )
        if judgement.judgement_id not in known:
            known.add(judgement.judgement_id)
            found.append(judgement)
    return found


def _parse(line: bytes) -> Judgement | None:
    try:
        judgement = Judgement.model_validate_json(line)
    except ValidationError:
        return None
    return judgement if judgement.judgement_id == judgement.content_id else None


def standing(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Return the verdicts that no standing line undoes, in their order. To undo an undo is to say it again."""
    undone: set[str] = set()
    kept = []
    for judgement in reversed(judgements):
        if judgement.judgement_id in undone:
            continue
        if judgement.undoes is not None:
            undone.add(judgement.undoes)
        else:
            kept.append(judgement)
    return kept[::-1]


def append_judgement(home: Home, judgement: Judgement) -> Judgement:
    """Write one line to its end and to the disk, and return it with its id; said twice at one instant it is one line.

    Raises:
        LockHeld: a night is writing this home.
        GoldthreadError: the disk has no room for it.
        ConfigurationError: it undoes what is not there, or what is undone already; the file has a line that is none.
    """
    path = home.judgements
    with writer_lock(home):
        known = read_judgements(path)
        if judgement.undoes is not None:
            _check_undo(judgement.undoes, known)
        judgement = judgement.model_copy(update={"judgement_id": judgement.content_id})
        if judgement.judgement_id not in {one.judgement_id for one in known}:
            _append(path, judgement.to_line())
    log.info("judgement %s written", judgement.judgement_id)
    return judgement


def _check_undo(judgement_id: str, known: Sequence[Judgement]) -> None:
    if judgement_id not in {one.judgement_id for one in known}:
        raise ConfigurationError(f"there is no judgement {judgement_id}; goldthread review history lists them")
    undone_by = {one.undoes: one.judgement_id for one in known if one.undoes}
    if judgement_id in undone_by and judgement_id not in {one.judgement_id for one in standing(known)}:
        raise ConfigurationError(f"judgement {judgement_id} is undone already, by {undone_by[judgement_id]}")


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        _end_last_line(handle)
        if os.write(handle, line) != len(line):
            raise GoldthreadError(f"{path}: no room for the line to its end: the judgement does not count; give it again")
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        sync(path.parent)


def _end_last_line(handle: int) -> None:
    """Leave the file at the end of a line: one that a stop cut off was never acknowledged and goes."""
    size = os.fstat(handle).st_size
    content = os.pread(handle, size, 0)
    tail = content[content.rfind(b"\n") + 1 :]
    if not tail:
        return
    if _parse(tail):
        os.write(handle, b"\n")
    else:
        os.ftruncate(handle, size - len(tail))


_JUDGED = pa.schema(
    [("position", pa.int64()), ("judgement_id", pa.string()), ("verdict", pa.string()), ("judged_by", pa.string()),
     ("judged_at", pa.timestamp("us", "UTC")), ("why", pa.string()), ("audit", pa.string()), ("model", pa.string())]
    + [(f"{name}_{side}", pa.string()) for side in "lr" for name in RecordKey._fields]
)  # fmt: skip


def judged_records(judgements: Sequence[Judgement]) -> pa.Table:
    """Return the standing verdicts as one row a pair of records, with the place of their line (``position``)."""
    rows = [
        {"position": position, "judgement_id": one.judgement_id, "verdict": one.verdict, "judged_by": one.by,
         "judged_at": one.at, "why": one.why, "audit": one.audit, "model": one.model}
        | {f"{name}_l": value for name, value in left._asdict().items()}
        | {f"{name}_r": value for name, value in right._asdict().items()}
        for position, one in enumerate(standing(judgements))
        for left, right in one.pairs()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_JUDGED)


def build_judgements(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Build resolve.judgement from the home's file and resolve.record_identity.

    Raises:
        ConfigurationError: the file has a line that is no judgement.
    """
    judgements = read_judgements(home.judgements)
    register(con, "judged_record", judged_records(judgements))
    build(con, home, "resolve.judgement")
    placed, overruled = run(
        con, "SELECT count(DISTINCT judgement_id), coalesce(sum(overruled_count), 0) FROM resolve.judgement"
    )[0]
    unregister(con, "judged_record")
    total = len(standing(judgements))
    if total:
        log.info("judgements: %d stand, %d of them decide a pair tonight", total, placed)
    if overruled:
        log.warning("judgements: %d are overruled by a later one on the same pair (goldthread review status)", overruled)


def labelled_pairs(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return ``identity_l, identity_r, verdict`` of resolve.judgement, one row a pair, sorted; empty where there is none."""
    if not has_table(con, "resolve", "judgement"):
        return pd.DataFrame(columns=list(PAIR_COLUMNS), dtype=object)
    columns = ", ".join(PAIR_COLUMNS)
    pairs: pd.DataFrame = arrow(con, f"SELECT {columns} FROM resolve.judgement ORDER BY identity_l, identity_r").to_pandas()
    return pairs


def published_pairs(con: duckdb.DuckDBPyConnection, home: Home, judgements: Sequence[Judgement]) -> list[dict[str, Any]]:
    """Return what resolve.judgement would hold of these judgements, over the records of a published version.

    So that a pair counts as judged at once, and not only when the next night has applied it.
    """
    select = (
        home.find("sql/resolve/judgement.sql").read_text(encoding="utf-8").replace("resolve.record_identity", "membership")
    )
    register(con, "judged_record", judged_records(judgements))
    rows = arrow(con, f"WITH membership AS (FROM golden.membership) FROM ({select})").to_pylist()
    unregister(con, "judged_record")
    return [dict(row) for row in rows]
