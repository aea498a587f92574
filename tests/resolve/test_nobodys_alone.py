"""Who is who, where what is shown is nobody's alone: roles, households, fillers, and local parts that many have."""

import pytest

from tests.resolve.test_stories import ANNA, crm
from tests.resolve.worlds import message, resolved, row, told


def test_a_role_mailbox_joins_nobody(tmp_path):
    mailboxes = ["info", "empfang", "purchasing", "administracion", "accueil", "ksiegowosc"]
    names = ["Anna Kowalczyk", "Bertram Hale", "Carla Fontana", "Derek Osei"]
    letters = [
        message("mail", f"{box} {n}", told("email", f"{box}@{box}.example"), told("name", name))
        for box in mailboxes
        for n, name in enumerate(names)
    ]
    found = resolved(tmp_path, *letters)
    assert {box: len({found[f"mail {box} {n}"] for n in range(4)}) for box in mailboxes} == dict.fromkeys(mailboxes, 4)


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


def test_local_parts_that_more_than_one_person_has_join_nobody(tmp_path):
    pairs = {
        "an initial and a family name, at two companies": ("k.jaeger", "k.jaeger"),
        "the other way round": ("brandt_u", "brandt.u"),
        "an invented one": ("quietotter54", "quietotter54"),
    }
    found = resolved(tmp_path, *[
        message("mail", f"{case} {firm}", told("email", f"{local}@{firm}{number}.example"))
        for number, (case, pair) in enumerate(pairs.items()) for firm, local in zip(("kaul", "koch"), pair, strict=True)
    ])  # fmt: skip
    assert [case for case in pairs if found[f"mail {case} kaul"] == found[f"mail {case} koch"]] == ["an invented one"]


def test_two_addresses_of_one_mailbox_are_one_persons(tmp_path):
    cases = {
        "a tag": ("lena.k@x.example", "lena.k+shop@x.example", "Lena", "L. Krüger"),
        "a tag, and no name": ("ute.m@x.example", "ute.m+shop@x.example", None, "U. Mertesacker"),
        "Gmail's dots and names": ("ines.b@gmail.com", "inesb+shop@googlemail.com", "Ines", "I. Brückenhauer"),
        "the same, and no name": ("otto.w@gmail.com", "ottow+shop@googlemail.com", None, "O. Wolkenstein"),
    }
    records = []
    for case, (one, other, name, shown) in cases.items():
        records.append(message("mail", f"{case} 1", told("email", one), told("name", shown), thread=one))
        records.append(
            message("mail", f"{case} 2", told("email", other), *[told("name", n) for n in [name] if n], thread=other)
        )
    found = resolved(tmp_path, *records)
    assert [case for case in cases if found[f"mail {case} 1"] != found[f"mail {case} 2"]] == []
    assert len(set(found.values())) == len(cases)


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


def test_what_a_form_wanted_joins_no_rows_of_the_crm(tmp_path):
    fillers = {
        "Anna Kowalczyk": told("date_of_birth", "1900-01-01"),
        "Fiachra Mulholland": told("date_of_birth", "2000-01-01"),  # where a form's calendar opens
        "Ignatius Featherstone": told("email", "noemail@noemail.example"),
        "Hildegard Obermayrhofer": told("email", "test@test.com"),
        "Waltraud Kirschbaumer": told("email", "none@gmail.com"),  # at a provider that exists
        "Barnaby Quiverstone": told("phone", "+4930123456"),
        "Leocadia Echeverrigaray": told("phone", "+447000000000"),
    }
    rows = []
    for n, (name, filler) in enumerate(fillers.items()):
        rows += [
            crm(f"{name} 1", name, filler, told("postcode", f"LS{n} 4DY"), told("street", f"1{n} Mill Lane")),
            crm(f"{name} 2", name, filler, told("postcode", f"BS{n} 8AA"), told("street", f"9{n} Elm Grove")),
            crm(f"{name} 3", name, told("postcode", f"G{n} 8QQ"), told("street", f"5{n} High Street")),
        ]
    found = resolved(tmp_path, *rows)
    assert {name: len({found[f"crm {name} {n}"] for n in (1, 2, 3)}) for name in fillers} == dict.fromkeys(fillers, 3)


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
