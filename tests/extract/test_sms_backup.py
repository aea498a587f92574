"""Small backups in the shape of SMS Backup & Restore's files, written here: there is no public sample with a licence."""

import base64
import gzip
import hashlib
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import pytest

from pipelines.contract import Attachment
from pipelines.extract.parts.sms_backup import xml as sms_backup_xml
from tests.extract.exports import extracted, party, source_of
from tests.extract.specimens import Specimen

ANN, BOB, OURS = "+447700900123", "+447700900456", "+447700900999"
SOURCE = source_of(format="sms_backup", name="phone", region="GB")
AT = 1_795_165_200_000  # 20 November 2026, 09:00 UTC
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PICTURE = b"\x89PNG" + bytes(range(256)) * 3
HEAD = (
    "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
    "<!--File Created By SMS Backup & Restore v10.20.002 on 20/11/2026 09:00:00-->\n"
    '<?xml-stylesheet type="text/xsl" href="sms.xsl"?>\n'
)


def sms(**more):
    return {
        "protocol": "0", "address": ANN, "date": str(AT), "type": "1", "subject": "null", "body": "hello", "toa": "null",
        "sc_toa": "null", "service_center": "+447785016005", "read": "1", "status": "-1", "locked": "0", "date_sent": "0",
        "sub_id": "1", "readable_date": "20 Nov 2026 09:00:00", "contact_name": "Ann Archer",
    } | more  # fmt: skip


def part(kind, text="null", **more):
    return {
        "seq": "0", "ct": kind, "name": "null", "chset": "106", "cd": "null", "fn": "null", "cid": "<x>", "cl": "x.txt",
        "ctt_s": "null", "ctt_t": "null", "text": text,
    } | more  # fmt: skip


def mms(parts=None, addrs=None, **more):
    return {
        "date": str(AT), "rr": "129", "sub": "null", "ct_t": "application/vnd.wap.multipart.related", "read_status": "null",
        "seen": "1", "m_id": "abc", "date_sent": "0", "m_cls": "personal", "v": "18", "exp": "null", "pri": "129",
        "address": ANN, "read": "1", "m_type": "132", "tr_id": "T1", "msg_box": "1", "sub_id": "1",
        "readable_date": "20 Nov 2026 09:00:00", "contact_name": "Ann Archer",
    } | more | {
        "parts": [part("text/plain", "look")] if parts is None else parts,
        "addrs": [addr(ANN, "137"), addr(OURS, "151")] if addrs is None else addrs,
    }  # fmt: skip


def addr(address, role):
    return {"address": address, "type": role, "charset": "106"}


def call(**more):
    return {
        "number": ANN, "duration": "61", "date": str(AT), "type": "1", "presentation": "1", "subscription_id": "8944",
        "post_dial_digits": "", "subscription_component_name": "x", "readable_date": "20 Nov 2026 09:00:00",
        "contact_name": "Ann Archer",
    } | more  # fmt: skip


def written(name, record, indent="  "):
    """One element; what a schema change made no text stands in elements of its own."""
    if not isinstance(record, dict):
        return f"{indent}<{name}>{record}</{name}>\n"
    plain = "".join(f" {key}={attribute(value)}" for key, value in record.items() if isinstance(value, str))
    within = [(key, value) for key, value in record.items() if not isinstance(value, str)]
    if not within:
        return f"{indent}<{name}{plain} />\n"
    inner = "".join(container(key, value, indent + "  ") for key, value in within)
    return f"{indent}<{name}{plain}>\n{inner}{indent}</{name}>\n"


def container(name, value, indent):
    if isinstance(value, dict):
        return written(name, value, indent)
    items = "".join(written(name.removesuffix("s"), item, indent + "  ") for item in value)
    return f"{indent}<{name}>\n{items}{indent}</{name}>\n"


def attribute(value):
    """As the app writes one: line ends and, of an emoji, both halves as numbers."""
    quoted = quoteattr(value, {"\n": "&#10;", "\r": "&#13;"})
    return "".join(each if ord(each) < 0x10000 else "".join(f"&#{half};" for half in halves(each)) for each in quoted)


def halves(letter):
    pair = letter.encode("utf-16-be")
    return int.from_bytes(pair[:2]), int.from_bytes(pair[2:])


