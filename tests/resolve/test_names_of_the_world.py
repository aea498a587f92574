"""Names as other parts of the world write them: who is not one person though it looks so, and who is."""

import pytest

from pipelines.resolve.evidence.normalise import parse_name
from tests.resolve.worlds import NIGHT, customers, home_in, land, message, run_resolve, told

# Two people each, of whom no more is known than a name and where they called or wrote.
TWO_PEOPLE = {
    "an initial for the family name": ("Maria S.", "Maria S."),
    "two Korean sisters": ("Kim Min Su", "Kim Da Su"),
    "two of a Hakka family": ("Lim Wei Ling", "Lim Mei Ling"),
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


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("Lim Wei Ling", "weiling", "lim"),
        ("Wei Ling Lim", "weiling", "lim"),
        ("Lim Wei-Ling", "wei-ling", "lim"),
        ("Ng Wai Man", "waiman", "ng"),
        ("Wang Xiaoming", "xiaoming", "wang"),
        ("Kim Min-su", "min-su", "kim"),
        ("Kim Min Su", "minsu", "kim"),
        ("Min Ho Lee", "minho", "lee"),
        ("Kim Minsu", "minsu", "kim"),
        ("Sato Kenta", "kenta", "sato"),
        ("Nagy László", "laszlo", "nagy"),
        ("Nagy Anna Mária", "anna", "nagy"),
        ("Иванов Сергей", "sergey", "ivanov"),
        ("Иванов Ю. П.", "y", "ivanov"),
        ("Иванов И.П.", "i", "ivanov"),
        ("Иванова Л.", "l", "ivanova"),
        ("van der Berg J.P.", "j", "vanderberg"),
    ],
)
def test_a_family_name_is_known_where_it_stands_first(name, given, family):
    form = parse_name(name)
    assert (form.given_name, form.family_name) == (given, family)


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("Kim Johnson", "kim", "johnson"),
        ("Lee Harper", "lee", "harper"),
        ("Lee Ann Park", "lee", "park"),
        ("Anna Smith-Jones", "anna", "smithjones"),
        ("Яков Петров", "yakov", "petrov"),
        ("Сергей И.", "sergey", "i"),
        ("Mai Anh Tran", "anh", "tran"),
        ("Jack Ma", "jack", "ma"),
    ],
)
def test_where_it_stands_last_it_stays(name, given, family):
    form = parse_name(name)
    assert (form.given_name, form.family_name) == (given, family)
