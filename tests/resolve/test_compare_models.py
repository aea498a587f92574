"""What becomes of customers, against plain walks over who shares records with whom; intervals against simulation."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.resolve.training.compare_models import group_customers
from pipelines.resolve.training.intervals import bootstrap_ratio, wilson
from pipelines.resolve.training.known import tree_links

overlaps = st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=25)


def walked(pairs):
    """Say what becomes of each customer by walking from it, and who changes together."""
    found = {}
    for start in {before for before, _ in pairs}:
        befores, afters = {start}, set()
        while True:
            afters |= {after for before, after in pairs if before in befores}
            grown = {before for before, after in pairs if after in afters}
            if grown == befores:
                break
            befores = grown
        kind = {(True, True): "unchanged", (True, False): "split", (False, True): "merged"}.get(
            (len(befores) == 1, len(afters) == 1), "moved"
        )
        found[start] = (kind, frozenset(befores))
    return found


@given(overlaps)
def test_customers_change_as_a_walk_over_their_records_says(pairs):
    told = pd.DataFrame([{"customer_id": f"b{one}", "customer_after": f"a{other}"} for one, other in sorted(pairs)])
    groups = group_customers(told)
    expected = walked(pairs)
    assert dict(zip(groups["customer_id"], groups["kind"], strict=True)) == {
        f"b{one}": kind for one, (kind, _) in expected.items()
    }
    together = groups.groupby("group")["customer_id"].agg(frozenset)
    assert set(together) == {frozenset(f"b{one}" for one in group) for _, group in expected.values()}


def test_no_customers_are_no_groups():
    nobody = pd.DataFrame({"customer_id": pd.Series(dtype=str), "customer_after": pd.Series(dtype=str)})
    assert group_customers(nobody).empty


links = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 40)), min_size=1, max_size=20,
    unique_by=lambda link: frozenset(link[:2]),
)  # fmt: skip


@given(links)
def test_tree_links_are_those_that_joining_from_the_strongest_needs(told):
    told = [(f"n{min(one, other)}", f"n{max(one, other)}", weight) for one, other, weight in told if one != other]
    edges = pd.DataFrame(told, columns=["identity_l", "identity_r", "match_weight"])
    chosen = edges[tree_links(edges, np.ones(len(edges), dtype=bool))]
    part = defaultdict(set)
    for node in {node for one, other, _ in told for node in (one, other)}:
        part[node] = {node}
    strongest = []
    for one, other, weight in sorted(told, key=lambda link: -link[2]):
        if other not in part[one]:
            strongest.append(weight)
            joined = part[one] | part[other]
            for node in joined:
                part[node] = joined
    assert sorted(chosen["match_weight"], reverse=True) == strongest  # which of two alike is taken may differ


def test_links_outside_a_customer_are_never_of_its_tree():
    edges = pd.DataFrame({"identity_l": ["a", "a"], "identity_r": ["b", "c"], "match_weight": [3.0, 9.0]})
    assert tree_links(edges, np.array([True, False])).tolist() == [True, False]
    assert tree_links(edges, np.array([False, False])).tolist() == [False, False]


@pytest.mark.parametrize(("share", "count"), [(0.5, 20), (0.9, 60), (0.98, 100), (0.995, 400)])
def test_wilsons_interval_holds_the_true_share_nineteen_times_in_twenty(share, count):
    random = np.random.default_rng(7)
    drawn = random.binomial(count, share, 2_000)
    held = np.mean([low <= share <= high for _, low, high in (wilson(int(right), count) for right in drawn)])
    assert held > 0.92
    assert wilson(0, 0) == (None, None, None)
    assert wilson(count, count)[2] == 1.0


def test_the_bootstrap_holds_the_true_share_where_pairs_stand_and_fall_in_groups():
    """Groups of very different sizes, each wholly right or wholly wrong: single pairs would be far too sure."""
    random = np.random.default_rng(11)
    held, naive = 0, 0
    for _ in range(120):
        size = random.integers(1, 40, 150).astype(float)
        right = size * (random.random(150) < 0.9)
        value, low, high = bootstrap_ratio(right, size)
        held += low <= 0.9 <= high
        _, low, high = wilson(int(right.sum()), int(size.sum()))
        naive += low <= 0.9 <= high
    assert value == pytest.approx(right.sum() / size.sum(), abs=1e-6)
    assert held / 120 > 0.85
    assert naive / 120 < 0.6
    assert bootstrap_ratio(right, size) == bootstrap_ratio(right, size)
    assert bootstrap_ratio(np.zeros(3), np.zeros(3)) == (None, None, None)
