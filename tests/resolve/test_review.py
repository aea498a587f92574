"""The queue, the guard and the audit over whole worlds; and what hangs on a link, against taking the link away."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.resolve.judgements import Judgement, RecordKey, append_judgement, read_judgements
from pipelines.resolve.stewards.sides import Stake, smaller_sides
from tests.resolve.test_nights import random_record
from tests.resolve.worlds import NIGHT, customers, home_in, land, message, row, rows_of, run_resolve, tables_of, told

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


@st.composite
def forests(draw):
    """Trees over up to a dozen identities, with what each of them touches."""
    nodes = [f"i{number:02}" for number in range(draw(st.integers(2, 12)))]
    tree = []
    for place, node in enumerate(nodes[1:], start=1):
        if draw(st.booleans()) or place == 1:
            tree.append((nodes[draw(st.integers(0, place - 1))], node))
    stakes = draw(st.dictionaries(st.sampled_from(nodes), st.builds(Stake, st.integers(0, 9), st.integers(0, 3))))
    return nodes, tree, stakes


@given(forests())
def test_the_smaller_side_is_what_falls_off_when_the_link_is_taken_away(case):
    _, tree, stakes = case
    found = smaller_sides(tree, tree, stakes)
    for left, right in tree:
        rest = [link for link in tree if link != (left, right)]
        sides = [sum(stakes.get(node, Stake(0, 0)).size for node in reached(start, rest)) for start in (left, right)]
        assert found[left, right].size == min(sides)
    some = tree[::2]
    assert smaller_sides(tree, some, stakes) == {link: found[link] for link in some}


def reached(start, links):
    found = {start}
    while more := {node for link in links if found & set(link) for node in link} - found:
        found |= more
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A crowd in which everything is shared, claimed or misspelt, with a few random judgements on it, resolved twice."""
    rng, home = random.Random(11), home_in(tmp_path_factory.mktemp("crowd"))  # noqa: S311
    land(home, NIGHT, [random_record(rng, f"0-{n}") for n in range(110)])
    run_resolve(home)
    records = rows_of(
        home,
        "SELECT record_kind, source, source_ref FROM resolve.membership WHERE customer_id IS NOT NULL ORDER BY ALL",
    )
    for number in range(12):
        left, right = rng.sample(records, 2)
        verdict = ("same", "different", "unsure")[number % 3]
        append_judgement(
            home,
            Judgement(
                verdict=verdict, left=(RecordKey(*left),), right=(RecordKey(*right),), by="ada",
                at=AT + timedelta(minutes=number),
            ),
        )  # fmt: skip
    run_resolve(home)
    return home


def test_whatever_is_over_the_threshold_is_linked_or_told_with_its_reason(world):
    apart = rows_of(
        world,
        """
        SELECT edge.identity_l, edge.identity_r
        FROM resolve.edge AS edge
        INNER JOIN resolve.cluster AS l ON edge.identity_l = l.identity_id
        INNER JOIN resolve.cluster AS r ON edge.identity_r = r.identity_id
        WHERE edge.match_weight >= 3.0 AND l.customer_id != r.customer_id
        ORDER BY ALL
        """,
    )
    told_of = rows_of(world, "SELECT identity_l, identity_r FROM resolve.guard_cut WHERE NOT is_judgement ORDER BY ALL")
    assert len(apart) > 5
    assert told_of == apart
    assert rows_of(world, "SELECT count(*) FROM resolve.guard_cut WHERE reason IS NULL") == [(0,)]


def test_no_judgement_that_stands_is_broken(world):
    rows = rows_of(
        world,
        """
        SELECT judgement.verdict, l.customer_id = r.customer_id, cut.identity_l IS NOT NULL
        FROM resolve.judgement AS judgement
        INNER JOIN resolve.cluster AS l ON judgement.identity_l = l.identity_id
        INNER JOIN resolve.cluster AS r ON judgement.identity_r = r.identity_id
        LEFT JOIN resolve.guard_cut AS cut
            ON judgement.identity_l = cut.identity_l AND judgement.identity_r = cut.identity_r
        """,
    )
    assert Counter(verdict for verdict, _, _ in rows).keys() == {"same", "different", "unsure"}
    for verdict, together, is_cut in rows:
        assert verdict != "different" or not together
        assert verdict != "same" or together or is_cut


