"""Names: what is taken apart how, and which pairs agree or rule each other out."""

import duckdb
import pytest

from pipelines.resolve.evidence.normalise import parse_name
from pipelines.resolve.scoring import agreement
from pipelines.resolve.scoring.comparisons import CONDITIONS


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("Anna Smith", "anna", "smith"),
        ("  ANNA   SMITH ", "anna", "smith"),
        ("Smith, Anna", "anna", "smith"),
        ("Dr. Anna Maria Smith", "anna", "smith"),
        ("Bob Smith Jr.", "bob", "smith"),
        ("Ludwig van der Berg", "ludwig", "vanderberg"),
        ("Łukasz Müller", "lukasz", "muller"),
        ("Александр Иванов", "aleksandr", "ivanov"),
        ("王小明", "xiaoming", "wang"),
        ("J. Smith", "j", "smith"),
        ("Anna Smith 2", "anna", "smith"),
        ("Anna", "anna", None),
        ("Dr.-Ing. Karl Weiß", "karl", "weiss"),
        ("Dr. med. Eva von der Heide", "eva", "vonderheide"),
        ("Huber, Dr. med. Anna", "anna", "huber"),
        ("Dr med Eva Huber", "eva", "huber"),
        ("Dr. med. dent. Huber", "huber", None),
        ("Prof. Dr. rer. nat. Hans Huber", "hans", "huber"),
        ("Dr. h.c. mult. Karl Weiß", "karl", "weiss"),
        ("Priv.-Doz. Dr. med. habil. Eva Roth", "eva", "roth"),
        ("Univ.-Prof. DDr. Anna Gruber", "anna", "gruber"),
        ("MMag. phil. Anna Gruber", "anna", "gruber"),
        ("Dipl.-Kfm. Uwe Lang", "uwe", "lang"),
        ("Dr. Phil Collins", "phil", "collins"),
        ("dr nat turner", "nat", "turner"),
        ("Dr. H. Huber", "h", "huber"),
        ("Med Hassan", "med", "hassan"),
        ("John Smith Sr.", "john", "smith"),
        ("Nguyễn Thị Minh Anh", "anh", "nguyen"),
        ("Minh Anh Nguyen", "anh", "nguyen"),
        ("Nguyen, Thi Minh Anh", "anh", "nguyen"),
        ("Иванов Сергей Петрович", "sergey", "ivanov"),
        ("محمد الحسن", "mohammed", "alhassan"),
        ("عبد الرحمن الخطيب", "abdulrahman", "alkhatib"),
        ("欧阳芳", "fang", "ouyang"),
        ("María Teresa García", "mariateresa", "garcia"),
        ("García López, María del Carmen", "mariacarmen", "garcialopez"),
        ("María Teresa", "mariateresa", None),
        ("Hans Peter Böhm", "hanspeter", "bohm"),
        ("Hans Peter", "hans", "peter"),
        ("Le Chrétien François", "francois", "lechretien"),
        ("De la Cruz Juan Carlos", "juancarlos", "delacruz"),
        ("Van den Berghe Els", "els", "vandenberghe"),
        ("Van Morrison", "van", "morrison"),
        ("Le Thi Hong", "hong", "le"),
        ("DUPONT Jean-Pierre", "jean-pierre", "dupont"),
        ("Mme LE GALL Anne Marie", "anne", "legall"),
        ("DE SMET Jan", "jan", "desmet"),
        ("Étienne LE GALL", "etienne", "legall"),
        ("JP Dupont", "jp", "dupont"),
        ("ANNA MARIA SMITH", "anna", "smith"),
        ("佐藤 健太", "jiantai", "zuoteng"),
        ("佐藤　健太", "jiantai", "zuoteng"),
        ("佐藤, 健太", "jiantai", "zuoteng"),
        ("佐藤健太", "jiantai", "zuoteng"),
        ("佐々木健", "jian", "zuozuomu"),
        ("佐藤", "zuoteng", None),
        ("王, 小明", "xiaoming", "wang"),
        ("김 민수", "minsu", "kim"),
        ("サトウ ショウタ", "shota", "sato"),
        ("マイケル・ジョーンズ", "maikeru", "jonzu"),
        ("Dott. Mario Rossi", "mario", "rossi"),
        ("Dott.ssa Anna Bianchi", "anna", "bianchi"),
        ("Sig.ra Anna Bianchi", "anna", "bianchi"),
        ("Mgr Jan Nowak", "jan", "nowak"),
        ("Mevr. Els De Smet", "els", "desmet"),
        ("Don Johnson", "don", "johnson"),
        ("Don Juan Pérez", "juan", "perez"),
        ("Samuel Hale, Jr.", "samuel", "hale"),
        ("Hale, Jr., Samuel", "samuel", "hale"),
        ("Hale, Junior", "junior", "hale"),
        ("Joaquim Rocha Filho", "joaquim", "rocha"),
        ("Antony cliente", "antony", None),
        ("John Handy", "john", "handy"),
        ("anna_smith84", None, None),
        ("anna@x.example", None, None),
        ("+44 7446 850412", None, None),
        ("", None, None),
        ("---", None, None),
    ],
)
def test_a_name_is_taken_apart(name, given, family):
    form = parse_name(name)
    assert (form.given_name, form.family_name) == (given, family)


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param("Anna Smith 😀", id="a picture"),
        pytest.param("✨Anna Smith✨", id="pictures around it"),
        pytest.param("Anna Smith (Acme)", id="a company in brackets"),
        pytest.param("Anna Smith (for Tom Berg)", id="for whom, in brackets"),
        pytest.param("Anna Smith on behalf of Tom Berg", id="for whom"),
        pytest.param("Anna Smith pour Tom Berg", id="for whom, in French"),
        pytest.param("Anna Smith per conto di Tom Berg", id="in Italian"),
        pytest.param("Anna Smith w imieniu Tom Berg", id="in Polish"),
        pytest.param("Anna Smith p/o Tom Berg", id="for whom, as assistants sign"),
        pytest.param("Anna Smith via Acme Forum", id="by what way"),
        pytest.param("Anna Smith | Acme", id="where, behind a bar"),
        pytest.param("Anna Smith - Acme Ltd", id="where, behind a dash"),
        pytest.param("Anna Smith, Acme Ltd", id="where, behind a comma"),
        pytest.param("Anna Smith Work", id="which of her numbers it is"),
        pytest.param("Anna Smith geb. Weber", id="as she was called before"),
    ],
)
def test_what_stands_around_a_name_is_no_part_of_it(shown):
    form = parse_name(shown)
    assert (form.given_name, form.family_name) == ("anna", "smith")
    assert not [part for part in form.family_forms if part.startswith("~")]


