"""The score against examples worked by hand, and against a plain count of all pairs."""

import csv
from collections import Counter
from itertools import combinations
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError
from pipelines.score import Consent, measure, score
from pipelines.settings import Home
from tests.thorough import TIMES

Rows = list[tuple[str, str | None]]  # true person, customer found


def agreement(rows: Rows):
    with duckdb.connect() as con:
        con.execute("CREATE TABLE record (kind VARCHAR, grouping VARCHAR)")
        if rows:
            con.executemany("INSERT INTO record VALUES (?, ?)", rows)
        return measure(con, "record")


@pytest.mark.parametrize(
    ("rows", "pairwise", "bcubed"),
    [
        pytest.param([("a", "1"), ("a", "1"), ("b", "2")], (1, 1), (1, 1), id="all right"),
        pytest.param([("a", "1"), ("a", "1"), ("b", "1")], (1 / 3, 1), (5 / 9, 1), id="two persons in one customer"),
        pytest.param([("a", "1"), ("a", "2")], (1, 0), (1, 1 / 2), id="one person in two customers"),
        pytest.param(
            [("a", "1"), ("a", "1"), ("a", None)], (1, 1 / 3), (1, 5 / 9), id="a record without a customer stands alone"
        ),
        pytest.param([("a", None), ("b", None)], (1, 1), (1, 1), id="nothing linked and nothing to link"),
        pytest.param([], (1, 1), (1, 1), id="no records"),
    ],
)
def test_small_groupings_score_what_was_worked_out_by_hand(rows, pairwise, bcubed):
    found = agreement(rows)
    assert (found.pairwise_precision, found.pairwise_recall) == pytest.approx(pairwise)
    assert (found.bcubed_precision, found.bcubed_recall) == pytest.approx(bcubed)


def count_all_pairs(rows: Rows) -> tuple[float, float, float, float]:
    """The definitions, written out: every pair, and every record's view of its group."""
    named = [(kind, grouping or f"alone {number}") for number, (kind, grouping) in enumerate(rows)]
    together = [(one, other) for one, other in combinations(named, 2) if one[1] == other[1]]
    belonging = [(one, other) for one, other in combinations(named, 2) if one[0] == other[0]]
    right = [(one, other) for one, other in together if one[0] == other[0]]
    cells, kinds, groups = Counter(named), Counter(kind for kind, _ in named), Counter(group for _, group in named)
    precision = [cells[each] / groups[each[1]] for each in named]
    recall = [cells[each] / kinds[each[0]] for each in named]
    return (
        len(right) / len(together) if together else 1.0,
        len(right) / len(belonging) if belonging else 1.0,
        sum(precision) / len(named),
        sum(recall) / len(named),
    )


@settings(max_examples=60 * TIMES)
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(["1", "2", "3", "4", None])), min_size=1, max_size=30))
def test_the_sparse_count_equals_a_count_of_all_pairs(rows):
    found = agreement(rows)
    sparse = (found.pairwise_precision, found.pairwise_recall, found.bcubed_precision, found.bcubed_recall)
    assert sparse == pytest.approx(count_all_pairs(rows))


def count_whole_groups(rows: Rows) -> tuple[float, float]:
    """Groups and kinds as sets of record numbers: those that are in both, over each."""
    groups: dict[str, set[int]] = {}
    kinds: dict[str, set[int]] = {}
    for number, (kind, grouping) in enumerate(rows):
        groups.setdefault(grouping or f"alone {number}", set()).add(number)
        kinds.setdefault(kind, set()).add(number)
    both = {frozenset(group) for group in groups.values()} & {frozenset(kind) for kind in kinds.values()}
    return len(both) / len(groups), len(both) / len(kinds)


@settings(max_examples=60 * TIMES)
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(["1", "2", "3", "4", None])), min_size=1, max_size=12))
def test_a_group_counts_as_whole_where_it_is_exactly_one_person(rows):
    found = agreement(rows)
    assert (found.cluster_precision, found.cluster_recall) == pytest.approx(count_whole_groups(rows))


