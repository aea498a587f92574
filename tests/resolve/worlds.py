"""Small lakes for the tests of resolve: records written as landing writes them, without any export format."""

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines import warehouse
from pipelines.contract import Identifier, Interaction, Profile, Record
from pipelines.extract.landing.partition import Batch, Seal, write_seal
from pipelines.extract.landing.reading import PartWriter
from pipelines.resolve.stage import resolve
from pipelines.settings import Home

NIGHT = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def told(kind: str, value: str, *, scope: str = "", evidence: str = "channel") -> Identifier:
    return Identifier(kind, scope, value, evidence)  # type: ignore[arg-type]


def message(
    source: str, ref: str, *party: Identifier, minutes: int = 0, thread: str = "t", reason: str | None = None
) -> Interaction:
    return Interaction(
        source=source, source_ref=ref, conversation_ref=thread, channel="email", direction="inbound",
        occurred_at=NOON + timedelta(minutes=minutes), file=f"{source}/x", position=f"message {ref}", party=list(party),
        reason=reason,
    )  # fmt: skip


def row(source: str, ref: str, *identifiers: Identifier, minutes: int = 0) -> Profile:
    return Profile(
        source=source, source_ref=ref, file=f"{source}/x", position=f"row {ref}",
        updated_at=NOON + timedelta(minutes=minutes), identifiers=list(identifiers),
    )  # fmt: skip


def land(home: Home, night: date, records: Iterable[Record]) -> None:
    """Seal the records of one night, one partition a source."""
    by_source: dict[str, list[Record]] = {}
    for record in records:
        by_source.setdefault(record.source, []).append(record)
    for source, group in by_source.items():
        partition = home.lake / source / night.isoformat()
        with PartWriter(partition, night, "test") as writer:
            for record in group:
                writer.add(record)
            write_seal(partition, Seal({"test": Batch({}, writer.finish())}))


def run_resolve(home: Home, night: date = NIGHT, *, full: bool = False) -> dict[str, int]:
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        return resolve(con, home, night, full=full)


def rows_of(home: Home, sql: str) -> list[tuple]:
    with closing(warehouse.connect(home.database, home, read_only=True)) as con:
        return con.execute(sql).fetchall()


def any_order(home: Home, sql: str) -> list[str]:
    """Return the rows as text, sorted: what a night makes again stands behind what it left."""
    return sorted(map(repr, rows_of(home, sql)))


def tables_of(home: Home, tables: Iterable[str]) -> dict[str, list[str]]:
    """Return what ``any_order`` does of several tables: opening a database takes ten times as long as reading one."""
    with closing(warehouse.connect(home.database, home, read_only=True)) as con:
        return {table: sorted(map(repr, con.execute(f"FROM {table}").fetchall())) for table in tables}


def customers(home: Home) -> dict[str, str]:
    """Return the customer of each record: {"mail 1": "c…"}."""
    return {
        f"{source} {ref}": customer
        for source, ref, customer in rows_of(home, "SELECT source, source_ref, customer_id FROM resolve.membership")
    }


def home_in(path: Path) -> Home:
    return Home(path)


def resolved(path: Path, *records: Record) -> dict[str, str]:
    """Return the customer of each of these records, resolved as one night in a home of their own."""
    home = home_in(path)
    land(home, NIGHT, records)
    run_resolve(home)
    return customers(home)
