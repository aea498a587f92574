"""What real mail was seen to do, and what somebody may do on purpose: each deserves a test."""

import pytest

from tests.extract.exports import party
from tests.extract.mailboxes import OURS, mail, one, read

ADDRESS = {("email", "", "ann@field.example")}
ANN = ADDRESS | {("name", "", "Ann Field")}


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        pytest.param('"victim@bank.example" <ann@field.example>', ADDRESS, id="an address shown"),
        pytest.param("victim@bank.example <ann@field.example>", ADDRESS, id="unquoted"),
        pytest.param("ann@field.example (victim@bank.example)", ADDRESS, id="in a comment"),
        pytest.param("=?utf-8?q?victim=40bank=2Eexample?= <ann@field.example>", ADDRESS, id="encoded"),
        pytest.param("Ann\n Field\n <ann@field.example>", ANN, id="folded"),
        pytest.param("Us: Ann Field <ann@field.example>;", ANN, id="a group"),
        pytest.param("<@relay.example:ann@field.example> (Ann Field)", ANN, id="a route"),
        pytest.param("=?utf-8?q?Ann=0D=0AField?= <ann@field.example>", ANN, id="a line end in an encoded name"),
        pytest.param("=?x-nobody-knows?q?Ann_Field?= <ann@field.example>", ANN, id="a character set nobody knows"),
        pytest.param("A\x00nn Field <ann@field.example>", ANN, id="NUL"),
        pytest.param("\u202eAnn\u202c Field <ann@field.example>", ANN, id="written backwards"),
    ],
)  # fmt: skip
def test_a_sender_is_who_the_address_says(sender, expected, tmp_path):
    assert party(one(tmp_path, From=sender)) == expected


def test_our_mail_to_undisclosed_recipients_is_to_somebody_and_not_among_us(tmp_path):
    record = one(tmp_path, From=OURS, To="undisclosed-recipients:;")
    assert (record.direction, record.reason, record.party) == ("outbound", "no_identifier", [])


OF_EXCHANGE = {"From": '"Gwen Shop" <MAILER-DAEMON>', "X_libpst_forensic_sender": "/O=SHOP/OU=FIRST/CN=RECIPIENTS/CN=GWEN"}


@pytest.mark.parametrize(
    ("to", "found"),
    [
        pytest.param("'ann@field.example'", ADDRESS, id="an address between apostrophes"),
        pytest.param("Gus; Ann Field <ann@field.example>", ANN, id="more of them"),
        pytest.param("Ann Field", set(), id="a name alone"),
    ],
)
def test_what_we_sent_from_exchange_goes_out_as_readpst_writes_it(to, found, tmp_path):
    record = one(tmp_path, **OF_EXCHANGE, To=to)
    assert (record.direction, record.agent_ref, party(record)) == ("outbound", "Gwen Shop", found)
    assert record.reason == (None if found else "no_identifier")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Received": "from evil.example by mx.shop.example; Fri, 20 Nov 2026 09:00:00 +0000"}, id="came in"),
        pytest.param({"From": "Gwen Shop <eve@evil.example>"}, id="an address"),
        pytest.param({"X_libpst_forensic_sender": "Gwen"}, id="no name of Exchange's"),
    ],
)
def test_nobody_writes_themselves_into_our_exchange(headers, tmp_path):
    record = one(tmp_path, **(OF_EXCHANGE | headers), To="ann@field.example")
    assert record.direction == "inbound"
    assert ADDRESS.isdisjoint(party(record))


