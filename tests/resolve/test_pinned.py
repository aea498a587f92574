"""Judged pairs stand in for guesses, and for nothing else."""

import numpy as np
import pandas as pd
import pytest

from pipelines import warehouse
from pipelines.resolve.scoring import agreement
from pipelines.resolve.scoring.model import population_of
from pipelines.resolve.training.pinned import estimate_m, pin_labels
from pipelines.resolve.training.train import _BLOCKS
from tests.resolve.training_world import shipped, training_home

# Four levels, the last of which one person hardly ever shows: that is what tells the two kinds of pairs apart.
U = np.array([0.001, 0.004, 0.045, 0.95])
TRUE_M = np.array([0.7, 0.2, 0.099, 0.001])
FREE = np.array([True, True, True, False])
BEGIN = np.array([0.333, 0.333, 0.333, 0.001])


def drawn(pairs: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how many pairs of one person, and of two, agree in each way; a block's ``share`` is one person's."""
    random = np.random.default_rng(seed)
    of_one = random.binomial(pairs, share)
    return random.multinomial(of_one, TRUE_M)[None].astype(float), random.multinomial(pairs - of_one, U)[None].astype(float)


def test_without_labels_the_guesses_find_what_was_put_in():
    same, different = drawn(200_000, 0.8, 1)
    nothing = np.zeros_like(same)
    assert estimate_m(same + different, nothing, nothing, U, BEGIN, FREE) == pytest.approx(TRUE_M, abs=0.01)


def test_where_every_pair_is_judged_the_answer_is_the_count():
    same, different = drawn(5_000, 0.6, 2)
    counted = same[0] / same[0][:3].sum() * (1 - TRUE_M[3])
    found = estimate_m(np.zeros_like(same), same, different, U, BEGIN, FREE)
    assert found[:3] == pytest.approx(counted[:3], abs=1e-9)
    assert found[3] == BEGIN[3]


@pytest.mark.parametrize("seed", range(5))
def test_judgements_on_what_guesses_take_for_one_person_correct_m(seed):
    """Namesakes at one address: two people who agree in the second way far more often than chance has it."""
    same, different = drawn(4_000, 0.7, seed)
    different[0, 1] += 900
    nothing = np.zeros_like(same)
    guessed = estimate_m(same + different, nothing, nothing, U, BEGIN, FREE)
    judged_same, judged_different = np.floor(same * 0.8), np.floor(different * 0.8)
    unlabelled = same + different - judged_same - judged_different
    pinned = estimate_m(unlabelled, judged_same, judged_different, U, BEGIN, FREE)
    assert guessed[1] > 0.3
    assert abs(pinned[1] - TRUE_M[1]) < abs(guessed[1] - TRUE_M[1]) / 2


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    home = training_home(tmp_path_factory)
    con = warehouse.connect(home.database, home, read_only=True)
    agreement.install(con)
    yield con
    con.close()


@pytest.fixture(scope="module")
def name(tmp_path_factory):
    return next(one for one in shipped(training_home(tmp_path_factory)).comparisons if one.name == "name")


def pairs_with_one_address(con) -> pd.DataFrame:
    return con.execute(
        """
        SELECT l.identity_id AS identity_l, r.identity_id AS identity_r, l.given_name = r.given_name AS is_equal
        FROM resolve.identity AS l INNER JOIN resolve.identity AS r
            ON l.emails[1] = r.emails[1] AND l.identity_id < r.identity_id
        WHERE l.family_name = r.family_name AND l.given_name IS NOT NULL AND r.given_name IS NOT NULL
        ORDER BY ALL
        """
    ).fetchdf()


def pinned(con, name, labels, tmp_path_factory):
    model = shipped(training_home(tmp_path_factory))
    return pin_labels(con, model, name, _BLOCKS, labels, population_of(con))


def test_without_a_judged_pair_the_comparison_is_what_it_was(con, name, tmp_path_factory):
    assert pinned(con, name, pd.DataFrame(columns=["identity_l", "identity_r", "verdict"]), tmp_path_factory) == (name, 0)
    unsure = pairs_with_one_address(con).assign(verdict="unsure")
    assert pinned(con, name, unsure[["identity_l", "identity_r", "verdict"]], tmp_path_factory) == (name, 0)
    strangers = pd.DataFrame({"identity_l": ["0" * 20], "identity_r": ["f" * 20], "verdict": ["same"]})
    assert pinned(con, name, strangers, tmp_path_factory) == (name, 0)


def test_judged_different_makes_a_level_say_less_and_moves_neither_u_nor_what_is_set_by_hand(con, name, tmp_path_factory):
    equal = pairs_with_one_address(con).query("is_equal").assign(verdict="different")
    corrected, spoke = pinned(con, name, equal[["identity_l", "identity_r", "verdict"]], tmp_path_factory)
    assert spoke >= len(equal) > 10
    before = {level.condition: level for level in name.levels}
    after = {level.condition: level for level in corrected.levels}
    assert after["name equal"].m < before["name equal"].m
    for condition, level in before.items():
        assert after[condition].u == level.u
        assert level.m is None or not level.fixed or after[condition].m == level.m
    free = [sum(level.m for level in told.values() if level.m and not level.fixed) for told in (before, after)]
    assert free[0] == pytest.approx(free[1])