@pytest.mark.parametrize(
    "shown",
    ["Acme Ltd", "Huber GmbH & Co. KG", "Muebles García S.L.", "Huber Maschinen AG", "Smith & Sons Ltd", "Info Wilson",
     "F.lli Casarin", "F.LLI TOZZO", "Casarin S.n.c.", "Officine Poletti SpA", "Garage Smet SPRL", "Atelier Maurice",
     "Compta Dias", "Boekhouding Smet", "Sales Team", "Customer Service", "Kundenservice", "Test Test", "Kunde Test",
     "Test, n/a", "N/A N/A", "Unknown caller"],
)  # fmt: skip
def test_companies_departments_and_fillers_are_nobody(shown):
    form = parse_name(shown)
    assert (form.given_name, form.family_name) == (None, None)


@pytest.mark.parametrize("shown", ["Maria Sá", "MARIA SA", "Jan Post", "Anna Guest", "Anna Work", "Sales, Anna", "Tim And"])
def test_a_name_that_is_like_a_word_stays_a_name(shown):
    form = parse_name(shown)
    assert form.given_name
    assert form.family_name


@pytest.mark.parametrize(
    "shown",
    ["Familie Huber", "Fam. Huber", "The Huber Family", "Hans & Anna Huber", "Hans und Anna Huber", "Mr. and Mrs. Huber",
     "Huber, Hans u. Anna", "Anna & Tom"],
)  # fmt: skip
def test_a_household_is_nobody_in_it(shown):
    form = parse_name(shown)
    assert (form.given_name, form.family_name, form.is_household) == (None, None, True)


def test_a_family_name_beside_a_filler_stands_alone():
    form = parse_name("Huber, n/a")
    assert (form.given_name, form.family_name, form.is_household) == (None, "huber", False)


def test_letters_written_with_two_in_an_address_make_aliases():
    form = parse_name("Jürgen Böhm")
    assert {"jurgenbohm", "juergenboehm"} <= set(form.aliases)
    assert "jboehm" in form.short_aliases
    assert "boehm" in form.family_forms


@pytest.fixture(scope="module")
def con():
    con = duckdb.connect()
    agreement.install(con)
    return con


