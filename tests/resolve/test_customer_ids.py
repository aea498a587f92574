"""The laws of customer ids, on random splits and merges."""

import random
from datetime import date, timedelta

import pandas as pd
import pytest

from pipelines.resolve.customer_ids import COLUMNS, assign_ids, claimed_parts, founder_id, update_crosswalk

FIRST = date(2026, 1, 1)


class History:
    """Record to customer, night after night, with random clusters of numbered records."""

    def __init__(self) -> None:
        self.customer_of: dict[int, str] = {}
        self.crosswalk = pd.DataFrame(columns=COLUMNS)
        self.night = FIRST

    def live(self, clusters: list[set[int]], shuffle: random.Random | None = None) -> dict[int, str]:
        parts = pd.DataFrame(
            [(f"p{i}", min(c), "s", f"{min(c):06}") for i, c in enumerate(clusters)],
            columns=["part", "founder_at", "founder_source", "founder_source_ref"],
        )
        counted: dict[tuple[str, str], int] = {}
        for i, cluster in enumerate(clusters):
            for record in cluster & self.customer_of.keys():
                counted[self.customer_of[record], f"p{i}"] = counted.get((self.customer_of[record], f"p{i}"), 0) + 1
        votes = pd.DataFrame([(c, p, n) for (c, p), n in counted.items()], columns=["customer_id", "part", "record_count"])
        votes = votes.astype({"customer_id": object, "part": object, "record_count": int})
        if shuffle:
            parts, votes = (
                parts.sample(frac=1, random_state=shuffle.randrange(9**6)),
                votes.sample(frac=1, random_state=shuffle.randrange(9**6)),
            )
        assigned = assign_ids(parts, votes, self.crosswalk[["customer_id", "born"]])
        self.crosswalk = update_crosswalk(
            self.crosswalk, claimed_parts(parts, votes), assigned, votes[["part"]].drop_duplicates(), self.night
        )
        ids = dict(zip(assigned["part"], assigned["customer_id"], strict=True))
        self.customer_of = {record: ids[f"p{i}"] for i, cluster in enumerate(clusters) for record in cluster}
        self.night += timedelta(days=1)
        return self.customer_of

    def answers(self) -> dict[str, str | None]:
        return dict(zip(self.crosswalk["customer_id"], self.crosswalk["current_customer_id"], strict=True))


def random_clusters(rng: random.Random, records: int) -> list[set[int]]:
    clusters: dict[int, set[int]] = {}
    for record in range(records):
        clusters.setdefault(rng.randrange(max(1, records // 3)), set()).add(record)
    return list(clusters.values())


@pytest.mark.parametrize("seed", range(25))
def test_no_id_is_lost_or_shared_through_random_splits_and_merges(seed):
    rng = random.Random(seed)  # noqa: S311
    history, ever, records = History(), set(), 12
    for _ in range(6):
        before = dict(history.customer_of)
        clusters = random_clusters(rng, records)
        now = history.live(clusters)
        assert len(set(now.values())) == len(clusters), "two clusters share an id"
        ever |= set(now.values())
        answers = history.answers()
        assert set(answers) == ever, "an id is missing from the crosswalk"
        assert set(answers.values()) == set(now.values()), "an id leads to nobody, or a customer has no id"
        for customer, members in by_customer(before).items():  # the larger part keeps the id, unless an older one is there
            parts = sorted((len(members & cluster), i) for i, cluster in enumerate(clusters))
            if len(parts) == 1 or parts[-1][0] > parts[-2][0]:
                assert answers[customer] == now[min(members & clusters[parts[-1][1]])] or customer in now.values()
        records += 4


def by_customer(customer_of: dict[int, str]) -> dict[str, set[int]]:
    members: dict[str, set[int]] = {}
    for record, customer in customer_of.items():
        members.setdefault(customer, set()).add(record)
    return members


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_is_of_no_consequence(seed):
    rng = random.Random(seed)  # noqa: S311
    one, other = History(), History()
    for records in (12, 16, 20):
        clusters = random_clusters(rng, records)
        assert one.live(clusters) == other.live(clusters, shuffle=rng)
        assert one.answers() == other.answers()


def test_running_the_same_clusters_again_changes_nothing():
    history = History()
    first = dict(history.live([{0, 1}, {2}]))
    before = history.crosswalk.copy()
    assert history.live([{0, 1}, {2}]) == first
    pd.testing.assert_frame_equal(history.crosswalk, before)


def test_the_larger_part_keeps_the_id_on_a_split():
    history = History()
    whole = history.live([{0, 1, 2, 3, 4}])[0]
    now = history.live([{0, 1}, {2, 3, 4}])
    assert now[2] == whole
    assert now[0] != whole


def test_the_oldest_id_stays_on_a_merge_and_the_other_leads_to_it():
    history = History()
    old = history.live([{0}])[0]
    young = history.live([{0}, {1, 2, 3}])[1]
    now = history.live([{0, 1, 2, 3}])
    assert set(now.values()) == {old}
    assert history.answers()[young] == old


def test_an_id_that_merged_away_comes_back_when_its_records_part_again():
    history = History()
    history.live([{0, 5}])
    young = history.live([{0, 5}, {1}])[1]
    history.live([{0, 5, 1}])
    assert history.live([{0, 5}, {1}])[1] == young
    assert history.answers()[young] == young


def test_a_new_id_that_is_taken_is_given_to_nobody_else():
    history = History()
    history.live([{0, 1, 2}])
    now = history.live([{0}, {1, 2}])  # the founder's part is the smaller: its own hash is the larger part's id
    assert now[1] == founder_id("s", "000000")
    assert now[0] == founder_id("s", "000000", 1)


def test_an_id_whose_records_are_gone_answers_with_nobody_and_is_remembered():
    history = History()
    gone = history.live([{0}, {1}])[0]
    history.live([{1}])
    assert history.answers()[gone] is None
