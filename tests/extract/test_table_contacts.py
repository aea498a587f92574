"""Cells that hold more than one bare address or number, as CRMs, mail logs and people write them."""

import pytest

from tests.extract.by_column import assert_alike, counted
from tests.extract.exports import extracted, party, source_of
from tests.extract.tables import CRM, changed, csv_of, jsonl, values

FEW = changed(CRM, columns={"source_ref": "Id", "email": "Email", "phone": "Phone"})
MAILS = source_of(
    format="table",
    name="mails",
    kind="interaction",
    channel="email",
    region="GB",
    own=["desk@shop.example"],
    columns={"source_ref": "Id", "occurred_at": "At", "direction": "Way", "party.email": ["From", "To"], "text": "Body"},
)
MAIL = {"Id": "1", "At": "2026-11-01T10:00:00Z", "Way": "inbound", "From": "", "To": "desk@shop.example", "Body": "hello"}


def written(*rows):
    return csv_of(*rows, header=list(rows[0]))


def people(folder, *rows, write=written):
    outcome = extracted(folder, {"a": write(*rows)}, MAILS)
    assert outcome.quarantined == []
    return [party(record) for record in outcome.records], outcome


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("ann@mail.example;ann2@mail.example", ["ann@mail.example", "ann2@mail.example"]),  # HubSpot's further addresses
        ("ann@mail.example ::: ann2@mail.example", ["ann@mail.example", "ann2@mail.example"]),  # Google Contacts
        ("ann@mail.example, ann2@mail.example", ["ann@mail.example", "ann2@mail.example"]),
        ("Ann Archer <ann@mail.example>", ["ann@mail.example"]),
        ("ann@mail.example (private)", ["ann@mail.example"]),
        ("E-mail: ann@mail.example ann2@mail.example", ["ann@mail.example", "ann2@mail.example"]),
    ],
)
def test_each_address_in_a_cell_is_the_persons(tmp_path, cell, expected):
    outcome = extracted(tmp_path, {"a": written({"Id": "1", "Email": cell, "Phone": ""})}, FEW)
    assert values(outcome.records[0], "email") == expected
    assert not outcome.warnings


@pytest.mark.parametrize(
    "cell",
    ["em@ann@mail.example", "ann@mail.ex@mple", "a@b.example@c.example", "ann archer@mail.example", "ann@mail.co m"],
)
def test_a_piece_of_a_broken_address_is_nobodys(tmp_path, cell):
    """It may be somebody else's: archer@mail.example is."""
    outcome = extracted(tmp_path, {"a": written({"Id": "1", "Email": cell, "Phone": ""})}, FEW)
    assert values(outcome.records[0], "email") == []
    assert outcome.warnings == {"column 'Email' holds values that are no email": 1}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("020 7946 0018;07700900123", ["+442079460018", "+447700900123"]),
        ("020 7946 0018 / 07700 900123", ["+442079460018", "+447700900123"]),
        ("+44 7700 900123 ::: +44 20 7946 0018", ["+447700900123", "+442079460018"]),
        ("07700 900123 (mobile)", ["+447700900123"]),
        ("M: 07700 900123", ["+447700900123"]),
        ("020 7946 0018;ext=12", ["+442079460018"]),
        ("+44 20 7946 0018,,12#", ["+442079460018"]),
    ],
)
def test_each_number_in_a_cell_is_the_persons(tmp_path, cell, expected):
    outcome = extracted(tmp_path, {"a": written({"Id": "1", "Email": "", "Phone": cell})}, FEW)
    assert values(outcome.records[0], "phone") == expected
    assert not outcome.warnings


def test_numbers_in_a_cell_are_read_in_the_country_of_the_row(tmp_path):
    source = changed(FEW, columns=FEW.columns | {"country": "Country"})
    row = {"Id": "1", "Email": "", "Phone": "22 123 45 67 / 512 345 678", "Country": "Poland"}
    outcome = extracted(tmp_path, {"a": written(row)}, source)
    assert values(outcome.records[0], "phone") == ["+48221234567", "+48512345678"]