def backup(*records, root="smses"):
    """A file of records, each with its element's name."""
    body = "".join(written(name, record) for name, record in records)
    return f'{HEAD}<{root} count="{len(records)}" backup_set="x" backup_date="{AT}" type="full">\n{body}</{root}>\n'


def texts(*records):
    return backup(*(("sms", record) for record in records))


def load(content):
    """The root's attributes, and its records by kind."""
    root = ElementTree.fromstring(content)  # noqa: S314 - written above

    def plain(element):
        found = dict(element.attrib)
        for child in element:
            found[child.tag] = [dict(each.attrib) for each in child]
        return found

    kinds = {kind: [plain(each) for each in root.findall(kind)] for kind in ("sms", "mms", "call")}
    return dict(root.attrib) | kinds


def line(name, record):
    """An element on one line, so that what a change adds moves no other."""
    return written(name, record).replace("\n", "") + "\n"


def dump(tree):
    plain = "".join(f" {key}={attribute(value)}" for key, value in tree.items() if isinstance(value, str))
    rows = [(key, value) for key, value in tree.items() if not isinstance(value, str)]
    body = "".join(line(key, each) for key, value in rows for each in (value if isinstance(value, list) else [value]))
    return f"{HEAD}<smses{plain}>\n{body}</smses>\n".encode()


PNG = base64.b64encode(PICTURE).decode()
MAIN = backup(
    ("sms", sms()),
    ("sms", sms(type="2", body="on its way", date=str(AT + 1000))),
    ("sms", sms(type="3", body="never", date=str(AT + 2000))),
    ("mms", mms([part("text/plain", "look"), part("image/png", cl="a.png", data=PNG)])),
    ("call", call()),
    ("call", call(type="3", duration="0", date=str(AT + 3000))),
)
SPECIMEN = Specimen(SOURCE, {"sms-20261120.xml": dump(load(MAIN))}, "sms-20261120.xml", load, dump)


# --- what a record says ---


def test_a_text_is_one_interaction_and_its_type_tells_which_way_it_went(tmp_path):
    outcome = extracted(tmp_path, {"a.xml": texts(sms(), sms(type="2", body="on its way", date=str(AT + 1234)))}, SOURCE)
    asked, answered = outcome.records
    assert (asked.channel, asked.direction, asked.status, asked.text) == ("sms", "inbound", "received", "hello")
    assert (answered.direction, answered.status) == ("outbound", "sent")
    assert asked.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert answered.occurred_at - asked.occurred_at == timedelta(milliseconds=1234)
    assert asked.conversation_ref == answered.conversation_ref == ANN
    assert (asked.party_ref, asked.position) == (ANN, "line 5")
    assert party(asked, evidence="channel") == {("phone", "", ANN)}
    assert party(asked, evidence="reference") == {("name", "", "Ann Archer")}
    assert asked.source_ref != answered.source_ref
    assert not outcome.quarantined
    assert not outcome.warnings


@pytest.mark.parametrize(
    ("kind", "direction", "status"),
    [("4", "outbound", "outbox"), ("5", "outbound", "failed"), ("6", "outbound", "queued")],
)
def test_what_was_not_sent_is_kept_with_how_far_it_got(tmp_path, kind, direction, status):
    (record,) = extracted(tmp_path, {"a.xml": texts(sms(type=kind))}, SOURCE).records
    assert (record.direction, record.status) == (direction, status)


def test_a_text_that_is_sent_later_keeps_its_id(tmp_path):
    queued, sent = (
        extracted(tmp_path / kind, {"a.xml": texts(sms(type=kind))}, SOURCE).records[0].source_ref for kind in ("6", "2")
    )
    assert queued == sent


def test_a_draft_is_suppressed(tmp_path):
    outcome = extracted(
        tmp_path, {"a.xml": backup(("sms", sms(type="3")), ("mms", mms(msg_box="3")), ("sms", sms()))}, SOURCE
    )
    assert (len(outcome.records), outcome.suppressed) == (1, {"a draft, never sent": 2})


