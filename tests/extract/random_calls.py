"""Random logs of calls and messages, most of whose rows are plain: Asterisk's and Twilio's CSV, damaged now and then."""

import csv
import gzip
import io
from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.extract.exports import source_of
from tests.extract.random_tables import SAID, TEXTS, damaged
from tests.extract.test_asterisk_cdr import COLUMNS, NEWER, OURS, cdr, freepbx
from tests.extract.test_twilio import CALL_LOG, CONSOLE, lines, recording, sid, transcription

ANN, BOB, DESK, DESK_E164 = "+447700900123", "+447700900456", OURS, "+442079460000"
_EXCHANGE = {"format": "asterisk_cdr", "name": "exchange", "timezone": "Europe/London"}
_TEXTS = {"format": "twilio", "name": "texts", "references": [r"\bGT-\d{4,6}\b", r"ticket (\w+)"]}
EXCHANGES = st.sampled_from([
    source_of(**_EXCHANGE, region="GB", own=[DESK, "101", "*@ours.example", "@+447700900999"]),
    source_of(**_EXCHANGE, region="GB", delimiter=","),
    source_of(**_EXCHANGE, own=[DESK_E164, "102"]),
    source_of(**_EXCHANGE, region="DE", own=["+49 30 901820"]),
])  # fmt: skip
LOGS = st.sampled_from([
    source_of(
        **_TEXTS, region="GB", own=[DESK_E164, "whatsapp:+447700900999", "desk@pbx.example"], timezone="Europe/London"
    ),
    source_of(**_TEXTS, region="GB", own=[DESK_E164], claims=False),
    source_of(**_TEXTS, own=[DESK_E164, "the desk"], timezone="UTC"),
    source_of(**_TEXTS, region="LS", timezone="America/New_York"),
])  # fmt: skip

