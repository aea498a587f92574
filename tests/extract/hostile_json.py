"""JSON made to overwhelm its parser, or to say two things at once."""

import json

from tests.extract.hostile import AFTER, BEFORE, GOOD, HIDDEN, MB, Hostile, between_lines, case
from tests.extract.test_landing import CALLS
from tests.extract.test_messenger import SOURCE as MESSENGER
from tests.extract.test_messenger import files_of, message, thread
from tests.extract.test_slack import ANN, LISTS, said
from tests.extract.test_slack import SOURCE as SLACK
from tests.extract.test_telegram import SOURCE as TELEGRAM
from tests.extract.test_telegram import account, chat
from tests.extract.test_telegram import message as told
from tests.extract.test_zendesk import PEOPLE, TALK, comment, ticket
from tests.extract.test_zendesk import SOURCE as ZENDESK

DEEP = 1_000_000
RECORD = {"id": "bad", "at": "2026-11-20T09:00:00Z", "direction": "in", "number": "+447700900124", "note": HIDDEN}


def call(**more):
    return json.dumps(RECORD | more).encode()


def raw(value: str, name="note"):
    """The record with JSON of our own for one of its values."""
    return json.dumps(RECORD | {name: "VALUE"}).replace('"VALUE"', value).encode()


def array(name, make, told="", *, others=1):
    """A case of one item of an array between two good ones."""
    return case(
        name,
        Hostile(CALLS, lambda: {"a.json": b"[" + BEFORE + b"," + make() + b"," + AFTER + b"]"}, others=others, told=told),
    )


def document(name, source, file, make, told="", *, good=(), others=None):
    return case(name, Hostile(source, lambda: {file: make()}, good, others, told))


def desk(name, make, told="", *, others=1):
    """A case of one ticket between good ones; each good one is three comments, and there are four people."""
    good = tuple(str(ref) for ref in (701, 702, 703))
    people = len(PEOPLE)

    def files():
        lines = [json.dumps(TALK).encode(), make(), *(json.dumps(each).encode() for each in PEOPLE)]
        return {"desk.ndjson": b"\n".join(lines)}

    return case(name, Hostile(ZENDESK, files, good, None if others is None else others + people, told))


def slack_day(make):
    day = json.dumps([said(ANN, "good", "1795168800.000200")]).encode()[:-1] + b"," + make() + b"]"
    return {name: content.encode() for name, content in LISTS.items()} | {"ext-archer/2026-11-20.json": day}


def meta(*bad):
    """A thread with hostile messages between two good ones."""
    (file, content), *_ = files_of(
        thread(message("Ann", "one"), message("Ann", "MARK", at=1), message("Ann", "two"))
    ).items()
    head, tail = content.encode().split(json.dumps(message("Ann", "MARK", at=1)).encode())
    return {file: head + b",".join(bad) + tail}


