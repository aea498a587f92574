"""Calls as JSON lines and text messages as Parquet: tables of interactions with columns of their own."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.demo.contacts import CALLS, CUSTOMER, DAY, LANDLINE, SMS, WITHHELD
from pipelines.demo.noise import spell_phone
from pipelines.demo.texts import AGENTS, sentences
from pipelines.demo.world import World, bad_count, scramble

SMS_SCHEMA = pa.schema([
    ("message_sid", pa.string()), ("thread", pa.string()), ("customer_number", pa.string()),
    ("direction", pa.string()), ("sent_at", pa.timestamp("ms", tz="UTC")), ("body", pa.string()), ("agent", pa.string()),
])  # fmt: skip
SPAM = (
    "You are pre-approved for a loan. Reply LOAN.",
    "Your parcel waits: http://parcel.invalid",
    "WIN a phone! Text WIN now.",
)


def render_calls(world: World, inbox: Path) -> None:
    """Write ``calls/<night>/calls.jsonl``: number, agent, length, and the agent's note of what was said."""
    contacts, written, people = world.contacts, world.written, world.people
    mine = world.messages_of(CALLS)
    tokens = scramble(world.seed + 2, mine)
    lengths = world.rng(60).integers(40, 900, len(mine)).tolist()
    nights: list[list[bytes]] = [[] for _ in range(world.nights)]
    for message, token, length in zip(mine.tolist(), tokens, lengths, strict=True):
        at, person, leg = world.at[message], world.person[message], world.leg[message]
        special = contacts.leg_special[leg]
        phone = "" if special == WITHHELD else people.landline[person] if special == LANDLINE else world.phone_of(person, at)
        inbound = world.role[message] == CUSTOMER
        ref = world.refs[message] = f"CA{token}"
        call = {
            "call_id": ref, "thread": f"call-{leg}", "started_at": f"{world.stamp(at)}+00:00",
            "direction": "inbound" if inbound else "outbound", "customer_number": spell_phone(phone, length % 4) or None,
            "agent": AGENTS[int(written.agents[leg])],
            "topic": sentences().topics[int(contacts.enquiry_topic[contacts.enquiry[message]])],
            "note": written.texts[message] if inbound else f"Called back: {written.texts[message]}",
            "status": "completed", "duration_seconds": length,
        }  # fmt: skip
        nights[at // DAY].append(orjson.dumps(call) + b"\n")
    for number, lines in enumerate(nights):
        world.rendered += len(lines)
        for bad in range(bad_count(len(lines))):
            lines.insert(
                len(lines) // (bad + 2), b'{"call_id": "CA00", "started_at": "yesterday", "direction": "inbound"}\n'
            )
        for place, line in enumerate(lines, start=1):
            if b'"yesterday"' in line:
                world.reject("calls", number, "calls.jsonl", f"line {place}", "a time that is none")
        if lines:
            folder = inbox / "calls" / world.night(number).isoformat()
            folder.mkdir(parents=True)
            (folder / "calls.jsonl").write_bytes(b"".join(lines))


def render_sms(world: World, inbox: Path) -> None:
    """Write ``sms/<night>/messages.parquet``: the customer's number, ours, direction and text; spam from short codes too."""
    written = world.written
    mine = world.messages_of(SMS)
    nights: list[list[dict[str, Any]]] = [[] for _ in range(world.nights)]
    for message, token in zip(mine.tolist(), scramble(world.seed + 3, mine), strict=True):
        at, leg = world.at[message], world.leg[message]
        inbound = world.role[message] == CUSTOMER
        world.refs[message] = f"SM{token}"
        phone = world.phone_of(world.person[message], at)
        nights[at // DAY].append({
            "message_sid": f"SM{token}", "thread": phone, "customer_number": phone,
            "direction": "inbound" if inbound else "outbound", "sent_at": (world.epoch + at) * 1000,
            "body": written.texts[message], "agent": None if inbound else AGENTS[int(written.agents[leg])],
        })  # fmt: skip
    rng = world.rng(70)
    for number, rows in enumerate(nights):
        count = len(rows) // 40 + 1
        for place, second in enumerate(rng.integers(0, DAY, count).tolist()):
            ref = f"SPAM{number:03d}{place:05d}"
            sender = ("PRIZES", "60777", "PARCEL-UK")[place % 3]
            world.nobody.append(("sms", ref, "spam"))
            rows.append({
                "message_sid": ref, "thread": sender, "customer_number": sender, "direction": "inbound",
                "sent_at": (world.epoch + number * DAY + second) * 1000, "body": SPAM[place % 3], "agent": None,
            })  # fmt: skip
        rows.sort(key=lambda row: (row["sent_at"], row["message_sid"]))
        world.rendered += len(rows)
        for bad in range(bad_count(len(rows))):
            place = len(rows) // (bad + 2)
            rows.insert(
                place, dict.fromkeys(SMS_SCHEMA.names) | {"message_sid": f"BAD{number:03d}{bad}", "direction": "inbound"}
            )
        for place, row in enumerate(rows, start=1):
            if row["sent_at"] is None:
                world.reject("sms", number, "messages.parquet", f"row {place}", "a row without its time")
        folder = inbox / "sms" / world.night(number).isoformat()
        folder.mkdir(parents=True)
        columns = [pa.array([row[name] for row in rows], type=SMS_SCHEMA.field(name).type) for name in SMS_SCHEMA.names]
        pq.write_table(pa.table(columns, schema=SMS_SCHEMA), folder / "messages.parquet", compression="zstd")