_NUMBERS = [
    ANN, BOB, "07700900123", DESK, DESK_E164, "101", "102", "*97", "s", "", " ", "anonymous", "Restricted", "+266696687",
    "+7378742833", "-1", "60777", "ParcelCo", "a[b]", "ann@mail.example", "x@ours.example", "+447700900999", "+4499",
    "1234567890123456", " 07700900123 ", "0770 0900 123", "+1 202 555 0143", "+49 30 123456", "\u0660\u0667\u0667",
    "tel:+447700900123", "é", "\u00a0", "a\nb", "0", "+26622123456", "~",
]  # fmt: skip
_TIMES = [
    "2026-11-20 09:00:00", "2026-07-20 09:00:00", "2026-10-25 01:30:00", "2026-03-29 01:30:00", "2026-02-30 09:00:00", "",
    " ", "2026-11-20T09:00:00", "2026-11-20 09:00:00.5", " 2026-11-20 09:00:00", "1970-01-01 00:00:00", "lately",
    "1989-12-31 23:59:59", "2031-01-01 00:00:00", "2026-11-22 00:00:00", "0001-01-01 00:00:00", "2026-11-20",
    "2026-11-20 09:00:00 UTC", "2026-11-20 09:00:00GMT", "2026-11-20T09:00:00Z", "2026-11-20T09:00:00+05:30",
    "Fri, 20 Nov 2026 09:00:00 +0000", "Fri, 20 Nov 2026 09:00:00 GMT", "20/11/2026 09:00", "2026-11-20 09:00:00\u00a0UTC",
]  # fmt: skip
_COUNTS = ["0", "7", "61", "0068", "", " ", "-1", "1e3", "9999999999", "\u0661", "68.0", "999999999"]
_SIDS = ["", "x", "SM", "CA", "RE", "TR", sid("SM", 1), sid("MM", 2), sid("CA", 1), sid("CA", 2), sid("RE", 5), sid("TR", 6)]
_CHANNELS = [
    "PJSIP/101-0000001b", "sip/102", "SIP/trunk-x", "Local/103@from-internal;1", "PJSIP/\u0661\u0661-1", "\u017fIP/101-1",
    "x", "", "PJSIP/101é", "SIP/101-\n", "DAHDI/1-1", "/x", "IAX2/1234567", "SCCP/12",
]  # fmt: skip
_UNIQUES = ["", "1795165200.1", "1795165200.2", "pbx-1795165200.1", "11795165200.4", "179516520.9", "x y", "a-1.5", "1.1"]
OF_CALLS = {
    "src": _NUMBERS, "dst": _NUMBERS,
    "dcontext": ["from-trunk", "from-internal", "from-trunk-x", "from-internal-1", "whatever", "", "ext-did", " from-trunk"],
    "clid": [
        f'"Ann Archer" <{ANN}>', "Ann <1>", "<101>", '"half', "Ann", '"Zoë Müller" <1>', "x [y]", '"A \\"B\\" C" <1>', "",
        "07700900123", '"Unknown" <>', '"\u202eevil" <07700900123>', '"101" <101>', "<é>", '"ann@mail.example" <1>',
    ],
    "channel": _CHANNELS, "dstchannel": _CHANNELS,
    "lastapp": ["Dial", "VoiceMail", "voicemail", "", "9x", "Diål", " Dial "],
    "start": _TIMES, "calldate": _TIMES, "duration": _COUNTS, "billsec": _COUNTS,
    "disposition": ["ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "SOLD", "", "answered", " ANSWERED"],
    "uniqueid": _UNIQUES, "linkedid": _UNIQUES, "sequence": ["", "41", "42", "x", "\u0661"],
    "userfield": ["", "1795165200.7", "x"], "did": ["", "x"],
}  # fmt: skip
_ENDS = [
    *_NUMBERS, f"whatsapp:{ANN}", "whatsapp:GB.1", "whatsapp:+447700900999", "messenger:123", "client:gus", "client:",
    "sip:101@shop.sip.twilio.com", f"sip:{BOB}@trunk.example:5060", "sip:desk@pbx.example", "sip:carl@pbx.example", "fax:1",
    "rcs:60777", "SIM:DE1", "The Desk", "x:y:z",
]  # fmt: skip
_SHARED = {
    "From": _ENDS, "To": _ENDS, "Sid": _SIDS, "Call Sid": _SIDS,
    "Direction": [
        "inbound", "outbound-api", "outbound-reply", "outbound-call", "Incoming", "Outgoing Dial", "outbound-dial",
        "trunking-originating", "", " ", "sideways",
    ],
    "DateUpdated": _TIMES, "DateCreated": _TIMES,
}  # fmt: skip
OF_MESSAGES = _SHARED | {
    "Status": ["received", "delivered", "Partially Delivered", "", " ", "eaten"], "SentDate": _TIMES,
    "ErrorCode": ["", "0", "30003", " ", "é"], "NumMedia": ["", "0", "00", "1", "2", "101", "x"],
}  # fmt: skip
OF_LEGS = _SHARED | {
    "Status": ["completed", "No Answer", "busy", "", " ", "eaten"], "Start Time": _TIMES, "Duration": _COUNTS,
    "Parent Call Sid": _SIDS, "Answered By": ["", " ", "Human", "machine_start", "ghost"],
    "Caller Name": ["", "Ann Archer", " ", "ANN", "ann@mail.example", "1", "\u202eevil"],
}  # fmt: skip


_NTH = st.integers(0, 200)


def rows(plain, strange):
    """Lists of rows that are mostly plain: in one of four, some cells are anything."""
    columns = sorted(strange)
    cell = st.sampled_from(columns).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(strange[name])))
    odd = st.lists(cell, min_size=1, max_size=3).map(dict)
    row = st.builds(lambda number, which, odd: plain(number) | (odd if which == 0 else {}), _NTH, st.integers(0, 3), odd)
    return st.integers(0, 24).flatmap(lambda size: st.lists(row, min_size=size, max_size=size))


