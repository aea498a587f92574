"""Texts and calls that SMS Backup+ keeps in a mailbox: told by its headers, and never by somebody's who sent them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from pipelines.contract import ConsentSignal
from tests.extract.exports import party
from tests.extract.mailboxes import SOURCE, mail, read, read_from
from tests.extract.random_world import UNQUOTED, worlds
from tests.thorough import TIMES

ANN, BOB, OURS, OWNER = "+447700900123", "+447700900456", "+442079460000", "shop.phone@gmail.example"
AT = 1_795_165_200_000  # 20 November 2026, 09:00 UTC


def synced(body="hello", kind="SMS", type_="1", address=ANN, date=str(AT), name="Ann Archer", **more):
    told = {"From": f"{name} <447700900123@unknown.email>", "To": OWNER, "Subject": f"SMS with {name}"}
    if type_ in ("2", "128"):
        told |= {"From": OWNER, "To": f"{name} <447700900123@unknown.email>"}
    headers = {"X-smssync-datatype": kind, "X-smssync-type": type_, "X-smssync-address": address, "X-smssync-date": date}
    return mail(body, **told | headers | {"Message-ID": f"<{date}{type_}@sms-backup-plus.local>"} | more)


def only(outcome):
    assert not outcome.quarantined
    (record,) = outcome.records
    return record


def test_a_text_is_one_and_no_mail(tmp_path):
    record = only(read(tmp_path, synced("I am on 07700 900456")))
    assert (record.channel, record.direction, record.status, record.reason) == ("sms", "inbound", "received", None)
    assert record.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (record.source_ref, record.conversation_ref) == (f"{AT}1@sms-backup-plus.local", ANN)
    assert party(record, evidence="channel") == {("phone", "", ANN)}
    assert party(record, evidence="reference") == {("name", "", "Ann Archer")}
    assert party(record, evidence="claimed") == {("phone", "", BOB)}
    assert record.text == "I am on 07700 900456"


@pytest.mark.parametrize("kind", ["SMS", "CALLLOG"])
def test_nobody_vouches_for_whom_it_names(tmp_path, kind):
    record = only(read(tmp_path, synced(kind=kind)))
    assert len(record.party) == 2
    assert not any(each.is_verified for each in record.party)


def test_a_text_of_ours_is_the_others_and_claims_nothing(tmp_path):
    record = only(read(tmp_path, synced("Ring 07700 900456", type_="2")))
    assert (record.direction, record.status, record.party_ref, record.conversation_ref) == ("outbound", "sent", ANN, ANN)
    assert party(record) == {("phone", "", ANN), ("name", "", "Ann Archer")}


@pytest.mark.parametrize(
    ("type_", "direction", "status"),
    [("1", "inbound", "answered"), ("2", "outbound", "made"), ("3", "inbound", "missed")],
)
def test_a_call_is_one(tmp_path, type_, direction, status):
    record = only(read(tmp_path, synced("45s (00:00:45)\n+447700900123 (incoming call)", "CALLLOG", type_)))
    assert (record.channel, record.direction, record.status, record.text) == ("voice", direction, status, "")
    assert ("phone", "", ANN) in party(record)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"Received": "from mx.field.example by mx.shop.example; Fri, 20 Nov 2026 09:00:00 +0000"}, id="a hop"),
        pytest.param({"Return-Path": "<mal@field.example>"}, id="an envelope"),
        pytest.param({"Delivered-To": "help@shop.example"}, id="a delivery"),
        pytest.param({"Authentication-Results": "mx.shop.example; spf=fail"}, id="a check"),
    ],
)
def test_whoever_sends_such_headers_sends_a_mail(tmp_path, header):
    record = only(read(tmp_path, synced(**header)))
    assert record.channel == "email"
    assert ("phone", "", ANN) not in party(record)


def test_a_group_carries_the_reason_and_stop_is_a_no(tmp_path):
    group, stop = read(tmp_path, synced("a", "MMS", "132", f"{ANN}~{BOB}"), synced("STOP", date=str(AT + 1))).records
    assert (group.reason, group.party, group.channel) == ("group", [], "sms")
    assert stop.consent == [ConsentSignal("sms", "marketing", allowed=False, value=ANN)]


def test_our_own_number_and_short_codes_are_no_customer(tmp_path):
    ours, code = read(tmp_path, synced(address=OURS), synced(address="62007", name="62007", date=str(AT + 1))).records
    assert (ours.reason, ours.party) == ("own_address", [])
    assert (code.reason, code.party, code.party_ref) == ("short_code", [], "62007")


def test_a_contact_without_a_name_has_none(tmp_path):
    assert party(only(read(tmp_path, synced(name="07700 900123")))) == {("phone", "", ANN)}


def test_a_draft_is_counted(tmp_path):
    outcome = read(tmp_path, synced(type_="3"))
    assert outcome.records == []
    assert outcome.suppressed == {"a draft, not sent": 1}


@pytest.mark.parametrize(
    ("headers", "at"),
    [
        pytest.param({"date": str(AT // 1_000)}, datetime(2026, 11, 20, 9, tzinfo=UTC), id="in seconds"),
        pytest.param(
            {"date": "soon", "Date": "Fri, 20 Nov 2026 10:00:00 +0100"}, datetime(2026, 11, 20, 9, tzinfo=UTC), id="by Date"
        ),
    ],
)
def test_its_time(tmp_path, headers, at):
    assert only(read(tmp_path, synced(**headers))).occurred_at == at


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(synced(type_="77"), "a value we do not know", id="a type not seen"),
        pytest.param(synced(kind="FAX"), "a value we do not know", id="a kind not seen"),
        pytest.param(synced(kind="CALLLOG", type_="77"), "a call of a kind we do not know", id="a call not seen"),
    ],
)
def test_what_is_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = read(tmp_path, synced("a"), bad, synced("b", date=str(AT + 1)))
    assert outcome.texts == ["a", "b"]
    ((_, why),) = outcome.quarantined
    assert reason in why


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(UNQUOTED))
def test_a_random_world_comes_back(tmp_path_factory, world):
    mails = []
    for number, said in enumerate(world):
        at = (said.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
        more = {"Message-ID": f"<{number}@sms-backup-plus.local>", "Content-Type": "text/plain; charset=utf-8"}
        way, address = "2" if said.is_ours else "1", f"+44770090{said.thread:04}"
        mails.append(synced(said.text, type_=way, address=address, date=str(at), **more))
    outcome = read_from(SOURCE.model_copy(update={"claims": False}), tmp_path_factory.mktemp("world"), *mails)
    assert not outcome.quarantined
    assert [(each.source_ref, each.direction, each.occurred_at, each.text, each.party_ref) for each in outcome.records] == [
        (
            f"{number}@sms-backup-plus.local",
            "outbound" if said.is_ours else "inbound",
            said.at,
            said.text,
            f"+44770090{said.thread:04}",
        )
        for number, said in enumerate(world)
    ]
