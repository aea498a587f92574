"""Slack: on which side an author stands, and whose a message of ours is."""

import json

import pytest

from pipelines.extract.values.records import row_of
from tests.extract.exports import extracted, party
from tests.extract.test_slack import ANN, BOB, CHANNELS, CIA, HOME, SAM, SOURCE, THEIRS, TOM, USERS, day, read, said, user


def test_an_address_that_slack_has_not_seen_proof_of_is_weaker(tmp_path):
    users = [each | {"is_email_confirmed": False} if each["id"] == ANN else each for each in USERS]
    outcome = read(tmp_path, day(said(ANN, "x")) | {"users.json": json.dumps(users)})
    assert [each.is_verified for each in outcome.records[0].party if each.kind == "email"] == [False]


@pytest.mark.parametrize(
    ("row", "own", "direction"),
    [
        pytest.param({}, [], "internal", id="a member"),
        pytest.param({"is_restricted": True}, [], "inbound", id="a guest of some channels"),
        pytest.param({"is_ultra_restricted": True}, [], "inbound", id="a guest of one channel"),
        pytest.param({"is_stranger": True}, [], "inbound", id="a stranger"),
        pytest.param({"team_id": THEIRS}, [], "inbound", id="of another workspace"),
        pytest.param({"team_id": THEIRS}, [THEIRS], "internal", id="of another workspace of ours"),
        pytest.param({}, ["*@shop.example"], "inbound", id="a member with another domain"),
        pytest.param({"profile": {"email": "x@shop.example"}}, ["*@shop.example"], "internal", id="our domain"),
        pytest.param(
            {"is_restricted": True, "profile": {"email": "x@shop.example"}},
            ["*@shop.example"],
            "internal",
            id="our own guest",
        ),
        pytest.param({"is_restricted": True}, ["U0NEW"], "internal", id="an id of ours"),
        pytest.param({"is_restricted": True}, ["New Nash"], "internal", id="a name of ours"),
        pytest.param({}, [SAM], "inbound", id="a member who is not in the staff list of ids"),
        pytest.param({}, ["sam@shop.example"], "inbound", id="a member who is not in the staff list of addresses"),
        pytest.param({}, ["Sam Shaw"], "internal", id="a member, where own has but a name"),
        pytest.param({"profile": {"email": ""}}, ["*@shop.example"], "internal", id="a member without an address"),
        pytest.param({"is_bot": True}, [], "bot", id="an app"),
    ],
)
def test_who_is_ours_is_told_by_own_then_by_the_domain_then_by_the_workspace(tmp_path, row, own, direction):
    users = [*USERS[:2], user("U0NEW", "New Nash", **row)]
    source = SOURCE.model_copy(update={"own": own})
    files = {"users.json": json.dumps(users), "channels.json": json.dumps([CHANNELS[0]])} | day(
        said("U0NEW", "x"), folder="general"
    )
    (record,) = extracted(tmp_path, files, source).records
    assert (record.reason if record.reason == "bot" else record.direction) == direction


def test_a_list_of_users_that_names_no_workspace_is_read_where_own_tells_the_staff(tmp_path):
    users = [{"id": SAM, "name": "sam", "profile": {"email": "sam@shop.example"}}]
    users += [{"id": ANN, "name": "ann", "profile": {"email": "ann@field.example"}}]
    files = {"users.json": json.dumps(users)} | day(
        said(ANN, "x", "1795168800.000001", thread_ts="1795168800.000001"),
        said(SAM, "y", "1795168800.000002", thread_ts="1795168800.000001"),
    )
    for own in ([SAM], ["sam@shop.example"], ["*@shop.example"]):
        read_by_own = extracted(tmp_path / own[0][:3], files, SOURCE.model_copy(update={"own": own})).records
        assert [record.direction for record in read_by_own] == ["inbound", "outbound"], own
    ((_, reason), _) = extracted(tmp_path / "none", files, SOURCE.model_copy(update={"own": []})).quarantined
    assert "team_id" in reason
    assert "own" in reason


def test_in_an_organisation_the_other_workspaces_are_ours(tmp_path):
    organised = {"enterprise_user": {"id": "U", "enterprise_id": "E0SHOP"}}
    users = [USERS[0] | organised, USERS[1] | organised | {"team_id": "T0SHOP2"}, USERS[3]]
    files = {"org_users.json": json.dumps(users)} | day(
        said(TOM, "x"), said(TOM, "y", user_team="E0SHOP", team="E0SHOP"), said(BOB, "z")
    )
    assert [record.direction for record in extracted(tmp_path, files, SOURCE).records] == ["internal", "internal", "inbound"]


