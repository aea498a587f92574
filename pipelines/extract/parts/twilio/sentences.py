"""Twilio's Conversational Intelligence: transcripts of recordings (``GT…``), and the pages of their sentences.

A sentence (``GX…``) does not name its transcript: that stands in the address of the page that it came in.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from pipelines.extract.parts.talks.talks import CUSTOMER, Talk, talk_in_order
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import one_line

_TRANSCRIPT = re.compile(r"/Transcripts/(GT[0-9a-fA-F]{32})/Sentences(?:\?(.*))?$")
_STATUS = {each: each for each in names("queued in-progress completed failed canceled")}
_ROLES = {"customer": CUSTOMER, "agent": "Agent"}  # whoever asked for the transcript may write others, or none
_CHANNELS = range(100)
_HEAD_LEFT = names("""
    account_sid customer_key data_logging date_created date_updated duration encryption_credential_sid language_code links
    media_start_time redaction service_sid url
""")
_MEDIA_LEFT = names("media_url source source_url")
_PARTICIPANT_LEFT = names("email full_name image_url media_participant_id participant_sid user_id")
_META_LEFT = names("first_page_url key next_page_url page page_size previous_page_url")
_SENTENCE_LEFT = names("confidence end_time sid start_time words")


@dataclass(frozen=True, slots=True)
class Head:
    """What a transcript says of itself: the recording or call that it is of ("" where it is of neither), who is who.

    Attributes:
        roles: of the participants whose role is told, by their channel.
    """

    source_sid: str
    roles: dict[int, str]


@dataclass(frozen=True, slots=True)
class Page:
    """Sentences of one transcript: index, channel and words; ``is_plain`` where no personal data are blacked out."""

    transcript_sid: str
    is_plain: bool
    sentences: list[tuple[int, int, str]]

    @property
    def size(self) -> int:
        """The characters of all words."""
        return sum(len(words) for _, _, words in self.sentences)


@dataclass(slots=True)
class Transcripts:
    """The transcripts of an export, put together from their heads and pages, in whatever order these come."""

    heads: dict[str, Head] = field(default_factory=dict)
    _said: dict[str, dict[int, tuple[bool, str, int]]] = field(default_factory=dict)
    _left_out: set[str] = field(default_factory=set)

    def add(self, page: Page, room: int) -> int:
        """Take in a page, and return its characters; of two copies of a sentence the one with all words counts.

        A transcript of which a page has no ``room`` is left out with all its pages: half of a talk is none.
        """
        if page.size > room:
            self._left_out.add(page.transcript_sid)
            self._said.pop(page.transcript_sid, None)
        if page.transcript_sid in self._left_out:
            return 0
        said = self._said.setdefault(page.transcript_sid, {})
        for index, channel, words in page.sentences:
            said[index] = max(said.get(index, (False, "", 0)), (page.is_plain, words, channel))
        return page.size

    def talks(self) -> list[tuple[str, Head, Talk]]:
        """Return each transcript that has a head and words: its sid, its head, what was said."""
        found = []
        for sid in sorted(self._said.keys() & self.heads.keys()):
            head = self.heads[sid]
            spoken = [
                (index, head.roles.get(channel, f"Speaker {channel}"), words)
                for index, (_, words, channel) in self._said[sid].items()
            ]
            found.append((sid, head, talk_in_order(spoken)))
        return found


def is_page(record: Any) -> bool:
    """Say whether a record is a page of sentences."""
    return isinstance(record, dict) and "sentences" in record


def parse_head(fields: Fields, drift: Drift | None = None) -> Head:
    """Map a transcript; UnreadableError where it is not what we know."""
    fields.choice("status", _STATUS)
    channel = fields.fields("channel")
    media = channel.fields("media_properties")
    source_sid, roles = media.maybe_ref("source_sid") or "", dict[int, str]()
    for each in channel.maybe_items("participants"):
        participant = Fields(each)
        number, role = participant.maybe_number("channel_participant"), participant.maybe_string("role") or ""
        if number is not None and role.lower() in _ROLES:
            roles[number] = _ROLES[role.lower()]
        if drift:
            drift.tell(participant, _PARTICIPANT_LEFT)
    if drift:
        drift.tell(media, _MEDIA_LEFT)
        drift.tell(channel, names("type"))
        drift.tell(fields, _HEAD_LEFT)
    return Head(source_sid if source_sid.startswith(("RE", "CA")) else "", roles)


def parse_page(record: Any, drift: Drift | None = None) -> Page:
    """Map a page of sentences; UnreadableError where it is not what we know, or does not tell of which transcript it is."""
    fields = Fields(record)
    meta = fields.fields("meta")
    address = _TRANSCRIPT.search(meta.string("url"))
    if not address:
        raise UnreadableError("a page of sentences whose address names no transcript: save the API's own, with its 'meta'")
    page = Page(
        address[1],
        "redacted=false" in (address[2] or "").lower(),
        [_sentence(each, drift) for each in fields.items("sentences")],
    )
    if drift:
        drift.tell(meta, _META_LEFT)
        drift.tell(fields, frozenset())
    return page


def _sentence(record: Any, drift: Drift | None) -> tuple[int, int, str]:
    fields = Fields(record)
    index, channel, words = (
        fields.number("sentence_index"),
        fields.number("media_channel"),
        fields.text_or_null("transcript"),
    )
    if channel not in _CHANNELS:
        raise UnreadableError("field 'media_channel' is more than a recording can have")
    if drift:
        drift.tell(fields, _SENTENCE_LEFT)
    return index, channel, one_line(words)
