"""Tables for tests: a CRM row, a call and a text message, the mappings that read them, and how they are written."""

import csv
import io
import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from tests.extract.exports import source_of

COLUMNS = {
    "source_ref": "Id",
    "given_name": "FirstName",
    "family_name": "LastName",
    "full_name": "Name",
    "email": "Email",
    "phone": ["Phone", "Mobile"],
    "handle.x": "Twitter",
    "date_of_birth": "Birthdate",
    "street": "Street",
    "city": "City",
    "postcode": "PostalCode",
    "country": "Country",
    "company": "Company",
    "reference": "LastOrder",
    "consent.email": "MailOk",
    "consent.sms": "SmsOk",
    "updated_at": "LastModified",
}
HEADER = [column for each in COLUMNS.values() for column in ([each] if isinstance(each, str) else each)]
ANN = {
    "Id": "C1",
    "FirstName": "Ann",
    "LastName": "Archer",
    "Name": "Ann Archer",
    "Email": "Ann@Mail.example",
    "Phone": "0113 496 0999",
    "Mobile": "+44 7700 900123",
    "Twitter": "@AnnA",
    "Birthdate": "29/02/1980",
    "Street": "1 High St",
    "City": "Leeds",
    "PostalCode": "LS1 1AA",
    "Country": "GB",
    "Company": "Works",
    "LastOrder": "gt-1001",
    "MailOk": "yes",
    "SmsOk": "No",
    "LastModified": "2026-11-01T10:00:00Z",
}
CRM = source_of(
    format="table", name="crm", kind="profile", columns=COLUMNS, region="GB", date_order="dmy", own=["desk@shop.example"]
)


def changed(source, **settings):
    return source_of(**(source.model_dump() | settings))


def csv_of(*rows, header=HEADER, **how):
    page = io.StringIO(newline="")
    writer = csv.writer(page, **how)
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] if isinstance(row, dict) else row for row in rows)
    return page.getvalue()


def values(profile, kind):
    return [each.value for each in profile.identifiers if each.kind == kind]


HOUSE = ["Id", "Known", "First", "Last", "Born", "No", "Road", "Road2", "City"]
HOUSES = source_of(
    format="table",
    name="houses",
    kind="profile",
    columns={
        "source_ref": "Id",
        "given_name": ["Known", "First"],
        "family_name": ["Last", "Born"],
        "street": ["No", "Road", "Road2"],
        "city": "City",
    },
)
CALLS = source_of(
    format="table",
    name="calls",
    channel="voice",
    region="GB",
    own=["+44 20 7946 0000"],
    columns={
        "source_ref": "call_id",
        "conversation_ref": "thread",
        "occurred_at": "started_at",
        "direction": "direction",
        "party.phone": "number",
        "party.name": "caller",
        "party.email": "mail",
        "agent_ref": "agent",
        "team": "queue",
        "text": "note",
        "topic": "topic",
        "status": "status",
        "duration_seconds": "seconds",
        "reference": "order",
        "is_public": "public",
        "subject": "subject",
        "in_reply_to_ref": "parent",
    },
)
CALL = {
    "call_id": "CA1",
    "thread": "call-7",
    "started_at": "2026-11-20T09:00:00+00:00",
    "direction": "Inbound",
    "number": "07700 900123",
    "caller": "Ann Archer",
    "mail": "ann@mail.example",
    "agent": "Gus",
    "queue": "first line",
    "note": "my mail is ann2@mail.example",
    "topic": "delivery",
    "status": "completed",
    "seconds": 61,
    "order": "gt-1001",
    "public": None,
    "subject": None,
    "parent": None,
}
SMS = source_of(
    format="table",
    name="sms",
    channel="sms",
    region="GB",
    own=["+44 7700 900999"],
    columns={
        "source_ref": "sid",
        "conversation_ref": "thread",
        "occurred_at": "sent_at",
        "direction": "direction",
        "party.phone": "number",
        "text": "body",
    },
)


def jsonl(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def parquet(rows, types):
    page = io.BytesIO()
    table = pa.table({name: pa.array([row[name] for row in rows], type=kind) for name, kind in types.items()})
    pq.write_table(table, page)
    return page.getvalue()


TYPES = {
    "sid": pa.string(),
    "thread": pa.string(),
    "sent_at": pa.timestamp("ms", tz="UTC"),
    "direction": pa.string(),
    "number": pa.string(),
    "body": pa.string(),
}
TEXT = {
    "sid": "SM1",
    "thread": "t",
    "sent_at": datetime(2026, 11, 20, 9, tzinfo=UTC),
    "direction": "inbound",
    "number": "+447700900123",
    "body": "hello",
}


def csv_dicts(content):
    """The rows of a CSV, each by its header."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def dump_csv(rows):
    """Rows as a CSV, its header that of the first; what is no text as JSON, as exporters write it."""
    page = io.StringIO(newline="")
    writer = csv.DictWriter(page, list(rows[0]), restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: as_cell(value) for name, value in row.items()} for row in rows)
    return page.getvalue().encode()


def as_cell(value):
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
