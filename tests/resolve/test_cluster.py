"""Components and their weakest links, against a few lines of plain Python on random graphs."""

import random

import numpy as np
import pandas as pd
import pytest

from pipelines.resolve.cluster import component_labels, first_of, weakest_links


def random_links(seed, count=30):
    rng = random.Random(seed)  # noqa: S311
    pairs = {tuple(sorted(rng.sample(range(count), 2))) for _ in range(rng.randrange(45))}
    rows = [(left, right, rng.uniform(3, 40)) for left, right in sorted(pairs)]
    return pd.DataFrame(rows, columns=["l", "r", "match_weight"]).astype({"l": int, "r": int, "match_weight": float})


def groups_of(count, links):
    parent = list(range(count))

    def root(node):
        while parent[node] != node:
            node = parent[node]
        return node

    for left, right in links:
        parent[root(left)] = root(right)
    return [root(node) for node in range(count)]


@pytest.mark.parametrize("seed", range(30))
def test_components_are_those_of_a_plain_union_find(seed):
    links = random_links(seed)
    found = first_of(component_labels(30, links))
    roots = groups_of(30, zip(links["l"], links["r"], strict=True))
    assert [roots.index(root) for root in roots] == found.tolist()


@pytest.mark.parametrize("seed", range(30))
def test_the_weakest_link_is_the_strongest_threshold_that_still_holds_the_component(seed):
    links = random_links(seed)
    labels = component_labels(30, links)
    found = weakest_links(links, labels, 30)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label).tolist()
        inside = links[labels[links["l"].to_numpy()] == label] if len(links) else links
        if len(members) == 1:
            assert np.isnan(found[members[0]])
            continue
        holding = [
            weight
            for weight in inside["match_weight"]
            if len({groups_of(30, strong(inside, weight))[member] for member in members}) == 1
        ]
        assert found[members] == pytest.approx(max(holding))


def strong(links, weight):
    kept = links[links["match_weight"] >= weight]
    return list(zip(kept["l"], kept["r"], strict=True))