def test_a_message_with_media_has_text_files_and_their_digests(tmp_path):
    data = base64.b64encode(PICTURE).decode()
    parts = [
        part("application/smil", "<smil/>", seq="-1"),
        part("text/plain", "look"),
        part("image/png", cl="null", name="../a.png", data=data),
        part("text/plain", "at this"),
        part("image/jpeg", cl="b.jpg", data="null"),
    ]
    outcome = extracted(tmp_path, {"a.xml": backup(("mms", mms(parts, sub="My order")))}, SOURCE)
    (record,) = outcome.records
    assert (record.channel, record.direction, record.subject, record.text) == ("sms", "inbound", "My order", "look\nat this")
    assert record.attachments == [
        Attachment("a.png", len(PICTURE), hashlib.sha256(PICTURE).hexdigest()),
        Attachment("b.jpg", None, ""),
    ]
    assert party(record, evidence="channel") == {("phone", "", ANN)}
    assert outcome.warnings == {"media that is not in the backup: only its name is kept": 1}


@pytest.mark.parametrize("size", [1, 99_999, 3_000_001])
def test_media_of_any_size_are_hashed_as_they_stream_by(tmp_path, monkeypatch, size):
    monkeypatch.setattr(sms_backup_xml, "CHUNK", 10_007)
    content = hashlib.shake_256(b"x").digest(size)
    data = base64.b64encode(content).decode()
    records = [("mms", mms([part("image/png", cl="a.png", data=data), part("text/plain", "look")])), ("sms", sms())]
    outcome = extracted(tmp_path, {"a.xml": backup(*records)}, SOURCE)
    assert outcome.records[0].attachments == [Attachment("a.png", size, hashlib.sha256(content).hexdigest())]
    assert [record.text for record in outcome.records] == ["look", "hello"]
    assert not outcome.quarantined


def test_media_that_are_damaged_are_told_and_the_message_is_kept(tmp_path):
    outcome = extracted(tmp_path, {"a.xml": backup(("mms", mms([part("image/png", cl="a.png", data="AA=A!")])))}, SOURCE)
    assert outcome.records[0].attachments == [Attachment("a.png", None, "")]
    assert outcome.warnings == {"media that is not base64: only its name is kept": 1}


def test_a_message_of_several_people_is_a_group(tmp_path):
    others = "+447700900123~+447700900456"
    received = mms(address=others, addrs=[addr(BOB, "137"), addr(ANN, "151"), addr(OURS, "151")], contact_name="Ann, Bob")
    sent = mms(address=others, msg_box="2", addrs=[addr("insert-address-token", "137"), addr(ANN, "151"), addr(BOB, "151")])
    bare = mms(address="null", addrs=[addr(BOB, "137"), addr(ANN, "151"), addr(OURS, "130")])
    outcome = extracted(tmp_path, {"a.xml": backup(("mms", received), ("mms", sent), ("mms", bare))}, SOURCE)
    first, second, third = outcome.records
    assert [record.reason for record in outcome.records] == ["group"] * 3
    assert (first.party_ref, party(first)) == (BOB, {("phone", "", BOB)})
    assert (second.direction, second.party, second.party_ref) == ("outbound", [], others)
    assert first.conversation_ref == second.conversation_ref == f"{ANN}~{BOB}"
    assert party(third) == {("phone", "", BOB)}


def test_a_group_of_google_messages_is_a_group_and_its_address_nobodys_mail(tmp_path):
    room = "group_8@rcs.google.com"
    members = [addr(ANN, "130"), addr(BOB, "130"), addr(BOB, "137"), addr(OURS, "151")]
    received = mms(address=room, addrs=members)
    sent = mms(address=room, msg_box="2", addrs=[addr(OURS, "137"), addr(ANN, "151"), addr(BOB, "151")])
    bare = sms(address=room)
    outcome = extracted(tmp_path, {"a.xml": backup(("mms", received), ("mms", sent), ("sms", bare))}, SOURCE)
    first, second, third = outcome.records
    assert [(record.reason, record.conversation_ref) for record in outcome.records] == [("group", room)] * 3
    assert (first.party_ref, party(first)) == (BOB, {("phone", "", BOB)})
    assert (second.party, second.party_ref) == ([], f"{ANN}~{BOB}")
    assert (third.party, third.party_ref) == ([], room)


def test_our_own_number_among_the_addresses_makes_no_group(tmp_path):
    source = source_of(format="sms_backup", name="phone", region="GB", own=[OURS])
    (record,) = extracted(tmp_path, {"a.xml": backup(("mms", mms(address=f"{ANN}~{OURS}")))}, source).records
    assert (record.reason, record.conversation_ref) == (None, ANN)


