"""Places as they are compared: what is one street however it is written, and what is two."""

import pytest

from tests.resolve.worlds import NIGHT, home_in, land, row, rows_of, run_resolve, told


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