def plain_call(number):
    """A leg in or out: every fourth of a channel that others share."""
    start = datetime(2026, 11, 20, 9) + timedelta(seconds=number)  # noqa: DTZ001 (a wall clock's)
    unique = f"{1795165200 + number}.{number}" if number % 4 else f"1795165200.{number % 3}"
    more = {"start": f"{start}", "uniqueid": unique, "linkedid": "1795165200.1", "duration": str(number), "peeraccount": ""}
    if number % 2:
        person = f"+4477009{number:05d}"
        return cdr(src=person, clid=f'"Ann {number}" <{person}>', billsec="0", sequence="", **more)
    return cdr(
        src="101", dst=f"+4477009{number:05d}", clid='"Gus" <101>', dcontext="from-internal", billsec=str(number // 2),
        sequence=str(number), **more,
    )  # fmt: skip


@st.composite
def call_logs(draw):
    """A file of Asterisk's, without a header in one of its widths, or FreePBX's."""
    found = draw(rows(plain_call, OF_CALLS))
    if draw(st.booleans()):
        columns = [*freepbx(), *draw(st.sampled_from([[], ["mood"], ["start"]]))]
        for name in draw(st.sampled_from([[]] * 6 + [["uniqueid"], ["sequence"], ["dst"]])):
            columns.remove(name)
        table = [columns, *([row.get("start" if name == "calldate" else name, "") for name in columns] for row in found)]
        return written(draw, table)
    middle = draw(st.sampled_from([(), ("uniqueid",), ("userfield",), ("uniqueid", "userfield"), ("uniqueid", "userfield")]))
    tail = (*middle, *draw(st.sampled_from([(), NEWER])))
    table = [[row.get(name, "") for name in (*COLUMNS, *tail)] for row in found]
    for row in table:
        if draw(st.integers(0, 30)) == 0:
            row.append("1795165200.5") if draw(st.booleans()) else row.pop()
    return written(draw, table)


def plain_message(number):
    person = f"+4477009{number:05d}"
    ends = {"From": DESK_E164, "To": person, "Direction": "outbound-api"} if number % 2 else {"From": person}
    at = datetime(2026, 11, 20, 9) + timedelta(seconds=number)  # noqa: DTZ001 (told in UTC)
    return CONSOLE | ends | {"Sid": sid("SM", number), "SentDate": f"{at:%Y-%m-%dT%H:%M:%SZ}", "Body": "hello"}


def plain_leg(number):
    person = f"+4477009{number:05d}"
    ends = {"From": person, "To": DESK_E164, "Direction": "Incoming"} if number % 2 else {"To": person}
    parent = (
        {"Parent Call Sid": sid("CA", number - 1), "To": person, "From": f"+4477009{number - 1:05d}"}
        if number % 4 == 2
        else {}
    )
    return CALL_LOG | ends | parent | {"Call Sid": sid("CA", number), "Caller Name": f"Ann {number}" if number % 3 else ""}


@st.composite
def texts_logs(draw):
    """Files of Twilio's: messages, or calls with what side files tell of them."""
    more = st.lists(st.sampled_from(["DateUpdated", "DateCreated", "NumMedia", "Mood"]), max_size=2, unique=True)
    if draw(st.booleans()):
        said = st.dictionaries(st.just("Body"), TEXTS | SAID, max_size=1)
        found = [row | draw(said) for row in draw(rows(plain_message, OF_MESSAGES))]
        columns = [*CONSOLE, *draw(more)]
        return {"a.csv": written(draw, [columns, *([row.get(name, "") for name in columns] for row in found)])}
    found = draw(rows(plain_leg, OF_LEGS))
    columns = [*CALL_LOG, "Caller Name", *draw(st.sampled_from([[], ["Answered By"]])), *draw(more)]
    files = {"a.csv": written(draw, [columns, *([row.get(name, "") for name in columns] for row in found)])}
    if draw(st.integers(0, 2)) == 0:
        number = draw(st.integers(0, 9))
        files["sides.json"] = lines(recording(5, number), transcription(6, 5, "where is GT-1001?")).encode()
    if draw(st.integers(0, 3)) == 0:
        side = {"sid": sid("RE", 8), "call_sid": sid("CA", 2), "status": "completed", "from": ANN, "direction": "inbound"}
        files["recordings.csv"] = written(draw, [list(side), *[list(side.values())] * draw(st.integers(1, 60))])
    return files


def written(draw, table):
    """A table as CSV in some dialect and encoding, damaged now and then."""
    page = io.StringIO(newline="")
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    csv.writer(page, delimiter=draw(st.sampled_from(",,,;\t")), quoting=quoting, lineterminator=end).writerows(table)
    content = page.getvalue().encode(draw(st.sampled_from(["utf-8"] * 6 + ["utf-8-sig", "utf-16"])))
    if draw(st.integers(0, 5)) == 0:
        content = page.getvalue().encode("cp1252", "replace")
    content = damaged(draw, content)
    if draw(st.integers(0, 9)) == 0:
        zipped = gzip.compress(content)
        return zipped[: len(zipped) - draw(st.sampled_from([0, 0, 9, 30]))]
    return content
