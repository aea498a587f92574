"""Who is who, in small stories: what links, what must never, and why."""

import pytest

from tests.resolve.worlds import NIGHT, customers, home_in, land, message, resolved, row, rows_of, run_resolve, told

ANNA, BERT = "Anna Kowalczyk", "Bertram Kowalczyk"


def crm(ref, name, *more, born=None):
    given, family = name.split(" ", 1)
    identifiers = [told("name", name), told("given_name", given), told("family_name", family), *more]
    if born:
        identifiers.append(told("date_of_birth", born))
    return row("crm", ref, *[told(i.kind, i.value, scope=i.scope, evidence="reference") for i in identifiers])


def test_one_person_under_mail_phone_and_account_becomes_one_customer(tmp_path):
    found = resolved(
        tmp_path,
        message("mail", "1", told("email", "anna@x.example"), told("name", ANNA)),
        message("mail", "2", told("email", "anna@x.example"), told("name", "A. Kowalczyk")),
        crm("9", ANNA, told("email", "anna@x.example"), told("phone", "+447446850412")),
        message("sms", "1", told("phone", "+447446850412")),
        message(
            "desk", "1", told("account", "7", scope="desk"), told("name", "Ania Kowalczyk"), told("phone", "+447446850412")
        ),
    )
    assert len(set(found.values())) == 1


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(told("email", "anna@x.example", evidence="claimed"), id="a stranger's mail address"),
        pytest.param(told("phone", "+447446850412", evidence="claimed"), id="a stranger's number"),
    ],
)
@pytest.mark.parametrize("name", [None, "Carla Fontana"])
def test_a_claim_alone_never_merges_two_people(tmp_path, claim, name):
    names = [told("name", name)] if name else []
    found = resolved(
        tmp_path,
        message("mail", "1", told("email", "anna@x.example"), told("name", ANNA)),
        crm("9", ANNA, told("email", "anna@x.example"), told("phone", "+447446850412")),
        message("x", "1", told("account", "666", scope="x"), claim, *names),
    )
    assert found["mail 1"] == found["crm 9"]
    assert found["x 1"] != found["mail 1"]


def test_a_claim_with_the_owners_name_links(tmp_path):
    found = resolved(
        tmp_path,
        crm("9", ANNA, told("email", "anna@x.example")),
        message(
            "m",
            "1",
            told("account", "5", scope="m"),
            told("name", ANNA),
            told("email", "anna@x.example", evidence="claimed"),
        ),
    )
    assert found["m 1"] == found["crm 9"]


def test_who_claims_many_addresses_is_believed_in_none(tmp_path):
    people = [crm(str(n), f"Anna Kowalczyk{'abcdef'[n]}", told("email", f"a{n}@x.example")) for n in range(6)]
    claims = [told("email", f"a{n}@x.example", evidence="claimed") for n in range(6)]
    found = resolved(tmp_path, *people, message("m", "1", told("account", "5", scope="m"), told("name", "Anna"), *claims))
    assert found["m 1"] not in {found[f"crm {n}"] for n in range(6)}


def test_two_people_on_one_phone_stay_two(tmp_path):
    found = resolved(
        tmp_path,
        crm("1", ANNA, told("phone", "+447446850412"), told("email", "anna@x.example")),
        crm("2", BERT, told("phone", "+447446850412"), told("email", "bert@x.example")),
        message("sms", "1", told("phone", "+447446850412")),
    )
    assert len(set(found.values())) == 3, "the message may be either's: it stays alone"


DAY = 24 * 60
NUMBER = "+447446850412"
CARLA = "Carla Fontana"


def holder(ref, name, days):
    """A row of the CRM with the number, as it stood so many days ago."""
    given, family = name.split(" ", 1)
    names = [told("name", name), told("given_name", given), told("family_name", family)]
    return row("crm", ref, *names, told("phone", NUMBER, evidence="reference"), minutes=-days * DAY)


def called(ref, days, name=None):
    names = [told("name", name)] if name else []
    return message("calls", ref, told("phone", NUMBER), *names, minutes=-days * DAY, thread=ref)


