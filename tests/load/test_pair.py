"""The waterfall of a pair fits a terminal and leaves nothing out."""

import io
from dataclasses import replace

from rich.console import Console

from pipelines.commands.pair import show_pair
from pipelines.load.pages.pair_page import draw
from pipelines.resolve.explaining.explain import PairExplanation, Weight

ROWS = [
    Weight("two people at random", "1 in 1024", -10.0),
    Weight("name", "name equal", 9.25),
    Weight("email", "email missing", 0.0),
    Weight("company", "company missing", 0.0),
    Weight("address", "address differs, which is the longest that a level is called", -2.0),
]
PAIR = PairExplanation(
    "a" * 20, "b" * 20, ROWS, -2.75, 0.13, 3.0, "not linked", "the evidence is below the threshold", [],
    "330ef5db-e3608f5f-1024",
)  # fmt: skip


def test_a_pair_is_told_within_80_columns_with_every_bit_and_what_could_not_be_compared():
    console = Console(width=80, record=True, file=io.StringIO())
    show_pair(PAIR, console)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    for row in ROWS[:2] + ROWS[4:]:
        assert f"{row.bits:+.1f}" in text
    assert "says nothing         email, company" in text
    assert "none: they were never compared" in text
    assert "330ef5db-e3608f5f-1024" in text


def test_what_differs_is_said_to_differ_and_not_by_the_models_word_for_it():
    weights = [*ROWS[:2], Weight("phone", "otherwise", -1.3)]
    pair = replace(PAIR, rows=weights, match_weight=-2.05)
    console = Console(width=80, record=True, file=io.StringIO())
    show_pair(pair, console)
    text = console.export_text()
    assert "phone differs" in text
    assert "otherwise" not in text
    assert "phone differs" in {bar.found for bar in draw(pair).bars}
