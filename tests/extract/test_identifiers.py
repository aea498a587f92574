"""One spelling a person: addresses, numbers, handles, names, and which of them are ours."""

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract import Identifier
from pipelines.extract.values import identifiers
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.phone_shapes import quick_phone
from tests.extract.exports import source_of
from tests.thorough import TIMES


@pytest.mark.parametrize(
    ("written", "address"),
    [
        pytest.param(" Bob@Shop.Example ", "bob@shop.example", id="upper case and spaces"),
        pytest.param("<bob@shop.example>", "bob@shop.example", id="in brackets"),
        pytest.param("mailto:bob@shop.example", "bob@shop.example", id="from a link"),
        pytest.param("bob@xn--exmple-cua.example", "bob@exämple.example", id="a domain in punycode is the one in letters"),
        pytest.param("bob@fridge.local", "bob@fridge.local", id="a private domain"),
        pytest.param("bob+shoes@shop.example", "bob+shoes@shop.example", id="a tag is part of it"),
    ],
)
def test_an_address_has_one_spelling(written, address):
    assert identifiers.email(written, "channel") == Identifier("email", "", address, "channel")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param("bob", id="a word"),
        pytest.param("bob@", id="no domain"),
        pytest.param("bob@localhost", id="a machine's own name"),
        pytest.param("bob@10.0.0.1", id="a number for a domain"),
        pytest.param("bob@[10.0.0.1]", id="an address of the network"),
        pytest.param("a b@shop.example", id="a space inside"),
        pytest.param("bob@shop..example", id="two dots"),
        pytest.param("bob@shop.example\nBcc: eve@evil.example", id="a second header"),
        pytest.param("bob\x00@shop.example", id="NUL"),
        pytest.param("bob\ud800@shop.example", id="a lone surrogate"),
        pytest.param("x" * 5_000_000 + "@shop.example", id="five million letters"),
        pytest.param("a@b@c.example", id="two signs"),
    ],
)
def test_what_is_no_address_is_none(written):
    assert identifiers.email(written, "channel") is None


@given(st.from_regex(r"[A-Za-z0-9_.+-]{1,12}@[a-z0-9.-]{1,14}\.[a-z0-9-]{1,6}", fullmatch=True))
def test_an_address_is_one_just_where_the_library_says_so(written):
    try:
        expected = validate_email(written, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        expected = None
    assert identifiers.normalise_email(written) == expected


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        # the E.164 form of each can be worked out by hand: country code, then the number without its leading 0
        pytest.param("020 7946 0123", "GB", "+442079460123", id="spoken at home"),
        pytest.param("+44 (0)20 7946 0123", None, "+442079460123", id="the zero nobody should dial"),
        pytest.param("0044 20 7946 0123", "GB", "+442079460123", id="with the exit code"),
        pytest.param("(212) 555-0123", "US", "+12125550123", id="American"),
        pytest.param("whatsapp:+4915112345678", None, "+4915112345678", id="with the channel before it"),
        pytest.param("tel:+44-20-7946-0123", None, "+442079460123", id="from a link"),
        pytest.param("020 7946 0123 ext. 12", "GB", "+442079460123", id="with an extension"),
        pytest.param("01 42 68 53 00 poste 12", "FR", "+33142685300", id="with an extension, in French"),
        pytest.param("06 6606846 int. 4", "IT", "+39066606846", id="in Italian"),
        pytest.param("+48 22 712 34 56 wew.5", "FR", "+48227123456", id="in Polish"),
        pytest.param("09 234 56 78 (toestel 31)", "BE", "+3292345678", id="in Dutch, in brackets"),
        pytest.param("030 1234567 DW 12", "DE", "+49301234567", id="in German"),
        pytest.param("+7 495 123-45-67, доб. 101", "RU", "+74951234567", id="in Russian"),
        pytest.param("11 3123-4567 ramal 204", "BR", "+551131234567", id="in Portuguese"),
        pytest.param("\u202a+44 20 7946 0123\u202c", None, "+442079460123", id="in marks of direction"),
        pytest.param("+44\u00a020\u20117946\u20110123", None, "+442079460123", id="with typographers' spaces and dashes"),
    ],
)
def test_a_number_has_one_spelling(written, region, number):
    assert identifiers.phone(written, region, "channel") == Identifier("phone", "", number, "channel")