@pytest.mark.parametrize(
    ("address", "names", "name"),
    [
        (f"{ANN}~{OURS}", "Ann Archer, (Unknown)", "Ann Archer"),
        (f"{OURS}~{ANN}", "Me, Ann Archer", "Ann Archer"),
        (f"{OURS}~{ANN}", "Me, (Unknown)", None),
        (f"{OURS}~{ANN}", "Archer, Ann, Me", None),
        (ANN, "Archer, Ann", "Archer, Ann"),
    ],
)
def test_beside_our_own_number_the_persons_name_is_theirs_alone(tmp_path, address, names, name):
    source = source_of(format="sms_backup", name="phone", region="GB", own=[OURS])
    told = ("mms", mms(address=address, contact_name=names)), ("sms", sms(address=address, contact_name=names))
    for record in extracted(tmp_path, {"a.xml": backup(*told)}, source).records:
        assert [each.value for each in record.party if each.kind == "name"] == ([name] if name else [])


def test_a_message_without_an_address_is_with_its_sender_or_receiver(tmp_path):
    received = mms(address="null")
    sent = mms(address="null", msg_box="2", addrs=[addr("insert-address-token", "137"), addr(BOB, "151")])
    first, second = extracted(tmp_path, {"a.xml": backup(("mms", received), ("mms", sent))}, SOURCE).records
    assert (party(first, evidence="channel"), first.reason) == ({("phone", "", ANN)}, None)
    assert (party(second, evidence="channel"), second.direction) == ({("phone", "", BOB)}, "outbound")


@pytest.mark.parametrize(
    ("kind", "direction", "status"),
    [
        ("1", "inbound", "answered"),
        ("2", "outbound", "made"),
        ("3", "inbound", "missed"),
        ("4", "inbound", "voicemail"),
        ("5", "inbound", "rejected"),
        ("6", "inbound", "blocked"),
        ("1001", "outbound", "made"),
        ("22", "inbound", "missed"),
    ],
)
def test_a_calls_type_tells_its_way_and_outcome(tmp_path, kind, direction, status):
    outcome = extracted(tmp_path, {"calls.xml": backup(("call", call(type=kind)), root="calls")}, SOURCE)
    (record,) = outcome.records
    assert (record.channel, record.direction, record.status, record.duration_seconds) == ("voice", direction, status, 61.0)
    assert party(record) == {("phone", "", ANN), ("name", "", "Ann Archer")}
    assert not outcome.warnings


@pytest.mark.parametrize(
    ("number", "presentation", "withheld"),
    [("", "2", "restricted"), ("-1", "3", "unknown"), ("", "4", "payphone"), ("", "1", None), (ANN, "2", "restricted")],
)
def test_a_caller_who_keeps_the_number_back_is_nobody(tmp_path, number, presentation, withheld):
    record_ = call(number=number, presentation=presentation, contact_name="(Unknown)")
    (record,) = extracted(tmp_path, {"calls.xml": backup(("call", record_), root="calls")}, SOURCE).records
    assert (record.reason, record.party) == ("no_identifier", [])
    assert record.source_metadata == ({"withheld": withheld} if withheld else {})


@pytest.mark.parametrize("address", ["60777", "ParcelCo", "AX-BANK"])
def test_codes_and_words_are_no_customers(tmp_path, address):
    (record,) = extracted(tmp_path, {"a.xml": texts(sms(address=address, contact_name="(Unknown)"))}, SOURCE).records
    assert (record.reason, record.party, record.party_ref) == ("short_code", [], address)


def test_unknown_is_no_name_and_a_mail_gateway_is_an_address(tmp_path):
    outcome = extracted(
        tmp_path,
        {"a.xml": texts(sms(contact_name="(Unknown)"), sms(address="Ann@mail.example", contact_name="null"))},
        SOURCE,
    )
    first, second = outcome.records
    assert party(first) == {("phone", "", ANN)}
    assert party(second) == {("email", "", "ann@mail.example")}


def test_one_number_in_several_spellings_is_one_thread(tmp_path):
    outcome = extracted(
        tmp_path, {"a.xml": texts(sms(address="07700 900123"), sms(type="2", address="+44 7700 900123"))}, SOURCE
    )
    assert {record.conversation_ref for record in outcome.records} == {ANN}