CASES = [
    between_lines("an array a million deep", lambda: b"[" * DEEP, "not JSON"),
    between_lines("an array a million deep that closes", lambda: b"[" * DEEP + b"]" * DEEP, "not JSON"),
    between_lines("a record a million deep", lambda: b'{"a":' * DEEP + b"1" + b"}" * DEEP, "not JSON"),
    between_lines("a record a million deep, with an escape", lambda: b'{"\\u0061":' * DEEP + b"1" + b"}" * DEEP, "not JSON"),
    array("an item a million deep", lambda: b"[" * DEEP + b"]" * DEEP, "not JSON"),
    document("nothing but brackets", CALLS, "a.json", lambda: b"[" * 5 * MB, others=1),
    document("brackets of both kinds", CALLS, "a.json", lambda: b'[{"a":' * DEEP, others=1),
    between_lines("a line of 50 MB", lambda: call(note=HIDDEN + "x" * 50 * MB), "longer than"),
    array("an item of 50 MB", lambda: call(note=HIDDEN + "x" * 50 * MB), "longer than"),
    between_lines("a line of 50 MB of escapes", lambda: raw('"' + "\\u0041" * (50 * MB // 6) + '"'), "longer than"),
    between_lines("a text of 15 MB", lambda: call(note="x" * 15 * MB)),
    between_lines("a text of 15 MB of emoji", lambda: raw('"' + "\\ud83d\\ude00" * (15 * MB // 12) + '"')),
    between_lines("24 texts of 5 MB", lambda: b"\n".join(call(id=f"b{n}", note="word " * MB) for n in range(24)), others=24),
    between_lines("a key of 10 MB", lambda: call()[:-1] + b',"' + b"k" * 10 * MB + b'":1}', "unknown field 'kkk"),
    between_lines(
        "200,000 keys", lambda: json.dumps(RECORD | {f"k{n}": n for n in range(200_000)}).encode(), "unknown field 'k"
    ),
    between_lines("a number of a million digits", lambda: raw("1" * DEEP), ""),
    between_lines("a number beyond all numbers", lambda: raw("1e400"), ""),
    between_lines("a number beyond all numbers, with an escape", lambda: raw("1e400").replace(b"bad", b"b\\u0061d"), ""),
    between_lines("a million digits, with an escape", lambda: raw("1" * DEEP).replace(b"bad", b"b\\u0061d"), ""),
    between_lines("NaN", lambda: raw("NaN"), "not JSON"),
    between_lines("infinity", lambda: raw("-Infinity").replace(b"bad", b"b\\u0061d"), "not JSON"),
    between_lines("a key twice", lambda: call()[:-1] + b', "id": "other"}'),
    between_lines("a lone surrogate", lambda: raw('"\\ud83d topsecret"')),
    between_lines("a lone surrogate for an id", lambda: raw('"\\udead"', "id")),
    between_lines("a NUL for an id", lambda: raw('"\\u0000"', "id")),
    between_lines("NUL bytes", lambda: call().replace(b"topsecret", b"\0" * 1_000), "not JSON"),
    between_lines("a megabyte of NUL", lambda: bytes(MB), "not JSON"),
    between_lines("a byte order mark in the middle", lambda: b"\xef\xbb\xbf" + call(), "not JSON"),
    document("two byte order marks", CALLS, "a.jsonl", lambda: b"\xef\xbb\xbf" * 2 + BEFORE + AFTER, "column", others=1),
    document(
        "JSON in UTF-16", CALLS, "a.json", lambda: ("\ufeff" + (BEFORE + AFTER).decode()).encode("utf-16-le"), others=None
    ),
    document("JSON in UTF-32", CALLS, "a.json", lambda: (BEFORE + AFTER).decode().encode("utf-32"), others=None),
    between_lines("overlong UTF-8", lambda: call().replace(b"topsecret", b"\xc0\xaf\xe0\x80\xaf"), "not JSON"),
    between_lines("CESU-8", lambda: call().replace(b"topsecret", b"\xed\xa0\xbd\xed\xb8\x80"), "not JSON"),
    between_lines("a truth for an id", lambda: raw("true", "id"), "column 'id'"),
    between_lines("a record for an id", lambda: raw('{"topsecret": 1}', "id"), "column 'id'"),
    between_lines("a million commas", lambda: b"[" + b"," * DEEP + b"]", "not JSON"),
    between_lines("a million open strings", lambda: b'"' * DEEP, "not JSON"),
    between_lines("a million backslashes", lambda: b'"' + b"\\" * (DEEP + 1), "not JSON"),
    between_lines("a hundred thousand empty lines", lambda: b"\n" * 100_000, others=0),
    document(
        "a hundred thousand broken lines",
        CALLS,
        "a.jsonl",
        lambda: BEFORE + b"{\n" * 100_000 + AFTER,
        "not JSON",
        good=GOOD,
        others=100_000,
    ),
    document(
        "an array that does not end",
        CALLS,
        "a.json",
        lambda: b"[" + BEFORE + b"," + AFTER + b"," + b'"' + b"x" * 20 * MB,
        "cut off",
        good=GOOD,
        others=1,
    ),
    desk(
        "a ticket of 50,000 comments",
        lambda: json.dumps(ticket(9, *[comment(900_000 + n, 1, "x") for n in range(50_000)])).encode(),
        others=None,
    ),
    desk(
        "a ticket with a comment a million deep",
        lambda: json.dumps(ticket(9, comment(9, 1, "DEEP"))).encode().replace(b'"DEEP"', b"[" * DEEP + b"]" * DEEP),
        "not JSON",
    ),
    desk(
        "a ticket of a number of 10 MB",
        lambda: json.dumps(ticket(9)).encode().replace(b'"id": 9', b'"id": ' + b"9" * 10 * MB),
    ),
    desk(
        "a ticket of no number",
        lambda: json.dumps(ticket(9, comment(9, 1, "x"))).encode().replace(b'"id": 9', b'"id": 1e999', 1),
    ),
    desk(
        "a comment that is HTML of 100,000 tags",
        lambda: json.dumps(ticket(9, comment(9, 1, None, html_body="<div>" * 100_000))).encode(),
    ),
    case(
        "a day of Slack with a text of 10 MB",
        Hostile(
            SLACK,
            lambda: slack_day(lambda: json.dumps(said(ANN, "<@" * (5 * MB), "1795168801.0")).encode()),
            ("C0ANN/1795168800.000200",),
            None,
        ),
    ),
    case(
        "a day of Slack with blocks a million deep",
        Hostile(
            SLACK,
            lambda: slack_day(
                lambda: b'{"type":"message","ts":"1795168801.0","text":"","blocks":' + b"[" * DEEP + b"]" * DEEP + b"}"
            ),
            ("C0ANN/1795168800.000200",),
            None,
            "not JSON",
        ),
    ),
    case(
        "a thread of Meta with a message a million deep",
        Hostile(MESSENGER, lambda: meta(b"[" * DEEP + b"]" * DEEP), (), 3, "not JSON"),
    ),
    case(
        "a thread of Meta with a name of 10 MB",
        Hostile(MESSENGER, lambda: meta(json.dumps(message("x" * 10 * MB, "hi")).encode()), (), 3),
    ),
    case(
        "a thread of Meta with a field of 10 MB",
        Hostile(
            MESSENGER,
            lambda: {
                "messages/inbox/a_1/message_1.json": json.dumps({"participants": [], "messages": [], "k" * 10 * MB: 1})
                .encode()
                .replace(b": 1", b": NaN")
            },
            (),
            None,
        ),
    ),
    case(
        "a chat of Telegram with a text of 300,000 pieces",
        Hostile(
            TELEGRAM,
            lambda: {
                "result.json": json.dumps(
                    account(
                        chat(
                            501,
                            told(1, "user501", "good"),
                            told(2, "user501", ["a", {"type": "bold", "text": "b"}] * 150_000),
                        )
                    )
                ).encode()
            },
            (),
            None,
        ),
    ),
    case(
        "a chat of Telegram of times",
        Hostile(
            TELEGRAM,
            lambda: {
                "result.json": json.dumps(
                    account(
                        chat(
                            501,
                            *[
                                told(n, "user501", "x") | {"date_unixtime": at}
                                for n, at in enumerate(["-1", "0", "1e18", "9" * 400, "\u0661", "253402300800", "", "nan"])
                            ],
                        )
                    )
                ).encode()
            },
            (),
            None,
        ),
    ),
]