@pytest.mark.parametrize(
    ("written", "region"),
    [
        pytest.param("020 7946 0123", None, id="no country to be had"),
        pytest.param("62222", "GB", id="a short code"),
        pytest.param("62222", "DE", id="a short code where numbers may be of any length"),
        pytest.param("118118", "AT", id="directory enquiries"),
        pytest.param("020 7946 0123 or 12", "GB", id="another word before digits than an extension's"),
        pytest.param("01 42 68 53 00 poste", "FR", id="an extension's word without one"),
        pytest.param("SHOPNEWS", "GB", id="an alphanumeric sender"),
        pytest.param("1-800-FLOWERS", "US", id="letters for digits"),
        pytest.param("anonymous", "GB", id="withheld, in words"),
        pytest.param("+266696687", None, id="withheld, as Twilio writes it"),
        pytest.param("+7378742833", None, id="restricted, as Twilio writes it"),
        pytest.param("", "GB", id="nothing"),
        pytest.param("+44 20 7946 0123 4567 89", None, id="too many digits"),
        pytest.param("+49 123 4567 8901 2345", None, id="more digits than E.164 has, though Germany's may be as long"),
        pytest.param("0123 4567 8901 2345", "DE", id="as many, written at home"),
        pytest.param("+43 1 110", None, id="fewer digits than anybody's number has"),
        pytest.param("0" * 1_000_000, "GB", id="a million zeros"),
        pytest.param("020 7946 0123\x00\ud800", None, id="NUL and a lone surrogate"),
    ],
)
def test_what_is_no_number_is_none(written, region):
    assert identifiers.phone(written, region, "channel") is None


REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
NUMBERS = st.one_of(
    st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
    st.from_regex(r"[+(0]?[0-9]{1,3}(?:[ ().-]{0,2}[0-9]{1,4}){2,5}[.)-]?", fullmatch=True),
    st.builds(  # a number that its country has given out, with digits changed, as it is dialled from here and there
        lambda region, before, changed: (
            before.format(
                code=phonenumbers.country_code_for_region(region),
                trunk=phonenumbers.ndd_prefix_for_region(region, True) or "",
            )
            + _with_digits(
                str((phonenumbers.example_number(region) or phonenumbers.example_number("GB")).national_number), changed
            )
        ),
        st.sampled_from(REGIONS),
        st.sampled_from(
            ["+{code}", "+{code} (0)", "00{code}", "{trunk}", "", "0", "+{code}{trunk}", "{code}", "tel:+{code}"]
        ),
        st.lists(st.tuples(st.integers(0, 14), st.sampled_from("0123456789 -")), max_size=3),
    ),
)


def _with_digits(number, changed):
    for at, digit in changed:
        number = number[:at] + digit + number[at + 1 :]
    return number


@settings(max_examples=600 * TIMES)
@given(NUMBERS, st.sampled_from([None, *REGIONS]))
def test_a_number_that_is_read_quickly_is_what_the_library_makes_of_it(written, region):
    quick = quick_phone(written, region)
    if quick:
        assert quick == identifiers.normalise_phone_by_library(written, region)


@pytest.mark.parametrize(
    ("written", "region"),
    [("+447700900123", None), ("07700 900123", "GB"), ("+44 (0)20 7946 0123", "GB"), ("(212) 555-0123", "US"),
     ("030 12345678", "DE"), ("06 12 34 56 78", "FR")],
)  # fmt: skip
def test_most_numbers_are_read_quickly(written, region):
    assert quick_phone(written, region)