def ask(con, macro, left, right):
    parts = [[form.given_name, list(form.given_forms), form.family_name, list(form.family_forms)]
             for form in (parse_name(left), parse_name(right))]  # fmt: skip
    return con.execute(
        f"SELECT {macro}($1, $2::VARCHAR[], $3, $4::VARCHAR[], $5, $6::VARCHAR[], $7, $8::VARCHAR[])", [*parts[0], *parts[1]]
    ).fetchall()[0][0]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("Robert Smith", "Bob Smith", id="a nickname"),
        pytest.param("José García López", "Pepe García", id="a Spanish nickname, one of two family names"),
        pytest.param("J. Smith", "John Smith", id="an initial"),
        pytest.param("Jürgen Müller", "Juergen Mueller", id="umlauts written out"),
        pytest.param("Aleksandr Ivanov", "Alexandr Ivanov", id="two transliterations"),
        pytest.param("Yuri Shcherbakov", "Juri Schtscherbakow", id="two transliterations, English and German"),
        pytest.param("محمد منصور", "Mohamad Mansur", id="Arabic letters, and another spelling in Latin ones"),
        pytest.param("Maria García", "María Teresa García", id="half of a given name of two words"),
        pytest.param("Anna Smith", "Anna Smtih", id="two letters swapped"),
        pytest.param("Anna Smith", "Smith Anna", id="swapped"),
        pytest.param("Anna Berg-Stein", "Anna Stein", id="half of a double name"),
        pytest.param("John Smith Jr.", "Smith II, Johnny", id="the second of a name"),
        pytest.param("John Smith Jr.", "John Smith", id="one of them without a generation"),
        pytest.param("Иванов И. П.", "Иван Петрович Иванов", id="a Russian with his father's name, and both by initials"),
        pytest.param("Ivan Ivanov", "Иванов Иван Петрович", id="without it"),
        pytest.param("Μαρία Παπαδοπούλου", "Maria Papadopoulou", id="a Greek name in a passport"),
        pytest.param("Ευαγγελία Αυγουστίδου", "Evangelia Avgoustidou", id="Greek letters that say one sound in pairs"),
        pytest.param("Γιώργος Παπαδόπουλος", "Georgios Papadopoulos", id="what a Greek is called, and his whole name"),
        pytest.param("ΓΕΩΡΓΙΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ", "George Papadopoulos", id="and in English"),
        pytest.param("민지 김", "김민지", id="a Korean name in Latin order"),
    ],
)
def test_spellings_of_one_name_agree(con, left, right):
    assert ask(con, "names_agree", left, right)
    assert ask(con, "names_agree", right, left)
    assert not ask(con, "names_contradict", left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("Anna Smith", "Peter Smith", id="a couple"),
        pytest.param("John Smith Jr.", "John Smith, Sr", id="father and son of one name"),
        pytest.param("Hans Huber jun.", "Huber Senior, Hans", id="the same in German"),
        pytest.param("佐藤健太", "佐藤花子", id="a Japanese couple"),
        pytest.param("John Smith II", "John Smith III", id="and their numbers"),
        pytest.param("Nguyen Thi Lan", "Nguyen Thi Hoa", id="sisters with a middle name that all have"),
        pytest.param("Mariusz Krzysztof Zielinski", "Dorota Krzysztof Daienski", id="a middle name is no family name"),
        pytest.param("João Pedro Silva", "João Lucas Silva", id="brothers whose given names are two words"),
        pytest.param("Nagy László", "Nagy Péter", id="Hungarian brothers"),
        pytest.param("Иванов Сергей", "Иванов Андрей", id="Russian brothers"),
        pytest.param("Иванов Иван Петрович", "Иванов Иван Сергеевич", id="Russians of one name with other fathers"),
        pytest.param("Иванов И. П.", "Иван Сергеевич Иванов", id="the same by initials"),
        pytest.param("Anil V.", "Murugan Singh", id="an initial for the family name"),
        pytest.param("S. Smith", "Josephine Butler", id="an initial for the given name"),
        pytest.param("J. Smith", "A. Miller", id="initials alone"),
        pytest.param("Μαρία Παπαδοπούλου", "Ελένη Παπαδοπούλου", id="Greek sisters"),
    ],
)
def test_two_people_rule_each_other_out(con, left, right):
    assert ask(con, "names_contradict", left, right)


