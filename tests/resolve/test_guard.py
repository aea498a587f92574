"""The guard, against what it promises: nothing contradictory left, weakest links go, order and strangers do not matter."""

import itertools
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.resolve.clusters.guard import (
    BIRTHS,
    CONTRADICTIONS,
    FITS_TWO,
    JUDGED,
    NAMES,
    TOO_LARGE,
    UNIQUE_IDS,
    Facts,
    Link,
    take_apart,
    too_many,
)

STEWARD = -1
# faces 0 and 1 rule each other out by name, 0 and 2 by date of birth; 3 gets on with everyone
CONFLICTS = {0: {1: NAMES, 2: BIRTHS}, 1: {0: NAMES}, 2: {0: BIRTHS}}


def components(nodes, links):
    """Plain union-find, a few lines."""
    parent = {node: node for node in nodes}

    def root(node):
        while parent[node] != node:
            node = parent[node]
        return node

    for link in links:
        parent[root(link.left)] = root(link.right)
    groups = defaultdict(set)
    for node in nodes:
        groups[root(node)].add(node)
    return sorted(groups.values(), key=min)


def both_ways(pairs):
    found = defaultdict(set)
    for one, other in pairs:
        found[one].add(other)
        found[other].add(one)
    return {node: frozenset(others) for node, others in found.items()}


@st.composite
def cases(draw, *, with_stewards=False):
    """Links and facts over up to a dozen nodes, in which everything that can contradict does now and then."""
    nodes = list(range(draw(st.integers(2, 12))))
    pairs = draw(st.sets(st.sampled_from(list(itertools.combinations(nodes, 2))), max_size=20))
    turns = st.sampled_from([0, 0, 0, 1, *([-1, -2, -3] if with_stewards else [])])
    links = [Link(*pair, draw(st.sampled_from([4.0, 5.0, 9.0, 30.0])), draw(turns)) for pair in sorted(pairs)]
    some = st.sampled_from(nodes)
    facts = Facts(
        face_of=draw(st.dictionaries(some, st.integers(0, 3))),
        conflicts=CONFLICTS,
        ids_of={node: {"crm": shown} for node, shown in draw(st.dictionaries(some, st.sampled_from("abc"))).items()},
        values_of={n: {"phone": frozenset(v)} for n, v in draw(st.dictionaries(some, values_held)).items()},
        different=both_ways(draw(st.sets(st.sampled_from(list(itertools.combinations(nodes, 2))), max_size=3))),
        most_values={"phone": 4},
        most_nodes=draw(st.sampled_from([3, 6, None])),
    )
    return nodes, links, facts


values_held = st.sets(st.integers(0, 9).map(str), min_size=1, max_size=4)


def what_contradicts(group, facts):
    """Say what is wrong with a component, straight from the definitions."""
    faces = {facts.face_of[node] for node in group if node in facts.face_of}
    wrong = {reason for face in faces for met, reason in facts.conflicts.get(face, {}).items() if met in faces}
    if any(facts.different.get(node, frozenset()) & group for node in group):
        wrong.add(JUDGED)
    if len({facts.ids_of[node]["crm"] for node in group if node in facts.ids_of}) > 1:
        wrong.add(UNIQUE_IDS)
    values = set().union(*(facts.values_of[node]["phone"] for node in group if node in facts.values_of))
    if len(group) > 1 and len(values) > facts.most_values["phone"]:
        wrong.add(too_many("phone"))
    if facts.most_nodes is not None and len(group) > facts.most_nodes:
        wrong.add(TOO_LARGE)
    return wrong


@given(cases())
def test_no_component_contradicts_itself_or_outgrows_its_bounds(case):
    nodes, links, facts = case
    apart = take_apart(links, facts, tie_margin=3.0)
    assert [
        what_contradicts(group, facts) for group in components(nodes, apart.kept) if what_contradicts(group, facts)
    ] == []
    assert sorted(apart.kept + [cut.link for cut in apart.cut]) == sorted(links)


@given(cases(with_stewards=True), st.randoms(use_true_random=False))
def test_the_order_of_the_links_is_of_no_consequence(case, random):
    _, links, facts = case
    first = take_apart(links, facts, tie_margin=3.0)
    again = take_apart(random.sample(links, len(links)), facts, tie_margin=3.0)
    assert again == first


@given(cases(with_stewards=True))
def test_a_component_that_has_nothing_to_do_with_it_changes_nothing(case):
    nodes, links, facts = case
    whole = take_apart(links, facts, tie_margin=3.0)
    for group in components(nodes, links):
        own = [link for link in links if link.left in group]
        alone = take_apart(own, facts, tie_margin=3.0)
        assert alone.kept == [link for link in whole.kept if link.left in group]
        assert sorted(alone.cut) == sorted(cut for cut in whole.cut if cut.link.left in group)


@given(cases())
def test_every_cut_has_its_reason(case):
    """Of the links that were cut none could be put back without the contradiction that its reason names."""
    nodes, links, facts = case
    apart = take_apart(links, facts)
    groups = components(nodes, apart.kept)
    for link, reason, witness_l, witness_r in apart.cut:
        one, other = (next(group for group in groups if node in group) for node in link[:2])
        assert one != other
        assert reason in what_contradicts(one | other, facts)
        if reason in CONTRADICTIONS:
            assert {witness_l, witness_r} <= one | other
            assert (witness_l in one) != (witness_r in one)


