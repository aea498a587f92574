"""Exports damaged at random: nothing raises, nothing invalid comes out, and what was not touched is still read."""

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.extract import tables, test_landing, test_whatsapp, test_zendesk
from tests.extract.specimens import Specimen, specimens
from tests.thorough import TIMES

JSONL = "".join(test_landing.call(str(number)) for number in range(20)).encode("utf-8", "surrogatepass")
CSV = tables.csv_of(*(tables.ANN | {"Id": f"C{number}", "Street": 'a "b"\nc'} for number in range(20))).encode()
CHAT = "".join(f"{day}/11/2026, 10:00 - Ann Archer: hello {day}\nand more\n" for day in range(10, 30)).encode()
TICKETS = test_zendesk.lines(*(test_zendesk.TALK | {"id": number} for number in range(20)), *test_zendesk.PEOPLE).encode()

BORDERED = {  # exports whose records have borders of their own
    "json lines": Specimen(test_landing.CALLS, {"a.jsonl": JSONL}, "a.jsonl"),
    "csv": Specimen(tables.CRM, {"a.csv": CSV}, "a.csv"),
    "whatsapp": Specimen(test_whatsapp.SOURCE, {test_whatsapp.NAME: CHAT}, test_whatsapp.NAME),
    "zendesk": Specimen(test_zendesk.SOURCE, {"tickets": TICKETS}, "tickets"),
}
PARQUET = tables.parquet([tables.TEXT] * 20, tables.TYPES)
EXPORTS = specimens() | {
    "json lines": BORDERED["json lines"],
    "csv": BORDERED["csv"],
    "parquet": Specimen(tables.SMS, {"a.parquet": PARQUET}, "a.parquet"),
}

DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["cut", "drop", "put", "repeat"]),
        st.floats(0, 1, exclude_max=True),
        st.integers(1, 40),
        st.one_of(
            st.binary(min_size=1, max_size=6),
            st.sampled_from([b'"', b"\n", b"[", b"{", b"\\ud83d", b"\0", b"1e999", b"null", b",", b"\xff"]),
        ),
    ),
    min_size=1,
    max_size=4,
)


def damaged(content, damage):
    for what, where, length, put in damage:
        at = int(where * len(content))
        if what == "cut":
            content = content[:at]
        elif what == "drop":
            content = content[:at] + content[at + length :]
        elif what == "put":
            content = content[:at] + put + content[at:]
        else:
            content = content[: at + length] + content[at:]
    return content


@pytest.mark.parametrize("name", EXPORTS)
@settings(max_examples=70 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(damage=DAMAGE)
def test_a_damaged_export_never_raises_and_gives_only_valid_records(tmp_path, name, damage):
    outcome = EXPORTS[name].read(tmp_path, damaged(EXPORTS[name].content, damage))
    for record in outcome.records:
        assert record.source_ref
        assert record.position
        orjson.dumps(record)  # refuses what is no valid UTF-8
        for identifier in getattr(record, "party", None) or getattr(record, "identifiers", []):
            assert identifier.value
    for row in outcome.issues.quarantined:
        assert row.reason
        assert "Archer" not in row.reason


@pytest.mark.parametrize("name", BORDERED)
@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(put=st.sampled_from([b'"', b"\xff\xfe", b'\\"', b"{", b"\0"]), place=st.floats(0.2, 0.8))
def test_one_damaged_place_costs_at_most_the_record_it_stands_in(tmp_path, name, put, place):
    content = BORDERED[name].content
    whole = BORDERED[name].read(tmp_path / "whole")
    at = int(place * len(content))
    hurt = BORDERED[name].read(tmp_path / "hurt", content[:at] + put + content[at:])
    each = 3 if name == "zendesk" else 1  # a ticket is one line of three comments
    lost = {record.source_ref for record in whole.records} - {record.source_ref for record in hurt.records}
    assert len(hurt.records) >= len(whole.records) - each
    assert len(lost) <= each + 1