def test_the_queue_asks_each_pair_once_and_nothing_that_is_decided(world):
    asked = rows_of(world, "SELECT rank, identity_l, identity_r, is_unsure FROM resolve.review ORDER BY rank")
    assert [rank for rank, *_ in asked] == list(range(1, len(asked) + 1))
    pairs = [(left, right) for _, left, right, _ in asked]
    assert len(set(pairs)) == len(pairs) > 20
    judged = rows_of(world, "SELECT identity_l, identity_r FROM resolve.judgement WHERE verdict != 'unsure'")
    assert not set(pairs) & set(judged)
    unsure = [is_unsure for *_, is_unsure in asked]
    assert unsure == sorted(unsure), "what a steward was unsure of comes last"


def test_a_claim_on_what_another_customer_is_reached_by_is_asked_however_little_it_weighs(world):
    shown = rows_of(
        world,
        "SELECT identity_id, customer_id, claims, points FROM resolve.identity JOIN resolve.cluster USING (identity_id)",
    )
    claimed = {
        frozenset((claimer[1], owner[1]))
        for claimer in shown
        for owner in shown
        if claimer[1] != owner[1] and set(claimer[2]) & set(owner[3])
    }
    asked = rows_of(world, "SELECT customer_l, customer_r FROM resolve.review WHERE NOT is_linked")
    apart = rows_of(
        world,
        """
        SELECT l.customer_id, r.customer_id FROM resolve.judgement AS judgement
        INNER JOIN resolve.cluster AS l ON judgement.identity_l = l.identity_id
        INNER JOIN resolve.cluster AS r ON judgement.identity_r = r.identity_id
        WHERE judgement.verdict = 'different'
        """,
    )
    assert len(claimed) > 5
    assert claimed <= {frozenset(pair) for pair in asked + apart}