def test_what_nobody_can_be_reached_by_takes_no_memory():
    for number in range(50):
        identifiers.normalise_email(str(number) + "x" * 1_000_000 + "@shop.example")
        identifiers.normalise_phone(str(number) + "0" * 1_000_000, "GB")
    kept = identifiers._normalise_email.cache_info().currsize, identifiers._normalise_phone.cache_info().currsize
    identifiers.normalise_email("y" * 1_000_000 + "@shop.example")
    identifiers.normalise_phone("1" * 1_000_000, "GB")
    assert kept == (
        identifiers._normalise_email.cache_info().currsize,
        identifiers._normalise_phone.cache_info().currsize,
    )


def test_a_handle_belongs_to_its_platform():
    assert identifiers.handle("@AnnField", "x", "channel") == Identifier("handle", "x", "annfield", "channel")
    assert identifiers.handle("https://www.instagram.com/annfield/", "instagram", "reference").value == "annfield"
    assert identifiers.handle("@", "x", "channel") is None
    assert identifiers.handle("two words", "x", "channel") is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        pytest.param("  Ann \t  Field ", "Ann Field", id="white space"),
        pytest.param('"Ann Field"', "Ann Field", id="quotes"),
        pytest.param("Ann\u202e dleiF\u202c", "Ann dleiF", id="written backwards by control"),
        pytest.param("Ann\r\nBcc: eve", "Ann Bcc: eve", id="a line break"),
        pytest.param("A\u0308nne", "Änne", id="an accent of its own"),
        pytest.param("李雷", "李雷", id="Chinese"),
        pytest.param("Ann\x00\ud83d Field", "Ann Field", id="NUL and half a character"),
    ],
)
def test_a_name_is_kept_as_written_but_clean(written, name):
    assert identifiers.name(written, "channel") == Identifier("name", "", name, "channel")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param("ann@field.example", id="an address"),
        pytest.param("Ann (ann@field.example)", id="an address beside the name"),
        pytest.param("+44 20 7946 0123", id="a number"),
        pytest.param("\u200b\u202e", id="marks nobody sees"),
        pytest.param("x" * 10_000_000, id="ten megabytes"),
    ],
)
def test_what_is_no_name_is_none(written):
    assert identifiers.name(written, "channel") is None


def test_references_are_upper_case_without_spaces():
    assert identifiers.reference(" gt-12 34 ", "claimed") == Identifier("reference", "", "GT-1234", "claimed")


OWN = Own.of(
    source_of(
        format="mbox", region="GB",
        own=[
            "Support@shop.example", "*@staff.shop.example", "020 7946 0000", "@ShopHelp", "Shop Support",
            "1180345678901234567",
        ],
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param("email", "support@shop.example", id="our address"),
        pytest.param("email", "support+4711@shop.example", id="our address with a ticket's tag"),
        pytest.param("email", "gwen@staff.shop.example", id="anyone of a domain of ours"),
        pytest.param("phone", "+442079460000", id="our number, spelt otherwise"),
        pytest.param("handle", "shophelp", id="our handle"),
        pytest.param("account", "1180345678901234567", id="our account"),
        pytest.param("name", "SHOP  support", id="our name"),
    ],
)
def test_ours_is_recognised_in_any_spelling(kind, value):
    assert OWN.matches(Identifier(kind, "", value, "channel"))
    assert OWN.is_ref(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param("email", "support@shop.example.evil.example", id="an address that begins like ours"),
        pytest.param("email", "gwen@evilstaff.shop.example", id="a domain that ends like ours"),
        pytest.param("phone", "+442079460001", id="the number next to ours"),
        pytest.param("handle", "shophelpp", id="a look-alike handle"),
        pytest.param("name", "Shop", id="a part of our name"),
    ],
)
def test_what_only_looks_like_ours_is_not(kind, value):
    assert not OWN.matches(Identifier(kind, "", value, "channel"))
    assert not OWN.is_ref(value)


def test_nothing_is_ours_where_nothing_is_declared():
    nobody = Own.of(source_of(format="mbox"))
    assert not nobody.is_ref("")
    assert not nobody.is_name("")
    assert not nobody.is_ref("support@shop.example")
