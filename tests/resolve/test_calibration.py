"""Curves rise, say what is true of worlds they did not see, and read the same in Python and in SQL."""

import json

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from pipelines.errors import ConfigurationError
from pipelines.resolve.scoring import calibration
from pipelines.resolve.scoring.calibration import (
    LEAST_FOR_CURVE,
    PRIOR_PAIRS,
    curve_sql,
    fit,
    fit_curve,
    link_probability,
    pair_probability,
    raw_probability,
    read_curve,
    reliability,
)
from pipelines.resolve.scoring.model import Calibration, Point, load_model, save_model
from pipelines.settings import PACKAGE_ROOT

CON = duckdb.connect()
SHIPPED = PACKAGE_ROOT / "config" / "linkage_model.json"

answers = st.lists(st.tuples(st.floats(-30, 60), st.booleans()), min_size=0, max_size=400)
points = st.lists(
    st.tuples(st.floats(-30, 60).map(lambda at: round(at, 1)), st.floats(0.001, 0.999)), min_size=1, max_size=8,
    unique_by=lambda point: point[0],
).map(
    lambda told: [
        Point(weight=at, probability=share)
        for at, share in zip(sorted(at for at, _ in told), sorted(share for _, share in told), strict=True)
    ]
)  # fmt: skip


def arrays(told):
    return np.array([at for at, _ in told], dtype=float), np.array([is_same for _, is_same in told], dtype=bool)


def overconfident(count, seed):
    """Pairs whose weight says more than it should: of ten bits' odds only four come true."""
    random = np.random.default_rng(seed)
    weight = random.uniform(-6, 12, count)
    return weight, random.random(count) < raw_probability(0.4 * weight)


@given(answers, points)
def test_a_curve_rises_and_never_says_that_anything_is_certain(told, before):
    for prior in ((), before):
        if not told and not prior:
            continue
        curve = fit_curve(*arrays(told), prior)
        Calibration(held=curve, named=curve, corroborated=curve, fitted_on="x")  # refuses what falls
        assert all(0 < point.probability < 1 for point in curve)


@given(points, st.lists(st.floats(-40, 80), min_size=1, max_size=20))
def test_a_curve_reads_the_same_in_sql(curve, weights):
    rows = CON.execute(f"SELECT {curve_sql(curve, 'w')} FROM (SELECT unnest($w::DOUBLE[]) AS w)", {"w": weights}).fetchall()
    told = [row[0] for row in rows]
    assert told == pytest.approx(read_curve(curve, np.array(weights)), abs=1e-9)


def test_a_curve_is_the_isotonic_regression_of_its_bins():
    weight, is_same = overconfident(4_800, 3)
    curve = fit_curve(weight, is_same)
    order = np.argsort(weight)
    bins = np.array_split(order, 12)
    at = np.array([weight[chosen].mean() for chosen in bins])
    rising = isotonic_regression([is_same[chosen].mean() for chosen in bins], weights=[len(chosen) for chosen in bins]).x
    assert read_curve(curve, at) == pytest.approx(rising, abs=0.02)  # half a pair of four hundred, and straight lines


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_on_unseen_pairs_calibrated_probabilities_mean_what_they_say(seed):
    curve = fit_curve(*overconfident(6_000, 100 + seed))
    weight, is_same = overconfident(6_000, seed)
    raw, calibrated = reliability(raw_probability(weight), is_same), reliability(read_curve(curve, weight), is_same)
    assert raw.error > 0.1
    assert calibrated.error < 0.03


def test_the_calibration_error_is_the_mean_distance_over_bins():
    probability = np.array([0.05, 0.05, 0.95, 0.97, 1.0, 0.0])
    is_same = np.array([False, True, True, True, True, False])
    told = reliability(probability, is_same)
    # 0 to 10 %: three said 3.33 %, one came true; 95 to 99 %: two said 96 %, both did; the last said 100 % and did
    assert [(one.low, one.pairs, one.came_true) for one in told.bins] == [
        (0.0, 3, pytest.approx(1 / 3)), (0.95, 2, 1.0), (0.999, 1, 1.0),
    ]  # fmt: skip
    assert told.error == pytest.approx((3 * abs(0.1 / 3 - 1 / 3) + 2 * 0.04) / 6, abs=1e-6)
    assert reliability(np.array([]), np.array([], dtype=bool)).pairs == 0


