"""Who is who, where what is shown is nobody's alone: roles, households, fillers, and local parts that many have."""

import pytest

from tests.resolve.test_stories import ANNA, crm, resolved
from tests.resolve.worlds import message, row, told


@pytest.mark.parametrize("mailbox", ["info", "empfang", "purchasing", "administracion", "accueil", "ksiegowosc"])
def test_a_role_mailbox_joins_nobody(tmp_path, mailbox):
    names = ["Anna Kowalczyk", "Bertram Hale", "Carla Fontana", "Derek Osei"]
    letters = [
        message("mail", str(n), told("email", f"{mailbox}@shop.example"), told("name", name)) for n, name in enumerate(names)
    ]
    assert len(set(resolved(tmp_path, *letters).values())) == 4


def test_a_role_mailbox_without_names_is_no_person_of_the_crm(tmp_path):
    mailbox = told("email", "einkauf@shop.example")
    found = resolved(
        tmp_path,
        crm("1", ANNA, mailbox, told("phone", "+447446850412")),
        message("mail", "1", mailbox, thread="a"),
        message("mail", "2", mailbox, thread="b"),
    )
    assert len(set(found.values())) == 3


@pytest.mark.parametrize("shown", ["Familie Kowalczyk", "Anna & Bertram Kowalczyk", "Mr and Mrs Kowalczyk"])
def test_a_mailbox_that_bears_a_households_name_is_nobodys_alone(tmp_path, shown):
    mailbox = told("email", "kowalczyk84@x.example")
    found = resolved(
        tmp_path,
        crm("1", ANNA, mailbox, told("phone", "+447446850412")),
        message("mail", "1", mailbox, told("name", shown), thread="a"),
        message("mail", "2", mailbox, told("name", shown), thread="b"),
    )
    assert len(set(found.values())) == 3


@pytest.mark.parametrize(
    ("father", "son"), [("John Kowalczyk Sr.", "John Kowalczyk Jr."), ("Jan Huber sen.", "Jan Huber jun.")]
)
def test_a_father_and_a_son_of_one_name_and_one_telephone_stay_two(tmp_path, father, son):
    home = [told("phone", "+447446850412"), told("street", "1 Mill Lane"), told("postcode", "LS1 4DY")]
    found = resolved(
        tmp_path,
        crm("1", father, *home, told("email", "elder@x.example")),
        crm("2", son, *home, told("email", "younger@y.example")),
        message("mail", "1", told("email", "elder@x.example"), told("name", father)),
        message("mail", "2", told("email", "younger@y.example"), told("name", son)),
        message("chat", "1", told("phone", "+447446850412"), told("name", father)),
        message("chat", "2", told("phone", "+447446850412"), told("name", son)),
    )
    assert len({found["crm 1"], found["mail 1"], found["chat 1"]}) == 1
    assert len({found["crm 2"], found["mail 2"], found["chat 2"]}) == 1
    assert len(set(found.values())) == 2


@pytest.mark.parametrize(("signs", "latin"), [("佐藤健太", "Kenta Sato"), ("שרה כהן", "Sarah Cohen")])
def test_a_mailbox_whose_owner_writes_her_name_in_two_scripts_is_one_persons(tmp_path, signs, latin):
    mailbox = told("email", "ks1984@x.example")
    found = resolved(
        tmp_path,
        crm("1", latin, mailbox, told("phone", "+447446850412")),
        message("mail", "1", mailbox, told("name", signs)),
        message("mail", "2", mailbox, told("name", latin)),
        message("sms", "1", told("phone", "+447446850412")),
    )
    assert len(set(found.values())) == 1


def test_companies_of_one_form_are_not_of_one_name(tmp_path):
    found = resolved(
        tmp_path,
        message("mail", "1", told("email", "einkauf@trzeszczynski.example"), told("name", "Einkauf Trzeszczynski GmbH")),
        message("mail", "2", told("email", "einkauf@kowalczyk.example"), told("name", "Einkauf Kowalczyk GmbH")),
    )
    assert len(set(found.values())) == 2


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        pytest.param("k.jaeger", "k.jaeger", False, id="an initial and a family name, at two companies"),
        pytest.param("jaeger_k", "jaeger.k", False, id="the other way round"),
        pytest.param("quietotter54", "quietotter54", True, id="an invented one"),
    ],
)
def test_local_parts_that_more_than_one_person_has_join_nobody(tmp_path, one, other, are_one):
    found = resolved(
        tmp_path,
        message("mail", "1", told("email", f"{one}@kaul.example")),
        message("mail", "2", told("email", f"{other}@koch.example")),
    )
    assert (len(set(found.values())) == 1) is are_one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("lena.k@x.example", "lena.k+shop@x.example", id="a tag"),
        pytest.param("lena.k@gmail.com", "lenak+shop@googlemail.com", id="Gmail's dots and names"),
    ],
)
@pytest.mark.parametrize("name", [None, "Lena"])
def test_two_addresses_of_one_mailbox_are_one_persons(tmp_path, one, other, name):
    names = [told("name", name)] if name else []
    found = resolved(
        tmp_path,
        message("mail", "1", told("email", one), told("name", "L. Krüger")),
        message("mail", "2", told("email", other), *names),
    )
    assert len(set(found.values())) == 1


