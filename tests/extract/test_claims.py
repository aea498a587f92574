"""What a text claims about people: found where it stands, never more than a claim, and never ours."""

import pytest

from pipelines.errors import ConfigurationError
from pipelines.extract.claims.claims import AT_MOST, claims_of, references_of
from tests.extract.exports import source_of
from tests.extract.mailboxes import SOURCE
from tests.growth import assert_work_grows_with_length

# 020 7946 0123, its digits from other scripts
ARABIC = "\u0660\u0662\u0660 \u0667\u0669\u0664\u0666 \u0660\u0661\u0662\u0663"
DEVANAGARI = "+\u096a\u096a \u0968\u0966 \u096d\u096f\u096a\u096c \u0966\u0967\u0968\u0969"
WIDE = "\uff0b\uff14\uff14 \uff12\uff10 \uff17\uff19\uff14\uff16 \uff10\uff11\uff12\uff13"


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
        pytest.param("see report@2x.png and IMG@3x.JPG", set(), id="pictures for sharp screens"),
        pytest.param("write to ann@mail.zip", {("email", "ann@mail.zip")}, id="an ending that is a domain as well"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_claims_are_what_somebody_typed(text, claims):
    assert found(text) == claims


@pytest.mark.parametrize(
    "text",
    [
        "I got a mail from helper@evil.example asking for my password",
        "Yesterday I received a strange call from the number 07700 900199, was that you?",
        "I was called from 07700 900199.",
        "my wife has been contacted by <helper@evil.example>",
        "+44 7700 900199 keeps calling me",
        "helper@evil.example has emailed us twice",
        "Ich habe eine Mail von helper@evil.example bekommen",
        "Gestern wurde ich von 07700 900199 angerufen",
        "J'ai reçu un message de helper@evil.example",
        "helper@evil.example m\u2019a \u00e9crit deux fois",
        "He recibido un correo de helper@evil.example",
        "Ho ricevuto una mail da helper@evil.example",
        "Otrzymałam wiadomość od helper@evil.example",
        "I got a mail from (helper@evil.example)",
        "Somebody (07700 900199) keeps calling me",
    ],
)
def test_what_a_writer_tells_of_somebody_else_is_no_claim(text):
    assert found(text) == set()
    assert found(f"{text}\nmy mail is ann@field.example") == {("email", "ann@field.example")}


@pytest.mark.parametrize(
    "text",
    [
        "I called from 07700 900123 and nobody answered",
        "I wrote to you from ann@field.example",
        "I got no answer. Write to ann@field.example",
        "I received the wrong size, reach me from nine on 07700 900123",
        "I got the order, call me on 07700 900123",
        "Ich rufe von 07700 900123 an",
        "Ich habe nichts bekommen, meine Mail ist ann@field.example",
        "J'ai reçu la mauvaise taille, mon adresse est ann@field.example",
        "07700 900123 is where you can call me",
        "Ann, 07700 900123\n\nCalled us twice, nobody answered",
    ],
)
def test_what_a_writer_tells_of_themselves_is_one(text):
    assert found(text) in ({("phone", "+447700900123")}, {("email", "ann@field.example")})


@pytest.mark.parametrize(
    "reaction",
    [
        "Liked “{}”", 'Disliked "{}"', "Laughed at “{}”", "Reacted 😂 to “{}”", "Removed a like from “{}”", "👍 to “{}”",
        "\u200a❤️\u200b to “\u200a{}\u200a”\u200a",
    ],
)  # fmt: skip
def test_what_a_reaction_repeats_is_no_claim_of_who_reacted(reaction):
    ours = "Call 07700 900199\nor write to helper@evil.example"
    assert found(reaction.format(ours)) == set()
    assert len(found(reaction.format(ours) + " - no, mine is 07700 900123")) == 3
    assert len(found(f"I {reaction.format(ours)}")) == 2


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


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("020 7946 0123 ext 45", "+442079460123", id="an extension"),
        pytest.param("020 7946 0123 ext. 45", "+442079460123", id="an extension with a dot"),
        pytest.param("02079460123x45", "+442079460123", id="an extension without a space"),
        pytest.param("020 7946 0123 #45", "+442079460123", id="an extension by its sign"),
        pytest.param("+44 (0)20 7946 0123", "+442079460123", id="the trunk prefix in brackets"),
        pytest.param("tel:+442079460123", "+442079460123", id="a link"),
        pytest.param(ARABIC, "+442079460123", id="Arabic digits"),
        pytest.param(DEVANAGARI, "+442079460123", id="Devanagari digits"),
        pytest.param(WIDE, "+442079460123", id="wide digits"),
        pytest.param("part 02079460123xyz", None, id="letters behind it"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text, number):
    assert found(text) == ({("phone", number)} if number else set())


@pytest.mark.parametrize("text", ["ann at field dot example", "ann [at] field.example", "ann(at)field(dot)example"])
def test_an_address_spelt_out_is_left(text):
    assert found(text) == set()


def handles(text: str, signature: str = "", source=SOURCE) -> set[tuple[str, str]]:
    return {(claim.scope, claim.value) for claim in claims_of(text, source, signature) if claim.kind == "handle"}


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("I'm @ann_x on X", {("x", "ann_x")}),
        ("Hello, I\u2019m @Ann_X on Twitter.", {("x", "ann_x")}),
        ("I am @ann_x on x, by the way", {("x", "ann_x")}),
        ("my insta is ann.x", {("instagram", "ann.x")}),
        ("my insta is ann.x.", {("instagram", "ann.x")}),
        ("My X handle is @ann", {("x", "ann")}),
        ("my Telegram: @ann", {("telegram", "ann")}),
        ("find me on Telegram @ann", {("telegram", "ann")}),
        ("You can reach me on Telegram as @ann.", {("telegram", "ann")}),
        ("message me @ann on instagram", {("instagram", "ann")}),
        ("IG: ann.x", {("instagram", "ann.x")}),
        ("Insta: @ann", {("instagram", "ann")}),
        ("my profile: https://www.instagram.com/ann.x/", {("instagram", "ann.x")}),
        ("my profile is twitter.com/annx", {("x", "annx")}),
        ("I'm https://x.com/ann?s=21&t=abc", {("x", "ann")}),
        ("Find me at t.me/ann", {("telegram", "ann")}),
        ("my page is facebook.com/ann.archer", {("messenger", "ann.archer")}),
        ("my linkedin is https://uk.linkedin.com/in/ann-archer", {("linkedin", "ann-archer")}),
        ("My tiktok is tiktok.com/@ann", {("tiktok", "ann")}),
        ("I'm @ann on X and Instagram", {("x", "ann"), ("instagram", "ann")}),
        ("I'm @ann on X and @ann.x on Instagram", {("x", "ann"), ("instagram", "ann.x")}),
        ("My Instagram and Twitter are @ann", {("x", "ann"), ("instagram", "ann")}),
        ("Mein Insta ist ann_x", {("instagram", "ann_x")}),
        ("ich bin @ann auf X", {("x", "ann")}),
        ("Ich heiße @ann auf Instagram", {("instagram", "ann")}),
        ("mon compte Instagram est @ann", {("instagram", "ann")}),
        ("je suis @ann sur X", {("x", "ann")}),
        ("mi usuario de Instagram", set()),
        ("mi Instagram es @ann", {("instagram", "ann")}),
        ("soy @ann en Instagram", {("instagram", "ann")}),
        ("il mio Instagram è @ann", {("instagram", "ann")}),
        ("meu Instagram é @ann", {("instagram", "ann")}),
        ("mijn Instagram is @ann", {("instagram", "ann")}),
        ("mój Instagram to @ann", set()),
        ("мой телеграм @ann", {("telegram", "ann")}),
        ("я @ann в телеграм", {("telegram", "ann")}),
        ("я @ann в телеграме", {("telegram", "ann")}),
        ("найдите меня в инстаграме: @ann", {("instagram", "ann")}),
        ("sono @ann su Telegram", {("telegram", "ann")}),
    ],
)
def test_a_handle_is_taken_where_its_writer_calls_it_theirs(text, claimed):
    assert handles(text) == claimed