def test_somebody_from_another_workspace_needs_no_row(tmp_path):
    profile = {"real_name": "Cia Cole", "display_name": "cia", "name": "cia.cole", "team": THEIRS}
    asked = said(CIA, "hi", "1795168800.000001", user_team=THEIRS, user_profile=profile, thread_ts="1795168800.000001")
    answered = said(SAM, "hello", "1795168800.000002", thread_ts="1795168800.000001")
    for folder in ("general", "ext-all"):
        first, second = read(tmp_path / folder, day(asked, answered, folder=folder)).records
        assert (first.direction, second.direction, second.party_ref) == ("inbound", "outbound", "cia")
        assert ("name", "", "Cia Cole") in party(second)
        assert ("account", f"slack:{THEIRS}", CIA) in party(second)


def test_an_author_whose_id_utf8_cannot_hold_is_kept_as_far_as_it_can(tmp_path):
    asked = said("U0CIA\ud83d", "hi", "1795168800.000001", user_team=THEIRS, thread_ts="1795168800.000001")
    answered = said(SAM, "hello", "1795168800.000002", thread_ts="1795168800.000001")
    records = read(tmp_path, day(asked, answered)).records
    assert [record.direction for record in records] == ["inbound", "outbound"]
    assert [row_of(record)["party_ref"] for record in records] == ["U0CIA?", "U0CIA?"]


def test_of_a_closed_account_the_message_tells_whether_it_was_a_guests(tmp_path):
    closed = {"id": ANN, "team_id": HOME, "name": "ann", "deleted": True, "is_bot": False, "profile": USERS[2]["profile"]}
    guest = said(ANN, "x", user_profile={"is_restricted": True, "real_name": "Ann Archer", "team": HOME})
    files = {"users.json": json.dumps([USERS[0], closed])}
    assert read(tmp_path / "1", day(guest) | files).records[0].direction == "inbound"
    assert read(tmp_path / "2", day(said(ANN, "x")) | files).records[0].direction == "internal"


@pytest.mark.parametrize(
    ("folder", "more", "to", "reason"),
    [
        pytest.param("general", {}, "", "internal", id="nobody from outside is there"),
        pytest.param("ext-archer", {}, "ann.a", None, id="one from outside is there"),
        pytest.param("ext-all", {}, "", "group", id="several are there"),
        pytest.param("ext-all", {"thread_ts": "1795100000.000001", "parent_user_id": BOB}, "Bob Baker", None, id="answer"),
        pytest.param("ext-all", {"thread_ts": "1795000000.000001"}, "Bob Baker", None, id="begun on another day"),
        pytest.param("ext-all", {"thread_ts": "1795000000.000002"}, "ann.a", None, id="a thread of ours that one answers"),
        pytest.param("ext-all", {"thread_ts": "1795000000.000003"}, "", "group", id="a thread of ours that two answer"),
        pytest.param("D0SAMANN1", {}, "ann.a", None, id="a direct message"),
        pytest.param("D0SAMTOM1", {}, "", "internal", id="a direct message among us"),
        pytest.param("mpdm-sam--ann--bob-1", {}, "", "group", id="a direct message to several"),
        pytest.param("renamed", {}, "", "internal", id="a channel that no list has"),
    ],
)  # fmt: skip
def test_what_we_write_is_the_persons_whom_it_goes_to(tmp_path, folder, more, to, reason):
    earlier = day(
        said(BOB, "a", "1795000000.000001", thread_ts="1795000000.000001"),
        said(SAM, "b", "1795000000.000002", thread_ts="1795000000.000002"),
        said(ANN, "c", "1795000000.000004", thread_ts="1795000000.000002"),
        said(ANN, "d", "1795000000.000005", thread_ts="1795000000.000003"),
        said(BOB, "e", "1795000000.000006", thread_ts="1795000000.000003"),
        folder="ext-all", name="2026-11-18",
    )  # fmt: skip
    record = read(tmp_path, earlier | day(said(SAM, "x", **more), folder=folder)).records
    (ours,) = [each for each in record if each.text == "x"]
    assert (ours.party_ref, ours.reason) == (to, reason)
    assert ours.direction == ("internal" if reason == "internal" else "outbound")
    assert bool(ours.party) == (reason is None)
