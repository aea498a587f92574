"""What a night costs where a source sends all it has every night: a CRM that is dumped whole, a chat's cumulative exports.

    python -m benchmarks.dumps                            100,000 rows, ten nights, each kind; ten minutes
    python -m benchmarks.dumps --rows 20000 --nights 5    in two
    python -m benchmarks.dumps --kinds chat

Every night a hundredth of the CRM's rows has another address (``dated``: and a column tells when a row was last changed),
and the chat has a hundredth more messages. Processor seconds of resolving each night, of all threads; then what the lake
costs from nothing, and whether every table is as the nights left it.
"""

import argparse
import csv
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time

import yaml

from benchmarks.homes import extract_night, resolve_night
from pipelines import warehouse
from pipelines.resolve.check import compare_with_full
from pipelines.resolve.customers.past import Past
from pipelines.settings import Home

FIRST = date(2026, 3, 1)
GIVEN = (
    "Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Greta", "Hans", "Ida", "Jon", "Kim", "Lea", "Max", "Nina", "Otto", "Pia",
)  # fmt: skip
PERSON = {"source_ref": "id", "given_name": "given", "family_name": "family", "email": "mail", "phone": "phone"}
MESSAGE = {
    "source_ref": "id", "conversation_ref": "thread", "occurred_at": "at", "direction": "way", "party.email": "mail",
    "party.given_name": "given", "party.family_name": "family", "text": "text",
}  # fmt: skip
COLUMNS = {"undated": PERSON, "dated": PERSON | {"updated_at": "changed"}, "chat": MESSAGE}
Row = dict[str, str]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--nights", type=int, default=10)
    options.add_argument("--kinds", nargs="+", choices=COLUMNS, default=list(COLUMNS))
    options.add_argument("--seed", type=int, default=5)
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="goldthread-dumps-"))
    try:
        same = [measure(Home(folder / kind), kind, given) for kind in given.kinds]
    finally:
        shutil.rmtree(folder)
    sys.exit(0 if all(same) else 1)


def measure(home: Home, kind: str, given: argparse.Namespace) -> bool:
    """Run all nights of one kind, print what each cost, and say whether they ended where a run from nothing does."""
    write_sources(home, kind)
    dumps = chat_dumps if kind == "chat" else crm_dumps
    print(f"\n{kind}: {given.rows:,} rows, {given.nights} nights", flush=True)
    rng = random.Random(given.seed)  # noqa: S311
    for number, rows in enumerate(dumps(rng, given.rows, given.nights)):
        night = FIRST + timedelta(days=number)
        write_dump(home, kind, night, rows)
        extract_night(home, night)
        cost = resolve_night(home, night)
        print(f"{night}  {cost.cpu_seconds:6.1f} s of CPU, {cost.rows['resolve.membership']:,} records", flush=True)
    started = process_time()
    with warehouse.writer_lock(home):
        report = compare_with_full(home, night, Past())
    differing = ", ".join(difference.table for difference in report.differences) or "nothing"
    print(f"from nothing, and compared: {process_time() - started:.1f} s of CPU; {differing} differs", flush=True)
    return not report.differences


def crm_dumps(rng: random.Random, size: int, nights: int) -> Iterator[list[Row]]:
    """Yield each night's rows: all persons, of whom a hundredth has another address than the night before."""
    rows = [person(rng, number) | {"changed": "2025-01-01T00:00:00Z"} for number in range(size)]
    for night in range(nights):
        for row in rng.sample(rows, size // 100 if night else 0):
            row |= {"mail": address(rng, row["id"]), "changed": f"{FIRST + timedelta(days=night)}T08:00:00Z"}
        yield rows


def chat_dumps(rng: random.Random, size: int, nights: int) -> Iterator[list[Row]]:
    """Yield each night's rows: all messages of some people, a hundredth more than the night before."""
    people = [person(rng, number) for number in range(size // 10)]
    began = datetime(2026, 2, 1, tzinfo=UTC)
    rows: list[Row] = []
    for _ in range(nights):
        for number in range(len(rows), len(rows) + size // 100 if rows else size):
            writer = rng.choice(people)
            said = {
                "at": (began + timedelta(seconds=number)).isoformat(),
                "way": "inbound",
                "text": " ".join(words(rng, 12)),
            }
            rows.append(writer | said | {"id": f"m{number}", "thread": writer["id"]})
        yield rows


def person(rng: random.Random, number: int) -> Row:
    name, ref = f"{rng.choice(GIVEN)} {''.join(words(rng, 2)).title()}".split(), f"p{number}"
    return {
        "id": ref, "given": name[0], "family": name[1], "mail": address(rng, ref),
        "phone": f"+4917{rng.randrange(10**8, 10**9)}",
    }  # fmt: skip


def address(rng: random.Random, ref: str) -> str:
    return f"{ref}.{rng.randrange(10**6)}@mail{rng.randrange(50)}.example"


def words(rng: random.Random, count: int) -> list[str]:
    return ["".join(rng.choice("bcdfghklmnprstvwz") + rng.choice("aeiou") for _ in range(2)) for _ in range(count)]


def write_sources(home: Home, kind: str) -> None:
    config = home.path / "config" / "sources.yml"
    config.parent.mkdir(parents=True)
    shape = {"kind": "interaction", "channel": "chat"} if kind == "chat" else {"kind": "profile", "channel": "crm"}
    place = {"path": f"{kind}/{{night}}/*.csv", "region": "DE", "timezone": "UTC"}
    source = {"format": "table", **shape, **place, "columns": COLUMNS[kind]}
    config.write_text(yaml.safe_dump({"sources": {kind: source}}))


def write_dump(home: Home, kind: str, night: date, rows: list[Row]) -> None:
    path = home.path / "inbox" / kind / night.isoformat() / "dump.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS[kind].values(), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