def test_a_tag_makes_no_person_of_a_role_mailbox(tmp_path):
    found = resolved(
        tmp_path,
        message("mail", "1", told("email", "reply+4711@forum.example"), thread="a"),
        message("mail", "2", told("email", "reply+4712@forum.example"), thread="b"),
    )
    assert len(set(found.values())) == 2


def test_a_local_part_follows_from_a_name_with_umlauts(tmp_path):
    found = resolved(
        tmp_path,
        message("mail", "1", told("email", "wschroeder@kaul.example"), told("name", "Wolfgang Schröder")),
        message("mail", "2", told("email", "wschroeder@koch.example"), told("name", "Wolfgang Schröder")),
        message("mail", "3", told("email", "wschroeder@haar.example"), told("name", "Wolfgang Schröder")),
    )
    assert len(set(found.values())) == 3


@pytest.mark.parametrize(
    "filler",
    [
        pytest.param(told("date_of_birth", "1900-01-01"), id="a date of birth"),
        pytest.param(told("date_of_birth", "2000-01-01"), id="where a calendar opens"),
        pytest.param(told("email", "noemail@noemail.example"), id="a mail address"),
        pytest.param(told("email", "test@test.com"), id="another"),
        pytest.param(told("email", "none@gmail.com"), id="at a provider that exists"),
        pytest.param(told("phone", "+4930123456"), id="a number"),
        pytest.param(told("phone", "+447000000000"), id="noughts"),
    ],
)
def test_what_a_form_wanted_joins_no_rows_of_the_crm(tmp_path, filler):
    found = resolved(
        tmp_path,
        crm("1", ANNA, filler, told("postcode", "LS1 4DY"), told("street", "1 Mill Lane")),
        crm("2", ANNA, filler, told("postcode", "BS7 8AA"), told("street", "9 Elm Grove")),
        crm("3", ANNA, told("postcode", "G12 8QQ"), told("street", "5 High Street")),
    )
    assert len(set(found.values())) == 3


def test_a_workspace_is_nothing_that_two_of_its_handles_have_in_common(tmp_path):
    scope = "slack:T0SHOP1"
    found = resolved(
        tmp_path,
        message(
            "slack", "1", told("account", "U1", scope=scope), told("handle", "maeve1", scope=scope), told("name", "Maeve M")
        ),
        message(
            "slack", "2", told("account", "U2", scope=scope), told("handle", "mm", scope=scope), told("name", "M Murphy")
        ),
    )
    assert len(set(found.values())) == 2


@pytest.mark.parametrize(
    ("family", "shown"),
    [
        pytest.param("佐藤", {"陽子": "陽子 佐藤", "悠太": "悠太 佐藤"}, id="in Han, put together as in Latin letters"),
        pytest.param("Zhao", {"Yang": "Zhao Yang", "Min": "Zhao Min"}, id="in Latin letters, put together as in Han"),
    ],
)
def test_who_is_shown_in_both_orders_has_no_family_name_for_a_given_one(tmp_path, family, shown):
    mailbox = told("email", "team636@x.example")
    rows = [
        row("crm", given, told("given_name", given), told("family_name", family), told("name", name), mailbox)
        for given, name in shown.items()
    ]
    assert len(set(resolved(tmp_path, *rows).values())) == 2


@pytest.mark.parametrize(
    ("typed", "joins"),
    [
        pytest.param("Anna Kowalczyk", True, id="the owner's name"),
        pytest.param("Jonas Weber", False, id="another's: who bought it for somebody, or has read the number"),
        pytest.param("Anna", True, id="half of it"),
    ],
)
def test_an_order_number_joins_a_form_to_its_owner_unless_the_typed_name_is_anothers(tmp_path, typed, joins):
    order = told("reference", "GT-1234567")
    shown = [told("name", typed), told("email", "somebody@else.example"), order]
    found = resolved(
        tmp_path,
        crm("1", ANNA, order, told("phone", "+447446850412")),
        message("form", "1", *[told(one.kind, one.value, evidence="claimed") for one in shown]),
    )
    assert (found["form 1"] == found["crm 1"]) is joins