def test_a_recycled_number_links_only_while_it_was_somebodys(tmp_path):
    found = resolved(
        tmp_path,
        *(holder("anna", ANNA, 400), holder("carla", CARLA, 10), called("carla", 9, CARLA)),
        *(called("before", 410), called("between", 200), called("after", 3)),
    )
    assert found["calls before"] == found["crm anna"] != found["crm carla"] == found["calls after"] == found["calls carla"]
    assert found["calls between"] not in (found["crm anna"], found["crm carla"])


def test_a_number_that_three_had_one_after_the_other(tmp_path):
    three = {"anna": (ANNA, 900), "dan": ("Dan Meyer", 500), "carla": (CARLA, 20)}
    found = resolved(
        tmp_path,
        *(record for ref, (name, days) in three.items() for record in (holder(ref, name, days), called(ref, days, name))),
        *(called(f"{ref} again", days - 1) for ref, (_, days) in three.items() if ref == "carla"),
        *(called(f"{ref} again", days + 1) for ref, (_, days) in three.items() if ref == "anna"),
    )
    assert all(found[f"calls {ref}"] == found[f"crm {ref}"] for ref in three)
    assert all(found[f"calls {ref} again"] == found[f"crm {ref}"] for ref in ("anna", "carla"))
    assert len(set(found.values())) == 3


@pytest.mark.parametrize(
    "records",
    [
        pytest.param([holder("a", ANNA, 40), called("c", 1, CARLA)], id="no time between them"),
        pytest.param([holder("a", ANNA, 400), called("c", 10, CARLA), holder("d", ANNA, 5)], id="the first is still there"),
        pytest.param(
            [holder("a", ANNA, 400), holder("c", CARLA, 10)], id="a row that may have been old when it was written"
        ),
        pytest.param([holder("a", ANNA, 400), called("b", 10, BERT)], id="one family"),
    ],
)
def test_a_number_is_shared_as_long_as_it_may_be(tmp_path, records):
    found = resolved(tmp_path, *records, called("late", 0), called("early", 500))
    assert not {found["calls late"], found["calls early"]} & {found[f"{one.source} {one.source_ref}"] for one in records}


def test_the_first_holder_may_have_had_more_names_than_one(tmp_path):
    named = [holder("a", ANNA, 400), holder("b", "Ania Kowalczyk", 300), called("c", 1, CARLA)]
    found = resolved(tmp_path, *named, called("late", 0), called("early", 350))
    assert found["calls late"] == found["calls c"] != found["crm a"] == found["crm b"] == found["calls early"]


def test_what_is_claimed_is_claimed_of_whoever_had_it_then(tmp_path):
    said = told("phone", NUMBER, evidence="claimed")
    early = message("m", "1", told("account", "5", scope="m"), told("name", ANNA), said, minutes=-405 * DAY)
    late = message("m", "2", told("account", "6", scope="m"), told("name", ANNA), said, minutes=-1 * DAY)
    found = resolved(tmp_path, holder("anna", ANNA, 400), called("carla", 10, CARLA), early, late)
    assert found["m 1"] == found["crm anna"]
    assert found["m 2"] != found["calls carla"]


def test_an_order_number_tells_whose_call_on_the_shared_phone_it_was(tmp_path):
    found = resolved(
        tmp_path,
        crm("1", ANNA, told("phone", "+447446850412"), told("reference", "GT-1000001")),
        crm("2", BERT, told("phone", "+447446850412"), told("reference", "GT-1000002")),
        message(
            "calls", "1", told("phone", "+447446850412"), told("reference", "GT-1000001", evidence="claimed"), thread="a"
        ),
        message(
            "calls", "2", told("phone", "+447446850412"), told("reference", "GT-1000002", evidence="claimed"), thread="b"
        ),
    )
    assert found["calls 1"] == found["crm 1"] != found["crm 2"] == found["calls 2"]


def test_father_and_son_of_one_name_stay_two(tmp_path):
    home = [told("street", "1 High Road"), told("postcode", "LS1 4AP"), told("phone", "+441132960000")]
    found = resolved(
        tmp_path,
        crm("1", BERT, *home, told("email", "b1@x.example"), born="1950-03-04"),
        crm("2", BERT, *home, told("email", "b2@x.example"), born="1982-11-30"),
    )
    assert found["crm 1"] != found["crm 2"]


