"""What columns say about being contacted: in many languages, and with columns whose yes is a no."""

import pytest

from pipelines.errors import ConfigurationError
from tests.extract.by_column import assert_alike
from tests.extract.exports import extracted
from tests.extract.tables import ANN, COLUMNS, CRM, changed, csv_of, jsonl

OPT_OUT = {"opt_out.email": "Email Opt Out"}
FEW = {"source_ref": "Id", "email": "Email"}


def written(*rows):
    return csv_of(*rows, header=list(rows[0]))


def said(folder, rows, columns, write=written):
    """Read the rows and return what each says of mail."""
    outcome = extracted(folder, {"a": write(*rows)}, changed(CRM, columns=columns))
    assert outcome.quarantined == []
    return [[each.allowed for each in record.consent if each.channel == "email"] for record in outcome.records]


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("WAHR", "FALSCH"), ("Ja", "Nein"), ("VRAI", "FAUX"), ("oui", "non"), ("VERDADERO", "FALSO"), ("Sí", "No"),
        ("sì", "no"), ("Sim", "Não"), ("WAAR", "ONWAAR"), ("PRAWDA", "FAŁSZ"), ("ИСТИНА", "ЛОЖЬ"), ("はい", "いいえ"),
        ("SUBSCRIBED", "Unsubscribed"),
    ],
)  # fmt: skip
def test_yes_and_no_are_read_in_the_language_that_a_spreadsheet_is_set_to(tmp_path, yes, no):
    rows = [ANN | {"Id": number, "MailOk": word} for number, word in (("1", yes), ("2", no))]
    assert said(tmp_path, rows, COLUMNS) == [[True], [False]]


@pytest.mark.parametrize("write", [written, jsonl])
def test_the_yes_of_an_opt_out_is_a_no_and_its_no_says_nothing(tmp_path, write):
    rows = [{"Id": word or "none", "Email": "ann@mail.example", "Email Opt Out": word} for word in ("1", "0", "", "true")]
    assert said(tmp_path, rows, FEW | OPT_OUT, write) == [[False], [], [], [False]]


def test_an_opt_out_of_one_type_is_read_as_well(tmp_path):
    rows = [{"Id": str(out), "Email": "ann@mail.example", "Email Opt Out": out} for out in (True, False)]
    assert said(tmp_path, rows, FEW | OPT_OUT, jsonl) == [[False], []]


def test_of_several_columns_each_is_heard(tmp_path):
    columns = FEW | {"consent.email": ["Mail", "News"], "opt_out.email": ["Email Opt Out", "No Bulk"]}
    row = {"Id": "1", "Email": "ann@mail.example", "Mail": "yes", "News": "no", "Email Opt Out": "no", "No Bulk": "yes"}
    assert said(tmp_path, [row], columns) == [[True, False, False]]


def test_by_column_each_row_says_what_it_says_alone(tmp_path_factory):
    rows = [{"Id": str(n), "Email": f"p{n}@mail.example", "Out": ("yes", "no", "")[n % 3]} for n in range(300)]
    source = changed(CRM, columns=FEW | {"opt_out.email": "Out", "consent.email": "Out"})
    assert_alike(tmp_path_factory, source, written(*rows).encode())


@pytest.mark.parametrize(
    "column", ["HasOptedOutOfEmail", "Email Opt Out", "opt_out", "Unsubscribed from all email", "DoNotCall", "donotemail"]
)
def test_a_column_that_says_by_its_name_who_does_not_want_it_is_no_consent(tmp_path, column):
    source = changed(CRM, columns=FEW | {"consent.email": ["MailOk", column]})
    with pytest.raises(ConfigurationError, match=rf"'{column}' says .* map it as opt_out\.email"):
        extracted(tmp_path, {"a.csv": "x\n"}, source)
