"""Helpdesks: tickets and conversations one a line with their messages, and the people in a side file."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from benchmarks import baselines
from benchmarks.exports.case import JSON_LINES, Case, fill, source_of
from benchmarks.exports.talk import Message, Person, conversations, people

AGENTS = 40
Record = dict[str, Any]


def _time(message: Message) -> str:
    return f"{message.at:%Y-%m-%dT%H:%M:%SZ}"


def _agent(message: Message) -> int:
    return message.conversation % AGENTS


def _html(message: Message) -> str:
    return "<div>" + message.text.replace("'", "&#39;").replace("\n", "<br>") + "</div>"


# --- Zendesk ---


def _zendesk_ticket(said: list[Message]) -> Record:
    first = said[0]
    via = {"channel": "native_messaging", "source": {"from": {}, "to": {}, "rel": None}}
    comments = [
        {
            "id": 700_000_000 + each.number,
            "type": "Comment",
            "author_id": 41_000_000_000 + each.person.number if each.is_inbound else 36_000_000_000 + _agent(each),
            "body": each.text,
            "html_body": _html(each),
            "plain_body": each.text,
            "public": each.turn != 3,
            "created_at": _time(each),
            "attachments": [],
            "audit_id": 800_000_000 + each.number,
            "metadata": {"system": {}, "custom": {}},
            "via": via,
        }
        for each in said
    ]
    return {
        "id": 20_000 + first.conversation,
        "url": f"https://shop.zendesk.example/api/v2/tickets/{20_000 + first.conversation}.json",
        "requester_id": 41_000_000_000 + first.person.number,
        "assignee_id": 36_000_000_000 + _agent(first),
        "subject": first.text[:60],
        "description": first.text,
        "status": "open",
        "type": "question",
        "priority": None,
        "tags": ["delivery", "web"],
        "group_id": 3_601,
        "via": via,
        "comments": comments,
        "created_at": _time(first),
        "updated_at": _time(said[-1]),
    }


def _zendesk_user(ref: int, name: str, email: str, phone: str | None, role: str) -> Record:
    return {
        "id": ref, "url": f"https://shop.zendesk.example/{ref}.json", "name": name, "email": email, "phone": phone,
        "role": role, "verified": True, "active": True, "created_at": "2024-01-01T00:00:00Z",
        "updated_at": "2024-01-01T00:00:00Z", "tags": [],
    }  # fmt: skip


def _zendesk_people(found: Iterator[Person]) -> Iterator[Record]:
    for agent in range(AGENTS):
        yield _zendesk_user(36_000_000_000 + agent, f"Agent {agent}", f"agent{agent}@shop.example", None, "agent")
    for who in found:
        yield _zendesk_user(41_000_000_000 + who.number, who.name, who.email, who.phone, "end-user")


# --- Freshdesk ---


def _freshdesk_ticket(said: list[Message]) -> Record:
    first = said[0]
    replies = [
        {
            "id": 700_000_000 + each.number,
            "user_id": (43_000_000_000 + each.person.number) if each.is_inbound else 44_000_000_000 + _agent(each),
            "body": _html(each),
            "body_text": each.text,
            "incoming": each.is_inbound,
            "private": each.turn == 3,
            "source": 2 if each.turn == 3 else 0,
            "from_email": each.person.email if each.is_inbound else None,
            "to_emails": [] if each.is_inbound else [each.person.email],
            "created_at": _time(each),
            "updated_at": _time(each),
            "attachments": [],
        }
        for each in said[1:]
    ]
    return {
        "id": 20_000 + first.conversation,
        "subject": first.text[:60],
        "description": _html(first),
        "description_text": first.text,
        "status": 2,
        "source": 1,
        "type": "Question",
        "tags": ["delivery"],
        "requester_id": 43_000_000_000 + first.person.number,
        "responder_id": 44_000_000_000 + _agent(first),
        "group_id": 3_601,
        "spam": False,
        "created_at": _time(first),
        "updated_at": _time(said[-1]),
        "attachments": [],
        "conversations": replies,
    }


def _freshdesk_people(found: Iterator[Person]) -> Iterator[Record]:
    for agent in range(AGENTS):
        contact = {"name": f"Agent {agent}", "email": f"agent{agent}@shop.example", "active": True}
        yield {"id": 44_000_000_000 + agent, "occasional": False, "ticket_scope": 1, "available": True, "contact": contact}
    for who in found:
        yield {
            "id": 43_000_000_000 + who.number, "name": who.name, "email": who.email, "phone": None, "mobile": who.phone,
            "twitter_id": None, "active": True, "other_emails": [], "created_at": "2024-01-01T00:00:00Z",
            "updated_at": "2024-01-01T00:00:00Z",
        }  # fmt: skip


# --- Intercom ---


def _intercom_author(message: Message) -> Record:
    who = message.person
    if message.is_inbound:
        return {"type": "user", "id": f"63a0{who.number:08x}", "name": who.name, "email": who.email}
    agent = _agent(message)
    return {"type": "admin", "id": f"81{agent:04d}", "name": f"Agent {agent}", "email": f"agent{agent}@shop.example"}


def _intercom_conversation(said: list[Message]) -> Record:
    first = said[0]
    source: Record = {
        "type": "conversation", "id": f"40{first.conversation:08d}", "delivered_as": "customer_initiated", "subject": "",
        "body": f"<p>{first.text}</p>", "author": _intercom_author(first), "attachments": [], "url": None, "redacted": False,
    }  # fmt: skip
    parts: list[Record] = [
        {
            "type": "conversation_part",
            "id": str(70_000_000 + each.number),
            "part_type": "note" if each.turn == 3 else "comment",
            "body": f"<p>{each.text}</p>",
            "created_at": int(each.at.timestamp()),
            "updated_at": int(each.at.timestamp()),
            "notified_at": int(each.at.timestamp()),
            "assigned_to": None,
            "author": _intercom_author(each),
            "attachments": [],
            "external_id": None,
            "redacted": False,
        }
        for each in said[1:]
    ]
    contact = {"type": "contact", "id": f"63a0{first.person.number:08x}", "external_id": str(first.person.number)}
    return {
        "type": "conversation",
        "id": str(400 + first.conversation),
        "created_at": int(first.at.timestamp()),
        "updated_at": int(said[-1].at.timestamp()),
        "source": source,
        "contacts": {"type": "contact.list", "contacts": [contact]},
        "team_assignee_id": 5_017_691,
        "state": "open",
        "title": None,
        "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "1", "name": "delivery"}]},
        "conversation_parts": {
            "type": "conversation_part.list", "conversation_parts": parts, "total_count": len(parts),
        },
    }  # fmt: skip


def _intercom_people(found: Iterator[Person]) -> Iterator[Record]:
    for who in found:
        yield {
            "type": "contact", "id": f"63a0{who.number:08x}", "role": "user", "name": who.name, "email": who.email,
            "phone": who.phone, "external_id": str(who.number), "unsubscribed_from_emails": False,
        }  # fmt: skip


def _write(
    ticket: Callable[[list[Message]], Record],
    persons: Callable[[Iterator[Person]], Iterator[Record]],
    folder: Path,
    size: int,
    part: int,
) -> int:
    """Write tickets of four messages, and the people of all of them."""
    tickets = ((len(said), orjson.dumps(ticket(said)) + b"\n") for said in conversations(3, part))
    found = fill(folder / f"tickets-{part}.ndjson", size, tickets)
    with (folder / f"people-{part}.ndjson").open("wb") as out:
        out.writelines(orjson.dumps(row) + b"\n" for row in persons(people(found // 4)))
    return found


def _case(name: str, source: Any, write: Any, count: Callable[[Any], int]) -> Case:
    return Case(name, source, write, partial(baselines.json_lines, count=count), "orjson, lines", JSON_LINES)


CASES = [
    _case(
        "zendesk",
        source_of("zendesk", channel="chat", own=["*@shop.example"]),
        partial(_write, _zendesk_ticket, _zendesk_people),
        lambda record: len(record.get("comments", ())),
    ),
    _case(
        "freshdesk",
        source_of("freshdesk", channel="email", own=["*@shop.example"]),
        partial(_write, _freshdesk_ticket, _freshdesk_people),
        lambda record: 1 + len(record["conversations"]) if "conversations" in record else 0,
    ),
    _case(
        "intercom",
        source_of("intercom", channel="chat", own=["*@shop.example"]),
        partial(_write, _intercom_conversation, _intercom_people),
        lambda record: 1 + len(record["conversation_parts"]["conversation_parts"]) if "conversation_parts" in record else 0,
    ),
]