def test_a_bridge_between_father_and_son_is_taken_away(tmp_path):
    found = resolved(
        tmp_path,
        crm("1", BERT, told("email", "b1@x.example"), born="1950-03-04"),
        crm("2", BERT, told("email", "b2@x.example"), born="1982-11-30"),
        message(
            "desk", "1", told("account", "7", scope="desk"), told("email", "b1@x.example"), told("email", "b2@x.example")
        ),
    )
    assert found["crm 1"] != found["crm 2"]


def test_equal_names_alone_join_only_where_nobody_else_can_be_meant(tmp_path):
    name = "Zbigniew Trzeszczynski"
    found = resolved(
        tmp_path,
        message("mail", "1", told("email", "zt@x.example"), told("name", name)),
        message("m", "1", told("account", "5", scope="m"), told("name", name)),
    )
    assert found["mail 1"] == found["m 1"]


def test_equal_names_alone_join_none_of_two_namesakes(tmp_path):
    name = "Zbigniew Trzeszczynski"
    found = resolved(
        tmp_path,
        message("mail", "1", told("email", "zt@x.example"), told("name", name)),
        message("mail", "2", told("email", "other@y.example"), told("name", name)),
        message("m", "1", told("account", "5", scope="m"), told("name", name)),
    )
    assert len(set(found.values())) == 3


@pytest.mark.parametrize(
    ("handle", "links"),
    [
        pytest.param("zbigniewtrzeszc", True, id="the name, cut off where X cuts"),
        pytest.param("quietotter54", True, id="an invented local part, which is the handle as well"),
        pytest.param("quietotter77", False, id="another number behind the same word"),
    ],
)
def test_a_handle_leads_to_its_owner(tmp_path, handle, links):
    mail = "quietotter54@x.example"
    found = resolved(
        tmp_path,
        message("mail", "1", told("email", mail), told("name", "Zbigniew Trzeszczynski")),
        message("x", "1", told("account", "1", scope="x"), told("handle", handle, scope="x")),
    )
    assert (found["x 1"] == found["mail 1"]) is links


def test_records_with_a_reason_or_without_anyone_have_no_customer(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, [
        message("mail", "1", told("email", "noreply@x.example"), reason="bounce"),
        message("calls", "1"),
        message("mail", "2", told("email", "anna@x.example")),
    ])  # fmt: skip
    run_resolve(home)
    rows = rows_of(
        home, "SELECT source_ref, customer_id IS NULL, reason FROM resolve.membership ORDER BY source, source_ref"
    )
    assert rows == [("1", True, "no_identifier"), ("1", True, "bounce"), ("2", False, None)]


def test_an_identifier_that_nine_names_share_links_nobody(tmp_path):
    initials = "ABDEFGHKLM"  # no two that fold into one another
    names = [f"{letter}nna {letter}bel{letter.lower()}" for letter in initials]
    home = home_in(tmp_path)
    calls = [message("calls", str(n), told("phone", "+447446850412"), told("name", name)) for n, name in enumerate(names)]
    land(home, NIGHT, [*calls, message("calls", "x", told("phone", "+447446850412"), thread="x")])
    run_resolve(home)
    assert rows_of(home, "SELECT kind, value, name_count FROM resolve.shared_identifier") == [("phone", "+447446850412", 10)]
    assert len(set(customers(home).values())) == 11


# Reference rows: typed by somebody once, with slips in every field.
BORN = "1957-03-14"


def registered(ref, given, family, *more, born=None, card=None, street=None, postcode=None):
    names = [told("name", f"{given} {family}")] if given and family else []
    parts = [told(kind, value) for kind, value in (("given_name", given), ("family_name", family)) if value]
    rest = {"date_of_birth": born, "street": street, "postcode": postcode}
    shown = [*names, *parts, *[told(kind, value) for kind, value in rest.items() if value], *more]
    shown += [told("account", card, scope="card")] if card else []
    return row("crm", ref, *[told(i.kind, i.value, scope=i.scope, evidence="reference") for i in shown])