@pytest.mark.parametrize(
    "text",
    [
        "@shop where is my order?", "@shop on X", "I follow @bob on X", "I saw @bob on Instagram", "my friend is @bob on X",
        "my wife's Instagram is @bob", "I'm not @bob on X", "I bought it from instagram.com/bob", "is it @bob on X?",
        "your insta is @bob", "instagram.com/bob", "https://x.com/bob/status/123", "see t.me/bob", "my order. @bob on X",
        "my Instagram is broken", "my insta is down", "My Telegram is not working", "my facebook was hacked",
        "Instagram: broken",
        "my Instagram feed showed @bob", "my post: https://www.instagram.com/p/abc123/", "my x.com/home is empty",
        "I'm @bob", "I am ann.x", "my ann_x", "my insta and ann@mail.example", "ich habe im Instagram @bob gesehen",
        "love from me x @bob", "I'm done with X", "Size X is my size @bob", "5 min on Instagram @bob", "help me @bob on X",
        "my name is Ann\n@bob on X", "I'm Ann and you are @bob on X", "my 2 parcels on X", "tell me on X @bob",
        "он @bob в телеграме", "напишите @bob в инсте", "I'm no @bob on X",
    ],
)  # fmt: skip
def test_somebody_elses_handle_is_left(text):
    assert handles(text) == set()


