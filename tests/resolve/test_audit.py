"""The audit's figures: right where they can be checked by hand, and intervals that hold the truth as often as they say."""

import numpy as np
import pytest

from pipelines.resolve.stewards.audit import Stratum, audit_of


def test_the_shares_are_weighed_by_how_many_pairs_a_stratum_has():
    audit = audit_of([
        Stratum("compared", True, 9_000, same=99, different=1),
        Stratum("through others", True, 1_000, same=45, different=5),
        Stratum("near", False, 500, same=20, different=80),
        Stratum("far", False, 10_000, same=1, different=99),
    ])  # fmt: skip
    right, missed = 9_000 * 0.99 + 1_000 * 0.9, 500 * 0.2 + 10_000 * 0.01
    assert audit.precision.value == pytest.approx(right / 10_000)
    assert audit.recall.value == pytest.approx(right / (right + missed), abs=1e-6)
    for found in (audit.precision, audit.recall):
        assert found.low < found.value < found.high


def test_without_answers_of_a_stratum_nothing_is_claimed():
    linked, apart = Stratum("compared", True, 100, same=50), Stratum("near", False, 100)
    audit = audit_of([linked, apart])
    assert audit.precision is not None
    assert audit.recall is None
    assert audit.unanswered == ["near"]
    assert audit_of([Stratum("compared", True, 100), apart]).precision is None
    assert audit_of([linked, Stratum("near", False, 0)]).recall.value == 1.0
    assert audit_of([]).precision is None


def test_a_small_stratum_without_answers_widens_the_interval():
    strata = [Stratum("compared", True, 1_000, same=90, different=10), Stratum("near", False, 300, same=5, different=45)]
    known, unknown = audit_of(strata).recall, audit_of([*strata, Stratum("far", False, 30)]).recall
    assert unknown.high - unknown.low > known.high - known.low
    assert known.value == pytest.approx(900 / 930)
    assert unknown.value == pytest.approx(900 / 945)


def test_all_right_is_not_certainly_right_and_more_answers_say_more():
    few = audit_of([Stratum("compared", True, 10_000, same=20)]).precision
    many = audit_of([Stratum("compared", True, 10_000, same=200)]).precision
    assert few.value == few.high == many.value == 1.0
    assert few.low < many.low < 1.0


def test_an_unsure_answer_is_no_answer():
    strata = [Stratum("compared", True, 100, same=30, different=2)]
    assert audit_of(strata).precision == audit_of([Stratum("compared", True, 100, 30, 2, unsure=9)]).precision


@pytest.mark.parametrize(
    ("shares", "asked"),
    [
        pytest.param((0.995, 0.93, 0.2, 0.01), 100, id="a good night"),
        pytest.param((0.9, 0.6, 0.5, 0.1), 60, id="a bad night"),
        pytest.param((0.99, 0.97, 0.3, 0.05), 300, id="many answers"),
    ],
)
def test_the_interval_holds_the_truth_in_nineteen_audits_of_twenty(shares, asked):
    """Audits of a population that is known, simulated: draw, judge, estimate, and see whether the truth lies within."""
    sizes, names = (9_000, 1_000, 500, 3_000), ("compared", "through others", "near", "far")
    persons = [round(share * size) for share, size in zip(shares, sizes, strict=True)]
    precision = sum(persons[:2]) / sum(sizes[:2])
    recall = sum(persons[:2]) / sum(persons)
    random, rounds, held = np.random.default_rng(7), 400, np.zeros(2)
    for _ in range(rounds):
        drawn = [random.hypergeometric(one, size - one, asked) for one, size in zip(persons, sizes, strict=True)]
        strata = [
            Stratum(name, place < 2, size, same=int(same), different=asked - int(same))
            for place, (name, size, same) in enumerate(zip(names, sizes, drawn, strict=True))
        ]
        audit = audit_of(strata, draws=2_000)
        for place, (found, truth) in enumerate([(audit.precision, precision), (audit.recall, recall)]):
            held[place] += found.low <= truth <= found.high
    # whole numbers of answers make any interval's coverage of a share near 1 swing by a few hundredths around 0.95
    assert (held / rounds > 0.91).all(), held / rounds
    assert (held / rounds < 0.995).all(), "so wide that it says nothing"
