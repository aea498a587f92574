"""Names with which people sign: whole ones under a closing or first in a signature, nothing that only looks like one."""

import pytest

from pipelines.extract.claims.signatures import person_name, signature_names
from tests.growth import assert_work_grows_with_length


def signed(text: str, signature: str = "") -> list[str]:
    found = signature_names(text, signature)
    assert {(name.kind, name.evidence) for name in found} <= {("name", "claimed")}
    return [name.value for name in found]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Where is it?\n\nKind regards,\nAnn Archer", "Ann Archer"),
        ("Where is it?\nKind regards,\n\nAnn Archer\n020 7946 0123\nann@mail.example", "Ann Archer"),
        ("Thanks, Ann Archer", "Ann Archer"),
        ("Where is it?\nMany thanks!\nAnn O\u2019Neill-Archer", "Ann O\u2019Neill-Archer"),
        ("Best,\nAnn B. Archer", "Ann B. Archer"),
        ("Yours faithfully\nDr. Ann Archer", "Ann Archer"),
        ("Cheers\n*Ann Archer*", "Ann Archer"),
        ("Regards,\nAnn Archer | Head of Sales | Example Ltd", "Ann Archer"),
        ("Regards,\nAnn Archer, CEO", "Ann Archer"),
        ("Wo bleibt es?\n\nMit freundlichen Grüßen\nPeter Müller", "Peter Müller"),
        ("LG\nPeter Müller", "Peter Müller"),
        ("Viele Grüße,\nFreifrau Anna von Berg", "Freifrau Anna von Berg"),
        ("Cordialement,\nMme Élodie Dupont", "Élodie Dupont"),
        ("Un saludo,\nMaría José García de la Cruz", ""),  # six words are no name that is sure
        ("Saludos\nMaría de la Cruz", "María de la Cruz"),
        ("Cordiali saluti\nGiulia Rossi", "Giulia Rossi"),
        ("Atenciosamente,\nJoão da Silva", "João da Silva"),
        ("Met vriendelijke groet,\nJan van den Berg", "Jan van den Berg"),
        ("Mvh\nÅsa Öberg", "Åsa Öberg"),
        ("Z poważaniem\nŁukasz Nowak", "Łukasz Nowak"),
        ("\u0421 уважением,\nИв\u0430н Петров", "Ив\u0430н Петров"),
    ],
)
def test_a_whole_name_under_a_closing_is_its_writers(text, name):
    assert signed(text) == ([name] if name else [])


@pytest.mark.parametrize(
    ("signature", "name"),
    [
        ("Ann Archer\n12 High Street\nLondon", "Ann Archer"),
        ("\n Ann Archer \nTel. 020 7946 0123", "Ann Archer"),
        ("Kind regards,\nAnn Archer", "Ann Archer"),
        ("Sent from my iPhone", ""),
        ("Von meinem iPhone gesendet", ""),
        ("Example Trading Ltd\nAnn Archer", ""),
        ("+44 20 7946 0123", ""),
        ("ann@mail.example", ""),
    ],
)
def test_a_signature_begins_with_the_name(signature, name):
    assert signed("Where is it?", signature) == ([name] if name else [])


@pytest.mark.parametrize(
    "text",
    [
        "", "Kind regards,", "Kind regards,\nAnn", "Thanks, Ann", "Thanks\nA. Archer", "Thanks,\nA. B.",
        "Kind regards,\nann archer", "Best\nANN ARCHER", "Kind regards,\nThe Shop Team",
        "Best regards\nCustomer Service", "Kind regards,\nExample Ltd",
        "Regards,\nHead of Sales", "Cheers\nSent from my iPhone", "Thanks\nSee you on Monday", "Thanks,\nann@mail.example",
        "Thanks\n020 7946 0123", "Thanks\nhttps://example.com/Ann", "Ann Archer", "Dear Ann Archer,\nwhere is it?",
        "Ann Archer told me so", "Kind regards, everybody, and\nAnn Archer", "Merci\nBonne journée", "LG\nStuttgart",
        "Kind regards,\n" + "Ann " * 30, "Thanks\nAnn-Archer\nAnn Archer", "Best\nKind Regards", "Thanks,\nMany Thanks",
    ],
)  # fmt: skip
def test_anything_else_is_no_name(text):
    assert signed(text) == []


def test_the_last_closing_counts():
    assert signed("Thanks,\nBob Baker\n\nThat was his. Mine:\nKind regards\nAnn Archer") == ["Ann Archer"]


@pytest.mark.parametrize("line", ["Ann Archer", "Ann Archer (she/her)", "Ann Archer - Sales", "\u2014 Ann Archer"])
def test_what_follows_a_name_is_cut_off(line):
    assert person_name(line) == "Ann Archer"


@pytest.mark.parametrize("piece", ["Thanks,\n", "Ann ", "\n", "a", "Kind regards,\nAnn ", "'", "Ann\u2019"])
def test_hostile_text_takes_no_longer_than_its_length(piece):
    assert_work_grows_with_length(lambda n: piece * n, lambda text: signature_names(text, text), 300_000)
