"""The files of an X archive: which part of it one holds, told by its first line, and the items of that part as a stream."""

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from pipelines.extract.files.documents import head_of, opened
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.files.json_stream import CUT_OFF, Piece, pieces
from pipelines.extract.values.fields import Drift, Fields, is_media, names
from pipelines.extract.values.issues import UnreadableError

ACCOUNT = frozenset({"account"})
TWEETS = frozenset({"tweet", "tweets", "community_tweet"})
NOTES = frozenset({"note_tweet"})
MESSAGES = frozenset({"direct_message", "direct_messages", "direct_message_group", "direct_messages_group"})
ENCRYPTED = frozenset({"message_event"})
TAKEN = ACCOUNT | TWEETS | NOTES | MESSAGES | ENCRYPTED
MANIFEST, BESIDE = "manifest", "beside"
# Parts of an archive that hold nobody's contact with us.
OTHERS = names("""
    account_creation_ip account_label account_suspension account_timezone ad_engagements ad_free_article ad_impressions
    ad_mobile_conversions_attributed ad_mobile_conversions_unattributed ad_online_conversions_attributed
    ad_online_conversions_unattributed ads_revenue_sharing ageinfo app article article_metadata audio_video_calls_in_dm
    audio_video_calls_in_dm_recipient_sender audio_video_calls_in_dm_recipient_sessions birdwatch_note
    birdwatch_note_rating block bookmark branch_links catalog_item commerce_catalog community_note
    community_note_api_test_note community_note_batsignal community_note_rating community_note_tombstone
    connected_application contact deleted_note_tweet deleted_tweet_headers deleted_tweets device_token
    direct_message_group_headers direct_message_headers direct_message_mute email_address_change expanded_profile
    facebook_connection fleet fleet_mute follower following grok_chat_item ip_audit key_registry like lists_created
    lists_member lists_subscribed moment mute ni_devices periscope_account_information periscope_ban_information
    periscope_broadcast_metadata periscope_comments_made_by_user periscope_expired_broadcasts periscope_followers
    periscope_profile_description personalization phone_number product_drop product_set professional_data profile
    protected_history reply_prompt saved_search screen_name_change shop_module shopify_account smartblock spaces_metadata
    sso tweet_headers tweetdeck twitter_article twitter_article_metadata twitter_circle twitter_circle_member
    twitter_circle_tweet twitter_shop user_link_clicks verified verified_organization
""")
_ASSIGNMENT = re.compile(rb"(?:\xef\xbb\xbf)?\s*window\.(?:(YTD\.([a-z0-9_]+)\.part\d+)|__THAR_CONFIG)\s*=\s*")
_HEAD = 4096


class PartName(NamedTuple):
    """A part of an archive: its kind ("tweets"), and which of that kind ("YTD.tweets.part0"), as the manifest lists it."""

    kind: str
    label: str = ""


def part_of(file: SourceFile) -> PartName:
    """Return which part of the archive a file holds, by its first line.

    Raises:
        UnreadableError: it holds none, and is nothing else that an archive comes with.
    """
    head = head_of(file, _HEAD)
    match = _ASSIGNMENT.match(head)
    if match:
        return PartName(match[2].decode(), match[1].decode()) if match[2] else PartName(MANIFEST)
    if is_media(head) or _is_of_the_viewer(PurePosixPath(file.name)):
        return PartName(BESIDE)
    raise UnreadableError("no part of an X archive: expected 'window.YTD.… =' at its beginning")


def root_of(file: SourceFile) -> str:
    """Return the folder of the archive that a file belongs to: two of them may lie side by side."""
    folder = PurePosixPath(file.name).parent
    return str(folder.parent if folder.name == "data" else folder)


def pieces_of(file: SourceFile, into: Collection[str] = ("",)) -> Iterator[Piece]:
    """Yield the values of one part, as ``json_stream.pieces`` takes them apart.

    Raises:
        UnreadableError: after the last good value, where the part is cut off or damaged or no list.
    """
    is_empty = True
    for piece in _pieces(file, into):
        is_empty = False
        if piece.path and isinstance(piece.path[0], int):
            yield piece
        elif piece.path or piece.raw != b"[]":
            raise UnreadableError("not a part of an X archive: expected a list")
    if is_empty:
        raise UnreadableError(CUT_OFF)


def manifest_pieces(file: SourceFile) -> Iterator[Piece]:
    """Yield what the manifest says of the archive, its lists of files one by one.

    Raises:
        UnreadableError: where it is cut off or damaged.
    """
    yield from _pieces(file, {"userInfo", "dataTypes"})


def unwrapped(item: Any, name: str, drift: Drift | None = None) -> Any:
    """Return what an item wraps: older archives list the tweets themselves."""
    if not (isinstance(item, dict) and isinstance(item.get(name), dict)):
        return item
    if drift and len(item) > 1:
        drift.tell(Fields(item), frozenset({name}))
    return item[name]


def _pieces(file: SourceFile, into: Collection[str]) -> Iterator[Piece]:
    with opened(file) as stream:
        match = _ASSIGNMENT.match(stream.read(_HEAD))
        stream.seek(match.end() if match else 0)
        for piece in pieces(stream, into):
            if piece.document == 1:
                yield piece
            elif piece.raw != b";":
                raise UnreadableError("something follows the end of the list")


def _is_of_the_viewer(path: PurePosixPath) -> bool:
    """Say whether a file belongs to the pages that show an archive, or was sent or posted."""
    folders = path.parts[:-1]
    return "assets" in folders or path.name in ("Your archive.html", "README.txt") or path.parent.name.endswith("_media")
