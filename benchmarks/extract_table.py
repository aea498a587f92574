"""Rows a second of the table extractor, against a bare orjson loop and DuckDB's own reader on the same files in one run.

Every reading is alone in a fresh process, so that its memory is its own and no cache is warm. Usage:
python benchmarks/extract_table.py [--megabytes 100] [--rounds 3]
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from pipelines.extract import table
from pipelines.extract.inbox import find_export
from pipelines.extract.issues import Issues
from pipelines.settings import Source

NIGHT = date(2026, 11, 20)
FETCHED = 10_000  # rows that DuckDB hands to Python at a time
STARTED = datetime(2026, 11, 20, tzinfo=UTC)

TEXTS = {
    "source_ref": "message_id", "conversation_ref": "thread_id", "occurred_at": "sent_at", "direction": "direction",
    "party.phone": "number", "party.name": "customer", "agent_ref": "agent", "team": "queue", "status": "status",
    "topic": "topic", "text": "body",
}  # fmt: skip
PEOPLE = {
    "source_ref": "Id", "given_name": "FirstName", "family_name": "LastName", "email": "Email",
    "phone": ["Phone", "Mobile"], "date_of_birth": "Birthdate", "street": "Street", "city": "City",
    "postcode": "PostalCode", "country": "Country", "company": "Company", "consent.email": "MailOk",
    "consent.sms": "SmsOk", "updated_at": "LastModified",
}  # fmt: skip
INTERACTIONS = Source(
    name="texts", format="table", path="{night}/interactions*", channel="sms", region="GB", columns=TEXTS,
    own=["+44 20 7946 0000"], references=[r"GT-\d{7}"],
)  # fmt: skip
PROFILES = Source(
    name="crm", format="table", kind="profile", path="{night}/profiles*", channel="crm", region="GB", date_order="dmy",
    columns=PEOPLE, own=["*@shop.example"],
)  # fmt: skip
SAID = """the a my your order parcel delivery has not come yet please could you tell me when it will arrive because I waited
all day and nobody rang I'd like to return this coat it is too small thanks for the quick answer we are sorry to hear that
customer service café Zoë refund voucher Monday morning around noon number street flat door neighbour"""
WORDS = SAID.split()


def interactions(megabytes: int) -> Iterator[dict[str, Any]]:
    """Yield messages of 600 to 1,200 bytes: one in five mentions an order, one in twenty an address or a number."""
    draw, size, number = random.Random(1), 0, 0  # noqa: S311
    while size < megabytes * 1e6:
        number += 1
        person = draw.randrange(200_000)
        words = draw.choices(WORDS, k=draw.randrange(70, 180))
        if number % 5 == 0:
            words.insert(9, f"GT-{person:07d}")
        if number % 20 == 0:
            words.insert(20, draw.choice([f"person{person}@mail.example", f"07700 {person:06d}", "2 pm on 20/11/2026,"]))
        row = {
            "message_id": f"SM{number:010x}",
            "thread_id": f"T{person}",
            "sent_at": (STARTED + timedelta(seconds=number % 86_400)).isoformat(),
            "direction": "inbound" if number % 3 else "outbound",
            "number": f"+447700{person:06d}",
            "customer": f"Person {person % 7_000} Family{person}",
            "agent": None if number % 3 else f"agent-{person % 40}",
            "queue": "first line",
            "status": "delivered",
            "topic": draw.choice(["delivery", "returns", "account"]),
            "body": " ".join(words).replace(" parcel", "\nparcel", 1),
        }
        size += 260 + len(str(row["body"]))
        yield row


def profiles(megabytes: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a CRM, all of different people."""
    draw, size, number = random.Random(2), 0, 0  # noqa: S311
    while size < megabytes * 1e6:
        number += 1
        size += 230
        yield {
            "Id": f"003{number:012d}",
            "FirstName": f"Ann{number % 3_000}",
            "LastName": f"Archer{number % 50_000}",
            "Email": f"Ann.Archer{number}@mail{number % 40}.example",
            "Phone": f"020 7946 {number % 10_000:04d}" if number % 3 else "",
            "Mobile": f"+4477{number % 100_000_000:08d}",
            "Birthdate": f"{number % 28 + 1:02d}/{number % 12 + 1:02d}/{1940 + number % 70}",
            "Street": f"{number % 200} High Street",
            "City": draw.choice(["Leeds", "York", "London", "Hull"]),
            "PostalCode": f"LS{number % 29} {number % 9}AA",
            "Country": "GB",
            "Company": "" if number % 4 else f"Works {number % 9_000}",
            "MailOk": "yes" if number % 2 else "no",
            "SmsOk": "",
            "LastModified": "2026-11-01T10:00:00Z",
        }