def test_what_holds_neither_is_told(tmp_path):
    outcome = extracted(tmp_path, {"a": written({"Id": "1", "Email": "by post", "Phone": "none; n.n."})}, FEW)
    assert set(outcome.warnings) == {
        "column 'Email' holds values that are no email", "column 'Phone' holds values that are no phone",
    }  # fmt: skip


@pytest.mark.parametrize("write", [written, jsonl])
def test_a_sender_with_a_name_is_known_and_so_are_we(tmp_path, write):
    shop, ann = "The Shop <desk@shop.example>", '"Archer, Ann" <ann@mail.example>'
    mails = (
        MAIL | {"From": "Ann Archer <Ann@Mail.example>", "To": shop},
        MAIL | {"Id": "2", "Way": "outbound", "From": shop, "To": ann},
    )
    found, outcome = people(tmp_path, *mails, write=write)
    assert found == [{("email", "", "ann@mail.example")}] * 2
    assert [record.party_ref for record in outcome.records] == ["Ann Archer <Ann@Mail.example>", ann]
    assert not outcome.warnings


@pytest.mark.parametrize(
    ("write", "to"),
    [
        (written, "desk@shop.example; ann@mail.example; bob@mail.example"),  # Salesforce's ToAddress
        (jsonl, ["desk@shop.example", "ann@mail.example", "bob@mail.example"]),
        (jsonl, ["Desk <desk@shop.example>", "Ann <ann@mail.example>, Bob <bob@mail.example>"]),
    ],
)
def test_a_mail_to_several_is_with_the_first_of_them_alone(tmp_path, write, to):
    mail = MAIL | {"Way": "outbound", "From": "desk@shop.example", "To": to}
    found, outcome = people(tmp_path, mail, write=write)
    assert found == [{("email", "", "ann@mail.example")}]
    assert outcome.warnings == {"column 'To' holds several where one is the person: the first that is not ours is taken": 1}


def test_a_mail_among_ourselves_is_nobodys(tmp_path):
    mail = MAIL | {"From": "Desk <desk@shop.example>", "To": "desk@shop.example; Desk <desk@shop.example>"}
    found, outcome = people(tmp_path, mail)
    assert (found, outcome.records[0].reason) == ([set()], "own_address")


def test_several_numbers_that_somebody_typed_are_one_persons(tmp_path):
    source = changed(MAILS, columns=MAILS.columns | {"party.phone": "Phones"})
    mail = MAIL | {"From": "ann@mail.example", "Phones": "020 7946 0018; 07700 900123"}
    record = extracted(tmp_path, {"a": written(mail)}, source).records[0]
    assert party(record, evidence="claimed") == {("phone", "", "+442079460018"), ("phone", "", "+447700900123")}


def test_by_column_each_row_says_what_it_says_alone(tmp_path_factory, tmp_path):
    cells = ("ann@mail.example", "Ann <ann@mail.example>", "a@mail.example; b@mail.example", "", "nobody")
    phones = ("020 7946 0018", "020 7946 0018;07700900123")
    rows = [{"Id": str(n), "Email": cells[n % 5], "Phone": phones[n % 2]} for n in range(300)]
    assert_alike(tmp_path_factory, FEW, written(*rows).encode())
    assert counted(tmp_path, FEW, written(*rows).encode())[0] > 0


@pytest.mark.parametrize(("channel", "evidence", "count"), [("chat", "claimed", 1), ("social", "channel", 0)])
def test_that_a_channel_delivers_nothing_of_what_is_mapped_is_told(tmp_path, channel, evidence, count):
    columns = {"source_ref": "Id", "occurred_at": "At", "direction": "Way", "party.handle.x": "From", "text": "Body"}
    outcome = extracted(tmp_path, {"a": jsonl(MAIL | {"From": "ann"})}, changed(MAILS, channel=channel, columns=columns))
    assert [each.evidence for each in outcome.records[0].party] == [evidence]
    assert (
        sum(reason.startswith("of what is mapped this channel delivers none: handle") for reason in outcome.warnings)
        == count
    )
