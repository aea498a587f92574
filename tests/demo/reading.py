"""The exports of a sample world read with plain tools of the standard library, apart from the product's extractors."""

import csv
import hashlib
import json
import mailbox
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from pipelines.contract import hashed_ref

LONDON = ZoneInfo("Europe/London")
ANDROID = re.compile(r"(\d\d)/(\d\d)/(\d{4}), (\d\d):(\d\d) - ([^:]+): (.*)", re.DOTALL)
IPHONE = re.compile(r"\[(\d\d)/(\d\d)/(\d{4}), (\d\d):(\d\d):(\d\d)\] ([^:]+): (.*)", re.DOTALL)
BEGINS = re.compile(r"(?m)^(?=\u200e?\[\d\d/\d\d/\d{4}, |\d\d/\d\d/\d{4}, \d\d:\d\d - )")


def truth_rows(home: Path, name: str) -> list[dict[str, str]]:
    with (home / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def nights(home: Path, source: str) -> list[Path]:
    return sorted((home / "inbox" / source).iterdir())


def mail_refs(night: Path) -> list[str]:
    """Message-IDs; a mail without one by the hash of its bytes; mails without a usable date left out."""
    refs = []
    box = mailbox.mbox(night / "support.mbox", create=False)
    for key in box.iterkeys():
        message = box[key]
        if message["Date"] is None:
            continue
        raw = re.sub(rb"(?m)^>(>*From )", rb"\1", box.get_bytes(key))
        refs.append((message["Message-ID"] or "").strip("<>") or "raw:" + hashlib.sha256(raw).hexdigest()[:24])
    box.close()
    return refs


def mails(night: Path) -> list[mailbox.mboxMessage]:
    box = mailbox.mbox(night / "support.mbox", create=False)
    found = list(box)
    box.close()
    return found


def tickets(night: Path) -> list[dict]:
    found = []
    for line in (night / "tickets.ndjson").read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def helpdesk_refs(night: Path) -> list[str]:
    return [str(comment["id"]) for ticket in tickets(night) for comment in ticket["comments"]]


def x_part(night: Path, name: str) -> list[dict]:
    text = (night / "data" / f"{name}.js").read_text(encoding="utf-8")
    return json.loads(text[text.index("=") + 1 :])


def x_refs(night: Path) -> list[str]:
    refs = [item["tweet"]["id_str"] for item in x_part(night, "tweets")]
    for item in x_part(night, "direct-messages"):
        created = [message["messageCreate"] for message in item["dmConversation"]["messages"]]
        refs += [message["id"] for message in created if "createdAt" in message]
    return refs


def fixed(text: str) -> str:
    return text.encode("latin-1").decode()


def messenger_refs(night: Path) -> list[str]:
    refs = []
    for path in sorted(night.rglob("message_1.json")):
        thread = json.loads(path.read_text(encoding="ascii"))
        seen: Counter[tuple[str, ...]] = Counter()
        for message in reversed([each for each in thread["messages"] if "timestamp_ms" in each]):
            at = datetime.fromtimestamp(message["timestamp_ms"] // 1000, UTC)
            key = (fixed(message["sender_name"]), fixed(message["content"]))
            refs.append(hashed_ref("messenger", thread["thread_path"], at, *key, seen[(at.isoformat(), *key)]))
            seen[(at.isoformat(), *key)] += 1
    return refs


def whatsapp_refs(night: Path) -> list[str]:
    refs = []
    for path in sorted(night.iterdir()):
        seen: Counter[tuple[str, ...]] = Counter()
        for entry in filter(None, BEGINS.split(path.read_text(encoding="utf-8"))):
            entry = entry.replace("\u200e", "").rstrip("\n")
            match = ANDROID.fullmatch(entry) or IPHONE.fullmatch(entry)
            if not match or "end-to-end encrypted" in entry:
                continue
            day, month, year, *clock, author, text = match.groups()
            at = datetime(int(year), int(month), int(day), *map(int, clock), tzinfo=LONDON).astimezone(UTC)
            refs.append(hashed_ref("whatsapp", path.stem, at, author, text, seen[(at.isoformat(), author, text)]))
            seen[(at.isoformat(), author, text)] += 1
    return refs


def calls(night: Path) -> list[dict]:
    found = [json.loads(line) for line in (night / "calls.jsonl").read_text(encoding="utf-8").splitlines()]
    return [call for call in found if call["started_at"] != "yesterday"]


def call_refs(night: Path) -> list[str]:
    return [call["call_id"] for call in calls(night)]


def sms(night: Path) -> list[dict]:
    return [row for row in pq.read_table(night / "messages.parquet").to_pylist() if row["sent_at"] is not None]


def sms_refs(night: Path) -> list[str]:
    return [row["message_sid"] for row in sms(night)]


def crm_rows(night: Path) -> list[dict[str, str]]:
    with (night / "customers.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["LastModified"]]


def crm_refs(night: Path) -> list[str]:
    return [row["Id"] for row in crm_rows(night)]


REFS = {
    "support_mail": mail_refs, "helpdesk": helpdesk_refs, "social_x": x_refs, "messenger": messenger_refs,
    "whatsapp": whatsapp_refs, "calls": call_refs, "sms": sms_refs, "crm": crm_refs,
}  # fmt: skip