def write(folder: Path, kind: str, megabytes: int) -> None:
    """Write the rows as JSON lines, as CSV and as Parquet."""
    rows = {"interactions": interactions, "profiles": profiles}[kind](megabytes)
    with (folder / f"{kind}.jsonl").open("wb") as lines, (folder / f"{kind}.csv").open("w", newline="") as page:
        writer = None
        for row in rows:
            lines.write(orjson.dumps(row) + b"\n")
            if writer is None:
                writer = csv.DictWriter(page, list(row), lineterminator="\n")
                writer.writeheader()
            writer.writerow(row)
    strings = pa_csv.ConvertOptions(column_types=dict.fromkeys(row, pa.string()), strings_can_be_null=True)
    whole = pa_csv.open_csv(
        folder / f"{kind}.csv", parse_options=pa_csv.ParseOptions(newlines_in_values=True), convert_options=strings
    )
    with pq.ParquetWriter(folder / f"{kind}.parquet", whole.schema) as out:
        for batch in whole:
            out.write_batch(batch)


def goldthread(path: Path, *, claims: bool = True) -> int:
    """Extract the file to the end, records handed on one by one and dropped."""
    source = INTERACTIONS if path.name.startswith("interactions") else PROFILES
    source = source.model_copy(update={"path": "{night}/" + path.name, "claims": claims})
    issues = Issues()
    count = sum(1 for _ in table.extract(find_export(str(path.parent.parent), source, NIGHT), issues))
    if issues.quarantined:
        raise SystemExit(f"{path.name}: {issues.quarantined[0].reason}")
    return count


def without_claims(path: Path) -> int:
    """Extract the file with ``claims: false``: what the texts mention costs more than all the rest."""
    return goldthread(path, claims=False)


def orjson_loop(path: Path) -> int:
    """Load each line, no more."""
    count = 0
    with path.open("rb") as lines:
        for line in lines:
            orjson.loads(line)
            count += 1
    return count


def _select(path: Path) -> str:
    if path.suffix == ".parquet":
        return f"SELECT * FROM read_parquet('{path}')"
    dialect = """all_varchar = true, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"'"""
    with path.open() as page:
        columns = dict.fromkeys(next(csv.reader(page)), "VARCHAR")
    return f"SELECT * FROM read_csv('{path}', {dialect}, columns = {columns})"


def duckdb_rows(path: Path) -> int:
    """Have DuckDB read the file on one thread and hand its rows to Python."""
    with duckdb.connect(config={"threads": 1}) as con:
        cursor = con.execute(_select(path))
        count = 0
        while rows := cursor.fetchmany(FETCHED):
            count += len(rows)
        return count


def duckdb_parquet(path: Path) -> int:
    """Have DuckDB read the file on one thread and write it to Parquet: no row becomes Python's."""
    with duckdb.connect(config={"threads": 1}) as con, tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out.parquet"
        con.execute(f"COPY ({_select(path)}) TO '{out}'")
        return int(con.execute(f"SELECT count(*) FROM read_parquet('{out}')").fetchall()[0][0])


READERS: dict[str, Callable[[Path], int]] = {
    each.__name__: each for each in (goldthread, without_claims, orjson_loop, duckdb_rows, duckdb_parquet)
}


def measure(reader: str, path: Path) -> dict[str, float]:
    """Read once; seconds are this process's own, as machines are shared."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    started, used = perf_counter(), process_time()
    count = READERS[reader](path)
    seconds, used = perf_counter() - started, process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"rows": count, "seconds": round(seconds, 2), "cpu_seconds": round(used, 3), "peak_megabytes": peak,
            "peak_megabytes_above_start": peak - before}  # fmt: skip


def apart(reader: str, path: Path, rounds: int) -> dict[str, float]:
    """Read in fresh processes and return the quickest reading."""
    command = [sys.executable, __file__, "--read", reader, str(path)]
    found = [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) for _ in range(rounds)]
    return dict(min(found, key=lambda each: each["cpu_seconds"]))


def main() -> None:
    """Print all readings as JSON, and how many times as long ours takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        print(json.dumps(measure(given.read[0], Path(given.read[1]))))
        return
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / NIGHT.isoformat()
        folder.mkdir()
        for kind in ("interactions", "profiles"):
            write(folder, kind, given.megabytes)
            for ending, others in {
                "jsonl": ["orjson_loop"], "csv": ["duckdb_rows", "duckdb_parquet"], "parquet": ["duckdb_rows"],
            }.items():  # fmt: skip
                path = folder / f"{kind}.{ending}"
                found = {reader: apart(reader, path, given.rounds) for reader in ("goldthread", "without_claims", *others)}
                ours = found["goldthread"]
                ours["rows_per_second"] = round(ours["rows"] / ours["cpu_seconds"])
                ours["megabytes_per_second"] = round(path.stat().st_size / 1e6 / ours["cpu_seconds"], 1)
                times = {
                    reader: {each: round(found[reader]["cpu_seconds"] / found[each]["cpu_seconds"], 2) for each in others}
                    for reader in ("goldthread", "without_claims")
                }
                size = round(path.stat().st_size / 1e6, 1)
                report[path.name] = {"megabytes": size, "times_as_long_as": times, **found}
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
