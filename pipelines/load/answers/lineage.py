"""The lineage of a link: what both of its sides show, and the records, files and places that showed it first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipelines.resolve.lookup import quoted
from pipelines.resolve.relations import has_table
from pipelines.resolve.scoring.agreement import mailbox_of

# Kinds by which two records may be one person's; parts of names and places tell less than the whole.
KINDS = (
    "email", "phone", "account", "handle", "crm_id", "visitor", "reference", "date_of_birth", "name", "street", "postcode",
    "company",
)  # fmt: skip
MEANT = {"street", "postcode", "company"}  # told only where nothing better is shared

SHOWN = """
SELECT identity_id, kind, scope, value, evidence, record_count, first_seen_at, last_seen_at, source, source_ref, file,
    position
FROM meta.identity_identifier WHERE identity_id IN ({identities}) AND list_contains($kinds, kind)
ORDER BY list_position($kinds, kind), scope, value
"""


@dataclass(frozen=True)
class Shown:
    """What an identity shows, and the record that showed it first."""

    identity_id: str
    kind: str
    scope: str
    value: str
    evidence: str
    record_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    source: str
    source_ref: str
    file: str
    position: str


@dataclass(frozen=True)
class Shared:
    """What both sides of a pair show; the values are equal, or two ways to write one name, handle or mailbox."""

    kind: str
    left: Shown
    right: Shown


def shown_by(con: duckdb.DuckDBPyConnection, identities: Iterable[str]) -> dict[str, list[Shown]]:
    """Return what each identity shows; empty for a version that was written before this was kept."""
    wanted = sorted(set(identities))
    found: dict[str, list[Shown]] = {identity: [] for identity in wanted}
    if wanted and has_table(con, "meta", "identity_identifier"):
        for row in con.execute(SHOWN.format(identities=quoted(wanted)), {"kinds": list(KINDS)}).fetchall():
            found[row[0]].append(Shown(*row))
    return found


def shared_between(left: list[Shown], right: list[Shown]) -> list[Shared]:
    """Return what both sides show, by kind; where their names or handles are only alike, those as they are."""
    equal = shared_values(left, right)
    found = [shared for shared in equal if shared.kind not in MEANT] or equal
    if not any(shared.kind == "name" for shared in found):
        found += _names(left, right)
    if not any(shared.kind not in ("name", *MEANT) for shared in found):
        found += _aliases(left, right)
    return found


def shared_values(left: list[Shown], right: list[Shown]) -> list[Shared]:
    """Return the identifiers that both sides show, letter for letter; two addresses of one mailbox are one."""
    theirs = {_compared(one): one for one in right}
    return [Shared(one.kind, one, theirs[_compared(one)]) for one in left if _compared(one) in theirs]


def _compared(one: Shown) -> tuple[str, str, str]:
    return one.kind, one.scope, mailbox_of(one.value) if one.kind == "email" else one.value


def _names(left: list[Shown], right: list[Shown]) -> list[Shared]:
    """Return the name that most records of each side show, where both show one."""
    most = [
        max((one for one in side if one.kind == "name"), key=lambda one: (one.record_count, one.value), default=None)
        for side in (left, right)
    ]
    return [Shared("name", most[0], most[1])] if most[0] and most[1] else []


def _aliases(left: list[Shown], right: list[Shown]) -> list[Shared]:
    """Return a handle and the local part of a mail address, or two handles, that are written alike."""
    theirs = {_alias(one): one for one in right if one.kind in ("email", "handle")}
    return [
        Shared("handle", one, theirs[_alias(one)])
        for one in left
        if one.kind in ("email", "handle") and _alias(one) in theirs
    ]


def _alias(shown: Shown) -> str:
    return re.sub(r"[^a-z0-9]", "", shown.value.partition("@")[0].lower())
