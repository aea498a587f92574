"""Attacks in small stories: what somebody types, or takes over, makes nobody another."""

from datetime import timedelta

import pytest

from tests.resolve.test_stories import ANNA, crm
from tests.resolve.worlds import NIGHT, any_order, customers, home_in, land, message, resolved, run_resolve, told

BORN = "1981-04-17"
HOME = {"street": "12 Elm Road", "city": "Leeds", "postcode": "LS1 4AB"}


def typed(kind, value):
    return told(kind, value, evidence="claimed")


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param([typed("email", "eve@evil.example")], id="a form without a name"),
        pytest.param([typed("name", ANNA)], id="a form under the victim's name"),
        pytest.param([told("account", "666", scope="x")], id="an account without a name"),
        pytest.param([told("phone", "+447911123456"), typed("name", ANNA)], id="an own number, and the victim's name typed"),
    ],
)
def test_a_date_of_birth_and_an_address_that_were_typed_are_claims(tmp_path, shown):
    details = [typed("date_of_birth", BORN), *(typed(kind, value) for kind, value in HOME.items())]
    address = [told(kind, value) for kind, value in HOME.items()]
    found = resolved(
        tmp_path,
        crm("9", ANNA, told("email", "anna@x.example"), told("phone", "+447446850412"), *address, born=BORN),
        message("form", "1", *shown, *details),
    )
    assert found["form 1"] != found["crm 9"]


def test_a_typed_date_of_birth_makes_no_line_two_peoples(tmp_path):
    number = told("phone", "+447446850412")
    found = resolved(
        tmp_path,
        crm("9", ANNA, number, born=BORN),
        message("sms", "1", number, typed("name", ANNA), typed("date_of_birth", "1999-09-09")),
        message("sms", "2", number),
    )
    assert len(set(found.values())) == 1


def on_x(ref, account, handle, **more):
    return message("x", ref, told("account", account, scope="x"), told("handle", handle, scope="x"), thread=account, **more)


def test_who_takes_a_handle_that_its_owner_gave_up_does_not_become_the_owner(tmp_path):
    found = resolved(
        tmp_path,
        crm("9", ANNA, told("email", "anna@x.example"), told("handle", "annak", scope="x")),
        on_x("1", "100", "annak"),
        on_x("2", "100", "anna_k", minutes=100),
        on_x("3", "666", "annak", minutes=1000),
    )
    assert found["x 1"] == found["x 2"]
    assert found["x 3"] not in {found["x 1"], found["crm 9"]}


def test_a_handle_of_one_account_is_its_owners(tmp_path):
    found = resolved(
        tmp_path,
        crm("9", ANNA, told("email", "anna@x.example"), told("handle", "annak", scope="x")),
        on_x("1", "100", "annak"),
        message("ig", "1", told("account", "7", scope="instagram"), told("handle", "annak", scope="instagram")),
    )
    assert found["x 1"] == found["crm 9"]


def cites(ref, *shown, **more):
    return message("x" if shown[0].kind == "account" else "sms", ref, *shown, typed("reference", "GT-1234567"), **more)


def test_a_number_that_two_accounts_of_one_platform_cite_is_no_customers_order(tmp_path):
    """The example in the shop's own form, or an order that somebody read over a shoulder."""
    found = resolved(
        tmp_path,
        *(cites(str(n), told("account", str(n), scope="x"), thread=str(n)) for n in range(4)),
        cites("9", told("phone", "+447446850412")),
    )
    assert len(set(found.values())) == 5


def test_an_order_that_one_account_cites_still_leads_to_its_owner(tmp_path):
    found = resolved(
        tmp_path,
        *(cites(str(n), told("account", "5", scope="x")) for n in range(4)),
        cites("9", told("phone", "+447446850412")),
    )
    assert len(set(found.values())) == 1


def test_two_accounts_of_one_person_under_their_name_still_meet_in_an_order(tmp_path):
    accounts = [(told("account", str(n), scope="desk"), told("name", ANNA)) for n in range(2)]
    found = resolved(tmp_path, *(cites(str(n), *shown, thread=str(n)) for n, shown in enumerate(accounts)))
    assert len(set(found.values())) == 1


@pytest.mark.parametrize("kind", ["handle", "reference"])
def test_what_a_second_account_takes_is_nobodys_from_that_night_on_as_if_it_always_had_been(tmp_path, kind):
    value = told("handle", "annak", scope="x") if kind == "handle" else typed("reference", "GT-1234567")
    owner = (
        crm("9", ANNA, told("email", "anna@x.example"), value)
        if kind == "handle"
        else cites("9", told("phone", "+447446850412"))
    )
    nights = [
        [owner, message("x", "1", told("account", "100", scope="x"), value)],
        [message("x", "2", told("account", "666", scope="x"), value, thread="u")],
    ]
    home, whole = home_in(tmp_path / "nights"), home_in(tmp_path / "whole")
    for number, records in enumerate(nights):
        night = NIGHT + timedelta(days=number)
        land(home, night, records)
        run_resolve(home, night)
        assert len(set(customers(home).values())) == (1, 3)[number]
        land(whole, night, records)
    run_resolve(whole, NIGHT + timedelta(days=1))
    for table in ("contested_identifier", "identity", "edge"):
        assert any_order(home, f"FROM resolve.{table}") == any_order(whole, f"FROM resolve.{table}")
