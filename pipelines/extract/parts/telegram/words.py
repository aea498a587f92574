"""What a Telegram message says: its text or the text's parts, a poll, a list of tasks, the blocks of a rich message."""

from collections.abc import Iterator
from typing import Any

from pipelines.extract.values.fields import Drift, Fields, names, valid
from pipelines.extract.values.issues import UnreadableError

_PART_LEFT = names("collapsed date document_id href language relative time type unixtime user_id")
_POLL_LEFT = names("closed total_voters")
_ANSWER_LEFT = names("chosen voters")
_TASKS_LEFT = names("others_can_append others_can_complete")
_TASK_LEFT = names("id")
_WORDS = ("title", "text", "credit", "formula")  # of a block: buttons, previews of links and embedded pages are left
_WITHIN = ("block", "blocks", "items", "rows", "cells", "caption")


def text_of(fields: Fields, name: str, drift: Drift) -> str:
    """Take a text that is a string, or a list of strings and of records for links, bold words and the like."""
    value = fields.text_or_items(name)
    if isinstance(value, str):
        return value
    return "".join(valid(each) if isinstance(each, str) else _part(each, drift) for each in value)


def poll_text(poll: Fields, drift: Drift) -> str:
    """Return a poll's question and answers, each a line."""
    lines = [text_of(poll, "question", drift), *_listed(poll, _ANSWER_LEFT, drift)]
    drift.tell(poll, _POLL_LEFT)
    return "\n".join(lines)


def tasks_text(tasks: Fields, drift: Drift) -> str:
    """Return the title of a list of tasks and the tasks, each a line."""
    lines = [text_of(tasks, "title", drift), *_listed(tasks, _TASK_LEFT, drift)]
    drift.tell(tasks, _TASKS_LEFT)
    return "\n".join(lines)


def rich_text(blocks: list[dict[str, Any]]) -> str:
    """Return the words of a rich message's blocks, each a line."""
    lines = (_words(block.get(name)) for block in blocks for name in _WORDS)
    return "\n".join(line for line in lines if line.strip())


def rich_blocks(message: Fields) -> Iterator[dict[str, Any]]:
    """Yield the blocks of a rich message, which has them in place of a text: each before those within it."""
    waiting = message.items("blocks")[::-1]
    while waiting:
        block = waiting.pop()
        if not isinstance(block, dict):
            raise UnreadableError("a block of field 'rich_message' is not a record")
        yield block
        inner = [block[name] for name in _WITHIN if block.get(name) is not None]
        waiting += [each for value in inner for each in (value if isinstance(value, list) else [value])][::-1]


def _words(value: Any) -> str:
    """Return the words of a rich text: a text, a list of them, or a record around one, a formula among them."""
    said, waiting = [], [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            said.append(valid(each))
        elif isinstance(each, list):
            waiting += each[::-1]
        elif isinstance(each, dict):
            waiting.append(each.get("text", each.get("source")))
    return "".join(said)


def _listed(fields: Fields, left: frozenset[str], drift: Drift) -> Iterator[str]:
    for each in fields.items("answers"):
        answer = Fields(each)
        yield "- " + text_of(answer, "text", drift)
        drift.tell(answer, left)


def _part(part: Any, drift: Drift) -> str:
    fields = Fields(part)
    text = fields.string("text")
    fields.string("type")
    drift.tell(fields, _PART_LEFT)
    return text
