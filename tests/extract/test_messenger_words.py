"""What Meta itself writes in somebody's name, and what its downloads of other years have."""

import json

import pytest

from pipelines.contract import Attachment
from tests.extract.exports import extracted
from tests.extract.test_messenger import SOURCE, START, encrypted, files_of, in_time, message, sealed, thread

LINK = {"share": {"link": "https://shop.example/tents"}}


def told(folder, *messages):
    return extracted(folder, files_of(thread(*messages)), SOURCE)


@pytest.mark.parametrize(
    "words",
    [
        "Liked a message",
        "ann_x liked a message",
        "Reacted ❤️ to your message ",
        "A aimé un message",
        "Curtiu uma mensagem",
        "ann_x gefällt eine Nachricht",
        "Hat mit 😂 auf deine Nachricht reagiert",
        "Reaccionó con ❤️ a tu mensaje",
        'Ha messo "Mi piace" a un messaggio',
        "Ha reagito con 👍 al tuo messaggio",
        "Reagiu com ❤️ à sua mensagem",
        "Heeft met 😮 op je bericht gereageerd",
    ],
)
def test_a_reaction_that_is_told_as_a_message_is_none(tmp_path, words):
    outcome = told(tmp_path, message("Zoë Ágoston", words), message("Zoë Ágoston", "I liked a message of yours", START + 1))
    assert [record.text for record in outcome.records] == ["I liked a message of yours"]
    assert outcome.suppressed == {"a reaction, told as a message": 1}


@pytest.mark.parametrize(
    "words",
    [
        "You are now connected on Messenger.",
        "You can now message and call each other and see info like Active Status and when you've read messages.",
        "Say hi to your new Facebook friend, Zoë.",
        "You can now message and call each other.",
        "New messages and calls are secured with end-to-end encryption. Only people in this chat can read, listen to, or "
        "share them.",
    ],
)
def test_what_meta_writes_when_a_chat_begins_is_no_message(tmp_path, words):
    outcome = told(tmp_path, message("Zoë Ágoston", words))
    assert outcome.records == []
    assert outcome.suppressed == {"a line that Meta itself wrote": 1}


@pytest.mark.parametrize(
    "words",
    [
        "Zoë changed the theme to Love.",
        "You set the quick reaction to ❤️.",
        "Zoë Ágoston set her own nickname to Zo.",
        "You set the nickname for The Shop to Tents.",
        "Zoë pinned a message.",
        "Zoë changed the chat theme.",
        'A contact changed the theme using AI to "Love".',
        "You cleared the nickname for Zoë Ágoston.",
        "Zoë cleared your nickname.",
        "Zoë turned on disappearing messages. Messages will disappear 24 hours after they're sent.",
        "You turned off disappearing messages.",
        "The Shop wasn't notified about this message because they're in quiet mode.",
    ],
)
def test_what_meta_writes_of_a_chats_settings_is_no_message(tmp_path, words):
    outcome = told(
        tmp_path, message("Zoë Ágoston", words), message("Zoë Ágoston", "My son changed the theme to Love.", START + 1)
    )
    assert [record.text for record in outcome.records] == ["My son changed the theme to Love."]
    assert outcome.suppressed == {"a line that Meta itself wrote": 1}


@pytest.mark.parametrize(
    "words",
    [
        "You started an audio call",
        "Zoë Ágoston started a video chat",
        "Zoë started a call.",
        "Zoë joined the video chat.",
        "Zoë Ágoston stopped sharing video.",
    ],
)
def test_what_meta_writes_of_a_call_that_begins_is_no_message_and_no_second_call(tmp_path, words):
    """Instagram tells a call twice: when it begins, in words alone, and when it ends, with how long it was."""
    ended = message("Zoë Ágoston", "Audio call ended", START + 33_000, call_duration=33)
    outcome = told(
        tmp_path, message("Zoë Ágoston", words), ended, message("Zoë Ágoston", "I started a video chat", START + 1)
    )
    assert [(each.text, each.status) for each in in_time(outcome)] == [("I started a video chat", None), ("", "completed")]
    assert outcome.suppressed == {"a line that Meta itself wrote": 1}


@pytest.mark.parametrize(
    "words",
    [
        "Auto-label added: Lead stage set to intake.",
        "Lead stage set to Qualified",
        "Your AI agent transferred this chat to you. Teach your AI so it can respond next time.",
        "You took over this chat from your AI agent.",
        "This message was automatically moved to spam.",
        "Facebook created this chat because Zoë commented on your post. See comment(https://facebook.com/story.php?id=1)",
        "Bạn đang phản hồi bình luận. Xem bình luận(https://www.facebook.com/1/posts/2?comment_id=3)",
    ],
)
def test_what_meta_writes_in_a_pages_name_is_no_answer_of_ours(tmp_path, words):
    outcome = told(tmp_path, message("The Shop", words), message("Zoë Ágoston", words, START + 1))
    assert [(each.text, each.direction) for each in outcome.records] == [(words, "inbound")]
    assert outcome.suppressed == {"a line that Meta itself wrote": 1}


@pytest.mark.parametrize("author", ["The Shop", "Zoë Ágoston"])
@pytest.mark.parametrize(
    "words",
    [
        "Zoë Ágoston replied to an ad.",
        "Zoë replied to your automated welcome message. To change or remove this greeting, visit Messaging settings.",
    ],
)
def test_by_what_somebody_came_to_a_page_is_told_by_meta(tmp_path, author, words):
    outcome = told(tmp_path, message(author, words), message(author, "Bob replied to an ad.", START + 1))
    assert outcome.texts == ["Bob replied to an ad."]
    assert outcome.suppressed == {"a line that Meta itself wrote": 1}