@given(cases())
def test_what_does_not_contradict_is_left_whole(case):
    nodes, links, facts = case
    cut_from = {cut.link.left for cut in take_apart(links, facts, tie_margin=3.0).cut}
    for group in components(nodes, links):
        assert bool(group & cut_from) == bool(what_contradicts(group, facts))


@given(cases(with_stewards=True))
def test_a_different_holds_against_everything_and_a_same_against_all_but_a_different(case):
    nodes, links, facts = case
    apart = take_apart(links, facts, tie_margin=3.0)
    for group in components(nodes, apart.kept):
        assert JUDGED not in what_contradicts(group, facts)
    for cut in apart.cut:
        assert cut.link.turn >= 0 or cut.reason == JUDGED


def test_the_weakest_link_of_the_bridge_goes():
    links = [Link(1, 2, 20.0), Link(2, 3, 6.0)]
    apart = take_apart(links, Facts(face_of={1: 0, 3: 1}, conflicts=CONFLICTS), tie_margin=3.0)
    assert apart.kept == [links[0]]
    assert apart.cut == [(links[1], NAMES, 1, 3)]


def test_what_fits_two_people_almost_alike_stays_with_neither():
    links = [Link(1, 2, 7.0), Link(2, 3, 6.0)]
    apart = take_apart(links, Facts(face_of={1: 0, 3: 1}, conflicts=CONFLICTS), tie_margin=3.0)
    assert apart.torn == {2}
    assert [cut.reason for cut in apart.cut] == [FITS_TWO, FITS_TWO]


def test_a_different_is_held_through_a_third():
    links = [Link(1, 2, 20.0), Link(2, 3, 6.0), Link(3, 4, 30.0)]
    apart = take_apart(links, Facts(different=both_ways([(1, 4)])), tie_margin=3.0)
    assert apart.cut == [(links[1], JUDGED, 1, 4)]


def test_of_two_judgements_that_contradict_a_third_the_later_is_kept():
    earlier, later = Link(1, 2, 100.0, STEWARD), Link(2, 3, 100.0, STEWARD - 1)
    apart = take_apart([earlier, later], Facts(different=both_ways([(1, 3)])))
    assert apart.kept == [later]
    assert apart.cut == [(earlier, JUDGED, 1, 3)]


@pytest.mark.parametrize(
    ("met", "is_joined"),
    [
        pytest.param(0, True, id="what fits one of the two names"),
        pytest.param(3, True, id="what fits both"),
        pytest.param(4, False, id="what fits neither"),
    ],
)
def test_a_steward_makes_two_names_one_person_and_no_third(met, is_joined):
    """The steward says that faces 0 and 1 are one person; what comes later has to fit one of them."""
    conflicts = CONFLICTS | {4: {0: NAMES, 1: NAMES}}
    conflicts |= {0: conflicts[0] | {4: NAMES}, 1: conflicts[1] | {4: NAMES}}
    links = [Link(1, 2, 100.0, STEWARD), Link(2, 3, 9.0)]
    apart = take_apart(links, Facts(face_of={1: 0, 2: 1, 3: met}, conflicts=conflicts), tie_margin=3.0)
    assert (links[1] in apart.kept) is is_joined


def test_a_name_that_a_steward_joined_to_a_bare_number_still_rules_out_another():
    """ "This number is Bert's" is not "Anna is Bert"."""
    links = [Link(1, 2, 100.0, STEWARD), Link(1, 3, 9.0)]
    apart = take_apart(links, Facts(face_of={2: 0, 3: 1}, conflicts=CONFLICTS), tie_margin=3.0)
    assert apart.cut == [(links[1], NAMES, 2, 3)]


def test_a_same_lets_a_customer_grow_by_its_bound_once_more():
    chain = [Link(node, node + 1, 9.0) for node in range(5)]
    assert len(take_apart(chain, Facts(most_nodes=3)).kept) == 4
    approved = [link._replace(turn=STEWARD) if link == chain[2] else link for link in chain]
    assert take_apart(approved, Facts(most_nodes=3)).cut == []


def test_a_same_about_several_lets_a_customer_grow_once():
    """A merge of two customers names all identities of both."""
    merged = [Link(0, node, 100.0, STEWARD) for node in (1, 2, 3)]
    further = [Link(3, 4, 9.0), Link(4, 5, 8.0), Link(5, 6, 7.0)]
    apart = take_apart([*merged, *further], Facts(most_nodes=3))
    assert apart.kept == [*merged, *further[:2]]
    assert [cut.reason for cut in apart.cut] == [TOO_LARGE]


def test_a_customer_has_one_id_of_an_issuer_that_gives_only_one():
    ids = {1: {"crm": "a"}, 3: {"crm": "a"}, 4: {"crm": "b"}}
    links = [Link(1, 2, 9.0), Link(2, 3, 9.0), Link(3, 4, 5.0)]
    assert take_apart(links, Facts(ids_of=ids)).cut == [(links[2], UNIQUE_IDS, 1, 4)]
