"""The search around signs finds what the plain search over the whole text finds, and nothing else."""

import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract.claims.claims import AT_MOST, claims_of, references_of
from pipelines.extract.claims.reference_patterns import patterns_of
from pipelines.extract.claims.text_marks import Marks
from pipelines.extract.parts.columns.claims import with_claims, with_mentions
from pipelines.extract.values.fields import names
from tests.extract.exports import source_of
from tests.extract.plain_claims import plain_claims, plain_references
from tests.thorough import TIMES

OFTEN = settings(max_examples=500 * TIMES, deadline=None)
PATTERNS = [
    r"\bGT-\d{6}\b", r"GT-\d{4,6}", r"ticket (\w+)", r"order\s+no\.?\s*(\d{5})", r"(?:GT|RT)-?\d{3,5}\b", r"#?\d{5,8}",
    r"\d{3}\B", r"is\d?s", r"k[0-9]+?", r"GT-\d{3}$", r"^GT-\d{3}", r"(?<!A)\d{4}", r"GT(?!-0)-\d", r"(GT)-\d{2}|RT\d",
    r"(?:a\d|b7){1,3}", r"[^a]{3}\d", r"\w{2,4}-\w{2,4}", r"(?i:g)T-\d", r"(?a)GT-\d", r"GT-[\d]{2}", r"GT-[\d.]{2}",
    r"([A-Z]{2})\d\1", r"GT\s{0,3}\d{2,}?", r"(?:GT-)?\d{4}", r"(?:\d|x)GT", r"q*", r"(?=GT)..-\d\d", r"G.-\d",
    r"\d[\s\S]{0,9}",
]  # fmt: skip
WORDS = names("""
    GT-100234 gt-1234 GT-12 RT123 ticket TICKET order no. no 12345 1234567 ann2@mail.example 07700 900123 +44 7700 900124.
    (0)20 7946 0123 0123x45 ext. 2026-11-20 10:30 £20.50 I'm i\u2019m I am @ann_x @ann on X x X. my My insta is ann.x1 ann-9
    ann.). IG: IG:ann.x find me at t.me/ann reach https://x.com/ann_x?s=1 x.com/ www.instagram.com/ann.x/ Telegram _my_ _me_
    : . ... - \u2013 | , ; ! and und e i heiße ich bin bskyann bsky.app/profile/ann твиттер мой 5 2 a b7 A1 x\u0130 ig_ a_b
""")
ODD = (
    "\n", "\n\n", "\t", "\u00a0", "\u2003", "\x1c", "\u0660\u0667\u0667\u0660\u0660", "\u0969", "\u0130", "\u0131", "\u017f",
    "\u212a", "i\u017f", "t\u0131cket", "T\u0130CKET", "GT-\u0661\u0662\u0663\u0664", "\uff0b447700900123", "\u2011", "😀",
    "ü", "\U0001d7ce", "\ua620", "Ἀ", "x" * 90, "my " * 40, "is " * 30, "1 " * 30, "and more words " * 15,
)  # fmt: skip
PIECES = st.tuples(st.sampled_from([*sorted(WORDS), *ODD]) | st.text(max_size=3), st.sampled_from(["", " ", " ", " "]))
SPOKEN = names("""
    my My i'm I am ich bin find me is are on and X x insta IG Telegram: @ann ann.x1 ann-9 a_b t.me/ann X. @ann. order , i im
""")
TEXTS = st.one_of(
    st.lists(st.sampled_from(sorted(SPOKEN)), max_size=9).map(" ".join),
    st.lists(PIECES.map("".join), max_size=14).map(lambda pieces: "".join(pieces).encode("utf-8", "replace").decode()),
)
SOURCES = st.builds(
    lambda patterns, region: source_of(format="mbox", region=region, references=patterns, own=["@ann", "+44 7700 900124"]),
    st.lists(st.sampled_from(PATTERNS), max_size=2),
    st.sampled_from(["GB", "US", "IT", None]),
)


@OFTEN
@given(text=TEXTS, signature=st.just("") | TEXTS, source=SOURCES)
def test_a_text_claims_what_the_plain_search_finds(text, signature, source):
    assert claims_of(text, source, signature) == plain_claims(text, source, signature)


@OFTEN
@given(text=TEXTS, pattern=st.sampled_from(PATTERNS))
def test_a_reference_is_found_where_its_pattern_finds_it(text, pattern):
    [reference] = patterns_of((pattern,))
    found = [match.span() for match in reference.matches(Marks(text))]
    assert found == [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]