# What the second row of somebody else each time says otherwise, and whether both are one.
SLIPS = [
    (("Margaret", "Hazelwood"), {"family": "Hazelwod"}, True),  # a letter left out of the family name
    (("Patricia", "Thistleton"), {"given": None}, True),
    (("Winifred", "Larkspur"), {"given": "Larkspur", "family": "Winifred"}, True),
    (("Millicent", "Oduya"), {"given": "Oduya", "family": "Milliecnt"}, True),  # swapped, with a slip
    (("Gwendolen", "Fairclough"), {"born": "1954-04-14"}, True),  # another month of birth
    (("Rosamund", "Pemberton"), {"born": "1965-03-15"}, True),  # another decade of birth
    (("Henrietta", "Ravenscroft"), {"born": "1931-11-02", "card": "77316"}, True),  # another date of birth, the same card
    (("Beatrix", "Goldsworthy"), {"given": "Sandra", "card": "77317"}, True),  # another given name, the same card
    (("Clementine", "Marchbanks"), {"given": "Sandra"}, False),  # a twin of another given name at the same address
    (("Philippa", "Aschenbrenner"), {"born": "1931-11-02"}, False),  # an earlier one of the name at the same address
]


def test_reference_rows_of_one_person_differ_by_slips(tmp_path):
    rows = []
    for n, ((given, family), other, _) in enumerate(SLIPS):
        known = {"given": given, "family": family, "born": f"19{50 + n}-03-14", "card": f"7731{n}"}
        known |= {"street": f"{n + 1} Orchard Lane", "postcode": f"LS{n + 1} 4AP"}
        rows += [registered(f"{n} first", **known), registered(f"{n} second", **known | {"card": None} | other)]
    found = resolved(tmp_path, *rows)
    assert [found[f"crm {n} first"] == found[f"crm {n} second"] for n in range(len(SLIPS))] == [links for *_, links in SLIPS]


@pytest.mark.parametrize("card", [pytest.param(None, id="twins"), pytest.param("77315", id="one person under two names")])
def test_twins_who_have_everything_of_a_household_in_common_are_two_unless_an_id_says_otherwise(tmp_path, card):
    home = (told("email", "hazelwoods@h.example"), told("phone", "+441134960001"))
    known = {"born": BORN, "street": "14 Orchard Lane", "postcode": "LS1 4AP", "card": card}
    found = resolved(
        tmp_path,
        registered("1", "Margaret", "Hazelwood", *home, **known),
        registered("2", "Sandra", "Hazelwood", *home, **known),
    )
    assert (found["crm 1"] == found["crm 2"]) is (card is not None)


def test_a_contradiction_that_no_link_has_weighed_is_cut(tmp_path):
    """Two people of other given names, whom only a third row's shared mailbox brings together."""
    found = resolved(
        tmp_path,
        crm("1", ANNA, told("email", "a@x.example"), told("phone", "+447446850412")),
        crm("2", BERT, told("email", "b@x.example"), told("phone", "+447446850413")),
        message("desk", "1", told("account", "7", scope="desk"), told("email", "a@x.example"), told("email", "b@x.example")),
    )
    assert found["crm 1"] != found["crm 2"]


# Law 7: what somebody typed is no proof, least of all of those who type much.
NAMES = ["Anna Kowalczyk", "Bertram Hale", "Carla Fontana", "Derek Osei", "Elena Petrova", "Farid Nasser"]
VICTIMS = [(name, f"+44744685040{n}") for n, name in enumerate(NAMES)]


def test_one_mailbox_under_many_names_claims_nobody(tmp_path):
    people = [crm(str(n), name, told("phone", phone)) for n, (name, phone) in enumerate(VICTIMS)]
    mails = [
        message("mail", str(n), told("email", "mallory@m.example"), told("name", name),
                told("phone", phone, evidence="claimed"), thread=str(n))
        for n, (name, phone) in enumerate(VICTIMS)
    ]  # fmt: skip
    found = resolved(tmp_path, *people, *mails)
    assert not {found[f"mail {n}"] for n in range(6)} & {found[f"crm {n}"] for n in range(6)}


def test_one_address_that_many_names_claim_vouches_for_none(tmp_path):
    """Each form is an account of its own; what they have in common is whom the answer should go to."""
    people = [crm(str(n), name, told("phone", phone)) for n, (name, phone) in enumerate(VICTIMS)]
    forms = [
        message("form", str(n), told("account", str(n), scope="form"), told("name", name, evidence="claimed"),
                told("phone", phone, evidence="claimed"), told("email", "mallory@m.example", evidence="claimed"))
        for n, (name, phone) in enumerate(VICTIMS)
    ]  # fmt: skip
    found = resolved(tmp_path, *people, *forms)
    assert not {found[f"form {n}"] for n in range(6)} & {found[f"crm {n}"] for n in range(6)}