@pytest.mark.parametrize(
    ("headers", "direction"),
    [
        pytest.param({"From": OURS, "To": "ann@field.example", "X_Unsent": "1"}, None, id="Outlook's"),
        pytest.param({"From": OURS, "To": "ann@field.example", "X_Mozilla_Draft_Info": "internal/draft; vcard=0"}, None,
                     id="Thunderbird's"),
        pytest.param({"From": OURS, "To": None, "X_Gmail_Labels": "=?utf-8?q?Alle,Entw=C3=BCrfe?="}, None, id="Gmail's"),
        pytest.param({"From": OURS, "X_Gmail_Labels": "=?utf-8?q?=E4=B8=8B=E6=9B=B8=E3=81=8D?="}, None, id="in Japanese"),
        pytest.param({"From": OURS, "X_Gmail_Labels": "=?UTF-8?Q?Nieprzeczytane,Wersje_robocze?="}, None, id="in Polish"),
        pytest.param({"From": OURS, "X_GMAIL_LABELS": r'"\\\\Important" "\\\\Draft"'}, None, id="as getmail writes them"),
        pytest.param({"From": OURS, "X_Status": "T"}, None, id="a Unix mailbox's"),
        pytest.param({"X_Unsent": "1", "X_Gmail_Labels": "Drafts"}, "inbound", id="a stranger's, who wants to hide"),
        pytest.param({"From": OURS, "To": "ann@field.example", "X_Gmail_Labels": "Sent"}, "outbound", id="sent"),
    ],
)  # fmt: skip
def test_a_draft_of_ours_is_left_out_and_counted(headers, direction, tmp_path):
    outcome = read(tmp_path, mail(**headers))
    assert [record.direction for record in outcome.records] == ([direction] if direction else [])
    assert outcome.suppressed == ({} if direction else {"a draft, not sent": 1})


@pytest.mark.parametrize(
    ("number", "thread"),
    [
        pytest.param("1780000000000000000", "1780000000000000000", id="a number"),
        pytest.param("somebody's thread", "1@field.example", id="words"),
    ],
)
def test_only_a_number_is_a_thread_of_gmails(number, thread, tmp_path):
    assert one(tmp_path, X_GM_THRID=number).conversation_ref == thread


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        pytest.param({"X_Spam": "Yes"}, "spam", id="Rspamd's"),
        pytest.param({"X_MS_Exchange_Organization_SCL": "5"}, "spam", id="Exchange's level"),
        pytest.param({"X_MS_Exchange_Organization_SCL": "1"}, None, id="a low level"),
        pytest.param({"X_MS_Exchange_Organization_SCL": "-1"}, None, id="a level that is not looked at"),
        pytest.param(
            {"X_Forefront_Antispam_Report": "CIP:192.0.2.1;CTRY:DE;SFV:SPM;H:x;CAT:SPM"}, "spam", id="Exchange's report"
        ),
        pytest.param({"X_Forefront_Antispam_Report": "CIP:192.0.2.1;SFV:NSPM;CAT:NONE"}, None, id="a report of none"),
        pytest.param({"X_Auto_Response_Suppress": "All"}, None, id="asks for no automatic answer"),
        pytest.param({"X_Auto_Response_Suppress": "All", "Return_Path": "<>"}, "auto_reply", id="and takes none"),
        pytest.param(
            {"X_Auto_Response_Suppress": "All", "X_MS_Exchange_Inbox_Rules_Loop": OURS}, "auto_reply", id="by a rule"
        ),
        pytest.param({"X_Autoreply_From": OURS}, "auto_reply", id="an older sign"),
        pytest.param({"X_Autoresponder": "yes"}, "auto_reply", id="a hosting panel's"),
        pytest.param({"Subject": "Automatic reply: away"}, None, id="only its subject says so"),
    ],
)
def test_filters_and_machines_are_heard(headers, reason, tmp_path):
    record = one(tmp_path, **headers)
    assert record.reason == reason
    assert bool(record.party) == (reason is None)


def parts(*bodies):
    return "\n".join([*(f"--b\n{body}" for body in bodies), "--b--"])


BOUNCE = parts(
    "Content-Type: text/plain\n\nIt could not be delivered to ann@field.example.",
    "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; ann@field.example\nAction: failed\nStatus: 5.1.1",
    "Content-Type: message/rfc822\n\nFrom: support@shop.example\nSubject: Your order\n\nDear Ann, call 020 7946 0123",
)


def test_a_bounce_is_nobodys_and_the_mail_it_brings_back_is_a_file(tmp_path):
    record = one(
        tmp_path, BOUNCE, From="MAILER-DAEMON@mx.example", MIME_Version="1.0",
        Content_Type="multipart/report; report-type=delivery-status; boundary=b",
    )  # fmt: skip
    assert (record.reason, record.party) == ("bounce", [])
    assert record.text == "It could not be delivered to ann@field.example."
    assert len(record.attachments) == 2


def test_a_read_receipt_is_an_automatic_answer(tmp_path):
    receipt = parts("Content-Type: text/plain\n\nIt was read.", "Content-Type: message/disposition-notification\n\nx: y")
    record = one(tmp_path, receipt, Content_Type='multipart/report; report-type="disposition-notification"; boundary=b')
    assert (record.reason, record.text) == ("auto_reply", "It was read.")


