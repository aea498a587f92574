"""Texts and calls as telephone systems log them: Twilio (an API page, the Console's CSV), Asterisk, an Android phone."""

import base64
import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import orjson

from benchmarks import baselines
from benchmarks.exports.case import CSV, OWN_NUMBER, Case, Chunks, fill, source_of
from benchmarks.exports.tables import csv_chunks
from benchmarks.exports.talk import Message, messages

# --- Twilio ---

_ACCOUNT = f"AC{1:032x}"


def _ends(message: Message) -> tuple[str, str]:
    phone = message.person.phone
    return (phone, OWN_NUMBER) if message.is_inbound else (OWN_NUMBER, phone)


def _twilio_message(message: Message) -> dict[str, Any]:
    ref, at = f"SM{message.number:032x}", format_datetime(message.at)
    path = f"/2010-04-01/Accounts/{_ACCOUNT}/Messages/{ref}"
    sender, receiver = _ends(message)
    return {
        "account_sid": _ACCOUNT,
        "api_version": "2010-04-01",
        "body": message.text,
        "date_created": at,
        "date_sent": at,
        "date_updated": at,
        "direction": "inbound" if message.is_inbound else "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "2",
        "price": "-0.00750",
        "price_unit": "USD",
        "sid": ref,
        "status": "received" if message.is_inbound else "delivered",
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": receiver,
        "uri": f"{path}.json",
    }


def write_twilio_page(folder: Path, size: int, part: int) -> int:
    """Write a page of messages as the API gives it."""
    chunks = ((1, orjson.dumps(_twilio_message(each))) for each in messages(2, part))
    before = b'{"end": 1, "first_page_uri": "/x.json", "next_page_uri": null, "page": 0, "messages": ['
    return fill(folder / f"messages-{part}.json", size, chunks, before=before, between=b", ", after=b'], "start": 0}\n')


_CONSOLE = [
    "From", "To", "Body", "Status", "SentDate", "ApiVersion", "NumSegments", "ErrorCode", "AccountSid", "Sid", "Direction",
    "Price", "PriceUnit",
]  # fmt: skip


def _twilio_rows(part: int) -> Iterator[dict[str, Any]]:
    for message in messages(2, part):
        status, direction = ("received", "inbound") if message.is_inbound else ("delivered", "outbound-api")
        row = [
            *_ends(message), message.text, status, f"{message.at:%Y-%m-%dT%H:%M:%SZ}", "2010-04-01", "2", "", _ACCOUNT,
            f"SM{message.number:032x}", direction, "-0.00750", "USD",
        ]  # fmt: skip
        yield dict(zip(_CONSOLE, row, strict=True))


def write_twilio_csv(folder: Path, size: int, part: int) -> int:
    """Write messages as the Console's export."""
    return fill(folder / f"messages-{part}.csv", size, csv_chunks(_twilio_rows(part)))


# --- Asterisk ---

_CDR = [
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
]  # fmt: skip


