"""The name that a network shows of a caller: a person's, or what stands in its place where none is known."""

import pytest

from pipelines.extract.parts.phone.parties import caller_name
from tests.extract import test_asterisk_cdr as asterisk
from tests.extract import test_twilio as twilio
from tests.extract.exports import extracted


@pytest.mark.parametrize(
    "shown",
    [
        "WIRELESS CALLER", "Wireless Caller", "TOLL FREE CALL", "TOLLFREE CALLER", "CELL PHONE   NY", "Unknown Name",
        "UNAVAILABLE", "NAME UNAVAILABLE", "PRIVATE CALLER", "NO CALLER ID", "OUT OF AREA", "V91514082300004",
        "LA MESA      CA", "SAN ANTONIO  TX", "Toronto, ON", "Mobile Number, Australia", "",
        "CID:07700900126", "<unknown>", "asterisk", "Scam Likely", "SPAM RISK", "Potential Spam", "TELEMARKETER",
        "No Number", "Name Not Found", "Unbekannt", "Inconnu", "Numéro masqué", "Desconocido", "Sconosciuto", "Onbekend",
    ],
)  # fmt: skip
def test_what_a_network_shows_where_it_knows_no_name_is_nobodys(shown):
    assert caller_name(shown) is None


@pytest.mark.parametrize(
    "shown",
    [
        "SMITH JOHN",
        "RODRIGUEZ MARIA",
        "NGUYEN ID",
        "O'NEIL   PAT",
        "MARTIN AL",
        "LEE, ANN",
        "Wireless World",
        "No",
        "Ann Unbekannt",
        "CID Rodrigo",
        "Risk",
    ],
)
def test_a_name_that_has_such_words_or_letters_in_it_is_a_name(shown):
    found = caller_name(shown)
    assert found
    assert found.value == " ".join(shown.split())


def test_a_wireless_caller_has_a_number_and_no_name_in_both_logs_of_calls(tmp_path):
    (cdr,) = extracted(
        tmp_path, {"Master.csv": asterisk.master(asterisk.cdr(clid=f'"WIRELESS CALLER" <{asterisk.ANN}>'))}, asterisk.SOURCE
    ).records
    (call,) = extracted(
        tmp_path, {"calls": twilio.page("calls", twilio.call(1, caller_name="LA MESA      CA"))}, twilio.SOURCE
    ).records
    assert [[each.kind for each in record.party] for record in (cdr, call)] == [["phone"], ["phone"]]
