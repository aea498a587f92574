"""Tables: texts of a phone system as JSON lines, CSV and Parquet, and the rows of a CRM as CSV."""

import csv
import io
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from benchmarks import baselines
from benchmarks.exports.case import CSV, JSON_LINES, OWN_NUMBER, Case, Chunks, fill, source_of
from benchmarks.exports.talk import APART, messages

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

Row = dict[str, Any]


def texts(part: int = 0) -> Iterator[Row]:
    """Yield messages of about a kilobyte."""
    for message in messages(9, part):
        who, is_inbound = message.person, message.is_inbound
        yield {
            "message_id": f"SM{message.number:010x}",
            "thread_id": f"T{message.conversation}",
            "sent_at": message.at.isoformat(),
            "direction": "inbound" if is_inbound else "outbound",
            "number": who.phone,
            "customer": who.name,
            "agent": None if is_inbound else f"agent-{message.number % 40}",
            "queue": "first line",
            "status": "delivered",
            "topic": ("delivery", "returns", "account")[message.number % 3],
            "body": message.text,
        }


def profiles(part: int = 0) -> Iterator[Row]:
    """Yield the rows of a CRM, all of different people."""
    for number in count(part * APART + 1):
        yield {
            "Id": f"003{number:012d}",
            "FirstName": f"Ann{number % 3_000}",
            "LastName": f"Archer{number % 50_000}",
            "Email": f"Ann.Archer{number}@mail{number % 40}.example",
            "Phone": f"020 7946 {number % 10_000:04d}" if number % 3 else "",
            "Mobile": f"+4477{number % 100_000_000:08d}",
            "Birthdate": f"{number % 28 + 1:02d}/{number % 12 + 1:02d}/{1940 + number % 70}",
            "Street": f"{number % 200} High Street",
            "City": ("Leeds", "York", "London", "Hull")[number % 4],
            "PostalCode": f"LS{number % 29} {number % 9}AA",
            "Country": "GB",
            "Company": "" if number % 4 else f"Works {number % 9_000}",
            "MailOk": "yes" if number % 2 else "no",
            "SmsOk": "" if number % 3 else "no",
            "LastModified": "2026-11-01T10:00:00Z",
        }


def csv_chunks(rows: Iterator[Row]) -> Chunks:
    """Yield the lines of a CSV, the header with the first row."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row)
        writer.writerow(row.values())
        yield 1, page.getvalue().encode()
        page.seek(0)
        page.truncate()


def write_jsonl(folder: Path, size: int, part: int) -> int:
    """Write JSON lines."""
    return fill(folder / f"texts-{part}.jsonl", size, ((1, orjson.dumps(row) + b"\n") for row in texts(part)))


def write_csv(folder: Path, size: int, part: int) -> int:
    """Write the same rows as CSV."""
    return fill(folder / f"texts-{part}.csv", size, csv_chunks(texts(part)))


def write_profiles(folder: Path, size: int, part: int) -> int:
    """Write a CRM's export."""
    return fill(folder / f"profiles-{part}.csv", size, csv_chunks(profiles(part)))


def write_parquet(folder: Path, size: int, part: int) -> int:
    """Write as many rows as fill a CSV of that size (a Parquet file of them is a fraction of it)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    rows, written, found = texts(part), 0, 0
    schema = pa.schema([(name, pa.string()) for name in TEXTS.values()])
    with pq.ParquetWriter(folder / f"texts-{part}.parquet", schema) as out:
        while written < size:
            batch = [next(rows) for _ in range(1_000)]
            out.write_batch(pa.RecordBatch.from_pylist(batch, schema))
            written += sum(len(value or "") + 1 for row in batch for value in row.values())
            found += len(batch)
    return found


_texts = partial(source_of, "table", channel="sms", columns=TEXTS, own=[OWN_NUMBER])
_profiles = source_of(
    "table", name="table_profiles", kind="profile", channel="crm", date_order="dmy", columns=PEOPLE, own=["*@shop.example"]
)
_ROWS = "DuckDB, rows"
CASES = [
    Case(
        "table.jsonl", _texts(name="table_jsonl"), write_jsonl, baselines.json_lines, "orjson, lines", JSON_LINES
    ),
    Case(
        "table.csv", _texts(name="table_csv"), write_csv, partial(baselines.csv, columns=list(TEXTS.values())), _ROWS, CSV
    ),
    Case("table.parquet", _texts(name="table_parquet"), write_parquet, baselines.parquet, _ROWS),
    Case(
        "table.profiles", _profiles, write_profiles,
        partial(baselines.csv, columns=list(next(profiles()))), _ROWS, CSV, unit="rows",
    ),
]  # fmt: skip