def _cdr_chunks(part: int) -> Chunks:
    page = io.StringIO()
    writer = csv.writer(page, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    for message in messages(1, part):
        who, agent, seconds = message.person, 100 + message.number % 40, message.number % 300
        trunk, phone = f"PJSIP/provider-{message.number:08x}", f"PJSIP/{agent}-{message.number:08x}"
        start, answer, end = (f"{message.at + timedelta(seconds=after):%Y-%m-%d %H:%M:%S}" for after in (0, 9, 9 + seconds))
        if message.is_inbound:
            ways = [who.phone, OWN_NUMBER, "from-trunk", f'"{who.name}" <{who.phone}>', trunk, phone]
        else:
            ways = [str(agent), who.phone, "from-internal", f'"Agent" <{agent}>', phone, trunk]
        unique = f"{message.at.timestamp():.0f}.{message.number}"
        writer.writerow([
            "", *ways, "Dial", f"{ways[5]},30,t", start, answer, end, seconds + 9, seconds, "ANSWERED", "DOCUMENTATION",
            unique, "",
        ])  # fmt: skip
        yield 1, page.getvalue().encode()
        page.seek(0)
        page.truncate()


def write_asterisk(folder: Path, size: int, part: int) -> int:
    """Write ``Master.csv``: calls in and out, without a header."""
    return fill(folder / f"Master-{part}.csv", size, _cdr_chunks(part))


# --- Android ---

_ELEMENTS = frozenset({"sms", "mms", "call"})
_PICTURE = base64.b64encode(bytes(range(256)) * 80).decode()
_SENT_WITH = (
    'toa="null" sc_toa="null" service_center="+447785016005" read="1" status="-1" locked="0" date_sent="0" sub_id="1"'
)


def _phone_elements(part: int) -> Chunks:
    for message in messages(2, part):
        who, ms = message.person, int(message.at.timestamp() * 1_000)
        way = 1 if message.is_inbound else 2
        shown = f"readable_date={quoteattr(f'{message.at:%d %b %Y %H:%M:%S}')} contact_name={quoteattr(who.name)}"
        text = quoteattr(message.text, {"\n": "&#10;"})
        if message.number % 40 == 39:
            part_of = 'name="null" chset="106" cd="null" fn="null" cid="&lt;x&gt;" ctt_s="null" ctt_t="null"'
            element = (
                f'  <mms date="{ms}" rr="129" sub="null" ct_t="application/vnd.wap.multipart.related" read_status="null" '
                f'seen="1" m_id="m{message.number}" date_sent="0" m_cls="personal" v="18" exp="null" pri="129" '
                f'address="{who.phone}" read="1" m_type="{132 if way == 1 else 128}" tr_id="T{message.number}" '
                f'msg_box="{way}" sub_id="1" {shown}>\n    <parts>\n'
                f'      <part seq="0" ct="text/plain" {part_of} cl="x.txt" text={text} />\n'
                f'      <part seq="0" ct="image/png" {part_of} cl="a.png" text="null" data="{_PICTURE}" />\n    </parts>\n'
                f'    <addrs>\n      <addr address="{who.phone}" type="{137 if way == 1 else 151}" charset="106" />\n'
                f'      <addr address="{OWN_NUMBER}" type="{151 if way == 1 else 137}" charset="106" />\n'
                "    </addrs>\n  </mms>\n"
            )
        elif message.number % 10 == 5:
            element = (
                f'  <call number="{who.phone}" duration="{message.number % 300}" date="{ms}" type="{way}" presentation="1" '
                f'subscription_id="8944" post_dial_digits="" subscription_component_name="x" {shown} />\n'
            )
        else:
            element = (
                f'  <sms protocol="0" address="{who.phone}" date="{ms}" type="{way}" subject="null" body={text} '
                f"{_SENT_WITH} {shown} />\n"
            )
        yield 1, element.encode()


def write_sms_backup(folder: Path, size: int, part: int) -> int:
    """Write a phone's backup: texts, a call in ten, a picture in forty."""
    head = (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"{:09}\" backup_set=\"x\" type=\"full\">\n"
    )
    path = folder / f"sms-{part}.xml"
    found = fill(path, size, _phone_elements(part), before=head.format(0).encode(), after=b"</smses>\n")
    with path.open("r+b") as out:
        out.write(head.format(found).encode())
    return found


_twilio = partial(source_of, "twilio", own=[OWN_NUMBER])
CASES = [
    Case(
        "twilio.json", _twilio(name="twilio_json"), write_twilio_page,
        partial(baselines.json_documents, count=lambda page: len(page["messages"])), "orjson, document",
    ),
    Case(
        "twilio.csv", _twilio(name="twilio_csv", timezone="UTC"), write_twilio_csv,
        partial(baselines.csv, columns=_CONSOLE), "DuckDB, rows", CSV,
    ),
    Case(
        "asterisk_cdr", source_of("asterisk_cdr", own=[OWN_NUMBER], timezone="UTC"), write_asterisk,
        partial(baselines.csv, columns=_CDR, has_header=False), "DuckDB, rows", CSV,
    ),
    Case(
        "sms_backup", source_of("sms_backup", own=[OWN_NUMBER]), write_sms_backup,
        partial(baselines.xml_elements, names=_ELEMENTS), "iterparse",
    ),
]  # fmt: skip
