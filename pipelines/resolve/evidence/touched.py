"""A night's identities: what its records touch is made again, everything else stays, and the whole is as if all were.

What a row depends on says what is touched with a record: its values, for they may become or cease to be contested; the
records that carry such a value; the identities those were and are of; the values of these, which may become shared; and the
identities that carry such a value. docs/scale.md has the picture.
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from pipelines.resolve.evidence import phones
from pipelines.resolve.evidence.identities import learn, tell_shared, values_of
from pipelines.resolve.evidence.normalise import NAME_RULES, name_forms
from pipelines.resolve.exchange import RECORD, VALUE, differing, exchange, same
from pipelines.resolve.relations import drop, run, take, unregister
from pipelines.resolve.scoring import agreement
from pipelines.resolve.scoring.model import Model, register_frequencies
from pipelines.resolve.settings import Linkage
from pipelines.settings import Home
from pipelines.warehouse import build

_RECORD, _VALUE = ", ".join(RECORD), ", ".join(VALUE)
# What may be shared, and what contested; what else there is, half a town has in common.
_SHARED = "kind IN ('email', 'phone', 'handle', 'account', 'chat', 'visitor', 'crm_id')"
_CONTESTED = f"({_SHARED} OR kind = 'reference')"
_IDENTIFIERS = "SELECT * EXCLUDE (file, position) FROM staging.identifier"


def update_identities(con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, model: Model, night: date) -> None:
    """Bring the tables of ``identities.build_identities`` up to staging, to the same rows.

    Reads what ``staging.update_staging`` leaves, and drops it. Leaves ``was_resolve_identity`` and ``now_resolve_identity``,
    the rows of all touched identities before and after; ``new_record`` (rows of resolve.record_identity), the records that
    were not there and show somebody; ``moved_record`` (record_kind, source, source_ref), all others that came, went, changed
    or may be of another identity; and ``moved_identity`` (identity_id), what those of them that were known are and were of.
    """
    agreement.install(con)
    register_frequencies(con, model)
    update = _Update(con, home, linkage, model, night)
    update.names()
    update.frequencies()
    update.contested()
    update.identities_of_records()
    update.evidence()
    update.shared()
    update.identities()
    unregister(con, "model_frequency")
    tell_shared(con, night)


class _Update:
    """The steps in order; each leaves as temporary tables what the next ones need."""

    def __init__(self, con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, model: Model, night: date) -> None:
        self.con, self.home = con, home
        self.values = values_of(linkage, model, night)

    def take(self, name: str, select: str) -> None:
        take(self.con, name, select)

    def made_anew(self, table: str, key: Sequence[str], moved: str) -> None:
        """Build a table that goes by all there is, and leave as ``moved`` the keys whose rows are no longer the same."""
        self.take("before", f"FROM {table}")
        build(self.con, self.home, table, **self.values)
        self.take(moved, differing(key, "before", table))
        drop(self.con, "before")

    def names(self) -> None:
        """The names and numbers of touched records are read; those that nothing shows any more are forgotten."""
        con = self.con
        reads = {"staging.identifier": "now_staging_identifier", "staging.interaction": "now_staging_interaction"}
        made = exchange(con, self.home, "resolve.record_name", RECORD, "touched_record", reads, **self.values)
        learn(con, "name_form", "name", f"SELECT name FROM {made.now}", name_forms, NAME_RULES)
        _forget(con, "name_form", "name", f"SELECT name FROM {made.was}", "SELECT name FROM resolve.record_name")
        numbers = "SELECT value FROM {} WHERE kind = 'phone' AND evidence != 'claimed'"
        now, was = numbers.format("now_staging_identifier"), numbers.format("was_staging_identifier")
        learn(con, "phone_form", "value", now, phones.phone_forms, phones.RULES)
        _forget(con, "phone_form", "value", was, numbers.format("staging.identifier"))
        drop(con, *made.tables, "now_staging_interaction")

    def frequencies(self) -> None:
        """A name may have become more common here, or less: whoever bears it is put together again."""
        self.made_anew("resolve.name_frequency", ("part", "name"), "moved_name")

    def contested(self) -> None:
        """A value is contested by whom all of its records show: those of touched values are compared again."""
        con = self.con
        shown = f"SELECT {_VALUE} FROM {{}} SEMI JOIN touched_record USING ({_RECORD}) WHERE {_CONTESTED}"
        self.take(
            "touched_value", f"{shown.format('was_staging_identifier')} UNION {shown.format('now_staging_identifier')}"
        )
        self.take("carrier", f"SELECT DISTINCT {_RECORD} FROM staging.identifier SEMI JOIN touched_value USING ({_VALUE})")
        self.take("near_identifier", f"{_IDENTIFIERS} SEMI JOIN carrier USING ({_RECORD})")
        self.take("near_name", f"FROM resolve.record_name SEMI JOIN carrier USING ({_RECORD})")
        reads = {"staging.identifier": "near_identifier", "resolve.record_name": "near_name"}
        made = exchange(con, self.home, "resolve.contested_identifier", VALUE, "touched_value", reads, **self.values)
        held = exchange(con, self.home, "resolve.handover", VALUE, "touched_value", reads, **self.values)
        self.take("flipped_value", f"FROM {made.changed} UNION FROM {held.changed}")
        self.moved()
        drop(con, *made.tables, *held.tables, "carrier", "near_identifier", "near_name", "touched_value")
        drop(con, "flipped_value", "was_staging_identifier", "now_staging_identifier")

    def moved(self) -> None:
        """Touched records, and those with a value that became or ceased to be contested, may be of another identity.

        What they show is at hand: whatever carries a flipped value carries a touched one.
        """
        carriers = f"SELECT {_RECORD} FROM near_identifier SEMI JOIN flipped_value USING ({_VALUE})"
        self.take("moved_record", f"FROM touched_record UNION {carriers}")
        self.take(
            "moved_identifier",
            f"""
            FROM near_identifier SEMI JOIN moved_record USING ({_RECORD}) ANTI JOIN touched_record USING ({_RECORD})
            UNION ALL
            SELECT * EXCLUDE (file, position) FROM now_staging_identifier SEMI JOIN touched_record USING ({_RECORD})
            """,
        )

    def identities_of_records(self) -> None:
        """The identities of moved records are told again: those of what is new apart from those of what was known."""
        con = self.con
        self.take(
            "near_profile",
            "FROM staging.profile SEMI JOIN (FROM moved_record WHERE record_kind = 'profile') USING (source, source_ref)",
        )
        reads = {
            "staging.identifier": "moved_identifier", "staging.interaction": _interactions_of("moved_record"),
            "staging.profile": "near_profile",
        }  # fmt: skip
        made = exchange(con, self.home, "resolve.record_identity", RECORD, "moved_record", reads, **self.values)
        ids = "SELECT identity_id FROM {} WHERE identity_id IS NOT NULL"
        self.take("touched_identity", f"{ids.format(made.was)} UNION {ids.format(made.now)}")
        known = f"SEMI JOIN {made.was} USING ({_RECORD})"
        self.take("moved_identity", f"{ids.format(made.was)} UNION {ids.format(f'(FROM {made.now} {known})')}")
        self.take("new_record", f"FROM {made.now} ANTI JOIN {made.was} USING ({_RECORD}) WHERE identity_id IS NOT NULL")
        run(con, f"DELETE FROM moved_record USING new_record WHERE {same(RECORD, 'moved_record', 'new_record')}")
        drop(con, *made.tables, "moved_identifier", "near_profile", "touched_record")

    def evidence(self) -> None:
        """The names and identifiers of touched identities are gathered again, over all of their records."""
        con = self.con
        self.take("near_record", "FROM resolve.record_identity SEMI JOIN touched_identity USING (identity_id)")
        self.take("near_identifier", f"{_IDENTIFIERS} SEMI JOIN near_record USING ({_RECORD})")
        self.take("near_name", f"FROM resolve.record_name SEMI JOIN near_record USING ({_RECORD})")
        reads = {
            "resolve.record_identity": "near_record", "staging.identifier": "near_identifier",
            "resolve.record_name": "near_name",
        }  # fmt: skip
        for table in ("identity_name", "identity_identifier"):
            exchange(con, self.home, f"resolve.{table}", ["identity_id"], "touched_identity", reads, **self.values)
        drop(con, "near_record", "near_identifier", "near_name")
        drop(con, *(f"{when}_resolve_identity_name" for when in ("was", "now", "changed")))

    def shared(self) -> None:
        """A value is shared, or promiscuous, by whom all of its identities show; where that changes they are touched."""
        con = self.con
        shown = f"SELECT {_VALUE} FROM {{}}_resolve_identity_identifier WHERE {_SHARED}"
        self.made_anew("resolve.filler", VALUE, "moved_filler")
        self.take("touched_value", f"{shown.format('was')} UNION {shown.format('now')} UNION FROM moved_filler")
        carriers = f"resolve.identity_identifier SEMI JOIN touched_value USING ({_VALUE})"
        self.take("carrier", f"SELECT DISTINCT identity_id FROM {carriers}")
        self.take("near_identifier", "FROM resolve.identity_identifier SEMI JOIN carrier USING (identity_id)")
        self.take("near_name", "FROM resolve.identity_name SEMI JOIN carrier USING (identity_id)")
        reads = {
            "resolve.identity_identifier": "near_identifier", "resolve.identity_name": "near_name",
            "resolve.filler": f"(FROM resolve.filler SEMI JOIN moved_filler USING ({_VALUE}))",
        }  # fmt: skip
        for table, standing in (("shared_identifier", _VALUE), ("promiscuous_identifier", f"{_VALUE}, is_claimed")):
            made = exchange(con, self.home, f"resolve.{table}", VALUE, "touched_value", reads, **self.values)
            was, now = (f"SELECT {standing} FROM {rows}" for rows in (made.was, made.now))
            flipped = f"SELECT DISTINCT {_VALUE} FROM ((({was}) EXCEPT ({now})) UNION ALL (({now}) EXCEPT ({was})))"
            run(
                con,
                f"INSERT INTO touched_identity SELECT DISTINCT identity_id FROM near_identifier"
                f" SEMI JOIN ({flipped}) USING ({_VALUE}) ANTI JOIN touched_identity USING (identity_id)",
            )
            drop(con, *made.tables)
        self.confirmed()
        drop(con, "touched_value", "moved_filler", "carrier", "near_identifier", "near_name")
        drop(con, *(f"{when}_resolve_identity_identifier" for when in ("was", "now", "changed")))

    def confirmed(self) -> None:
        """A claim is confirmed by what those who claim a value and those who deliver it write; few values have both."""
        both = "bool_or(is_claimed) AND NOT bool_and(is_claimed)"
        touched = f"SELECT {_VALUE} FROM near_identifier SEMI JOIN touched_value USING ({_VALUE})"
        self.take("claimed_value", f"{touched} WHERE kind IN ('email', 'phone') GROUP BY {_VALUE} HAVING {both}")
        self.take("near_claim", f"FROM near_identifier SEMI JOIN claimed_value USING ({_VALUE})")
        self.take("near_record", "FROM resolve.record_identity SEMI JOIN near_claim USING (identity_id)")
        reads = {
            "resolve.identity_identifier": "near_claim", "resolve.record_identity": "near_record",
            "staging.interaction": _interactions_of("near_record"),
        }  # fmt: skip
        made = exchange(self.con, self.home, "resolve.confirmed_claim", VALUE, "touched_value", reads, **self.values)
        changed = f"(FROM {made.was} UNION ALL FROM {made.now}) SEMI JOIN {made.changed} USING ({_VALUE})"
        run(
            self.con,
            f"INSERT INTO touched_identity SELECT DISTINCT identity_id FROM {changed}"
            " ANTI JOIN touched_identity USING (identity_id)",
        )
        drop(self.con, *made.tables, "near_claim", "near_record", "claimed_value")

    def identities(self) -> None:
        """Touched identities, and those who bear a name that moved, are put together again."""
        bearers = " OR ".join(
            f"{part}_name IN (SELECT name FROM moved_name WHERE part = '{part}')" for part in ("given", "family")
        )
        run(
            self.con,
            f"INSERT INTO touched_identity SELECT identity_id FROM resolve.identity ANTI JOIN touched_identity"
            f" USING (identity_id) WHERE {bearers}",
        )
        drop(self.con, "moved_name")
        tables = ("record_identity", "identity_name", "identity_identifier", "confirmed_claim")
        reads = {f"resolve.{table}": f"near_{table}" for table in tables}
        for table in tables:
            self.take(f"near_{table}", f"FROM resolve.{table} SEMI JOIN touched_identity USING (identity_id)")
        made = exchange(self.con, self.home, "resolve.identity", ["identity_id"], "touched_identity", reads, **self.values)
        drop(self.con, *reads.values(), made.changed)


def _interactions_of(records: str) -> str:
    """Return a relation of some messages, of which only the columns that are asked for are read."""
    of_kind = f"(FROM {records} WHERE record_kind = 'interaction')"
    return f"(FROM staging.interaction SEMI JOIN {of_kind} USING (source, source_ref))"


def _forget(con: duckdb.DuckDBPyConnection, table: str, key: str, gone: str, shown: str) -> None:
    """Delete from resolve.<table> the values of the SELECT ``gone`` that the SELECT ``shown`` does not have any more."""
    if not run(con, f"SELECT 1 FROM ({gone}) LIMIT 1"):
        return
    still = f"SELECT {key} FROM ({shown}) SEMI JOIN ({gone}) USING ({key})"
    run(con, f"DELETE FROM resolve.{table} WHERE {key} IN ({gone}) AND {key} NOT IN ({still})")
