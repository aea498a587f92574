"""Intercom's webhooks and first API, put into the shape of the second API.

A webhook wraps what it tells of in a ``notification_event``; its conversation holds the newest part alone. The first API
calls a conversation's first message ``conversation_message`` and does not tell over which channel it came; who it is with
is a ``user``, with our own system's id as ``user_id``.
"""

from typing import Any

_DROPPED = frozenset((  # what the first API tells beside what the second has
    "assignee", "conversation_message", "customer", "customers", "links", "metadata", "tags_added", "user",
))  # fmt: skip
_PERSON_DROPPED = frozenset((
    "anonymous", "app_id", "city_name", "do_not_track", "last_request_at", "pseudonym", "remote_created_at", "session_count",
    "last_impression_at", "created_in", "user_agent_data", "location_data",
))  # fmt: skip
_PERSONS = ("contact", "lead", "user")


def unwrapped(record: Any) -> Any:
    """Return a record in the second API's shape; one that is of that shape already as it is."""
    if not isinstance(record, dict):
        return record
    if record.get("type") == "notification_event":
        data = record.get("data")
        item = data.get("item") if isinstance(data, dict) else None
        return unwrapped(item) if isinstance(item, dict) and item.get("type") != "notification_event" else record
    if isinstance(record.get("conversation_message"), dict) and "source" not in record:
        return _conversation(record)
    return _person(record) if record.get("type") in _PERSONS and "user_id" in record and "role" not in record else record


def people_of(record: Any) -> list[Any]:
    """Return the people that a conversation of the first API, or a webhook of one, tells of, as contacts' rows."""
    if isinstance(record, dict) and record.get("type") == "notification_event":
        data = record.get("data")
        record = data.get("item") if isinstance(data, dict) else None
    if not isinstance(record, dict) or "conversation_message" not in record:
        return []
    return [_person(each) for each in _people(record) if isinstance(each, dict) and each.get("id")]


def _people(conversation: dict[str, Any]) -> list[Any]:
    customers = conversation.get("customers")
    others = customers if isinstance(customers, list) else []
    return [each for each in (conversation.get("user"), *others) if isinstance(each, dict)]


def _conversation(record: dict[str, Any]) -> dict[str, Any]:
    listed = [{"type": "contact", "id": each.get("id"), "external_id": each.get("user_id")} for each in _people(record)]
    renamed = {name: value for name, value in record.items() if name not in _DROPPED}
    renamed["source"] = record["conversation_message"]
    renamed.setdefault("contacts", {"type": "contact.list", "contacts": listed})
    if isinstance(record.get("open"), bool):
        renamed.setdefault("state", "open" if record["open"] else "closed")
    assignee = record.get("assignee")
    renamed.setdefault("team_assignee_id", assignee.get("id") if isinstance(assignee, dict) and _is_team(assignee) else None)
    return renamed


def _is_team(assignee: dict[str, Any]) -> bool:
    return assignee.get("type") == "team"


def _person(record: dict[str, Any]) -> dict[str, Any]:
    renamed = {name: value for name, value in record.items() if name not in _PERSON_DROPPED}
    renamed["external_id"] = renamed.pop("user_id", None)
    renamed["role"] = "user" if record.get("type") == "user" else "lead"
    return renamed