def known(count, seed, other_weight=5.0, is_tree=False):
    weight, is_same = overconfident(count, seed)
    told = {"match_weight": weight, "other_weight": other_weight, "is_tree": is_tree, "is_same": is_same}
    return pd.DataFrame(told)


CURVES = Calibration(
    held=[Point(weight=0, probability=0.9), Point(weight=10, probability=0.99)],
    named=[Point(weight=0, probability=0.5), Point(weight=10, probability=0.8)],
    corroborated=[Point(weight=0, probability=0.4), Point(weight=10, probability=0.95)],
    fitted_on="a world",
)


def test_without_answers_the_curves_before_stay():
    assert fit(known(0, 1), CURVES, "x") is CURVES
    assert fit(known(0, 1), None, "x") is None


def test_too_few_answers_draw_no_curve_from_nothing():
    assert fit(known(LEAST_FOR_CURVE - 1, 1, is_tree=True), None, "x") is None


def test_a_curve_that_nothing_was_asked_about_stays_point_for_point():
    found = fit(known(300, 1), CURVES, "300 judged pairs")
    assert found.held == CURVES.held
    assert found.named == CURVES.named
    assert found.corroborated != CURVES.corroborated


def test_a_few_judgements_move_a_curve_a_little_and_many_take_it_over():
    def asked(count):
        told = {"match_weight": [5.0] * count, "other_weight": 0.0, "is_tree": False, "is_same": [False] * count}
        return float(read_curve(fit(pd.DataFrame(told), CURVES, "x").named, np.array([5.0]))[0])

    before = float(read_curve(CURVES.named, np.array([5.0]))[0])
    assert before > asked(2) > asked(int(PRIOR_PAIRS)) > asked(1_000)
    assert asked(1_000) < 0.05


def test_names_alone_are_worth_what_named_pairs_proved_to_be():
    found = pair_probability(CURVES, np.array([10.0, 10.0]), np.array([0.0, 5.0]))
    assert found.tolist() == [0.8, 0.95]
    assert pair_probability(None, np.array([3.0]), np.array([0.0])) == pytest.approx(8 / 9)


@pytest.mark.parametrize("curves", [None, CURVES], ids=["by weight", "calibrated"])
def test_the_published_confidence_is_the_curve_and_a_stewards_word_is_certain(curves):
    model = load_model(SHIPPED).model_copy(update={"calibration": curves})
    con = duckdb.connect()
    calibration.install(con, model)
    weights = [-2.0, 0.0, 3.0, 7.5, 40.0]
    told = [con.execute("SELECT link_probability($w)", {"w": weight}).fetchone()[0] for weight in weights]
    assert told == pytest.approx(link_probability(curves, np.array(weights)), abs=1e-9)
    assert con.execute("SELECT link_probability('inf'::DOUBLE), link_probability(NULL)").fetchone() == (1, None)


def test_the_models_file_keeps_the_curves_digit_for_digit(tmp_path):
    model = load_model(SHIPPED).model_copy(update={"calibration": CURVES})
    save_model(model, tmp_path / "model.json")
    again = load_model(tmp_path / "model.json")
    assert again.calibration == CURVES
    assert again.version == model.version != model.model_copy(update={"calibration": None}).version


@pytest.mark.parametrize(
    "curve",
    [
        pytest.param([{"weight": 1, "probability": 0.5}, {"weight": 2, "probability": 0.4}], id="it falls"),
        pytest.param([{"weight": 1, "probability": 0.5}, {"weight": 1, "probability": 0.6}], id="two points at one weight"),
        pytest.param([{"weight": 1, "probability": 1.0}], id="it is certain"),
        pytest.param([], id="it has no point"),
    ],
)
def test_a_curve_that_cannot_be_is_refused_by_its_place(tmp_path, curve):
    path = tmp_path / "model.json"
    save_model(load_model(SHIPPED).model_copy(update={"calibration": CURVES}), path)
    document = json.loads(path.read_text())
    document["calibration"]["named"] = curve
    path.write_text(json.dumps(document))
    with pytest.raises(ConfigurationError, match="calibration"):
        load_model(path)
