"""Names as other parts of the world write them: who is not one person though it looks so, and who is."""

import pytest

from pipelines.resolve.evidence.normalise import parse_name
from tests.resolve.worlds import message, resolved, row, told

# Two people each, of whom no more is known than a name and where they called or wrote.
TWO_PEOPLE = {
    "an initial for the family name": ("Maria S.", "Maria S."),
    "two Korean sisters": ("Kim Min Su", "Kim Da Su"),
    "two whom a till calls alike": ("Consumidor Final", "Consumidor Final"),
    "two who are a Mr Wang": ("王先生", "王先生"),
    "two whom nobody calls by a family name": ("Ольга Ивановна", "Ольга Ивановна"),
    "two of a Hakka family": ("Lim Wei Ling", "Lim Mei Ling"),
    "an initial, and a name that begins with it": ("Anna S.", "Anna Sandberg"),
}


def read(name: str) -> tuple[str | None, str | None]:
    form = parse_name(name)
    return form.given_name, form.family_name


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, str | None]:
    records = []
    for number, (case, (one, other)) in enumerate(TWO_PEOPLE.items()):
        records += [
            message("mail", case, told("email", f"box{number}@x{number}.example"), told("name", one)),
            message("calls", case, told("phone", f"+4474468504{number:02}"), told("name", other)),
        ]
    return resolved(tmp_path_factory.mktemp("world"), *records)


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
        ("Petrova Yelena", "yelena", "petrova"),
        ("Kowalski Jan", "jan", "kowalski"),
        ("Иванов Ю. П.", "y", "ivanov"),
        ("Иванов И.П.", "i", "ivanov"),
        ("Иванова Л.", "l", "ivanova"),
        ("van der Berg J.P.", "j", "vanderberg"),
        ("Pan Xiaoming", "xiaoming", "pan"),
        ("이민수", "minsu", "lee"),
        ("김민수 고객님", "minsu", "kim"),
    ],
)
def test_a_family_name_is_known_where_it_stands_first(name, given, family):
    assert read(name) == (given, family)


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("王先生", "wang", None),
        ("佐藤様", "zuoteng", None),
        ("佐藤恵子様", "huizi", "zuoteng"),
        ("นายวิชัย สุขสันต์", "wichay", "sukhsant"),
        ("Pan Ignacy Wójcik", "ignacy", "wojcik"),
        ("Pan Nowak", "nowak", None),
        ("Госпожа Анна Иванова", "anna", "ivanova"),
        ("Shri Mohan Rao", "mohan", "rao"),
        ("Md. Rahim Khan", "rahim", "khan"),
        ("Mehmet Bey", "mehmet", None),
        ("Ibu Sri Wahyuni", "sri", "wahyuni"),
        ("Ольга Ивановна", "olga", None),
        ("Ольга Ивановна Петрова", "olga", "petrova"),
        ("Maria das Graças Lima", "mariagracas", "lima"),
    ],
)
def test_what_honours_somebody_is_no_part_of_the_name(name, given, family):
    assert read(name) == (given, family)


@pytest.mark.parametrize(
    "shown",
    ["Acme Trading Co., Ltd.", "Acme, Inc.", "\u041e\u041e\u041e Ромашка", "株式会社山田製作所",
     "(주)한빛", "深圳市华为技术有限公司", "Walk-in Customer", "Cash Sale",
     "Consumidor Final", "Público en General", "Laufkunde", "Max Mustermann",
     "John Doe", "No Name", "散客", "Розничный покупатель"],
)  # fmt: skip
def test_companies_and_what_a_till_writes_for_nobody_are_nobody(shown):
    assert read(shown) == (None, None)


@pytest.mark.parametrize("shown", ["Johnny Cash", "John Doering", "Anna Sale", "Jane Doe-Miller"])
def test_a_name_that_is_like_a_word_of_theirs_stays_a_name(shown):
    assert parse_name(shown).family_name


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("Kim Johnson", "kim", "johnson"),
        ("Lee Harper", "lee", "harper"),
        ("Lee Ann Park", "lee", "park"),
        ("Anna Smith-Jones", "anna", "smithjones"),
        ("Яков Петров", "yakov", "petrov"),
        ("Genoveva Conde", "genoveva", "conde"),
        ("Любов Бабій", "lyubov", "babiy"),
        ("Сергей И.", "sergey", "i"),
        ("Mai Anh Tran", "anh", "tran"),
        ("Jack Ma", "jack", "ma"),
    ],
)
def test_where_it_stands_last_it_stays(name, given, family):
    assert read(name) == (given, family)


