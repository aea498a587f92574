"""Zendesk's incremental export: one ticket a line with all of its comments so far, and the users in a side file."""

from pathlib import Path
from typing import Any

import numpy as np
import orjson

from pipelines.demo.contacts import AGENT, ANONYMOUS, CUSTOMER, DAY, HELPDESK
from pipelines.demo.noise import display_name, spell_phone
from pipelines.demo.texts import AGENTS, sentences
from pipelines.demo.world import World, bad_count

SOURCE = "helpdesk"
USERS, VISITORS, STAFF, TICKETS, COMMENTS = 410_000_000_000, 590_000_000_000, 360_000_000_000, 20_000, 7_300_000_000_000
API = "https://marlowe-finch.zendesk.example/api/v2"
VIA = ("native_messaging", "web", "native_messaging", "mobile_sdk", "chat")
ORIGIN: dict[str, Any] = {"from": {}, "to": {}, "rel": None}
STATUSES = ("open", "pending", "solved", "solved", "closed")


def render_zendesk(world: World, inbox: Path) -> None:
    """Write ``helpdesk/<night>/tickets.ndjson`` and ``users.ndjson``: the tickets that something happened to."""
    contacts = world.contacts
    mine = world.messages_of(HELPDESK)
    for message in mine.tolist():
        world.refs[message] = str(COMMENTS + message * 10)
    legs = contacts.leg[mine]
    starts = np.flatnonzero(np.diff(legs, prepend=-1))
    ends = np.flatnonzero(np.diff(legs, append=-1)) + 1
    times = contacts.at[mine]
    styles = world.rng(50).integers(0, 1000, world.people.count).tolist()
    for number in range(world.nights):
        until = (number + 1) * DAY
        lines: list[bytes] = []
        seen: dict[int, dict[str, Any]] = {}
        comments = 0
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            if times[start] >= until:
                continue
            count = int(np.searchsorted(times[start:end], until))
            if times[start + count - 1] < number * DAY:
                continue  # nothing new tonight
            messages = mine[start : start + count].tolist()
            user = _user(world, messages[0], styles, until)
            seen[user["id"]] = user
            lines.append(_ticket(world, messages, user["id"]))
            comments += count
        world.rendered += comments
        for bad in range(bad_count(comments)):
            place = len(lines) // (bad + 2)
            lines.insert(place, lines[place][: len(lines[place]) // 2] + b"\n")
        for place, line in enumerate(lines, start=1):
            if not line.endswith(b"}\n"):
                world.reject(SOURCE, number, "tickets.ndjson", f"line {place}", "a line that breaks off: not JSON")
        staff = [_staff(index) for index in range(len(AGENTS))]
        folder = inbox / SOURCE / world.night(number).isoformat()
        folder.mkdir(parents=True)
        (folder / "tickets.ndjson").write_bytes(b"".join(lines))
        (folder / "users.ndjson").write_bytes(b"".join(orjson.dumps(user) + b"\n" for user in (*staff, *seen.values())))


def _user(world: World, message: int, styles: list[int], until: int) -> dict[str, Any]:
    """Return the requester as the users' file shows it on the night that ends at ``until``."""
    contacts, people = world.contacts, world.people
    leg, person = world.leg[message], world.person[message]
    style = styles[person]
    name = display_name(people, person, style % 890)
    email: str | None = world.mail_of(person, until - 1) or None
    phone = world.phone_of(person, until - 1)
    number = USERS + person
    if contacts.leg_special[leg] == ANONYMOUS:
        name = people.given[person] if leg % 3 else f"Visitor {10_000_000 + leg}"
        email, phone, number = None, "", VISITORS + leg
    elif style % 7 == 0 and phone:
        email = None
    return {
        "id": number, "url": f"{API}/users/{number}.json", "name": name, "email": email,
        "phone": spell_phone(phone, style) if phone and (style % 3 == 0 or not email) else None, "role": "end-user",
        "created_at": "2025-11-20T08:00:00Z", "updated_at": f"{world.stamp(world.at[message])}Z", "locale": "en-GB",
        "time_zone": "London", "verified": email is not None and style % 4 > 0, "active": True,
        "suspended": False, "tags": [],
    }  # fmt: skip


def _staff(index: int) -> dict[str, Any]:
    name = AGENTS[index]
    return {
        "id": STAFF + index, "url": f"{API}/users/{STAFF + index}.json", "name": name,
        "email": f"{name.lower()}@marlowe-finch.example", "phone": None, "role": "agent",
        "created_at": "2024-01-08T08:00:00Z", "updated_at": "2026-01-12T08:00:00Z", "locale": "en-GB",
        "time_zone": "London", "verified": True, "active": True, "suspended": False, "tags": [],
    }  # fmt: skip


def _ticket(world: World, messages: list[int], requester: int) -> bytes:
    contacts, written = world.contacts, world.written
    leg = world.leg[messages[0]]
    via = VIA[leg % len(VIA)]
    agent = STAFF + int(written.agents[leg])
    number = TICKETS + leg
    comments = [
        {
            "id": int(world.refs[message]), "type": "Comment",
            "author_id": requester if world.role[message] == CUSTOMER else agent,
            "body": written.texts[message], "html_body": f'<div class="zd-comment"><p>{written.texts[message]}</p></div>',
            "public": world.role[message] in (CUSTOMER, AGENT), "attachments": [],
            "audit_id": int(world.refs[message]) + 1,
            "via": {"channel": via if world.role[message] == CUSTOMER else "web", "source": ORIGIN},
            "created_at": f"{world.stamp(world.at[message])}Z", "metadata": {"system": {}, "custom": {}},
        }
        for message in messages
    ]  # fmt: skip
    topic = sentences().topics[int(contacts.enquiry_topic[contacts.leg_enquiry[leg]])]
    ticket = {
        "id": number, "url": f"{API}/tickets/{number}.json", "external_id": None,
        "via": {"channel": via, "source": ORIGIN},
        "created_at": comments[0]["created_at"], "updated_at": comments[-1]["created_at"], "type": None,
        "subject": written.subjects[leg], "raw_subject": written.subjects[leg], "description": comments[0]["body"],
        "priority": "normal", "status": "new" if len(messages) == 1 else STATUSES[leg % len(STATUSES)], "recipient": None,
        "requester_id": requester, "submitter_id": requester, "assignee_id": agent, "organization_id": None,
        "group_id": 3601, "tags": [topic], "custom_fields": [], "satisfaction_rating": {"score": "unoffered"},
        "is_public": True, "comment_count": len(comments), "comments": comments,
    }  # fmt: skip
    return orjson.dumps(ticket) + b"\n"