def published(tmp_path: Path, truth: list[tuple[str, ...]], membership: list[tuple[str | None, ...]]) -> Home:
    """A home with a truth and a published version, both written here."""
    home = Home(tmp_path)
    (tmp_path / "truth").mkdir()
    with (tmp_path / "truth" / "record_person.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["source", "source_ref", "record_kind", "person_id", "tags", "reason"])
        writer.writerows(truth)
    version = home.published / "versions" / "20260302T010000Z"
    version.mkdir(parents=True)
    with duckdb.connect(str(version / "customers.duckdb")) as con:
        con.execute("CREATE SCHEMA golden")
        con.execute(
            "CREATE TABLE golden.membership "
            "(record_kind VARCHAR, source VARCHAR, source_ref VARCHAR, customer_id VARCHAR, night DATE)"
        )
        con.executemany("INSERT INTO golden.membership VALUES (?, ?, ?, ?, '2026-03-03')", membership)
        con.execute(
            "CREATE TABLE golden.interaction (source VARCHAR, source_ref VARCHAR, enquiry_id VARCHAR, duplicate_of VARCHAR)"
        )
    (home.published / "current").symlink_to(version, target_is_directory=True)
    return home


TRUTH = [
    ("mail", "1", "interaction", "p1", "household", ""),
    ("mail", "2", "interaction", "p1", "", ""),
    ("crm", "1", "profile", "p1", "", ""),  # the same ref as a mail's, of another kind of record
    ("mail", "3", "interaction", "p2", "household same_name", ""),
    ("mail", "4", "interaction", "", "", "bounce"),
    ("mail", "5", "interaction", "", "", "spam"),
    ("mail", "9", "interaction", "p3", "", ""),  # of a night that is not in yet
]
MEMBERSHIP = [
    ("interaction", "mail", "1", "c1"),
    ("interaction", "mail", "2", "c1"),
    ("profile", "crm", "1", None),
    ("interaction", "mail", "3", "c1"),
    ("interaction", "mail", "4", None),
    ("interaction", "mail", "5", "c2"),
    ("interaction", "mail", "77", "c3"),
]


def test_a_published_version_is_held_against_the_truth(tmp_path):
    report = score(published(tmp_path, TRUTH, MEMBERSHIP))
    assert report.version == "20260302T010000Z"
    assert (report.records, report.persons, report.customers) == (4, 2, 1)
    assert report.coverage == 3 / 4
    assert (report.largest_customer, report.largest_person) == (3, 3)
    assert (report.nobody, report.nobody_with_customer) == (2, 1)
    assert (report.missing, report.unknown) == (1, 1)
    assert report.agreement.pairwise_precision == pytest.approx(1 / 3)
    assert report.agreement.pairwise_recall == pytest.approx(1 / 3)
    assert {part.name: part.records for part in report.by_source} == {"crm": 1, "mail": 3}
    assert {part.name: part.records for part in report.by_tag} == {"household": 2, "none": 2, "same_name": 1}
    assert report.enquiries is None
    assert report.duplicate_recall is None


def test_enquiries_and_duplicates_are_scored_once_they_are_published(tmp_path):
    home = published(tmp_path, TRUTH, MEMBERSHIP)
    (tmp_path / "truth" / "message_enquiry.csv").write_text(
        "source,source_ref,enquiry_id\nmail,1,e1\nmail,2,e1\nmail,3,e2\n", encoding="utf-8"
    )
    (tmp_path / "truth" / "duplicates.csv").write_text(
        "source,source_ref,first_source,first_ref\nmail,2,mail,1\nmail,77,mail,3\n", encoding="utf-8"
    )
    with duckdb.connect(str((home.published / "current").resolve() / "customers.duckdb")) as con:
        con.execute(
            "INSERT INTO golden.interaction VALUES ('mail','1','q1',NULL), ('mail','2','q1','1'), ('mail','3','q1','1')"
        )
        con.execute("INSERT INTO golden.interaction VALUES ('mail','77',NULL,NULL)")
    report = score(home)
    assert report.enquiries is not None
    assert report.enquiries.pairwise_precision == pytest.approx(1 / 3)
    assert report.enquiries.pairwise_recall == 1
    assert (report.duplicate_precision, report.duplicate_recall) == (1 / 2, 1 / 2)


def test_consent_is_compared_point_by_point_as_of_the_versions_last_night(tmp_path):
    home = published(tmp_path, TRUTH, MEMBERSHIP)
    (tmp_path / "truth" / "consent.csv").write_text(
        "day,kind,value,channel,purpose,allowed\n"
        "2026-03-02,email,a@x.example,email,marketing,true\n"
        "2026-03-03,email,a@x.example,email,marketing,false\n"  # withdrawn, and published as a yes: wrong
        "2026-03-02,email,b@x.example,email,marketing,true\n"
        "2026-03-04,email,b@x.example,email,marketing,false\n"  # withdrawn after the version: still a yes
        "2026-03-02,email,c@x.example,email,marketing,true\n"  # somebody else's no
        "2026-03-02,phone,+447500000001,sms,marketing,false\n",  # not published
        encoding="utf-8",
    )
    with duckdb.connect(str((home.published / "current").resolve() / "customers.duckdb")) as con:
        con.execute(
            "CREATE TABLE golden.consent (kind VARCHAR, value VARCHAR, channel VARCHAR, purpose VARCHAR, allowed BOOLEAN)"
        )
        for address, allowed in (("a", True), ("b", True), ("c", True), ("c", False)):
            con.execute(
                "INSERT INTO golden.consent VALUES ('email', ?, 'email', 'marketing', ?)", [f"{address}@x.example", allowed]
            )
    assert score(home).consent == Consent(points=4, wrongly_allowed=1, wrongly_refused=1, unknown=1)


def test_without_a_truth_or_a_version_the_message_says_what_to_do(tmp_path):
    home = Home(tmp_path)
    with pytest.raises(ConfigurationError, match="goldthread demo"):
        score(home)
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "record_person.csv").write_text(
        "source,source_ref,record_kind,person_id,tags,reason\n", encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match="run a night first"):
        score(home)