def test_addresses_made_of_a_name_in_signs_are_no_inventions(tmp_path):
    records = [
        message("mail", str(number), told("email", address), told("name", "佐藤 健太"))
        for number, address in enumerate(["kenta.sato@haru.example", "kenta.sato@northwind.example"])
    ]
    assert len(set(resolved(tmp_path, *records).values())) == 2


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("John Smith, M.D., PhD", "john", "smith"),
        ("John Smith, Ph. D.", "john", "smith"),
        ("Kenneth Clarke QC", "kenneth", "clarke"),
        ("Joe Dentist D.D.S.", "joe", "dentist"),
        ("Rev. John A. Doe", "john", "doe"),
        ("Doe, Rev. John A.", "john", "doe"),
        ("Rev. Dr. John Smith", "john", "smith"),
        ("John D. Smith", "john", "smith"),
        ("J. R. R. Tolkien", "j", "tolkien"),
        ("Smith\uff0cJohn", "john", "smith"),
        ("Abdul Salam Hassan", "abdulsalam", "hassan"),
        ("Hassan, Abdul Karim", "abdulkarim", "hassan"),
        ("Abdul Rahman", "abdul", "rahman"),
        ("Jack MA", "jack", "ma"),
        ("van der Berg J.D.", "j", "vanderberg"),
        ("Major Smith", "major", "smith"),
    ],
)
def test_titles_before_and_behind_and_names_of_two_words(name, given, family):
    assert read(name) == (given, family)


@pytest.mark.parametrize(
    ("name", "between"),
    [
        ("Betty M Reed", "m"),
        ("Betty L. Reed", "l"),
        ("Betty Marie Reed", "m"),
        ("Reed, Betty M.", "m"),
        ("Betty Reed", ""),
        ("J. R. R. Tolkien", "r"),
        ("Ludwig van Beethoven", ""),
        ("María Teresa García", ""),
        ("Juan García López", "g"),
        ("Nguyễn Thị Minh Anh", ""),
        ("Kim Min Su", ""),
        ("Luca D'Angelo", ""),
        ("Sean O Brien", ""),
    ],
)
def test_what_stands_between_is_told_by_its_first_letters(name, between):
    assert "".join(parse_name(name).middle_initials) == between


MIDDLES = {
    "other initials": ("Anna M Smith", "Anna L Smith", False),
    "an initial and another name": ("Anna M. Smith", "Anna Louise Smith", False),
    "an initial of the name": ("Anna M. Smith", "Anna Marie Smith", True),
    "none on one side": ("Anna M Smith", "Anna Smith", True),
}


def lodger(number, street="4358 Broad Meadows", **shown):
    """A row of a CRM, at one address as the others."""
    shown |= {"street": street, "postcode": "98101", "city": "Seattle"}
    return row("crm", number, *(told(kind, value, evidence="reference") for kind, value in shown.items()))


def crowd():
    """Others, so that it means something that two are alike."""
    letters = "ABDEFGHIKLMNOPRSTVWZ"
    return [
        lodger(f"other {one}{two}", f"{ord(one)}{ord(two)} Elm", name=f"{one}ina {two}aksen")
        for one in letters for two in letters
    ]  # fmt: skip


@pytest.mark.parametrize("case", MIDDLES)
def test_people_whose_middle_initials_differ_are_two_though_all_else_is_alike(tmp_path, case):
    one, other, is_one = MIDDLES[case]
    found = resolved(tmp_path, *crowd(), lodger("0", name=one), lodger("1", name=other))
    assert (found["crm 0"] == found["crm 1"]) == is_one


def test_a_middle_name_in_a_column_of_its_own_counts_as_one(tmp_path):
    people = [
        lodger(str(number), given_name="Anna", middle_name=between, family_name="Smith")
        for number, between in enumerate(["Marie", "M.", "Louise"])
    ]
    found = resolved(tmp_path, *crowd(), *people)
    assert found["crm 0"] == found["crm 1"] != found["crm 2"]


def test_two_of_whom_one_is_known_by_an_initial_share_a_number(tmp_path):
    names = ["Anil V.", "Murugan Singh"]
    calls = [message("calls", name, told("phone", "+918129824552"), told("name", name)) for name in names]
    assert len(set(resolved(tmp_path, *calls).values())) == 2
