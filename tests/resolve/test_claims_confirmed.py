"""A claim that its owner's channel confirms, by asking the same in private; each case in one world, with its own number."""

from dataclasses import replace

import pytest

from tests.resolve.test_stories import ANNA, BERT, crm
from tests.resolve.worlds import message, resolved, told

ASK = "The rain jacket that I ordered in October has lost a sleeve. What now?"
SENT_ON = "For this we need your details: please write to us by SMS."


def typed(text, minutes, **more):
    """A chat of somebody without a name, who has typed the number of another."""
    return "x", text, minutes, {"channel": "social", **more}


def texted(text, minutes, **more):
    return "sms", text, minutes, {"channel": "sms", **more}


CONFIRMED = {"the same again": [typed(ASK, 0), texted("I ask again. " + ASK, 60)]}
UNCONFIRMED = {
    "the time alone": [typed("Hello?", 0), texted("Here I am.", 60)],
    "we send the claimer on, and the owner comes: most do some time": [
        typed("Hello?", 0), typed(SENT_ON, 5, direction="outbound"), texted("Here I am.", 60)
    ],
    "our own words": [typed("Hello?", 0), typed(ASK, 1, direction="outbound"), texted(ASK, 9)],
    "what all the world reads": [typed(ASK, 0), texted(ASK, 60, is_public=True)],
    "a few words": [typed("Any news please?", 0), texted("Any news please?", 9)],
    "the same, days later": [typed(ASK, 0), texted(ASK, 73 * 60)],
    "the same, on a number that two people have": [typed(ASK, 0), texted(ASK, 60)],
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, str | None]:
    records = []
    for number, (case, messages) in enumerate((CONFIRMED | UNCONFIRMED).items()):
        phone = f"+4474468504{10 + number}"
        parties = {
            "x": [told("account", f"66{number}", scope="x"), told("phone", phone, evidence="claimed")],
            "sms": [told("phone", phone)],
        }
        for at, (source, text, minutes, more) in enumerate(messages):
            said = message(source, f"{case} {at}", *parties[source], minutes=minutes, thread=f"{source} {case}")
            records.append(replace(said, text=text, **more))
        if "two people" in case:
            records += [crm("1", ANNA, told("phone", phone)), crm("2", BERT, told("phone", phone))]
    return resolved(tmp_path_factory.mktemp("confirmed"), *records)


def owner_of(found, source, case):
    return {customer for ref, customer in found.items() if ref.startswith(f"{source} {case} ")}


@pytest.mark.parametrize("case", CONFIRMED)
def test_a_claim_links_where_the_owners_channel_confirms_it(found, case):
    assert owner_of(found, "x", case) == owner_of(found, "sms", case)


@pytest.mark.parametrize("case", UNCONFIRMED)
def test_what_confirms_nothing_links_nobody(found, case):
    assert owner_of(found, "x", case).isdisjoint(owner_of(found, "sms", case))
    assert owner_of(found, "sms", case)