@pytest.mark.parametrize(
    ("signature", "claimed"),
    [
        ("Ann Archer\nIG: annarcher", {("instagram", "annarcher")}),
        ("Ann Archer | @ann on X", {("x", "ann")}),
        ("Ann Archer\nhttps://www.instagram.com/ann.x/", {("instagram", "ann.x")}),
        ("t.me/ann | x.com/ann_x", {("telegram", "ann"), ("x", "ann_x")}),
        ("Instagram @ann", {("instagram", "ann")}),
        ("Follow us on Instagram @bob", set()),
        ("Sent from my iPhone", set()),
        ("Example Ltd instagram.com/bob", set()),
    ],
)
def test_a_handle_in_a_signature_is_its_writers(signature, claimed):
    assert handles("Where is it?", signature) == claimed


def test_our_own_handle_is_no_claim():
    source = source_of(format="mbox", own=["@ShopGB"])
    assert handles("my X is @shopgb", source=source) == set()


def test_a_signature_is_searched_for_addresses_and_numbers_too():
    claims = claims_of("Where is it?", SOURCE, "Ann\nann@field.example\n020 7946 0123")
    assert {claim.value for claim in claims} == {"ann@field.example", "+442079460123"}


def test_a_subject_tells_order_numbers():
    assert [claim.value for claim in references_of("Re: my order gt-123456", SOURCE)] == ["GT-123456"]


def test_claims_can_be_switched_off():
    source = SOURCE.model_copy(update={"claims": False})
    assert claims_of("ann@field.example GT-123456 my insta is ann.x", source, "IG: ann.x") == []
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
        pytest.param(200_000, lambda n: "0207946012x" * n, id="nearly extensions"),
        pytest.param(150_000, lambda n: "0301234567/-. " * n, id="numbers and what parts them"),
        pytest.param(200_000, lambda n: "order no. " * n + "0301234567", id="words before a number"),
        pytest.param(200_000, lambda n: "AA00 0301 " * n, id="nearly accounts"),
        pytest.param(200_000, lambda n: "Tel.0301x " * n, id="words joined to digits"),
        pytest.param(2_000_000, lambda n: "(" * n, id="brackets"),
        pytest.param(500_000, lambda n: "my " * n, id="mine"),
        pytest.param(200_000, lambda n: "my X on " * n, id="platforms without a handle"),
        pytest.param(200_000, lambda n: "my @ann " * n, id="handles without a platform"),
        pytest.param(200_000, lambda n: "my X\n" * n, id="lines"),
        pytest.param(200_000, lambda n: "x.com/" * n, id="halves of links"),
        pytest.param(500_000, lambda n: "\u0660" * n, id="digits of another script"),
        pytest.param(100_000, lambda n: "got 0301234567 from x@y.de called me " * n, id="mails and calls of others"),
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(length, text):
    assert_work_grows_with_length(text, lambda content: claims_of(content, SOURCE), length)