@OFTEN
@given(
    text=st.lists(st.sampled_from(["7ab", "ab7", "GTab", "abGT", *"7abGT-_ \u00e9\u0660"]), max_size=7).map("".join),
    pattern=st.sampled_from([
        r"\b7ab\b", r"7ab\B", r"\bab7\b", r"\Bab7", r"\bGTab\b", r"GTab\B", r"\babGT\b", r"\BabGT", r"7[ab]{0,2}?\b",
        r"G?T7?\b", r"(?:a|ab)7(?:b|ba)?", r"[^G]T\d?a", r".7.", r".GT.", r"(?:GT|7)a{1,2}\b", r"7(?!ab)", r"(?<=G)T-",
        r"T7{1,3}a?", r"a?b?GT", r"a?b?7",
    ]),
)  # fmt: skip
def test_what_stands_at_the_borders_of_a_match_counts(text, pattern):
    [reference] = patterns_of((pattern,))
    found = [match.span() for match in reference.matches(Marks(text))]
    assert found == [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("my insta " + "is " * 60 + "@ann1", ["ann1"]),
        ("my insta" + " is" * 31 + "   @ann1", ["ann1"]),
        ("me @a i zzz am @ann1 on X", []),
        ("my insta is ann.x i zzz am @ann1 on X", ["ann.x"]),
        ("my @ab i. zzz am @ann1 on X", []),
        ("my insta is ann-9", []),
        ("my insta is ann-9 , a_b", ["ann-9"]),
        ("on" * 60 + " @ann1 on X", []),
        ("z" * 98 + "my @ann1 on X", []),
        ("z" * 98 + " my @ann1 on X", ["ann1"]),
    ],
)
def test_a_claim_begins_where_it_begins(text, handles):
    source = source_of(format="mbox")
    assert [claim.value for claim in claims_of(text, source)] == handles
    assert claims_of(text, source) == plain_claims(text, source)


@pytest.mark.parametrize(
    ("pattern", "word", "has_digit", "longest"),
    [
        (r"\bGT-\d{6}\b", "gt-", True, 9),
        (r"(?:GT|RT)-\d{4,6}", "-", True, 9),
        (r"order\s+no\.?\s*(\d{5})", "order", True, None),
        (r"ticket (\w+)", "ticket ", False, None),
        (r"GT-\d{3}$", "gt-", True, None),
        (r"(?<!A)\d{3}", "", True, None),
        (r"(?a)GT-\d", "", False, None),
        (r"(?i:g)T-\d", "t-", True, None),
        (r"(GT)?-[A-Z]", "-", False, 4),
        (r"\w{2,300}", "", False, None),
    ],
)
def test_what_a_pattern_is_never_without_is_read_off_it(pattern, word, has_digit, longest):
    [reference] = patterns_of((pattern,))
    assert (reference.word, reference.has_digit, reference.longest) == (word, has_digit, longest)


@OFTEN
@given(texts=st.lists(TEXTS, max_size=6), cut=st.integers(0, 3), source=SOURCES)
def test_texts_of_a_column_are_left_out_only_where_they_claim_nothing(texts, cut, source):
    column = pa.array(texts, pa.string())[cut:]
    claims = {number: (text, handles) for number, text, handles in with_claims(column, source)}
    mentions = dict(with_mentions(column, source))
    for number, text in enumerate(texts[cut:]):
        read, may_have_handle = claims.get(number, ("", False))
        assert claims_of(read, source, may_have_handle=may_have_handle) == plain_claims(text, source)
        assert (
            references_of(mentions.get(number, ""), source)
            == list(dict.fromkeys(plain_references(text, source)[0]))[:AT_MOST]
        )


@pytest.mark.parametrize(
    ("pattern", "mentioning"),
    [
        pytest.param(r"\bGT-\d{6}\b", ["order 5", "\u0661"], id="those with a digit"),
        pytest.param(r"ticket (\w+)", ["a TICKET of", "t\u0131cket"], id="those with its word"),
        pytest.param(r"[^a]+", ["hello", "a TICKET of", "order 5", "t\u0131cket", "\u0661"], id="any"),
    ],
)
def test_only_texts_that_may_mention_an_order_are_read(pattern, mentioning):
    texts = pa.array(["hello", "a TICKET of", "order 5", "t\u0131cket", "\u0661"])
    read = with_mentions(texts, source_of(format="mbox", references=[pattern]))
    assert [text for _, text in read] == mentioning
