"""Who is at the outside end of Genesys Cloud's conversations, by medium and kind of message."""

import pytest

from tests.extract.exports import party
from tests.extract.test_genesys import ANN, MAIL, SHOP, agent, customer, only, person, read, segment, session, talk


@pytest.mark.parametrize(
    ("address", "found", "reason"),
    [
        (ANN, {("phone", "", "+447700900123")}, None),
        ("tel:07700900123", {("phone", "", "+447700900123")}, None),
        ("sip:+447700900123@198.51.100.1;user=phone", {("phone", "", "+447700900123")}, None),
        ("sip:Ann@voice.example", {("account", "sip", "ann@voice.example")}, None),
        ("sip:anonymous@anonymous.invalid", set(), "no_identifier"),
        ("tel:anonymous", set(), "no_identifier"),
        ("anonymous", set(), "no_identifier"),
        ("", set(), "no_identifier"),
        ("tel:12345", set(), "short_code"),
        (SHOP, set(), "internal"),
    ],
)
def test_who_called(tmp_path, address, found, reason):
    record = only(read(tmp_path, talk("c1", customer(session("s1", ani=address, dnis=SHOP)))))
    assert (party(record), record.reason) == (found, reason)
    assert record.direction == ("internal" if reason == "internal" else "inbound")


def test_of_our_own_call_the_number_we_dialled_is_the_customer(tmp_path):
    record = only(read(tmp_path, talk("c1", customer(session("s1", ani=SHOP, dnis=ANN)), originatingDirection="outbound")))
    assert (record.direction, party(record)) == ("outbound", {("phone", "", "+447700900123")})


@pytest.mark.parametrize(
    ("message_type", "address", "channel", "found"),
    [
        ("sms", "+447700900123", "sms", ("phone", "", "+447700900123")),
        ("whatsapp", "447700900123", "chat", ("phone", "", "+447700900123")),
        ("whatsapp", "+447700900123", "chat", ("phone", "", "+447700900123")),
        ("webmessaging", "a-b-c", "chat", ("visitor", "cloud", "a-b-c")),
        ("facebook", "123", "social", ("account", "messenger", "123")),
        ("instagram", "123", "social", ("account", "instagram", "123")),
        ("twitter", "123", "social", ("account", "x", "123")),
        ("linkedin", "123", "social", ("account", "linkedin", "123")),
        ("viber", "123", "chat", ("account", "viber", "123")),
        ("wechat", "123", "chat", ("account", "wechat", "123")),
        ("open", "k-1", "chat", ("account", "cloud", "k-1")),
    ],
)
def test_who_wrote_a_message(tmp_path, message_type, address, channel, found):
    wrote = session("s1", media="message", messageType=message_type, addressFrom=address, addressTo="ours")
    record = only(read(tmp_path, talk("c1", person("customer", wrote))))
    assert record.channel == channel
    assert party(record) == ({found} if found else set())
    assert record.duration_seconds is None


def test_a_public_post_is_public(tmp_path):
    wrote = session("s1", media="message", messageType="twitter", addressFrom="123", addressTo="9")
    assert only(read(tmp_path, talk("c1", person("customer", wrote), originatingSocialMediaPublic=True))).is_public


def test_a_mail_has_its_subject_and_a_sender_nobody_proved(tmp_path):
    record = only(read(tmp_path, MAIL))
    assert (record.channel, record.subject, record.duration_seconds) == ("email", "My order", None)
    assert [(each.value, each.is_verified) for each in record.party if each.kind == "email"] == [("ann@mail.example", False)]


@pytest.mark.parametrize(("way", "claimed"), [("inbound", {("reference", "", "GT-1234567")}), ("outbound", set())])
def test_an_order_number_in_the_subject_of_their_mail_is_claimed(tmp_path, way, claimed):
    wrote = session(
        "s4",
        segment(subject="Where is GT-1234567?"),
        media="email",
        addressFrom="ann@mail.example",
        addressTo="ann@mail.example",
    )
    record = only(read(tmp_path, talk("c4", person("customer", wrote), originatingDirection=way)))
    assert {each for each in party(record, evidence="claimed") if each[0] == "reference"} == claimed


@pytest.mark.parametrize(
    ("address", "reason"), [("no-reply@bank.example", "no_reply"), ("mailer-daemon@mx.example", "bounce")]
)
def test_a_machine_that_mails_is_no_customer(tmp_path, address, reason):
    wrote = session("s4", segment(subject="Hello"), media="email", addressFrom=address, addressTo="shop@shop.example")
    record = only(read(tmp_path, talk("c4", person("customer", wrote))))
    assert (record.reason, record.party) == (reason, [])


def test_who_wants_to_be_called_back_has_typed_a_number(tmp_path):
    wish = session("s1", media="callback", callbackNumbers=["07700 900456"], callbackUserName="Ann Archer")
    record = only(read(tmp_path, talk("c1", customer(wish))))
    assert record.channel == "voice"
    assert party(record, evidence="claimed") == {("phone", "", "+447700900456"), ("name", "", "Ann Archer")}


@pytest.mark.parametrize("shown", ["Mobile Number, Australia", "Indianapolis, IN", "anonymous", ""])
def test_the_name_of_a_wish_may_be_what_the_network_showed_of_the_call_it_began_in(shown, tmp_path):
    wish = session("s1", media="callback", callbackNumbers=["07700 900456"], callbackUserName=shown)
    record = only(read(tmp_path, talk("c1", customer(wish))))
    assert party(record, evidence="claimed") == {("phone", "", "+447700900456")}


def test_a_call_back_goes_out_to_who_had_called(tmp_path):
    """The wish and our call lie in the conversation that their call began; of our call ``ani`` is our own number."""
    called = customer(session("s1", ani=ANN, dnis=SHOP))
    wish = customer(session("s2", segment(start=60, end=90), media="callback", callbackNumbers=["07700 900456"]))
    back = customer(session("s3", segment(start=100, end=160), direction="outbound", ani=SHOP, dnis="tel:+447700900456"))
    helper = agent("u1", segment(start=100, end=160), ref="a3", peer="s3", direction="outbound")
    records = read(tmp_path, talk("c1", called, wish, back, helper)).records
    assert [(record.source_ref, record.direction, record.reason) for record in records] == [
        ("c1", "inbound", None),
        ("c1/s2", "inbound", None),
        ("c1/s3", "outbound", None),
    ]
    assert party(records[2]) == {("phone", "", "+447700900456")}
    assert (records[2].status, records[2].agent_ref, records[2].duration_seconds) == ("answered", "u1", 60.0)


def test_a_visit_to_the_page_is_known_by_its_cookie(tmp_path):
    visit = session("s1", media="chat", journeyCustomerId="k-9", journeyCustomerIdType="cookie")
    record = only(read(tmp_path, talk("c1", customer(visit))))
    assert party(record, evidence="channel") == {("visitor", "cloud", "k-9")}
