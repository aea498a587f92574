"""A table's rows as profiles and interactions: each built by places that were worked out once a file."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.contract import Evidence, Identifier, Interaction, Profile
from pipelines.extract.claims.claims import claims_of, references_of
from pipelines.extract.parts.mail.reasons import machine_among
from pipelines.extract.parts.table.consents import Consents
from pipelines.extract.parts.table.layout import Layout
from pipelines.extract.parts.table.values import Person, boolean, direction, first_line, line, seconds, texts_in
from pipelines.extract.values.fields import known
from pipelines.extract.values.instants import is_date_alone, parse_instant
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.keywords import KEYED
from pipelines.extract.values.text import Parts, clean, split_reply
from pipelines.extract.values.wishes import asked_consent
from pipelines.settings import Source

# The kinds that a channel itself delivers; what else stands in the row about the person, somebody typed.
_DELIVERED = {
    "voice": frozenset({"phone"}),
    "sms": frozenset({"phone"}),
    "email": frozenset({"email"}),
    "social": frozenset({"handle", "account"}),
    "chat": frozenset({"account"}),
}
_POINTS = frozenset[str]().union(*_DELIVERED.values())
UTC = ZoneInfo("UTC")
_UNSAID = Parts("", "", "")
_NAMES_FIRST = ("party.full_name", "party.name", "party.email", "party.phone")


class Profiles:
    """Rows about people."""

    def __init__(self, source: Source, mapping: dict[str, list[str]], layout: Layout, file: str) -> None:
        self.source, self.layout, self._file = source, layout, file
        self.person = Person(layout, mapping, source, lambda kind: "reference", "")
        self.consents = Consents(layout, mapping)
        self._source_ref, self._updated_at = layout.place("source_ref"), layout.place("updated_at")

    def parse(self, cells: Any, at: str) -> Profile:
        """Map one row; UnreadableError where it is not what its fields need."""
        texts = self.layout.texts(cells)
        source_ref = texts[self._source_ref]
        if not source_ref:
            raise self.layout.lacking(self._source_ref)
        party, is_ours = self.person.identifiers(texts)
        name = self.source.name
        return Profile(
            source=name,
            source_ref=source_ref,
            file=self._file,
            position=at,
            updated_at=_changed(texts, self._updated_at, self.source, self.layout),
            identifiers=[Identifier("crm_id", name, source_ref, "reference"), *party],
            consent=self.consents.signals(texts, party),
            reason="own_address" if is_ours else None,
        )


class Interactions:
    """Rows about contacts."""

    def __init__(self, source: Source, mapping: dict[str, list[str]], layout: Layout, file: str) -> None:
        self.source, self.layout, self._file = source, layout, file
        self._zone, self._order, self.channel = source.zone, source.date_order, source.channel or "chat"
        self.has_keywords, self.is_mail = self.channel in KEYED, self.channel == "email"
        delivered = _DELIVERED.get(self.channel, frozenset())

        def evidence(kind: str) -> Evidence:
            return "channel" if kind in delivered else "claimed"

        self.person = Person(layout, mapping, source, evidence, "party.")
        told = {step.who[0] for step in self.person.steps} & _POINTS
        if told and delivered and not told & delivered:
            layout.only_claimed(sorted(told), sorted(delivered))
        self.consents = Consents(layout, mapping)
        people = (*_NAMES_FIRST, *sorted(name for name in mapping if name.startswith("party.")))
        self.shown = list(dict.fromkeys(place for name in people for place in layout.places(name)))
        self.references = layout.places("reference")
        place = layout.place
        self._source_ref, self._conversation_ref = place("source_ref"), place("conversation_ref")
        self._occurred_at, self._updated_at, self._direction = place("occurred_at"), place("updated_at"), place("direction")
        self._text, self._subject, self._in_reply_to_ref = place("text"), place("subject"), place("in_reply_to_ref")
        self._agent_ref, self._team, self._topic, self._status = map(place, ("agent_ref", "team", "topic", "status"))
        self._is_public, self._duration = place("is_public"), place("duration_seconds")

    def parse(self, cells: Any, at: str) -> Interaction:
        """Map one row; UnreadableError where it is not what its fields need."""
        layout, source = self.layout, self.source
        texts = self.person.outside(layout.texts(cells))
        source_ref, written, way = texts[self._source_ref], texts[self._occurred_at], texts[self._direction]
        if not (source_ref and written and way):
            raise layout.lacking(
                next(place for place in (self._source_ref, self._occurred_at, self._direction) if not texts[place])
            )
        towards = direction(way, layout, self._direction)
        is_inbound = towards == "inbound"
        occurred_at, flag = parse_instant(written, self._zone, self._order)
        if is_date_alone(written):
            layout.without_clock(self._occurred_at)
        party, is_ours = self.person.identifiers(texts)
        reason = None
        if is_ours:
            party, reason = [], "own_address"
        elif not party:
            reason = "no_identifier"
        elif self.is_mail and (reason := machine_among(party)):
            party = []
        parts, subject = self.parts_of(texts[self._text]), line(texts[self._subject])
        if party:
            party = self._with_mentioned(party, texts, parts if is_inbound else _UNSAID, subject if is_inbound else None)
        return Interaction(
            source=source.name,
            source_ref=source_ref,
            conversation_ref=texts[self._conversation_ref] or source_ref,
            channel=self.channel,
            direction=towards,
            occurred_at=occurred_at,
            file=self._file,
            position=at,
            is_public=boolean(texts[self._is_public], layout, self._is_public) or False,
            party=party,
            party_ref=self._shown_as(texts),
            agent_ref=line(texts[self._agent_ref]),
            team=line(texts[self._team]),
            subject=subject,
            text=parts.text,
            quoted_text=parts.quoted or None,
            signature=parts.signature or None,
            in_reply_to_ref=texts[self._in_reply_to_ref] or None,
            topic=line(texts[self._topic]),
            status=line(texts[self._status]),
            duration_seconds=seconds(texts[self._duration], layout, self._duration),
            consent=[
                *self.consents.signals(texts, party),
                *(asked_consent(parts.text, subject, self.channel, party) if is_inbound else ()),
            ],
            reason=reason,
            source_metadata={"local_time": flag} if flag else {},
            updated_at=_changed(texts, self._updated_at, source, layout),
        )

    def parts_of(self, text: str) -> Parts:
        """Return a text apart from what a mail quotes, and from the signature under it."""
        return split_reply(text) if self.is_mail else Parts(clean(text), "", "")

    def _with_mentioned(
        self, party: list[Identifier], texts: list[Any], said: Parts, subject: str | None
    ) -> list[Identifier]:
        """Add the references in the row's own columns, and what the person says in text and subject."""
        more = [
            Identifier("reference", "", text.upper(), "reference")
            for place in self.references
            for text in texts_in(texts[place])
        ]
        more += references_of(subject, self.source) if subject else []
        more += claims_of(said.text, self.source, said.signature)
        return known(*party, *more) if more else party

    def _shown_as(self, texts: list[Any]) -> str:
        """Return the person as the source shows them: a name, else an address, number or handle."""
        return next((shown for place in self.shown if texts[place] and (shown := first_line(texts[place]))), "")


def _changed(texts: list[Any], place: int, source: Source, layout: Layout) -> datetime | None:
    """Return when the source last changed a row; None where it does not say."""
    if not texts[place]:
        return None
    try:
        # it only puts versions of a row in order: UTC does where neither the value nor the source tells a zone
        return parse_instant(texts[place], source.zone or UTC, source.date_order)[0]
    except UnreadableError:
        layout.unreadable(place)
        return None
