"""A home whose nights are clusters of numbered records: the real past, ids, changes and versions, without linkage."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from pipelines.load.publish import new_name
from pipelines.load.versions.history import past_of
from pipelines.load.versions.published import current, point, version_names, versions_folder
from pipelines.resolve.customers.change_causes import build_change
from pipelines.resolve.customers.customers import give_ids, trace_from
from pipelines.resolve.customers.past import take_past
from pipelines.resolve.relations import run
from pipelines.settings import Home
from pipelines.warehouse import build, connect, transaction, writer_lock

PUBLISHED = (
    "golden.membership", "golden.crosswalk", "golden.change", "meta.ledger", "meta.basis", "meta.demoted_identifier",
    "meta.digest",
)  # fmt: skip
STAGING = """
    CREATE OR REPLACE TABLE staging.ledger AS SELECT 's' AS source, night, 's/' || night AS file, 0 AS bytes,
        'sha ' || night || $files AS sha256, 'x' AS format, 0 AS read, 0 AS accepted, 0 AS duplicate, 0 AS suppressed,
        0 AS quarantined
    FROM (SELECT DISTINCT unnest($nights) AS night UNION SELECT $night);
    CREATE OR REPLACE TABLE record AS
    SELECT printf('%04d', record) AS ref, printf('i%04d', identity) AS identity_id, printf('i%04d', part) AS part, night,
        coalesce(delivered, night) AS delivered,
        TIMESTAMPTZ '2026-01-01 12:00:00+00' + to_minutes(record::INTEGER) AS occurred_at
    FROM (
        SELECT unnest($records) AS record, unnest($identities) AS identity, unnest($parts) AS part,
            unnest($nights) AS night, unnest($delivered) AS delivered
    );
    CREATE OR REPLACE TABLE staging.interaction AS
    SELECT 's' AS source, ref AS source_ref, occurred_at, 's/' || delivered AS file FROM record;
    CREATE OR REPLACE TABLE staging.profile (source VARCHAR, source_ref VARCHAR, updated_at TIMESTAMPTZ, file VARCHAR);
    CREATE OR REPLACE TABLE staging.identifier AS
    SELECT 'interaction' AS record_kind, 's' AS source, ref AS source_ref, 'email' AS kind, '' AS scope, ref AS value
    FROM record;
    CREATE OR REPLACE TABLE resolve.record_identity AS
    SELECT 'interaction' AS record_kind, 's' AS source, ref AS source_ref, night, identity_id, NULL::VARCHAR AS reason
    FROM record;
    CREATE OR REPLACE TEMP TABLE part AS SELECT DISTINCT identity_id, part FROM record;
    CREATE OR REPLACE TABLE resolve.basis AS SELECT unnest($facts) AS fact, unnest($values) AS content;
    CREATE OR REPLACE TABLE resolve.demoted_identifier AS
    SELECT 'email' AS kind, '' AS scope, unnest($demoted) AS value, 'shared' AS standing
"""


FACTS = {("model", "m1"), ("setting threshold", "3.0"), ("code", "c")}


@dataclass
class IdHome:
    """Nights of a home; records are numbers, of which a record's time and its mail address are made.

    Attributes:
        arrived: the night on which each record came first, as ``resolve`` notes it.
        identity_of: identities of more than one record; every other record is one of its own.
        facts: what identities rest on; a judgement is ``("judgement", "j… identity identity")``.
        demoted: the addresses that are shared.
        delivered: records that came anew with other content, and the night whose file brought them.
    """

    home: Home
    arrived: dict[int, date] = field(default_factory=dict)
    identity_of: dict[int, int] = field(default_factory=dict)
    facts: set[tuple[str, str]] = field(default_factory=lambda: set(FACTS))
    demoted: set[int] = field(default_factory=set)
    delivered: dict[int, date] = field(default_factory=dict)

    def resolve(self, night: date, clusters: list[set[int]], arrived: Mapping[int, date] | None = None) -> dict[int, str]:
        """Resolve ``night`` with records in ``clusters``; new ones are of this night, or as ``arrived`` says."""
        placed = [(record, min(cluster)) for cluster in clusters for record in sorted(cluster)]
        self.arrived |= {record: night for record, _ in placed if record not in self.arrived} | dict(arrived or {})
        facts = sorted(self.facts)
        values = {
            "night": night,
            "records": [record for record, _ in placed],
            "identities": [self.identity_of.get(record, record) for record, _ in placed],
            "parts": [part for _, part in placed],
            "nights": [self.arrived[record] for record, _ in placed],
            "delivered": [self.delivered.get(record) for record, _ in placed],
            "files": f" {sorted(self.delivered)}",
            "facts": [fact for fact, _ in facts],
            "values": [value for _, value in facts],
            "demoted": [f"{record:04}" for record in sorted(self.demoted)],
        }
        past = past_of(self.home, night)
        with writer_lock(self.home), transaction(self.home) as con:
            take_past(con, past, night)
            for statement in con.extract_statements(STAGING):
                con.execute(statement.query, {name: values[name] for name in statement.named_parameters})
            give_ids(con, self.home, night)
            if past.is_run_again:
                run(con, f"CREATE OR REPLACE TEMP TABLE trace AS {trace_from('baseline_membership')}")
            build_change(con, self.home)
        return self.customers()

    def publish(self, night: date) -> str:
        """Publish the tables that a later night goes on from."""
        name = new_name(night, version_names(self.home), datetime.now(UTC))
        folder = versions_folder(self.home) / name
        folder.mkdir(parents=True)
        before = past_of(self.home, night).before
        with writer_lock(self.home), transaction(self.home) as con:
            for table in PUBLISHED:
                build(con, self.home, table)
        with duckdb.connect(str(folder / "customers.duckdb")) as con:
            con.execute(f"ATTACH '{self.home.database}' AS warehouse (READ_ONLY); CREATE SCHEMA golden; CREATE SCHEMA meta")
            for table in PUBLISHED:
                con.execute(f"CREATE TABLE {table} AS FROM warehouse.{table}")
        manifest = {"before": before.parent.name if before else None}
        manifest |= {"night": night.isoformat(), "published_at": "", "files": {}, "counts": {}, "checks": {}}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        point(self.home, name)
        return name

    def live(self, night: date, clusters: list[set[int]], **more: Mapping[int, date]) -> dict[int, str]:
        """Resolve and publish."""
        found = self.resolve(night, clusters, **more)
        self.publish(night)
        return found

    def roll_back(self) -> None:
        """Put the version before into use, where there is one."""
        names = version_names(self.home)
        place = names.index(current(self.home).name)
        point(self.home, names[max(0, place - 1)])

    def rows(self, sql: str) -> list[tuple]:
        con = connect(self.home.database, self.home, read_only=True)
        try:
            return con.execute(sql).fetchall()
        finally:
            con.close()

    def customers(self) -> dict[int, str]:
        found = self.rows("SELECT source_ref, customer_id FROM resolve.membership")
        return {int(ref): customer for ref, customer in found}

    def answers(self) -> dict[str, str | None]:
        return dict(self.rows("SELECT customer_id, current_customer_id FROM resolve.crosswalk"))

    def changes(self) -> set[tuple[str, str, str]]:
        """Return (customer, change, cause) of the night."""
        return set(self.rows("SELECT customer_id, change, cause FROM resolve.change"))


def id_home(path: Path) -> IdHome:
    return IdHome(Home(path))
