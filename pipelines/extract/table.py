"""Tables (CSV, JSON Lines, Parquet) of profiles or interactions, through the ``columns`` of the source.

The mapping goes from our field to the export's column, or to several: ``phone: [Phone, Mobile]``. A mapped column that a
file lacks sets the file aside whole; a row that is not what its fields need is set aside alone.
"""

from collections.abc import Iterator
from datetime import UTC
from zoneinfo import ZoneInfo

from pipelines.contract import ConsentSignal, Evidence, Identifier, Interaction, Profile, Record
from pipelines.errors import ConfigurationError
from pipelines.extract.claims import claims_of
from pipelines.extract.fields import known, names
from pipelines.extract.identifiers import Own
from pipelines.extract.inbox import Export, SourceFile, each_file
from pipelines.extract.instants import parse_instant
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.keywords import keyword_consent
from pipelines.extract.table_rows import Reader
from pipelines.extract.table_values import PERSON, SCOPED, Values, consents_of, person_of
from pipelines.extract.text import clean
from pipelines.settings import Source

NEEDED = {"profile": ("source_ref",), "interaction": ("source_ref", "occurred_at", "direction")}
_OF_PROFILE = names("source_ref updated_at")
_OF_INTERACTION = names("""
    agent_ref conversation_ref direction duration_seconds in_reply_to_ref is_public occurred_at reference source_ref status
    subject team text topic
""")
_CONSENT_CHANNELS = frozenset({"email", "chat", "social", "sms", "voice"})
# The kinds that a channel itself delivers; what else stands in the row about the person, somebody typed.
_DELIVERED = {
    "voice": frozenset({"phone"}),
    "sms": frozenset({"phone"}),
    "email": frozenset({"email"}),
    "social": frozenset({"handle", "account"}),
    "chat": frozenset({"account"}),
}


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one profile or interaction a row.

    Raises:
        ConfigurationError: ``columns`` lacks a field that every record needs, or names one that there is not.
    """
    columns = mapping_of(export.source)
    needed = frozenset(column for each in columns.values() for column in each)
    own = Own.of(export.source)
    parse_row = parse_profile if export.source.kind == "profile" else parse_interaction

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        for row in Reader(file, export.source, needed, issues).rows():
            try:
                record = parse_row(Values(columns, row.values, file.name, issues), export.source, own, file.name, row.at)
            except UnreadableError as error:
                issues.quarantine(row.raw or repr(row.values), file=file.name, at=row.at, reason=error)
                continue
            yield record

    yield from each_file(export, issues, parse)


def mapping_of(source: Source) -> dict[str, list[str]]:
    """Return the columns by field, each a list; ConfigurationError where they do not make a record."""
    columns = {name: [given] if isinstance(given, str) else list(given) for name, given in source.columns.items()}
    for name in NEEDED[source.kind]:
        if not columns.get(name):
            raise ConfigurationError(
                f"sources.{source.name}.columns: no column for {name!r}, which every {source.kind} needs"
            )
    if source.kind == "interaction" and source.channel is None:
        raise ConfigurationError(f"sources.{source.name}.channel is missing")
    for name in columns:
        if not _is_field(name, source.kind):
            raise ConfigurationError(f"sources.{source.name}.columns: {name!r} is no field of kind {source.kind}")
    return columns


def _is_field(name: str, kind: str) -> bool:
    stem, _, scope = name.partition(".")
    if name in (_OF_PROFILE if kind == "profile" else _OF_INTERACTION):
        return True
    if stem == "consent":
        return scope in _CONSENT_CHANNELS
    if kind == "interaction":
        if stem != "party":
            return False
        stem, _, scope = scope.partition(".")
    return stem in PERSON and bool(scope) == (stem in SCOPED)


def parse_profile(values: Values, source: Source, own: Own, file: str, position: str) -> Profile:
    """Map one row about a person; UnreadableError where it is not what its fields need."""
    source_ref = values.needed("source_ref")
    party = person_of(values, source, lambda kind: "reference")
    profile = Profile(
        source=source.name,
        source_ref=source_ref,
        file=file,
        position=position,
        identifiers=known(Identifier("crm_id", source.name, source_ref, "reference"), *party),
        consent=consents_of(values, party),
        reason="own_address" if _is_ours(party, own) else None,
    )
    changed = values.first("updated_at")
    if changed:
        try:
            # it only puts versions of a row in order: UTC does where neither the value nor the source tells a zone
            profile.updated_at, _ = parse_instant(changed, source.zone or ZoneInfo("UTC"), source.date_order)
        except UnreadableError:
            values.unreadable("updated_at")
    return profile


def parse_interaction(values: Values, source: Source, own: Own, file: str, position: str) -> Interaction:
    """Map one row about a contact; UnreadableError where it is not what its fields need."""
    source_ref, channel, direction = values.needed("source_ref"), source.channel or "chat", values.direction()
    occurred_at, flag = parse_instant(values.needed("occurred_at"), source.zone, source.date_order)
    delivered = _DELIVERED.get(channel, frozenset())

    def evidence(kind: str) -> Evidence:
        return "channel" if kind in delivered else "claimed"

    party = person_of(values, source, evidence, prefix="party.")
    reason = None
    if _is_ours(party, own):
        party, reason = [], "own_address"
    elif not party:
        reason = "no_identifier"
    text = clean(values.first("text") or "")
    said = claims_of(text, source) if direction == "inbound" and reason is None else []
    references = (
        [Identifier("reference", "", each.upper(), "reference") for each in values.all("reference")] if party else []
    )
    return Interaction(
        source=source.name,
        source_ref=source_ref,
        conversation_ref=values.first("conversation_ref") or source_ref,
        channel=channel,
        direction=direction,
        occurred_at=occurred_at.astimezone(UTC),
        file=file,
        position=position,
        is_public=values.boolean("is_public") or False,
        party=known(*party, *references, *said),
        party_ref=_shown(values),
        agent_ref=values.line("agent_ref"),
        team=values.line("team"),
        subject=values.line("subject"),
        text=text,
        in_reply_to_ref=values.first("in_reply_to_ref"),
        topic=values.line("topic"),
        status=values.line("status"),
        duration_seconds=values.seconds("duration_seconds"),
        consent=[*consents_of(values, party), *_keyword_consent(text, direction, channel, party)],
        reason=reason,
        source_metadata={"local_time": flag} if flag else {},
    )


def _keyword_consent(text: str, direction: str, channel: str, party: list[Identifier]) -> list[ConsentSignal]:
    return keyword_consent(text, channel, party) if direction == "inbound" and channel in ("sms", "chat") else []


def _is_ours(party: list[Identifier], own: Own) -> bool:
    return any(own.matches(each) for each in party if each.kind in ("email", "phone", "handle", "account"))


def _shown(values: Values) -> str:
    """Return the person as the source shows them: a name, else an address, number or handle."""
    names = ["party.full_name", "party.name", "party.email", "party.phone", *sorted(values.columns)]
    return next((line for name in names if name.startswith("party.") and (line := values.line(name))), "")
