"""Who asks for no more advertising by mail is heard wherever the mail ends up: in a helpdesk, or in a table of mails."""

import pytest

from tests.extract import test_freshdesk, test_intercom, test_zendesk
from tests.extract.exports import extracted
from tests.extract.tables import CALL, CALLS, changed, jsonl

ADDRESS = "ann@mail.example"
MAILS = changed(CALLS, channel="email")


def zendesk(text, via="email"):
    desk = test_zendesk
    written = desk.comment(7, desk.ANN, text, via=via, origin={"address": ADDRESS, "name": "Ann Archer"})
    return desk.SOURCE, {"t": desk.lines(desk.ticket(1, written, via=via)), "u": desk.lines(*desk.PEOPLE)}


def freshdesk(text, via=1):
    desk = test_freshdesk
    return desk.SOURCE, {"t": desk.lines(desk.ticket(1, description=text, source=via), *desk.PEOPLE)}


def intercom(text, via="email"):
    desk = test_intercom
    written = desk.source(body=f"<p>{text}</p>", via=via)
    return desk.SOURCE, {"t": desk.lines(desk.conversation("1", first=written), *desk.PEOPLE)}


def table(text, via=MAILS):
    return via, {"t": jsonl(CALL | {"note": text, "mail": ADDRESS})}


FORMATS = pytest.mark.parametrize("export", [zendesk, freshdesk, intercom, table])


def said(folder, source, files):
    (record,) = extracted(folder, files, source).records
    return [(each.channel, each.purpose, each.allowed, each.value) for each in record.consent]


@FORMATS
def test_a_no_in_a_mail_is_one_for_the_address_it_came_from(tmp_path, export):
    assert said(tmp_path, *export("Please unsubscribe me from your newsletter.")) == [("email", "marketing", False, ADDRESS)]


@FORMATS
def test_a_yes_in_a_mail_is_one_for_the_address_it_came_from(tmp_path, export):
    assert said(tmp_path, *export("Please put me back on your mailing list.")) == [("email", "marketing", True, ADDRESS)]


@FORMATS
@pytest.mark.parametrize("text", ["How do I unsubscribe?", "Where is my parcel?", "word " * 200 + "unsubscribe"])
def test_who_asks_for_something_else_says_neither(tmp_path, export, text):
    assert said(tmp_path, *export(text)) == []


def test_a_no_in_a_form_is_no_claim_on_the_address_that_somebody_typed_there(tmp_path):
    assert said(tmp_path, *freshdesk("Please unsubscribe me", via=2)) == [("email", "marketing", False, "")]
    assert said(tmp_path, *freshdesk("Please put me back on your mailing list", via=2)) == []


@pytest.mark.parametrize(
    ("export", "via"), [(zendesk, "web"), (intercom, "conversation"), (table, changed(CALLS, channel="voice"))]
)
def test_a_sentence_about_mails_that_came_by_another_way_is_no_answer_to_one(tmp_path, export, via):
    assert said(tmp_path, *export("Please unsubscribe me from your newsletter, I have told you twice by now.", via)) == []