def test_stop_is_a_no_and_numbers_in_the_text_are_claims(tmp_path):
    stop, claim = extracted(tmp_path, {"a.xml": texts(sms(body="STOP"), sms(body="Call 07700 900456"))}, SOURCE).records
    assert [(each.channel, each.allowed, each.value) for each in stop.consent] == [("sms", False, ANN)]
    assert party(claim, evidence="claimed") == {("phone", "", BOB)}


def test_alike_texts_are_told_apart_and_keep_their_ids_in_a_longer_backup(tmp_path):
    short = extracted(tmp_path / "a", {"a.xml": texts(sms(), sms())}, SOURCE)
    longer = extracted(tmp_path / "b", {"a.xml": texts(sms(), sms(), sms(), sms(body="more"))}, SOURCE)
    refs = [record.source_ref for record in longer.records]
    assert len(set(refs)) == 4
    assert [record.source_ref for record in short.records] == refs[:2]


# --- how it is written ---


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("Hi &#55357;&#56832;!", "Hi \U0001f600!", id="an emoji as two numbers"),
        pytest.param("Hi &#xD83D;&#xDE00;!", "Hi \U0001f600!", id="in hexadecimal"),
        pytest.param("Hi &#128512;!", "Hi \U0001f600!", id="as one number"),
        pytest.param("Hi \U0001f600!", "Hi \U0001f600!", id="in UTF-8"),
        pytest.param("Hi &#55357;!", "Hi \ufffd!", id="half of one"),
        pytest.param("a&#10;b &amp;&lt;&gt;&quot;&apos;&#0;&#11;", "a\nb &<>\"'", id="the references of XML, and controls"),
        pytest.param("5 &amp;amp; 6", "5 &amp; 6", id="a reference that somebody typed"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 18])
def test_references_are_read_wherever_the_stream_is_cut(tmp_path, monkeypatch, raw, text, chunk):
    monkeypatch.setattr(sms_backup_xml, "CHUNK", chunk)
    (record,) = extracted(tmp_path, {"a.xml": texts(sms(body="@@")).replace("@@", raw)}, SOURCE).records
    assert record.text == text


def test_emoji_in_the_utf8_of_two_halves_are_read(tmp_path):
    content = texts(sms(body="@@")).encode().replace(b"@@", b"\xed\xa0\xbd\xed\xb8\x80")
    assert extracted(tmp_path, {"a.xml": content}, SOURCE).texts == ["\U0001f600"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", ""), id="on one line"),
        pytest.param(lambda text: text.replace('" ', '"\n      '), id="an attribute a line"),
        pytest.param(lambda text: text.replace(" />", "></sms>"), id="with closing tags"),
        pytest.param(lambda text: text.replace("<sms ", "<!-- <sms broken -->\n<sms "), id="with comments"),
        pytest.param(lambda text: "\ufeff" + text.replace("\n", "\r\n"), id="with a mark and CRLF"),
        pytest.param(lambda text: text.split("-->\n")[1], id="without a head"),
        pytest.param(lambda text: gzip.compress(text.encode()), id="gzipped"),
        pytest.param(lambda text: text.replace('"', "'"), id="with single quotes"),
    ],
)
def test_every_way_to_write_it_gives_the_same(tmp_path, change):
    outcome = extracted(tmp_path, {"a.xml": change(texts(sms(), sms(body="bye")))}, SOURCE)
    assert outcome.texts == ["hello", "bye"]
    assert not outcome.quarantined
    assert not outcome.warnings


def test_an_empty_backup_has_nothing(tmp_path):
    for content in (texts(), '<smses count="0" />'):
        outcome = extracted(tmp_path, {"a.xml": content}, SOURCE)
        assert (outcome.records, outcome.quarantined) == ([], [])


def test_records_that_the_file_promises_and_has_not_are_told(tmp_path):
    outcome = extracted(tmp_path, {"a.xml": texts(sms(), sms()).replace('count="2"', 'count="3"')}, SOURCE)
    assert outcome.warnings == {"the file says that it has more records than were found in it": 1}


def test_new_attributes_and_elements_are_told_once(tmp_path):
    rich = sms() | {"mood": "fine", "weather": {"is": "rain"}}
    outcome = extracted(tmp_path, {"a.xml": texts(rich, rich)}, SOURCE)
    assert len(outcome.records) == 2
    assert outcome.warnings == {"unknown field 'mood'": 1, "unknown field 'weather'": 1}
