"""Names that people say in what they write, where nothing else names them; one world, a person each text."""

import pytest

from tests.resolve.worlds import message, resolved, told

SAID = {
    "my name is": ("Where is it? My name is {}.", "Zbigniew Trzeszczynski"),
    "this is": ("This is {}. Where is it?", "Hildegard Obermayrhofer"),
    "here": ("{} here. Where is it?", "Fiachra Mulholland"),
    "I'm": ("Hi, I'm {} and it's late", "Ottoline Ravenscroft"),
    "I am": ("I am {}", "Barnaby Quiverstone"),
    "in German": ("Hallo, mein Name ist {}.", "Waltraud Kirschbaumer"),
    "on the phone, in German": ("Guten Tag, hier ist {}. Wo bleibt es?", "Eustachius Vogelgesang"),
    "in Spanish": ("Buenos días, soy {}", "Leocadia Echeverrigaray"),
    "in French": ("Je m'appelle {}.", "Gwendoline Desrousseaux"),
    "in Polish": ("Dzień dobry, nazywam się {}", "Jadwiga Chrząszczewska"),
    "in Swedish": ("Hej, jag heter {}", "Torbjörn Lilliehöök"),
    "under the text": ("Where is it? Kind regards,\n{}", "Peregrine Wolstenholme"),
    "under the text, in German": ("Wo bleibt es? Viele Grüße {}", "Kunigunde Schnitzelbaumer"),
}
UNSAID = {
    "somebody greeted": ("Give my regards to {}, who helped me", "Mordecai Papadimitriou"),
    "a verb in German": ("Ich heiße Sie willkommen", "Iphigenie Dachsbacher"),
    "no name of anyone": ("This is Great Service indeed!", "Thaddeus Blennerhassett"),
    "no name at all": ("this is the third time", "Cordelia Featherstone"),
    "a state": ("I am very angry, I'm Really Upset", "Lucasta Fothergill"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, str | None]:
    records = []
    for number, (case, (text, name)) in enumerate((SAID | UNSAID).items()):
        said = message("x", case, told("account", str(number), scope="x"))
        said.text = text.format(name)
        records += [message("mail", case, told("email", f"box{number}@x{number}.example"), told("name", name)), said]
    return resolved(tmp_path_factory.mktemp("said"), *records)


@pytest.mark.parametrize("case", SAID)
def test_a_name_said_in_a_message_counts_as_its_name(found, case):
    assert found[f"x {case}"] == found[f"mail {case}"]


@pytest.mark.parametrize("case", UNSAID)
def test_what_only_looks_like_a_name_does_not(found, case):
    assert found[f"x {case}"] != found[f"mail {case}"]


def test_no_two_of_them_are_one(found):
    assert len(set(found.values())) == len(SAID) + 2 * len(UNSAID)
