"""What a text claims about people: found where it stands, never more than a claim, and never ours."""

import pytest

from pipelines.errors import ConfigurationError
from pipelines.extract.claims import AT_MOST, claims_of, references_of
from tests.extract.exports import source_of
from tests.extract.mailboxes import SOURCE
from tests.growth import assert_work_grows_with_length


def found(text: str, source=SOURCE) -> set[tuple[str, str]]:
    claims = claims_of(text, source)
    assert {claim.evidence for claim in claims} <= {"claimed"}
    return {(claim.kind, claim.value) for claim in claims}


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        pytest.param("Write to Ann@Field.example.", {("email", "ann@field.example")}, id="an address before a full stop"),
        pytest.param("(ann@field.example)", {("email", "ann@field.example")}, id="an address in brackets"),
        pytest.param("call 020 7946 0123 after six", {("phone", "+442079460123")}, id="a number as written at home"),
        pytest.param("Tel.: +49 151 12345678", {("phone", "+4915112345678")}, id="a number from abroad"),
        pytest.param("my order gt-123456!", {("reference", "GT-123456")}, id="an order number in lower case"),
        pytest.param("GT-123456 or GT-123456", {("reference", "GT-123456")}, id="said twice, found once"),
        pytest.param("write to support@shop.example", set(), id="our own address"),
        pytest.param("you rang from 020 7946 0000", set(), id="our own number"),
        pytest.param("on 2026-11-20 I paid 1,234,567.00 for 12345678", set(), id="dates, amounts, other numbers"),
        pytest.param("01/02/2026 03.04.2026 2026-01-02", set(), id="dates only"),
        pytest.param("on 01/02/2026 12 30 and 03.04.2026 18 15 22", set(), id="dates with a time behind them"),
        pytest.param("nobody@nowhere and @handle", set(), id="no address"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_claims_are_what_somebody_typed(text, claims):
    assert found(text) == claims


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("call (212) 555-0123", {("phone", "+12125550123")}, id="in its usual groups"),
        pytest.param("call 212.555.0123", {("phone", "+12125550123")}, id="with dots"),
        pytest.param("ticket 2125550 from 2026-11-20 12", set(), id="other digits"),
    ],
)
def test_north_american_numbers_are_told_from_other_digits(text, numbers):
    assert found(text, source_of(format="mbox", region="US")) == numbers


def test_a_number_without_a_country_is_no_claim_where_none_is_declared():
    assert found("020 7946 0123 or +44 20 7946 0123", source_of(format="mbox")) == {("phone", "+442079460123")}


def test_claims_can_be_switched_off():
    source = SOURCE.model_copy(update={"claims": False})
    assert claims_of("ann@field.example GT-123456", source) == []
    assert references_of("GT-123456", source) == []


def test_a_group_of_the_pattern_is_the_reference():
    source = source_of(format="mbox", references=[r"order\s+no\.?\s*(\d{5})"])
    assert found("about Order no. 12345", source) == {("reference", "12345")}


def test_a_pattern_that_is_none_names_itself():
    with pytest.raises(ConfigurationError, match="references"):
        claims_of("text", source_of(format="mbox", references=["(unclosed"]))


def test_a_list_of_people_is_cut_off():
    assert len(claims_of(" ".join(f"p{n}@field.example" for n in range(1000)), SOURCE)) == AT_MOST


@pytest.mark.parametrize(
    ("length", "text"),
    [
        pytest.param(2_000_000, lambda n: "a" * n, id="letters"),
        pytest.param(2_000_000, lambda n: "@" * n, id="signs"),
        pytest.param(1_000_000, lambda n: "1 " * n, id="digits apart"),
        pytest.param(2_000_000, lambda n: "+" * n, id="pluses"),
        pytest.param(1_000_000, lambda n: "a@" * n, id="halves of addresses"),
        pytest.param(250_000, lambda n: "0207946 " * n, id="beginnings of numbers"),
        pytest.param(200_000, lambda n: "GT-12345 " * n, id="nearly order numbers"),
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(length, text):
    assert_work_grows_with_length(text, lambda content: claims_of(content, SOURCE), length)
