"""Places as they are compared: what is one street however it is written, and what is two."""

import pytest

from tests.resolve.worlds import NIGHT, home_in, land, resolved, row, rows_of, run_resolve, told


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param("ул. Ленина, 5", "УЛ. ЛЕНИНА 5", True, id="capitals and signs, in Cyrillic"),
        pytest.param("ул. Ленина, 5", "ул. Мира, 5", False, id="two streets, in Cyrillic"),
        pytest.param("Königstraße 7", "KOENIGSTR. 7", True, id="an umlaut written with two letters, an abbreviation"),
        pytest.param("ul. Łąkowa 3", "ul. Lakowa 3", True, id="Polish letters left out"),
        pytest.param("千代田1-2", "千代田1-3", False, id="two numbers, in Japanese"),
    ],
)
def test_a_street_is_compared_by_its_letters_and_digits_in_any_script(tmp_path, one, other, is_same):
    home = home_in(tmp_path)
    land(
        home,
        NIGHT,
        [row("crm", str(n), told("street", street, evidence="reference")) for n, street in enumerate((one, other))],
    )
    run_resolve(home)
    streets = rows_of(home, "SELECT value FROM resolve.identity_identifier WHERE kind = 'street'")
    assert len(set(streets)) == (1 if is_same else 2)
    assert all(any(sign.isalpha() for sign in street) for (street,) in streets)


@pytest.mark.parametrize(
    ("other", "is_one"),
    [
        pytest.param("Industrisstrasse 12", True, id="a letter wrong"),
        pytest.param("Industriestrasse", True, id="the number left out"),
        pytest.param("Industriestrasse 12, App. 3", True, id="an apartment beside it"),
        pytest.param("Industriestrasse 55", False, id="another house"),
        pytest.param("Industriestrasse 13", False, id="the house beside it"),
    ],
)
def test_two_of_one_name_in_one_street_are_one_person_only_in_one_house(tmp_path, other, is_one):
    found = resolved(
        tmp_path,
        *(
            row("crm", str(n), *(told(kind, value, evidence="reference") for kind, value in shown))
            for n, shown in enumerate(
                (("name", "Ottokar Quellbach"), ("street", street), ("city", "Hamburg"))
                for street in ("Industriestrasse 12", other)
            )
        ),
    )
    assert (found["crm 0"] == found["crm 1"]) is is_one
