"""Numbered records in given clusters, night after night: the real tables of ids, and an oracle of them in plain Python."""

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb

from pipelines.resolve.customers.customer_ids import founder_id
from pipelines.resolve.customers.customers import give_ids
from pipelines.settings import Home

FIRST = date(2026, 1, 1)
PLACED = """
    SELECT printf('%04d', record) AS ref, printf('i%04d', part) AS part,
        TIMESTAMPTZ '2026-01-01 12:00:00+00' + to_minutes(record::INTEGER) AS occurred_at
    FROM (SELECT unnest($records) AS record, unnest($parts) AS part)
"""
TABLES = """
    CREATE SCHEMA staging; CREATE SCHEMA resolve;
    CREATE TABLE staging.profile (source VARCHAR, source_ref VARCHAR, updated_at TIMESTAMPTZ);
    CREATE TABLE staging.interaction (source VARCHAR, source_ref VARCHAR, occurred_at TIMESTAMPTZ);
    CREATE TABLE resolve.record_identity (
        record_kind VARCHAR, source VARCHAR, source_ref VARCHAR, night DATE, identity_id VARCHAR, reason VARCHAR
    );
    CREATE TABLE part (identity_id VARCHAR, part VARCHAR);
    CREATE TABLE past_crosswalk (
        customer_id VARCHAR, current_customer_id VARCHAR, since DATE, cause VARCHAR, born DATE, generation BIGINT
    );
    CREATE TABLE past_membership (
        record_kind VARCHAR, source VARCHAR, source_ref VARCHAR, night DATE, identity_id VARCHAR, customer_id VARCHAR,
        reason VARCHAR, home_customer_id VARCHAR
    );
    CREATE TABLE past_vote (record_kind VARCHAR, source VARCHAR, source_ref VARCHAR, customer_id VARCHAR);
    CREATE TABLE resolve.crosswalk AS FROM past_crosswalk; CREATE TABLE resolve.membership AS FROM past_membership;
"""


class History:
    """The tables that the night builds, over records 0, 1, 2 …; a record's number is also the minute it was written."""

    def __init__(self) -> None:
        self.con = duckdb.connect(":memory:")
        self.con.execute("SET threads = 1; SET TimeZone = 'UTC'")
        self.con.execute(TABLES)
        self.night = FIRST

    def live(self, clusters: list[set[int]], night: date | None = None) -> dict[int, str]:
        """Resolve one night in which records lie in ``clusters``, and return the customer of each record."""
        self.night = night or self.night + timedelta(days=1)
        for table in ("crosswalk", "membership"):
            self.con.execute(f"DELETE FROM past_{table}; INSERT INTO past_{table} FROM resolve.{table}")
        self.con.execute("DELETE FROM staging.interaction; DELETE FROM resolve.record_identity; DELETE FROM part")
        placed = [(record, min(cluster)) for cluster in clusters for record in cluster]
        values = {"records": [record for record, _ in placed], "parts": [part for _, part in placed]}
        self.con.execute(f"CREATE OR REPLACE TABLE placed AS {PLACED}", values)
        self.con.execute("INSERT INTO staging.interaction SELECT 's', ref, occurred_at FROM placed")
        self.con.execute(
            "INSERT INTO resolve.record_identity SELECT 'interaction', 's', ref, ?, 'i' || ref, NULL FROM placed",
            [self.night],
        )
        self.con.execute("INSERT INTO part SELECT 'i' || ref, part FROM placed")
        give_ids(self.con, Home(Path("nowhere")), self.night)
        return self.customers()

    def customers(self) -> dict[int, str]:
        rows = self.con.execute("SELECT source_ref, customer_id FROM resolve.membership").fetchall()
        return {int(ref): customer for ref, customer in rows}

    def answers(self) -> dict[str, str | None]:
        return dict(self.con.execute("SELECT customer_id, current_customer_id FROM resolve.crosswalk").fetchall())

    def rows(self) -> list[list[tuple]]:
        return [self.con.execute(f"FROM resolve.{table} ORDER BY ALL").fetchall() for table in ("crosswalk", "membership")]


@dataclass
class Oracle:
    """The same laws told in plain lines; slow, and easy to read."""

    customer_of: dict[int, str] = field(default_factory=dict)
    home_of: dict[int, str] = field(default_factory=dict)
    answers: dict[str, str | None] = field(default_factory=dict)
    born: dict[str, int] = field(default_factory=dict)
    age: int = 0

    def live(self, clusters: list[set[int]]) -> dict[int, str]:
        """Give the clusters of one night their ids."""
        self.age += 1
        place = {record: number for number, cluster in enumerate(clusters) for record in cluster}
        claims = self._claims(clusters, place)
        ids: dict[int, str] = {}
        for wanted in ("living", "retired"):
            for number in range(len(clusters)):
                claimants = [
                    (self.born[customer], customer)
                    for customer, (standing, part) in claims.items()
                    if part == number and (standing == "living") == (wanted == "living")
                ]
                if claimants and number not in ids:
                    ids[number] = min(claimants)[1]
        for number in sorted(set(range(len(clusters))) - ids.keys(), key=lambda number: min(clusters[number])):
            founder = f"{min(clusters[number]):04}"
            attempts = (founder_id("s", founder, attempt) for attempt in itertools.count())
            ids[number] = next(name for name in attempts if name not in self.answers and name not in ids.values())
        before = dict(self.answers)
        for customer in before:
            if customer in ids.values():
                self.answers[customer] = customer
            elif customer in claims:
                self.answers[customer] = ids[claims[customer][1]]
            else:
                led = claims.get(before[customer] or "")
                self.answers[customer] = ids[led[1]] if led else None
        for customer in ids.values():
            if customer not in before:
                self.answers[customer], self.born[customer] = customer, self.age
        was_of, self.customer_of = self.customer_of, {record: ids[number] for record, number in place.items()}
        homes = {}
        for record, customer in self.customer_of.items():
            came_whole = record in was_of and self.answers[was_of[record]] == self.answers[self.home_of[record]] == customer
            homes[record] = self.home_of[record] if came_whole else customer
        settled = {customer for record, customer in self.customer_of.items() if homes[record] == customer}
        self.home_of = {r: homes[r] if self.customer_of[r] in settled else self.customer_of[r] for r in homes}
        return self.customer_of

    def _claims(self, clusters: list[set[int]], place: dict[int, int]) -> dict[str, tuple[str, int]]:
        """Return, for each id with records, its standing and the cluster it claims."""
        claims = {}
        for customer in set(self.customer_of.values()):
            held = [record for record, of in self.customer_of.items() if of == customer and record in place]
            own = [record for record in held if self.home_of[record] == customer]
            ranked = [
                (
                    -sum(place[r] == number for r in own),
                    -sum(place[r] == number for r in held),
                    min(clusters[number]),
                    number,
                )
                for number in {place[record] for record in held}
            ]
            if ranked:
                claims[customer] = ("living", min(ranked)[3])
        for customer in set(self.home_of.values()) - set(self.customer_of.values()):
            held = [record for record, home in self.home_of.items() if home == customer and record in place]
            ranked = [
                (-sum(place[r] == number for r in held), min(clusters[number]), number)
                for number in {place[r] for r in held}
            ]
            if ranked:
                claims[customer] = ("retired", min(ranked)[2])
        for customer, answer in self.answers.items():
            found = [r for r in place if r not in self.customer_of and founder_id("s", f"{r:04}") == customer]
            if answer is None and customer not in claims and found:
                claims[customer] = ("vanished", place[found[0]])
        return claims