def test_who_delivers_nothing_is_believed_in_nothing(tmp_path):
    """A forged sender: the name, the address and the number are all typed."""
    name, phone = VICTIMS[0]
    forged = [told("name", name), told("email", "anna@x.example"), told("phone", phone)]
    found = resolved(
        tmp_path,
        crm("1", name, told("email", "anna@x.example"), told("phone", phone)),
        message("mail", "1", *[told(i.kind, i.value, evidence="claimed") for i in forged]),
    )
    assert found["mail 1"] != found["crm 1"]


RARE = ["Hortensia Quillfeather", "Zbigniew Trzeszczynski", "Ottoline Wraxhall", "Ermengarde Blythwick"]


def test_a_city_is_told_of_a_person_where_no_more_of_the_address_is(tmp_path):
    """Two rows of a rare name and of other addresses, whose dates of birth are near: the name alone does not join them."""
    cities = [("Leeds", "Leeds"), ("Truro", "Truroo"), ("Ripon", "Dover"), (None, None)]
    rows = [
        crm(
            f"{name} {n}", name, told("email", f"q{n}@{name[:5]}{n}{n}.example"), *([told("city", city)] if city else []),
            born=f"{1990 + place}-{born}",
        )
        for place, (name, pair) in enumerate(zip(RARE, cities, strict=True))
        for n, (city, born) in enumerate(zip(pair, ("01-14", "12-14"), strict=True), 1)
    ]  # fmt: skip
    found = resolved(tmp_path, *rows)
    assert [found[f"crm {name} 1"] == found[f"crm {name} 2"] for name in RARE] == [True, True, False, False]


def test_one_digit_of_a_date_of_birth_is_a_slip_where_the_name_is_rare(tmp_path):
    """Two people's dates are one digit apart one time in nine hundred, alike in two of three parts one time in 130."""
    born = [("1990-01-14", "1990-02-14"), ("1960-01-14", "1960-12-14"), ("1970-01-14", "1971-05-30")]
    rows = [
        crm(f"{name} {n}", name, told("email", f"q{n}@{name[:5]}{n}{n}.example"), born=each)
        for name, pair in zip(RARE[:3], born, strict=True)
        for n, each in enumerate(pair, 1)
    ]
    found = resolved(tmp_path, *rows)
    assert [found[f"crm {name} 1"] == found[f"crm {name} 2"] for name in RARE[:3]] == [True, False, False]


def test_a_row_with_the_names_swapped_brings_no_contradiction_that_was_not_weighed(tmp_path):
    """One id and one address under two given names is weighed; the same names the other way round are no new doubt."""
    home = [told("account", "6459366", scope="ssn"), told("street", "Tenison Circuit"), told("postcode", "6169")]
    found = resolved(
        tmp_path,
        crm("1", "Emily Berry", *home, born="1978-05-27"),
        crm("2", "Sam Berry", *home, born="1978-05-27"),
        crm("3", "Berry Emily", *home, born="1938-01-01"),
    )
    assert len(set(found.values())) == 1


def test_a_slip_in_a_mail_address_speaks_for_two_rows_of_one_name(tmp_path):
    mails = [
        ("j.lee86@roberson.example", "j.lee86@ro6berson.example", True),  # in the host
        ("jo.leeson@kestrel.example", "jo.leesen@kestrel.example", True),  # in a long local part
        ("q.moor41@bancroft.example", "q.moor42@bancroft.example", False),  # another number is another person
        ("tom@hale.example", "tim@hale.example", False),  # in a short local part
    ]
    rows = [
        crm(f"{name} {n}", name, told("email", mail))
        for name, (*pair, _) in zip(RARE, mails, strict=True)
        for n, mail in enumerate(pair, 1)
    ]
    found = resolved(tmp_path, *rows)
    assert [found[f"crm {name} 1"] == found[f"crm {name} 2"] for name in RARE] == [are_one for *_, are_one in mails]