@pytest.mark.parametrize(
    "words",
    ["Zoë sent an attachment.", "You sent an attachment.", "Zoë hat einen Anhang gesendet.", "Zoë wysłała załącznik."],
)
def test_that_something_was_sent_is_no_text_of_whoever_sent_it(tmp_path, words):
    shared, alone = in_time(told(tmp_path, message("Zoë Ágoston", words, **LINK), message("Zoë Ágoston", words, START + 1)))
    assert (shared.text, shared.source_metadata["link"]) == ("", "https://shop.example/tents")
    assert (alone.text, alone.attachments) == ("", [Attachment("", None, "")])


@pytest.mark.parametrize("words", ["I sent an attachment.", "Bob sent an attachment.", "sent an attachment"])
def test_who_writes_that_something_was_sent_has_written(tmp_path, words):
    (record,) = told(tmp_path, message("Zoë Ágoston", words)).records
    assert (record.text, record.attachments) == (words, [])


def test_what_is_written_beside_a_link_is_the_persons(tmp_path):
    (record,) = told(tmp_path, message("Zoë Ágoston", "look at this", **LINK)).records
    assert record.text == "look at this"


@pytest.mark.parametrize(
    ("author", "words", "status", "direction"),
    [
        ("Zoë Ágoston", "You missed an audio call", "missed", "inbound"),
        ("Zoë Ágoston", "You missed a video chat", "missed", "inbound"),
        ("Zoë Ágoston", "You missed a call from Zoë.", "missed", "inbound"),
        ("Zoë Ágoston", "You missed a video chat with Zoë.", "missed", "inbound"),
        ("The Shop", "A contact missed your video chat.", "missed", "outbound"),
        ("The Shop", "You called Zoë.", "completed", "outbound"),
        ("Zoë Ágoston", "Zoë Ágoston called you.", "completed", "inbound"),
        ("The Shop", "Zoë Ágoston missed an audio call", "missed", "outbound"),
        ("The Shop", "Zoë missed your video chat.", "missed", "outbound"),
        ("Zoë Ágoston", "Video chat ended", "completed", "inbound"),
        ("The Shop", "The audio call ended.", "completed", "outbound"),
    ],
)
def test_a_call_that_is_told_in_words_alone_is_a_call(tmp_path, author, words, status, direction):
    (record,) = told(tmp_path, message(author, words)).records
    assert (record.channel, record.status, record.direction, record.text) == ("voice", status, direction, "")


@pytest.mark.parametrize(
    "words",
    [
        "I missed a call from you",
        "Sorry, we missed a call",
        "Ann missed your call.",
        "call ended",
        "You called me.",
        "You called Bob.",
        "Bob called you.",
    ],
)
def test_who_writes_of_a_call_has_written(tmp_path, words):
    (record,) = told(tmp_path, message("Zoë Ágoston", words)).records
    assert (record.channel, record.text) == ("social", words)


def test_a_call_has_no_text_of_anybody(tmp_path):
    call = message("Zoë Ágoston", "Zoë missed your call.", type="Call", call_duration=0, missed=True)
    (record,) = told(tmp_path, call).records
    assert (record.text, record.channel, record.status) == ("", "voice", "missed")


def test_the_fields_of_downloads_until_2021_are_known(tmp_path):
    picture = {"uri": "messages/inbox/a/photos/1.jpg", "media_path_INTERNAL": "", "type_INTERNAL": ""}
    old = message("Zoë Ágoston", "hello", sender_id_INTERNAL=0, ip="192.0.2.1", photos=[picture])
    outcome = extracted(tmp_path, files_of(thread(old, thread_type="Regular", is_pending=True)), SOURCE)
    assert not outcome.warnings
    assert outcome.records[0].attachments == [Attachment("1.jpg", None, "")]


def test_a_picture_that_meta_left_on_its_servers_has_a_name_without_the_key_to_it(tmp_path):
    picture = {"uri": "https://cdn.example/v/t1.15752-9/116_n.jpg?_nc_sid=73a6&oh=35f9&oe=5F9B"}
    (record,) = told(tmp_path, message("Zoë Ágoston", "hello", photos=[picture])).records
    assert record.attachments == [Attachment("116_n.jpg", None, "")]


def test_what_stands_in_a_missing_files_place_is_not_its_name(tmp_path):
    gone = sealed("Zoë Ágoston", "", media=[{"uri": "Failed to download media"}, {"uri": "./media/a.jpeg"}], type="media")
    (record,) = extracted(tmp_path, {"e2ee/Zoe_12.json": json.dumps(encrypted(gone))}, SOURCE).records
    assert record.attachments == [Attachment("", None, ""), Attachment("a.jpeg", None, "")]


@pytest.mark.parametrize("author", ["Zoë Ágoston", "The Shop"])
def test_who_says_stop_to_our_page_wants_no_marketing_there(tmp_path, author):
    [record] = told(tmp_path, message(author, "Stop messaging me")).records
    heard = [(each.channel, each.purpose, each.allowed, each.value) for each in record.consent]
    assert heard == ([("social", "marketing", False, "")] if author != "The Shop" else [])


def test_who_says_stop_in_a_group_says_it_to_the_group(tmp_path):
    people = ("Zoë Ágoston", "The Shop", "Bob Green")
    [record] = extracted(tmp_path, files_of(thread(message("Bob Green", "STOP"), people=people)), SOURCE).records
    assert record.reason == "group"
    assert record.consent == []
