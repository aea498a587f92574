"""The guard, against what it promises: no contradiction left, the weakest links go, the order is of no consequence."""

import itertools
import random

import pytest

from pipelines.resolve.guard import Link, take_apart


def components(nodes, links):
    """Plain union-find, a few lines."""
    parent = {node: node for node in nodes}

    def root(node):
        while parent[node] != node:
            node = parent[node]
        return node

    for link in links:
        parent[root(link.left)] = root(link.right)
    groups = {}
    for node in nodes:
        groups.setdefault(root(node), set()).add(node)
    return list(groups.values())


def random_case(seed):
    rng = random.Random(seed)  # noqa: S311
    nodes = [f"n{number:02}" for number in range(rng.randrange(3, 14))]
    pairs = [pair for pair in itertools.combinations(nodes, 2) if rng.random() < 0.4]
    links = [Link(left, right, float(rng.choice([4, 6, 8, 15, 30]))) for left, right in pairs]
    face_of = {node: rng.randrange(4) for node in nodes if rng.random() < 0.7}
    conflicts = {0: {1, 2}, 1: {0}, 2: {0}}  # 3 gets on with everyone
    return rng, nodes, links, face_of, conflicts


@pytest.mark.parametrize("seed", range(60))
def test_no_component_holds_two_faces_that_rule_each_other_out(seed):
    rng, nodes, links, face_of, conflicts = random_case(seed)
    apart = take_apart(links, face_of, conflicts, tie_margin=3.0)
    assert sorted(apart.kept + apart.cut) == sorted(links)
    for group in components(nodes, apart.kept):
        faces = {face_of[node] for node in group if node in face_of}
        assert not any(other in conflicts.get(face, set()) for face in faces for other in faces)
    shuffled = rng.sample(links, len(links))
    assert take_apart(shuffled, face_of, conflicts, tie_margin=3.0) == apart


@pytest.mark.parametrize("seed", range(60))
def test_a_component_without_a_contradiction_is_left_whole(seed):
    _, nodes, links, face_of, _ = random_case(seed)
    assert components(nodes, take_apart(links, face_of, {}, tie_margin=3.0).kept) == components(nodes, links)


def test_the_weakest_link_of_the_bridge_goes():
    links = [Link("anna", "phone", 20.0), Link("bert", "phone", 6.0)]
    apart = take_apart(links, {"anna": 1, "bert": 2}, {1: {2}, 2: {1}}, tie_margin=3.0)
    assert apart.kept == [Link("anna", "phone", 20.0)]
    assert apart.cut == [Link("bert", "phone", 6.0)]


def test_what_fits_two_people_almost_alike_stays_with_neither():
    links = [Link("anna", "phone", 7.0), Link("bert", "phone", 6.0)]
    apart = take_apart(links, {"anna": 1, "bert": 2}, {1: {2}, 2: {1}}, tie_margin=3.0)
    assert apart.torn == {"phone"}
    assert not apart.kept