@pytest.mark.parametrize(
    ("signs", "latin"),
    [
        pytest.param("佐藤健太", "Kenta Sato", id="Japanese"),
        pytest.param("陳大文", "Tai Man Chan", id="Cantonese"),
        pytest.param("שרה כהן", "Sarah Cohen", id="Hebrew"),
    ],
)
def test_letters_that_do_not_tell_how_a_name_is_said_rule_no_latin_name_out(con, signs, latin):
    assert not ask(con, "names_contradict", signs, latin)
    assert not ask(con, "names_contradict", latin, signs)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("Anil V.", "Venkatesh Anil", id="the father's name in front, and its initial behind"),
        pytest.param("V. Anil", "Anil Venkatesh", id="its initial in front"),
        pytest.param("J.P. de Vries", "Hans de Vries", id="called by another name than the initials"),
        pytest.param("Maria S.", "Mary Smith", id="an initial, and a spelling"),
        pytest.param("José L.", "José Luis Pérez", id="the initial of a second given name"),
        pytest.param("S. Smith", "Anna Smith-Jones", id="an initial, and half a double name"),
    ],
)
def test_initials_leave_open_who_it_is(con, left, right):
    assert not ask(con, "names_contradict", left, right)
    assert not ask(con, "names_contradict", right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("Maria Smith", "Mario Smith", id="a brother and a sister"),
        pytest.param("Paul Smith", "Paula Smith", id="one letter more"),
        pytest.param("María Teresa García", "María Carmen García", id="given names of two words"),
        pytest.param("Rogova Elizaveta", "Елизавета Носова", id="family names two letters apart, in either order"),
        pytest.param("Mariusz Krzysztof Zielinski", "Mariusz Krzysztof Daienski", id="two given names alike"),
    ],
)
def test_like_is_not_equal(con, left, right):
    assert not ask(con, "names_agree", left, right)


@pytest.mark.parametrize(
    ("left", "right", "agrees"),
    [
        ("1980-02-29", "1980-02-29", True),
        ("1980-03-04", "1980-04-03", True),
        ("1980-03-04", "1980-03-05", True),
        ("1950-03-04", "1982-11-30", False),
    ],
)
def test_dates_of_birth(con, left, right, agrees):
    assert con.execute("SELECT births_agree($1, $2), births_contradict($1, $2)", [left, right]).fetchall() == [
        (agrees, not agrees)
    ]


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("ann@shop.example", "ann@shop.example"),
        ("ann+orders@shop.example", "ann@shop.example"),
        ("ann.b@shop.example", "ann.b@shop.example"),
        ("ann.b+orders@gmail.com", "annb@gmail.com"),
        ("ann.b@googlemail.com until 2024-03-01", "annb@gmail.com until 2024-03-01"),
        ("ann+x@shop.example from 2024-03-01", "ann@shop.example from 2024-03-01"),
        ("ann.b@gmail.com.example", "ann.b@gmail.com.example"),
        ("+4@shop.example", "+4@shop.example"),
    ],
)
def test_an_address_stands_for_its_mailbox(con, address, mailbox):
    assert con.execute("SELECT mailbox_of($1)", [address]).fetchall() == [(mailbox,)]
    assert agreement.mailbox_of(address) == mailbox


def test_a_missing_date_of_birth_contradicts_nothing(con):
    assert con.execute("SELECT births_contradict(NULL, '1980-02-29')").fetchall() == [(False,)]


def test_a_family_name_alone_is_no_given_name():
    form = parse_name("van der Berg,")
    assert (form.given_name, form.family_name, form.given_forms) == (None, "vanderberg", ())
    assert "berg" in form.family_forms


@pytest.mark.parametrize(("short", "long"), [("bob", "robert"), ("bill", "william"), ("kate", "katherine")])
def test_a_short_form_stands_for_the_name_and_not_the_name_for_it(short, long):
    assert long in parse_name(f"{short} Smith").given_forms
    assert short not in parse_name(f"{long} Smith").given_forms


def test_names_with_a_short_form_in_common_are_not_one_name():
    one, other = parse_name("Robert Smith"), parse_name("William Smith")
    assert not set(one.given_forms) & set(other.given_forms)


def test_given_names_told_apart_are_also_written_as_one():
    assert "maryann" in parse_name("Smith, Mary Ann").given_forms


@pytest.mark.parametrize(
    ("word", "is_near"),
    [
        pytest.param("Cbruno", True, id="a helpdesk's name for who gave none: the local part"),
        pytest.param("Brunoc", True, id="the other way round"),
        pytest.param("Tbruno", False, id="another initial"),
        pytest.param("Carla", False, id="another name"),
    ],
)
def test_a_word_made_of_initial_and_family_name_is_no_other_name(con, word, is_near):
    one, other = parse_name(word), parse_name("Concetta Bruno")
    sides = ("$1 AS given_name_l, $2 AS family_name_l, $3 AS given_name_r, $4 AS family_name_r",
             "$3 AS given_name_l, $4 AS family_name_l, $1 AS given_name_r, $2 AS family_name_r")  # fmt: skip
    values = [one.given_name, one.family_name, other.given_name, other.family_name]
    for side in sides:
        holds = con.execute(f"SELECT {CONDITIONS['one word near']} FROM (SELECT {side})", values).fetchall()
        assert holds == [(is_near,)] if is_near else holds != [(True,)]
