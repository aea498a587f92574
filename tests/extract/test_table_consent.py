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
        ("WAHR", "FALSCH"), ("Ja", "Nein"), ("J", "N"), ("ja", "nej"), ("Ja", "Nei"), ("ano", "ne"),
        ("VRAI", "FAUX"), ("oui", "non"), ("VERDADERO", "FALSO"), ("Sí", "No"),
        ("sì", "no"), ("Sim", "Não"), ("WAAR", "ONWAAR"), ("PRAWDA", "FAŁSZ"), ("ИСТИНА", "ЛОЖЬ"), ("はい", "いいえ"),
    ],
)  # fmt: skip
def test_yes_and_no_are_read_in_the_language_that_a_spreadsheet_is_set_to(tmp_path, yes, no):
    rows = [ANN | {"Id": number, "MailOk": word} for number, word in (("1", yes), ("2", no))]
    assert said(tmp_path, rows, COLUMNS) == [[True], [False]]


@pytest.mark.parametrize(
    ("state", "as_consent", "as_opt_out"),
    [
        ("subscribed", [True], []),
        ("SUBSCRIBED", [True], []),
        ("Opted in", [True], []),  # Braze's opted_in
        ("OptIn", [True], []),  # Salesforce's consent records
        ("Allow", [True], []),  # Dynamics' "Do not allow Emails"
        ("active", [True], []),  # MailerLite, Marketing Cloud, Campaign Monitor
        ("unsubscribed", [False], [False]),
        ("Opted Out", [False], [False]),
        ("Do Not Allow", [False], [False]),
        ("suppressed", [False], [False]),
        ("confirmed", [True], []),  # MailWizz, listmonk
        ("blocklisted", [False], [False]),
        ("cancelled", [False], [False]),  # Kit
        ("complained", [False], [False]),
        ("junk", [False], [False]),  # MailerLite
        ("SPAM_COMPLAINT", [False], [False]),  # Wix
        ("NOT_SUBSCRIBED", [False], []),  # Shopify
        ("Never subscribed", [False], []),  # Klaviyo
        ("nonSubscribed", [False], []),  # Omnisend
        ("No consent", [False], []),  # Pipedrive
        ("pending", [False], []),
        ("Pending double opt-in", [False], []),
        ("unconfirmed", [False], []),
        ("cleaned", [False], []),  # Mailchimp
        ("transactional", [False], []),
        ("archived", [False], []),
        ("Bounced", [False], []),
        ("REDACTED", [False], []),
        ("invalid", [False], []),
        ("Held", [False], []),  # Marketing Cloud
        ("Deleted", [False], []),
        ("Removed", [False], []),  # Moosend
        ("inactive", [False], []),
        ("NotSeen", [False], []),  # Salesforce's consent records
        ("NOT_SET", [], []),  # Wix, Dynamics
        ("Not specified", [], []),  # HubSpot
        ("UNKNOWN", [], []),
    ],
)
def test_the_state_of_a_subscription_says_the_same_in_either_column(tmp_path, state, as_consent, as_opt_out):
    row = {"Id": "1", "Email": "ann@mail.example", "State": state}
    assert said(tmp_path / "consent", [row], FEW | {"consent.email": "State"}) == [as_consent]
    assert said(tmp_path / "opt_out", [row], FEW | {"opt_out.email": "State"}) == [as_opt_out]


@pytest.mark.parametrize(
    "time", ["2026-03-01 10:22:33", "2026-03-01T10:22:33Z", "3/1/2026 10:22 AM", "30/1/2026", "2026-03-01", "Mar 1, 2026"]
)
def test_who_opted_out_at_a_time_opted_out(tmp_path, time):
    times = (time, "", "0000-00-00 00:00:00")
    rows = [{"Id": str(n), "Email": "ann@mail.example", "UNSUB_TIME": at} for n, at in enumerate(times)]
    assert said(tmp_path, rows, FEW | {"opt_out.email": "UNSUB_TIME"}) == [[False], [], []]


def test_a_time_is_no_consent(tmp_path):
    row = {"Id": "1", "Email": "ann@mail.example", "Changed": "2026-03-01 10:22:33"}
    outcome = extracted(tmp_path, {"a": written(row)}, changed(CRM, columns=FEW | {"consent.email": "Changed"}))
    assert [reason for _, reason in outcome.quarantined] == ["column 'Changed' is neither yes nor no"]


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
    states = ("yes", "no", "", "unsubscribed", "never_subscribed", "subscribed")
    rows = [{"Id": str(n), "Email": f"p{n}@mail.example", "Out": states[n % 6]} for n in range(300)]
    source = changed(CRM, columns=FEW | {"opt_out.email": "Out", "consent.email": "Out"})
    assert_alike(tmp_path_factory, source, written(*rows).encode())


@pytest.mark.parametrize("column", ["Email Opt Out", "Unsubscribe request", "Suppression status", "DNC"])
def test_a_state_may_be_that_of_a_refusal_where_its_column_is_called_so(tmp_path, column):
    states = ("active", "Confirmed", "Allow", "unsubscribed")
    rows = [{"Id": str(n), "Email": "ann@mail.example", column: state} for n, state in enumerate(states)]
    outcome = extracted(tmp_path, {"a": written(*rows)}, changed(CRM, columns=FEW | {"opt_out.email": column}))
    assert [reason for _, reason in outcome.quarantined] == [f"column '{column}' is neither yes nor no"] * 2
    assert [[each.allowed for each in record.consent] for record in outcome.records] == [[], [False]]


@pytest.mark.parametrize(
    "column",
    [
        "HasOptedOutOfEmail", "Email Opt Out", "opt_out", "Unsubscribed from all email", "DoNotCall", "donotemail",
        "emailBlacklisted", "Block list", "Suppressed", "DNC",
    ],
)  # fmt: skip
def test_a_column_that_says_by_its_name_who_does_not_want_it_is_no_consent(tmp_path, column):
    source = changed(CRM, columns=FEW | {"consent.email": ["MailOk", column]})
    with pytest.raises(ConfigurationError, match=rf"'{column}' says .* map it as opt_out\.email"):
        extracted(tmp_path, {"a.csv": "x\n"}, source)
