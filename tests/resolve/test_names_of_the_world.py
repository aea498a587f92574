"""Names as other parts of the world write them: who is not one person though it looks so, and who is."""

import pytest

from tests.resolve.worlds import NIGHT, customers, home_in, land, message, run_resolve, told

# Two people each, of whom no more is known than a name and where they called or wrote.
TWO_PEOPLE = {
    "an initial for the family name": ("Maria S.", "Maria S."),
    "an initial, and a name that begins with it": ("Anna S.", "Anna Sandberg"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, str | None]:
    home = home_in(tmp_path_factory.mktemp("world"))
    records = []
    for number, (case, (one, other)) in enumerate(TWO_PEOPLE.items()):
        records += [
            message("mail", case, told("email", f"box{number}@x{number}.example"), told("name", one)),
            message("calls", case, told("phone", f"+4474468504{number:02}"), told("name", other)),
        ]
    land(home, NIGHT, records)
    run_resolve(home)
    return customers(home)


@pytest.mark.parametrize("case", TWO_PEOPLE)
def test_a_name_that_many_bear_joins_nobody_by_itself(found, case):
    assert found[f"mail {case}"] != found[f"calls {case}"]
