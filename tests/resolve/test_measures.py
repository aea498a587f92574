"""The instruments of benchmarks/ that measure identity resolution, on a few records whose figures are worked out by hand."""

import csv

import numpy as np
import pytest

from benchmarks.linkers import _spread, blocking_ceiling, exact_matching
from benchmarks.misses import find_misses, misses_by
from benchmarks.over_merges import crossing_links, false_pairs, over_merges
from benchmarks.records import components, hold, open_records
from tests.resolve.worlds import NIGHT, home_in, land, message, row, run_resolve, told

ANNA, BERT = "Anna Kowalczyk", "Bertram Hale"
PERSON_OF = {
    ("interaction", "mail", "1"): "anna",
    ("interaction", "mail", "2"): "anna",
    ("interaction", "x", "1"): "anna",  # types her address, and nothing else speaks for her
    ("interaction", "mail", "3"): "bert",
    ("interaction", "mail", "4"): "son",  # of one name and in one mailbox with his father: nothing tells them apart
    ("profile", "crm", "9"): "carla",
}
SHARED = [
    ("household", "1", "bert"), ("household", "1", "son"), ("household", "1", "anna"),
    ("shared_mailbox", "hale@x.example", "bert"), ("shared_mailbox", "hale@x.example", "son"),
    ("same_name", BERT, "bert"), ("same_name", BERT, "son"),
    ("role_mailbox", "info@x.example", "anna"), ("role_mailbox", "info@x.example", "carla"),  # neither has used it
    ("same_name", "Dora Ek", "carla"), ("same_name", "Dora Ek", "dora"),  # Dora has no records
]  # fmt: skip


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    home = home_in(tmp_path_factory.mktemp("measured"))
    land(home, NIGHT, [
        message("mail", "1", told("email", "anna@x.example"), told("name", ANNA)),
        message("mail", "2", told("email", "anna@x.example"), told("name", ANNA)),
        message("x", "1", told("account", "666", scope="x"), told("email", "anna@x.example", evidence="claimed")),
        message("mail", "3", told("email", "hale@x.example"), told("name", BERT)),
        message("mail", "4", told("email", "hale@x.example"), told("name", BERT)),
        row("crm", "9", told("email", "carla@x.example", evidence="reference")),
    ])  # fmt: skip
    run_resolve(home)
    (home.path / "truth").mkdir()
    for name, head, rows in (
        ("record_person", ["record_kind", "source", "source_ref", "person_id", "tags"],
         [[*key, person, ""] for key, person in PERSON_OF.items()] + [["interaction", "mail", "99", "", ""]]),
        ("shared", ["cause", "value", "person_id"], SHARED),
    ):  # fmt: skip
        with (home.path / "truth" / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([head, *rows])
    con = open_records(home)
    yield home, con
    con.close()


def test_customers_are_held_against_the_truth(measured):
    held = hold(measured[1])
    assert (held.agreement.pairwise_precision, held.agreement.pairwise_recall) == (1 / 2, 1 / 3)
    assert (held.largest, held.largest_person) == (2, 3)


def test_a_world_that_was_not_read_whole_is_not_measured(measured, tmp_path):
    home, _ = measured
    truth = tmp_path / "truth.csv"
    truth.write_text(
        "record_kind,source,source_ref,person_id,tags\ninteraction,mail,1,anna,\ninteraction,mail,77,anna,\n",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit, match="1 records of the truth are not in the warehouse"):
        open_records(home, truth)


def test_over_merges_are_errors_over_chances(measured):
    home, con = measured
    counted = {each.cause: (each.errors, each.chances) for each in over_merges(con, home)}
    assert counted == {
        "household": (1, 3), "household_line": (0, 0), "shared_mailbox": (1, 1), "role_mailbox": (0, 0),
        "recycled_phone": (0, 0), "same_name": (1, 1), "none of these": (0, 6),
    }  # fmt: skip
    assert false_pairs(con) == [("household + same_name + shared_mailbox", 1, 1, 1)]
    assert crossing_links(con, 3.0) == [], "father and son are one identity, so no link joined them"


def test_a_miss_tells_what_the_parts_have_in_common(measured):
    _, con = measured
    find_misses(con, 3.0)
    assert [tuple(each) for each in misses_by(con, "evidence")] == [("claim alone", 1, 1, 2, 1.0)]
    assert [each.what for each in misses_by(con, "source", "shows")] == ["x; no name +account +claim"]
    assert next(each.what for each in misses_by(con, "fate")).startswith("met, ")


def test_exact_matching_goes_by_what_channels_deliver(measured):
    _, con = measured
    groups = exact_matching(con)
    refs = dict(con.execute("SELECT source || ' ' || source_ref, node FROM record").fetchall())
    assert groups[refs["mail 1"]] == groups[refs["mail 2"]] != groups[refs["x 1"]]
    assert groups[refs["mail 3"]] == groups[refs["mail 4"]]
    assert len(set(groups.tolist())) == 4


def test_the_ceiling_links_true_pairs_that_meet_and_no_others(measured):
    _, con = measured
    agreement = hold(con, blocking_ceiling(con)).agreement
    assert (agreement.pairwise_precision, agreement.pairwise_recall) == (1.0, 1.0), "a claim and its owner meet in a block"


def test_copies_of_a_row_are_one_where_two_of_them_are():
    # rows 0 and 1 twice each: row 0's copies are one, row 1's are not; the last record has no row at all
    groups = {0: 7, 1: 7, 2: 8, 3: 9}
    rows = np.ma.masked_array([0, 0, 0, 1, 1, 1, 0], mask=[0, 0, 0, 0, 0, 0, 1])
    found = _spread(rows, np.array([0, 1, 2, 0, 1, 2, 0]), groups).tolist()
    assert found[:5] == [7, 7, 7, 8, 9]
    assert len(set(found)) == 5, "a third copy that is not one with the others, and a record without a row, stand alone"


def test_components_are_those_of_a_walk():
    rng = np.random.default_rng(3)
    for size in (1, 2, 30):
        left, right = rng.integers(0, size, (2, size // 2))
        reached = {node: {node} for node in range(size)}
        for _ in range(size):
            for one, other in zip(left.tolist(), right.tolist(), strict=True):
                reached[one] = reached[other] = reached[one] | reached[other]
                for node in reached[one]:
                    reached[node] = reached[one]
        labels = components(size, left, right)
        assert all((labels[one] == labels[other]) == (other in reached[one]) for one in range(size) for other in range(size))
