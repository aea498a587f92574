"""The files of an X archive: which part of it one holds, told by its first line, and the items of that part."""

import re
from collections.abc import Iterator
from typing import Any

from pipelines.extract.documents import array_items, head_of, parse_json
from pipelines.extract.fields import is_media, names
from pipelines.extract.inbox import SourceFile
from pipelines.extract.issues import UnreadableError

ACCOUNT = frozenset({"account"})
TWEETS = frozenset({"tweet", "tweets"})
MESSAGES = frozenset({"direct_message", "direct_messages", "direct_message_group", "direct_messages_group"})
# Parts of an archive that hold nobody's contact with us.
OTHERS = names("""
    account_creation_ip account_label account_suspension account_timezone ad_engagements ad_free_article ad_impressions
    ad_mobile_conversions_attributed ad_mobile_conversions_unattributed ad_online_conversions_attributed
    ad_online_conversions_unattributed ads_revenue_sharing ageinfo app article article_metadata audio_video_calls_in_dm
    audio_video_calls_in_dm_recipient_sender block branch_links catalog_item community_note community_note_batsignal
    community_note_rating community_note_tombstone community_tweet connected_application contact deleted_note_tweet
    deleted_tweet_headers deleted_tweets device_token direct_message_group_headers direct_message_headers direct_message_mute
    email_address_change expanded_profile follower following grok_chat_item ip_audit key_registry like lists_created
    lists_member lists_subscribed manifest moment mute ni_devices note_tweet periscope_account_information
    periscope_ban_information periscope_broadcast_metadata periscope_comments_made_by_user periscope_expired_broadcasts
    periscope_followers periscope_profile_description personalization phone_number product_drop product_set
    professional_data profile protected_history reply_prompt saved_search screen_name_change shop_module shopify_account
    smartblock spaces_metadata sso tweet_headers tweetdeck twitter_shop user_link_clicks verified verified_organization
""")
_ASSIGNMENT = re.compile(rb"\s*window\.(?:YTD\.([a-z0-9_]+)\.part\d+|__THAR_CONFIG)\s*=\s*")


def part_of(file: SourceFile) -> str:
    """Return the part of the archive that a file holds ("tweets"), by its first line.

    Raises:
        UnreadableError: it holds none.
    """
    head = head_of(file)
    match = _ASSIGNMENT.match(head)
    if match:
        return match[1].decode() if match[1] else "manifest"
    if is_media(head):
        return "media"
    raise UnreadableError("no part of an X archive: expected 'window.YTD.… =' at its beginning")


def items_of(file: SourceFile) -> Iterator[Any]:
    """Yield the items of one part.

    Raises:
        UnreadableError: after the last good item, where the part is cut off or damaged.
    """
    raw = file.read()
    match = _ASSIGNMENT.match(raw)
    body = raw[match.end() :] if match else raw
    try:
        items = parse_json(body.rstrip(b" \t\r\n;"))
    except UnreadableError:
        if not body.startswith(b"["):
            raise
        yield from array_items(body.decode("utf-8", "replace"), 0)
        return
    if not isinstance(items, list):
        raise UnreadableError("not a part of an X archive: expected a list")
    yield from items


def unwrapped(item: Any, name: str) -> Any:
    """Return what an item wraps: older archives list the tweets themselves."""
    return item[name] if isinstance(item, dict) and isinstance(item.get(name), dict) else item
