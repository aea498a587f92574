"""Staging: versions, copies and the counts that close."""

import shutil
from datetime import timedelta

import pytest

from tests.resolve.worlds import NIGHT, NOON, home_in, land, message, row, rows_of, run_resolve, told

NEXT = NIGHT + timedelta(days=1)
LAST = NIGHT + timedelta(days=2)


def test_the_latest_version_of_a_message_stands_under_its_first_night(tmp_path):
    home = home_in(tmp_path)
    first, second = message("desk", "1", told("name", "Anna")), message("desk", "1", told("name", "Anna Smith"))
    for night, record in ((NIGHT, first), (NEXT, second), (LAST, first)):  # the third night sends the first one's file again
        land(home, night, [record])
    run_resolve(home, LAST)
    assert rows_of(home, "SELECT source_ref, night FROM staging.interaction") == [("1", NIGHT)]
    assert rows_of(home, "SELECT value FROM staging.identifier") == [("Anna Smith",)]


def test_a_profile_keeps_every_address_it_ever_had_and_tells_the_current(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, [row("crm", "1", told("email", "old@x.example", evidence="reference"))])
    land(home, NEXT, [row("crm", "1", told("email", "new@x.example", evidence="reference"), minutes=1500)])
    run_resolve(home, NEXT)
    assert rows_of(home, "SELECT value, is_current FROM staging.identifier ORDER BY value") == [
        ("new@x.example", True), ("old@x.example", False),
    ]  # fmt: skip
    assert rows_of(home, "SELECT emails FROM resolve.identity") == [(["new@x.example", "old@x.example"],)]


def test_an_older_version_that_arrives_late_does_not_become_the_current(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, [row("crm", "1", told("email", "new@x.example", evidence="reference"), minutes=1500)])
    land(home, NEXT, [row("crm", "1", told("email", "old@x.example", evidence="reference"))])
    run_resolve(home, NEXT)
    assert rows_of(home, "SELECT value FROM staging.identifier WHERE is_current") == [("new@x.example",)]


def test_the_strongest_evidence_of_an_identifier_is_kept(tmp_path):
    home = home_in(tmp_path)
    mail = "anna@x.example"
    land(
        home,
        NIGHT,
        [message("mail", "1", told("email", mail, evidence="claimed"), told("email", mail), told("name", "Anna"))],
    )
    run_resolve(home)
    assert rows_of(home, "SELECT evidence FROM staging.identifier WHERE kind = 'email'") == [("channel",)]


@pytest.mark.parametrize("full", [False, True])
def test_what_is_gone_from_the_lake_is_told_once(tmp_path, caplog, full):
    """A small part of it keeps within the bounds of the expectations: its records left the tables without a word."""
    home = home_in(tmp_path)
    for night, source in ((NIGHT, "mail"), (NIGHT, "sms"), (NEXT, "mail")):
        land(home, night, [message(source, str(night), told("email", "a@x.example"))])
    run_resolve(home, NEXT)
    assert "is gone from the lake" not in caplog.text
    shutil.rmtree(home.lake / "sms" / NIGHT.isoformat())
    for _ in range(2):
        run_resolve(home, NEXT, full=full)
    assert caplog.text.count(f"what sms brought on {NIGHT} is gone from the lake, and so from the tables") == 1


def test_every_record_has_one_membership(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, [
        message("mail", "1", told("email", "a@x.example")),
        message("mail", "2"),
        row("crm", "1", told("name", "Anna Smith")),
    ])  # fmt: skip
    land(home, NEXT, [message("mail", "1", told("email", "a@x.example"))])
    run_resolve(home, NEXT)
    assert rows_of(home, "SELECT record_kind, source, source_ref, night FROM resolve.membership ORDER BY ALL") == [
        ("interaction", "mail", "1", NIGHT), ("interaction", "mail", "2", NIGHT), ("profile", "crm", "1", NIGHT),
    ]  # fmt: skip


def test_the_version_that_the_source_changed_last_stands_whenever_it_was_delivered(tmp_path):
    """Amazon Connect delivers later versions days apart, and old ones again."""
    home = home_in(tmp_path)
    for night, name, changed in ((NIGHT, "Anna", 1), (NEXT, "Anna Smith", 9), (LAST, "A. S.", 5)):
        record = message("calls", "1", told("name", name))
        record.channel, record.updated_at = "voice", NOON + timedelta(minutes=changed)
        land(home, night, [record])
    run_resolve(home, LAST)
    assert rows_of(home, "SELECT value FROM staging.identifier") == [("Anna Smith",)]
    assert rows_of(home, "SELECT night FROM staging.interaction") == [(NIGHT,)]


def test_a_strangers_mail_with_a_message_id_that_was_seen_before_does_not_replace_the_first(tmp_path):
    home = home_in(tmp_path)
    first, stranger = message("mail", "id@x", told("email", "anna@x.example")), message("mail", "id@x", minutes=7)
    first.party_ref, stranger.party_ref = "anna@x.example", "eve@y.example"
    for night, record in ((NIGHT, first), (NEXT, stranger), (LAST, first)):
        land(home, night, [record])
    run_resolve(home, LAST)
    refs = dict(rows_of(home, "SELECT party_ref, source_ref FROM staging.interaction"))
    assert refs["anna@x.example"] == "id@x"
    assert refs["eve@y.example"].startswith("id@x#")
