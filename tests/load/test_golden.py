"""The golden tables of the story in fixture_night, as somebody who asks about these people would want them."""

import duckdb
import pytest

from tests.load.fixture_night import HOUSE_PHONE, customer_id


def one(con: duckdb.DuckDBPyConnection, query: str, *values: object) -> tuple:
    rows = con.execute(query, values).fetchall()
    assert len(rows) == 1, f"{len(rows)} rows"
    return rows[0]


def customer(con: duckdb.DuckDBPyConnection, person: str, columns: str) -> tuple:
    return one(con, f"SELECT {columns} FROM golden.customer WHERE customer_id = ?", customer_id(person))


def test_maria_is_known_by_what_the_crm_says_of_her_today(story):
    found = customer(story, "maria", "full_name, given_name, email, street, city, date_of_birth, handle, handle_scope")
    assert found == ("Maria Lopez", "Maria", "maria@new.example", "2 Second Street", "York", "1980-02-29", "maria_l", "x")


def test_the_postcode_of_the_house_maria_left_is_not_put_to_her_new_street(story):
    assert customer(story, "maria", "postcode") == (None,)


def test_maria_s_mail_leads_back_to_its_row_in_the_export(story):
    found = one(
        story,
        "SELECT source, source_ref, file, position, rule, candidates FROM golden.lineage "
        "WHERE customer_id = ? AND attribute = 'email'",
        customer_id("maria"),
    )
    assert found == ("crm", "C1", "crm/file", "row 0", "current before outdated", 2)


def test_maria_is_counted_over_her_channels(story):
    found = customer(story, "maria", "interaction_count, profile_count, channel_count, channels, identity_count")
    assert found == (4, 1, 2, ["email", "social"], 5)


def test_son_keeps_his_own_number_and_father_the_house_s_with_a_flag(story):
    assert customer(story, "tom junior", "phone, phone_is_shared") == ("+447700900017", False)
    assert customer(story, "tom senior", "phone, phone_is_shared") == (HOUSE_PHONE, True)


def test_address_that_ana_typed_is_hers_only_as_a_claim(story):
    found = one(
        story,
        "SELECT value, evidence, is_shared FROM golden.identifier WHERE customer_id = ? AND kind = 'email'",
        customer_id("ana"),
    )
    assert found == ("maria@new.example", "claimed", True)


def test_bounce_stays_an_interaction_without_customer_or_enquiry(story):
    found = one(story, "SELECT customer_id, enquiry_id, reason FROM golden.interaction WHERE source_ref = 'm3'")
    assert found == (None, None, "bounce")


def test_maria_s_parcel_is_one_enquiry_over_two_channels(story):
    found = one(
        story,
        "SELECT channels, conversation_count, message_count, duplicate_count, order_refs, first_response_seconds, "
        "is_resolved FROM golden.enquiry WHERE customer_id = ?",
        customer_id("maria"),
    )
    assert found == (["email", "social"], 3, 4, 1, ["A-10077"], 7200, True)


def test_asking_on_x_what_was_asked_by_mail_points_to_the_mail(story):
    found = one(story, "SELECT duplicate_of, duplicate_of_source FROM golden.interaction WHERE source_ref = 'x1'")
    assert found == ("m1", "support_mail")


@pytest.mark.parametrize(("ref", "first"), [("x3", None), ("x4", "x3"), ("x6", None)])
def test_asking_again_counts_until_there_was_an_answer(ref, first, story):
    assert one(story, "SELECT duplicate_of FROM golden.interaction WHERE source_ref = ?", ref) == (first,)


def test_maria_moves_from_mail_to_a_public_post_and_on_to_a_direct_message(story):
    found = story.execute(
        "SELECT from_channel, to_channel, gap_seconds, is_to_public, is_to_private, from_source_ref "
        "FROM golden.channel_switch ORDER BY switched_at"
    ).fetchall()
    assert found == [
        ("email", "social", 23 * 3600, True, False, "m2"),
        ("social", "social", 30 * 60, False, True, "x1"),
    ]


def test_stop_by_sms_holds_for_that_number_and_no_other(story):
    found = one(story, "SELECT value, allowed FROM golden.consent WHERE channel = 'sms'")
    assert found == ("+447700900017", False)


def test_yes_of_maria_s_row_does_not_reach_the_address_it_replaced(story):
    found = story.execute("SELECT value FROM golden.consent WHERE customer_id = ?", [customer_id("maria")]).fetchall()
    assert found == [("maria@new.example",)]
