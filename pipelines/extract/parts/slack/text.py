"""Slack's own marks in a message, read as a person reads them: who is mentioned, where a link leads, what is quoted."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from pipelines.extract.values.fields import Drift, Fields, names, valid
from pipelines.extract.values.text import clean

BLOCKS_LIMIT = 10_000  # parts of a message's layout that are looked at
_ATTACHMENT_LEFT = names("""
    actions app_id app_unfurl_url attachment_type audio_html author_icon author_id author_link author_subname
    block_id blocks bot_id bot_team_id callback_id channel_id channel_name channel_team color files footer footer_icon
    from_url id image_bytes image_height image_url image_width indent is_animated is_app_unfurl is_file_attachment
    is_hidden is_reply_unfurl is_thread_root_unfurl list list_record list_view message_blocks mimetype mrkdwn_in
    msg_subtype no_title original_url preview private_channel_prompt service_icon service_name service_url thumb_height
    thumb_url thumb_width title_link ts unfurl_type url video_html video_html_height video_html_width video_url
""")
_MARK = re.compile("<([^<>]*)>")
_FILE_TOLD = re.compile(  # what Slack wrote in place of the sender's words, until 2018
    r"<@([A-Z0-9]+)(?:\|[^<>]*)?> (?:uploaded|shared|mentioned) a file: <[^<>]*>(?: and commented: (.*))?", re.DOTALL
)
_TEXTS = ("text", "fallback", "title", "alt_text")
_HOLDERS = ("fields", "elements", "columns", "rows", "blocks", "text")


def readable(text: str, person: Callable[[str], str], channel: Callable[[str], str]) -> str:
    """Return the text without Slack's marks and escapes.

    Args:
        person: the name that is shown for a user's id, "" where it is not known.
        channel: likewise for a conversation's id.
    """
    if "<" not in text and "&" not in text:
        return clean(text).strip()
    shown: list[str] = []
    at = 0
    for mark in _MARK.finditer(text):
        shown += [_unescaped(text[at : mark.start()]), _mark(mark[1], person, channel)]
        at = mark.end()
    return clean("".join([*shown, _unescaped(text[at:])])).strip()


def own_words(text: str, user_ref: str) -> str:
    """Return what a user wrote: not the sentence in which Slack told, until 2018, that they sent a file."""
    told = _FILE_TOLD.fullmatch(text)
    return text if not told or told[1] != user_ref else told[2] or ""


def split_quotes(text: str) -> tuple[str, str]:
    """Return what the person wrote and what they quoted: lines that start with ``>``, and all that follows ``>>>``."""
    if not text.startswith(">") and "\n>" not in text:
        return text, ""
    own: list[str] = []
    quoted: list[str] = []
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if line.startswith(">>>"):
            quoted += lines[at:]
            break
        (quoted if line.startswith(">") else own).append(line)
    return "\n".join(own).strip(), "\n".join(quoted).strip()


def block_text(blocks: list[Any]) -> str:
    """Return the words of a message's layout, each of its parts a line; for apps that write nothing else."""
    return "\n".join(part for part in _parts(blocks) if part.strip())


def attachment_text(value: Any, drift: Drift) -> tuple[str, bool]:
    """Return the words of one attachment, line by line, and whether it is a message that somebody passed on."""
    fields = Fields(value)
    words = [fields.maybe_string(name) or "" for name in ("pretext", "author_name", "title", "text")]
    for each in fields.maybe_items("fields"):
        row = Fields(each)
        words += [row.maybe_string("title") or "", row.maybe_string("value") or ""]
        drift.tell(row, frozenset({"short"}))
    fallback = fields.maybe_string("fallback") or ""
    is_shared = any([fields.maybe_boolean("is_share"), fields.maybe_boolean("is_msg_unfurl")])
    drift.tell(fields, _ATTACHMENT_LEFT)
    return "\n".join(word for word in words if word.strip()) or fallback, is_shared


def _parts(blocks: list[Any]) -> Iterator[str]:
    waiting = blocks[::-1]
    for _ in range(BLOCKS_LIMIT):
        if not waiting:
            return
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part[::-1]
        elif isinstance(part, dict):
            if isinstance(part.get("user_id"), str):
                yield f"<@{valid(part['user_id'])}>"
            yield from (valid(part[name]) for name in _TEXTS if isinstance(part.get(name), str))
            waiting += [part[name] for name in reversed(_HOLDERS) if isinstance(part.get(name), list | dict)]


def _mark(inside: str, person: Callable[[str], str], channel: Callable[[str], str]) -> str:
    target, _, label = inside.partition("|")
    label = _unescaped(label)
    kind, rest = target[:1], target[1:]
    if kind == "@":
        return "@" + (person(rest) or label.lstrip("@") or rest)
    if kind == "#":
        return "#" + (label or channel(rest) or rest)
    if kind == "!":
        return label or "@" + rest.partition("^")[0]
    address = _unescaped(target)
    for scheme in ("mailto:", "tel:"):
        if address.startswith(scheme):
            return label or address.removeprefix(scheme)
    if not label or label in address:
        return address
    return f"{label} ({address})"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text
