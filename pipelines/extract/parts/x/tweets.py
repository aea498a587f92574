"""A tweet of ours out of an X archive, as an interaction with the account that it answers."""

from dataclasses import dataclass
from typing import Any

from pipelines.contract import Attachment, Interaction
from pipelines.extract.parts.x.fields import NO_ACCOUNT, answered_as, mentioned_in, text_of, tweet_time, versions_of
from pipelines.extract.parts.x.parts import unwrapped
from pipelines.extract.parts.x.survey import Archive
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.text import clean
from pipelines.settings import Source

_USUAL = names("entities")
_LEFT = names("""
    community_id contributors coordinates display_text_range favorite_count favorited geo id in_reply_to_status_id
    in_reply_to_user_id lang place possibly_sensitive quoted_status_id quoted_status_permalink retweet_count retweeted
    scopes source truncated withheld_copyright withheld_in_countries withheld_scope
""")
_ENTITIES_USUAL, _ENTITIES_LEFT = names("user_mentions"), names("hashtags media symbols timestamps urls")
_MEDIA_LEFT = names("""
    additional_media_info display_url expanded_url ext_alt_text features id id_str indices media_alt_text media_url
    original_info sizes source_status_id source_status_id_str source_user_id source_user_id_str type url
""")
_FILM_LEFT, _VARIANT_LEFT = names("aspect_ratio duration_millis"), names("bitrate content_type")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the records of a file need: the source, what the archive says together, whose it is."""

    source: Source
    archive: Archive
    account_ref: str
    file: str
    drift: Drift


def parse_tweet(item: Any, reading: Reading, position: str) -> Interaction:
    """Map one tweet of ours; a tweet that answers nobody has no person behind it."""
    archive, drift = reading.archive, reading.drift
    fields = Fields(unwrapped(item, "tweet", drift))
    ref = fields.ref("id_str")
    occurred_at = tweet_time(fields.string("created_at"))
    text = text_of(fields)
    entities = fields.maybe_fields("entities")
    mentioned = mentioned_in(entities, drift)
    answered = fields.maybe_ref("in_reply_to_user_id_str")
    mention = answered_as(mentioned.get(answered or ""), fields.maybe_string("in_reply_to_screen_name"))
    in_reply_to = fields.maybe_ref("in_reply_to_status_id_str")
    attachments = _attachments(fields, ref, archive, drift)
    is_edited = len(versions_of(fields, drift)) > 1
    metadata = {
        "version_ref": ref if is_edited else None,
        "quoted_ref": fields.maybe_ref("quoted_status_id_str"),
        "community_ref": fields.maybe_ref("community_id_str"),
    }
    drift.tell(entities, _ENTITIES_LEFT, usual=_ENTITIES_USUAL)
    drift.tell(fields, _LEFT, usual=_USUAL)
    note = archive.long_texts.get(ref)
    source_ref = archive.first_of.get(ref, ref)  # an edit has a new id; the tweet keeps that of its first version
    in_reply_to = archive.first_of.get(in_reply_to, in_reply_to) if in_reply_to else None
    person = None if answered in (reading.account_ref, NO_ACCOUNT) else answered
    return Interaction(
        source=reading.source.name,
        source_ref=source_ref,
        conversation_ref=in_reply_to or source_ref,
        channel=reading.source.channel or "social",
        direction="outbound",
        occurred_at=occurred_at,
        file=reading.file,
        position=position,
        is_public=True,
        party=archive.party(person, mention) if person else [],
        party_ref=archive.party_ref(person, mention) if person else "",
        agent_ref=reading.account_ref,
        text=clean(note.text if note else text),
        in_reply_to_ref=in_reply_to,
        attachments=attachments,
        reason=None if person else "no_identifier",
        source_metadata={name: value for name, value in metadata.items() if value},
        updated_at=occurred_at if is_edited else None,
    )


def _attachments(fields: Fields, ref: str, archive: Archive, drift: Drift) -> list[Attachment]:
    """Take a tweet's pictures and films; of a film, the file that came along is one of several sizes."""
    extended = fields.maybe_fields("extended_entities")
    found: list[Attachment] = []
    for media in map(Fields, extended.maybe_items("media")):
        film = media.maybe_fields("video_info")
        variants = [Fields(each) for each in film.maybe_items("variants")]
        urls = [variant.string("url") for variant in variants] + [media.string("media_url_https")]
        found.append(archive.attachment(ref, urls))
        for variant in variants:
            drift.tell(variant, _VARIANT_LEFT)
        drift.tell(film, _FILM_LEFT)
        drift.tell(media, _MEDIA_LEFT)
    drift.tell(extended, frozenset())
    return found
