"""Tickets as Freshdesk's first API and its account export write them, put into the shape of the second API.

There everything but a ticket of a list lies in a record of its kind (``helpdesk_ticket``, ``note``, ``user``, ``agent``),
the id that people see is ``display_id``, ``description`` and ``body`` are the plain texts, and agents are users.
"""

from typing import Any

_NAMES = {"description": "description_text", "description_html": "description", "custom_field": "custom_fields"}
_NOTE_NAMES = {"body": "body_text", "body_html": "body"}
_ATTACHMENT_NAMES = {"content_file_name": "name", "content_file_size": "size", "content_content_type": "content_type"}
_PERSON_NAMES = {"custom_field": "custom_fields", "external_id": "unique_external_id", "fb_profile_id": "facebook_id"}
_PERSON_DROPPED = frozenset(("customer_id", "helpdesk_agent"))
_DROPPED = frozenset((  # what the first API tells beside what the second has
    "base_language", "cc_email", "current_language", "delta", "display_id", "ext_id", "frDueBy", "id", "isescalated",
    "owner_id", "priority_name", "requester_name", "responder_name", "schema_less_ticket", "ticket_type", "to_email",
    "trained", "urgent",
))  # fmt: skip


def unwrapped(record: Any) -> Any:
    """Return a record in the second API's shape; one that is not of the first API's as it is."""
    if not isinstance(record, dict):
        return record
    if "helpdesk_agent" in record:
        return _person(record)
    if "display_id" in record:  # a list page of tickets has them without the wrapping
        return _ticket(record)
    if len(record) > 2:
        return record
    if len(record) == 1:
        for kind in ("user", "contact"):
            if isinstance(record.get(kind), dict):
                return _person(record[kind])
    ticket = record.get("helpdesk_ticket")
    return _ticket(ticket) if isinstance(ticket, dict) else record


def _person(person: dict[str, Any]) -> dict[str, Any]:
    """Put a user into the second API's shape, where those of the helpdesk's own are agents and have rows of their own."""
    if person.get("helpdesk_agent") is True:
        return {"id": person.get("id"), "occasional": False, "contact": person}
    kept = {name: value for name, value in person.items() if name not in _PERSON_DROPPED}
    return _renamed(kept, _PERSON_NAMES)


def _ticket(ticket: dict[str, Any]) -> dict[str, Any]:
    renamed = _renamed({name: value for name, value in ticket.items() if name not in _DROPPED}, _NAMES)
    if "display_id" in ticket:
        renamed["id"] = ticket["display_id"]
    if "ticket_type" in ticket:
        renamed["type"] = ticket["ticket_type"]
    if isinstance(tags := ticket.get("tags"), list):
        renamed["tags"] = [tag.get("name") if isinstance(tag, dict) else tag for tag in tags]
    if "notes" in renamed:
        notes = renamed.pop("notes")
        renamed["conversations"] = [_note(note) for note in notes] if isinstance(notes, list) else notes
    return _with_attachments(renamed)


def _note(note: Any) -> Any:
    inner = _inner(note, "note")
    return _with_attachments(_renamed(inner, _NOTE_NAMES)) if isinstance(inner, dict) else inner


def _with_attachments(record: dict[str, Any]) -> dict[str, Any]:
    if isinstance(record.get("attachments"), list):
        record["attachments"] = [_attachment(each) for each in record["attachments"]]
    return record


def _attachment(attachment: Any) -> Any:
    inner = _inner(attachment, "attachment")
    return _renamed(inner, _ATTACHMENT_NAMES) if isinstance(inner, dict) else inner


def _renamed(record: dict[str, Any], new_names: dict[str, str]) -> dict[str, Any]:
    return {new_names.get(name, name): value for name, value in record.items()}


def _inner(record: Any, kind: str) -> Any:
    return record[kind] if isinstance(record, dict) and record.keys() == {kind} else record