def test_the_queue_goes_by_cost_and_every_fifth_is_drawn_by_lot(world):
    rows = rows_of(world, "SELECT stratum, cost FROM resolve.review WHERE NOT is_unsure ORDER BY rank")
    costs = [cost for stratum, cost in rows if stratum is None]
    assert costs == sorted(costs, reverse=True)
    first = [stratum is not None for stratum, _ in rows][: len(costs) // 4 * 5]
    assert len(first) >= 10
    assert first == [False, False, False, False, True] * (len(costs) // 4)


def test_a_second_run_and_a_rebuild_ask_the_same(world):
    tables = ("resolve.review", "resolve.audit", "resolve.guard_cut", "resolve.judgement")
    before = tables_of(world, tables)
    world.database.unlink()
    run_resolve(world)
    assert tables_of(world, tables) == before


def test_the_strata_are_all_pairs_and_the_lots_fall_evenly(world):
    strata = {name: (pairs, bits) for name, pairs, bits in rows_of(
        world, "SELECT stratum, pair_count, sample_bits FROM resolve.audit"
    )}  # fmt: skip
    sizes = [count for (count,) in rows_of(world, "SELECT count(*) FROM resolve.cluster GROUP BY customer_id")]
    together = strata["linked, compared"][0] + strata["linked through others"][0]
    assert together == sum(size * (size - 1) // 2 for size in sizes)
    edges = rows_of(world, "SELECT count(*) FROM resolve.edge")[0][0]
    assert sum(pairs for pairs, _ in strata.values()) - strata["linked through others"][0] == edges
    drawn = dict(rows_of(world, "SELECT stratum, count(*) FROM resolve.review WHERE stratum IS NOT NULL GROUP BY stratum"))
    for name, (pairs, bits) in strata.items():
        expected = pairs / 2**bits
        assert abs(drawn.get(name, 0) - expected) < 4 * expected**0.5 + 2, name


def test_a_pair_drawn_by_lot_stays_drawn_as_the_world_grows(world):
    """The lot is in the pair alone: as long as the rate stays, so does the sample."""
    bits = "SELECT stratum, sample_bits FROM resolve.audit ORDER BY ALL"
    drawn = "SELECT identity_l, identity_r FROM resolve.review WHERE stratum LIKE 'linked%'"
    linked = """
        SELECT l.identity_id, r.identity_id FROM resolve.cluster AS l
        INNER JOIN resolve.cluster AS r ON l.customer_id = r.customer_id AND l.identity_id < r.identity_id
    """
    rates, before, together = rows_of(world, bits), set(rows_of(world, drawn)), set(rows_of(world, linked))
    rng = random.Random(12)  # noqa: S311
    land(world, NIGHT + timedelta(days=1), [random_record(rng, f"1-{n}") for n in range(5)])
    run_resolve(world, NIGHT + timedelta(days=1))
    assert rows_of(world, bits) == rates
    still = together & set(rows_of(world, linked))
    assert len(before & still) > 5
    assert before & still == set(rows_of(world, drawn)) & still


def test_an_answer_by_lot_counts_for_the_stratum_it_was_asked_in(tmp_path):
    home = home_in(tmp_path)
    anna = [told("email", "anna@x.example"), told("name", "Anna Kowalczyk")]
    land(home, NIGHT, [message("mail", "1", *anna), row("crm", "9", *anna)])
    sides = {"left": (RecordKey("interaction", "mail", "1"),), "right": (RecordKey("profile", "crm", "9"),)}
    append_judgement(home, Judgement(verdict="different", by="ada", at=AT, audit="linked, compared", **sides))
    run_resolve(home)
    assert len(set(customers(home).values())) == 2, "it is a judgement as well"
    counted = rows_of(home, "SELECT stratum, different_count FROM resolve.audit WHERE different_count > 0")
    assert counted == [("linked, compared", 1)], "although the pair is apart by now"
    assert len(read_judgements(home.judgements)) == 1


def test_what_is_too_large_is_cut_asked_and_let_through_by_a_steward(tmp_path):
    """Forty ways of writing from one account's address, where the bound is thirty."""
    home = home_in(tmp_path)
    config = home.path / "config" / "linkage.yml"
    config.parent.mkdir(parents=True)
    words = home.find("config/linkage.yml").read_text()
    assert "identities_at_most: 100" in words
    config.write_text(words.replace("identities_at_most: 100", "identities_at_most: 30"))
    anna = told("name", "Anna Kowalczyk")
    land(home, NIGHT, [
        message("mail", str(n), told("email", "anna@x.example"), anna, told("handle", f"anna{n}", scope="x"))
        for n in range(40)
    ])  # fmt: skip
    run_resolve(home)
    sizes = [count for (count,) in rows_of(home, "SELECT count(*) FROM resolve.cluster GROUP BY customer_id")]
    assert sum(sizes) == 40
    assert max(sizes) <= 30
    asked = rows_of(home, "SELECT cause, identity_l, identity_r FROM resolve.review WHERE cause LIKE 'held apart%'")
    assert {cause for cause, _, _ in asked} == {"held apart: too many identities"}
    sides = []
    for identity in asked[0][1:]:
        record = "SELECT record_kind, source, source_ref FROM resolve.membership WHERE identity_id ="
        sides.append(RecordKey(*rows_of(home, f"{record} '{identity}'")[0]))
    append_judgement(home, Judgement(verdict="same", left=(sides[0],), right=(sides[1],), by="ada", at=AT))
    run_resolve(home)
    assert len(set(customers(home).values())) == 1


def test_too_many_of_a_kind_and_two_ids_of_one_issuer_are_cut(tmp_path):
    home = home_in(tmp_path)
    config = home.path / "config" / "linkage.yml"
    config.parent.mkdir(parents=True)
    words = home.find("config/linkage.yml").read_text()
    config.write_text(words.replace("unique_scopes: []", "unique_scopes: [loyalty]").replace("phone: 12", "phone: 3"))
    anna = [told("name", "Anna Kowalczyk"), told("email", "anna@x.example")]
    land(home, NIGHT, [
        *(row("crm", str(n), *anna, told("phone", f"+44744685041{n}")) for n in range(5)),
        *(row("loyalty", str(n), told("name", "Bertram Hale"), told("email", "bert@x.example")) for n in range(2)),
    ])  # fmt: skip
    run_resolve(home)
    found = customers(home)
    assert found["loyalty 0"] != found["loyalty 1"]
    assert max(Counter(found.values()).values()) == 3
    reasons = {reason for (reason,) in rows_of(home, "SELECT reason FROM resolve.guard_cut")}
    assert reasons == {"two ids of one issuer", "too many values of phone"}