@pytest.mark.parametrize(
    ("body", "kind", "trait"),
    [
        pytest.param("MIAG", "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", {"encrypted": "smime"},
                     id="S/MIME"),
        pytest.param("MIAG", "application/x-pkcs7-mime; name=smime.p7m", {"encrypted": "smime"}, id="S/MIME of old"),
        pytest.param("MIAG", "application/pkcs7-mime; smime-type=signed-data", {"signed": "smime"}, id="signed around"),
        pytest.param(
            parts("Content-Type: application/pgp-encrypted\n\nVersion: 1",
                  "Content-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----"),
            "multipart/encrypted; protocol=application/pgp-encrypted; boundary=b", {"encrypted": "pgp"}, id="PGP",
        ),
        pytest.param("-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----", "text/plain", {"encrypted": "pgp"},
                     id="PGP in the text"),
        pytest.param("-----BEGIN PGP MESSAGE-----\n\nhQEM", "text/plain", {"encrypted": "pgp"}, id="PGP that does not end"),
    ],
)  # fmt: skip
def test_an_encrypted_mail_has_no_text_and_says_so(body, kind, trait, tmp_path):
    record = one(tmp_path, body, Content_Type=kind)
    assert (record.text, record.source_metadata) == ("", trait)
    assert party(record) == ANN


def test_words_around_an_encrypted_block_are_kept(tmp_path):
    record = one(tmp_path, "Hello\n-----BEGIN PGP MESSAGE-----\nx\n-----END PGP MESSAGE-----\nbye")
    assert (record.text, record.source_metadata) == ("Hello\nbye", {"encrypted": "pgp"})


def test_a_clear_signature_is_taken_off(tmp_path):
    signed = "Hash: SHA512\n\nIt broke:\n- - the lamp\n- -- \nAnn\n"
    signature = "-----BEGIN PGP SIGNATURE-----\n\niQ=\n-----END PGP SIGNATURE-----"
    record = one(tmp_path, f"-----BEGIN PGP SIGNED MESSAGE-----\n{signed}{signature}")
    assert (record.text, record.signature) == ("It broke:\n- the lamp", "Ann")
    cut = one(tmp_path / "cut", f"-----BEGIN PGP SIGNED MESSAGE-----\n{signed}")
    assert cut.text.startswith("-----BEGIN PGP SIGNED MESSAGE-----")


def test_an_invitation_is_a_file_and_its_kind_is_kept(tmp_path):
    invitation = parts(
        "Content-Type: text/plain\n\nShall we meet?",
        "Content-Type: text/calendar; method=REQUEST; name=invite.ics\n\nBEGIN:VCALENDAR\nEND:VCALENDAR",
    )
    record = one(tmp_path, invitation, Content_Type="multipart/alternative; boundary=b")
    assert (record.text, record.source_metadata) == ("Shall we meet?", {"calendar": "request"})
    assert [file.name for file in record.attachments] == ["invite.ics"]


def test_outlooks_own_packing_is_a_file(tmp_path):
    packed = parts(
        "Content-Type: text/plain\n\nSee inside.",
        "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+Ig==",
    )
    record = one(tmp_path, packed, Content_Type="multipart/mixed; boundary=b")
    assert record.text == "See inside."
    assert [(file.name, file.size) for file in record.attachments] == [("winmail.dat", 4)]


def test_html_stands_in_where_there_is_no_plain_text(tmp_path):
    rich = parts("Content-Type: text/plain\n\n", "Content-Type: text/html; charset=utf-8\n\n<p>Grüße<br>Ann</p>")
    assert one(tmp_path, rich, Content_Type="multipart/alternative; boundary=b").text == "Grüße\nAnn"


def test_a_stranger_who_repeats_an_id_has_the_same_ref_but_is_told_apart_by_who_and_when(tmp_path):
    """The lake holds both; which of them stands is staging's to say."""
    anns, eves = read(tmp_path, mail("mine"), mail("not hers", From="eve@evil.example")).records
    assert anns.source_ref == eves.source_ref
    assert (anns.party_ref, eves.party_ref) == ("ann@field.example", "eve@evil.example")
