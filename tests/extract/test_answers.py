"""What our own side says about a person: the order numbers in our answers are our own records, whatever the format."""

from dataclasses import replace

import pytest

from pipelines.extract.claims.answers import with_references
from pipelines.settings import Source
from tests.resolve.worlds import message, told

SOURCE = Source(name="desk", format="zendesk", path="x", references=[r"GT-\d{7}"])
ANSWER = replace(message("desk", "1", told("account", "7", scope="desk")), direction="outbound", text="Order GT-1234567.")


def test_an_order_number_in_our_answer_is_a_reference_of_the_person():
    assert with_references(ANSWER, SOURCE).party == [*ANSWER.party, told("reference", "GT-1234567", evidence="reference")]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(replace(ANSWER, direction="inbound"), id="what the person says, which the format has read"),
        pytest.param(replace(ANSWER, direction="internal"), id="a note of ours, which may be about anyone"),
        pytest.param(replace(ANSWER, party=[]), id="an answer to nobody"),
        pytest.param(replace(ANSWER, text="Nothing to look up."), id="no order number"),
        pytest.param(
            replace(ANSWER, party=[*ANSWER.party, told("reference", "GT-1234567")]),
            id="a number that the record has already",
        ),
    ],
)
def test_other_records_stay_as_they_are(record):
    assert with_references(record, SOURCE) == record


def test_with_claims_switched_off_nothing_is_taken():
    assert with_references(ANSWER, SOURCE.model_copy(update={"claims": False})) == ANSWER
