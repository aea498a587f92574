"""Components and their weakest links, against a few lines of plain Python on random graphs."""

import random
import re

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.resolve.clusters.cluster import ASKED, find_clusters, strongest_tree, weakest_links
from pipelines.resolve.clusters.guard import TOO_LARGE
from pipelines.resolve.engines.components import component_labels, first_of
from pipelines.resolve.scoring import agreement
from pipelines.resolve.settings import Linkage, load_linkage
from pipelines.settings import PACKAGE_ROOT


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
    found = weakest_links(strongest_tree(links, 30), labels)
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


NAMES = ["anna smith", "anna jones", "bert hale", "carla fontana", ""]
BIRTHS = ["1950-03-04", "1982-11-30", None, None]
IDENTITY = """
    CREATE TABLE resolve.identity (
        identity_id VARCHAR, given_name VARCHAR, family_name VARCHAR, given_forms VARCHAR[], family_forms VARCHAR[],
        date_of_birth VARCHAR, emails VARCHAR[], phones VARCHAR[], handles VARCHAR[], accounts VARCHAR[], crm_ids VARCHAR[],
        claimed_emails VARCHAR[], claimed_phones VARCHAR[], is_promiscuous BOOLEAN
    );
    CREATE TABLE resolve.edge (identity_l VARCHAR, identity_r VARCHAR, match_weight DOUBLE, other_weight DOUBLE);
    CREATE TEMP TABLE node AS SELECT NULL::BIGINT AS node, NULL::VARCHAR AS identity_id LIMIT 0
"""


def clustered(people, edges, **changed):
    """Cluster people, ``(name, birth, phones)`` each, along ``(left, right, weight)``; return labels and cuts."""
    linkage = load_linkage(PACKAGE_ROOT / "config/linkage.yml")
    linkage = Linkage(**(linkage.model_dump() | changed))
    with duckdb.connect() as con:
        con.execute(f"CREATE SCHEMA resolve; {IDENTITY}").fetchall()
        agreement.install(con)
        for number, (name, birth, phones) in enumerate(people):
            given_name, _, family = name.partition(" ")
            con.execute(
                "INSERT INTO resolve.identity VALUES (?, ?, ?, ?, ?, ?, [], ?, [], [], [], [], [], FALSE)",
                [f"i{number:04}", given_name or None, family or None, [given_name], [family], birth, phones],
            ).fetchall()
        for left, right, weight in edges:
            con.execute(
                "INSERT INTO resolve.edge VALUES (?, ?, ?, ?)", [f"i{left:04}", f"i{right:04}", weight, weight]
            ).fetchall()
        con.execute("INSERT INTO node SELECT substr(identity_id, 2)::BIGINT, identity_id FROM resolve.identity").fetchall()
        found = find_clusters(con, linkage)
    return found.labels.tolist(), found.cuts


@settings(max_examples=25)
@given(st.data())
def test_no_customer_contradicts_itself_but_where_its_links_have_weighed_it(data):
    """Against the definitions: two first names, or two dates of birth, that no link has set against each other."""
    count = data.draw(st.integers(2, 10))
    people = [
        (data.draw(st.sampled_from(NAMES)), data.draw(st.sampled_from(BIRTHS)), [f"+{data.draw(st.integers(0, 5))}"])
        for _ in range(count)
    ]
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] < pair[1])
    edges = [
        (*pair, data.draw(st.sampled_from([4.0, 9.0, 20.0]))) for pair in sorted(data.draw(st.sets(pairs, max_size=14)))
    ]
    labels, cuts = clustered(people, edges, values_at_most={"phone": 3}, identities_at_most=6)

    def compared(value_l, value_r, place):
        return any({people[left][place], people[right][place]} == {value_l, value_r} for left, right, _ in edges)

    for label in set(labels):
        members = [person for person, own in zip(people, labels, strict=True) if own == label]
        assert len(members) <= 6
        assert len({phone for *_, phones in members for phone in phones}) <= 3
        births = {birth for _, birth, _ in members if birth}
        assert len(births) < 2 or compared(*births, 1)
        wholes = sorted({name for name, *_ in members if name})
        for one in wholes:
            for other in wholes:
                if one.split()[0] != other.split()[0]:
                    assert any(
                        compared(a, b, 0) for a in NAMES for b in NAMES
                        if a.split(" ")[0] == one.split()[0] and b.split(" ")[0] == other.split()[0]
                    )  # fmt: skip
    refused = {cut.link[:2] for cut in cuts}
    assert refused == {(left, right) for left, right, _ in edges if labels[left] != labels[right]}


def test_what_is_hopelessly_large_is_cut_to_size():
    """A chain of sixty where two are the bound: no name is compared before it has been cut."""
    people = [("anna smith", None, [])] * 60
    labels, cuts = clustered(people, [(n, n + 1, 4.0 + n % 3) for n in range(59)], identities_at_most=2)
    assert max(np.bincount(labels)) == 2
    assert {cut.reason for cut in cuts} == {TOO_LARGE}


WORDS = st.text(alphabet="abcdefmnz", min_size=1, max_size=7)


@pytest.fixture(scope="module")
def macros():
    with duckdb.connect() as con:
        agreement.install(con)
        yield con


@given(name=WORDS, one=WORDS, other=WORDS)
def test_people_of_one_first_name_never_rule_each_other_out(macros, name, one, other):
    """The guard looks only at components that show two first names or two dates of birth."""
    values = {"given": name, "one": one, "other": other}
    contradicts = "SELECT names_contradict($given, [$given], $one, [$one], $given, [$given], $other, [$other])"
    assert macros.execute(contradicts, values).fetchall() == [(False,)]
    assert macros.execute("SELECT births_contradict('1950-03-04', '1950-03-04')").fetchall() == [(False,)]


def test_clustering_names_the_columns_of_an_identity_that_it_reads():
    """A night hands it no others: one that only some rare case reads would be missed on the night of that case."""
    columns = yaml.safe_load((PACKAGE_ROOT / "sql" / "resolve" / "identity.yml").read_text())["columns"]
    code = "".join((PACKAGE_ROOT / "pipelines" / "resolve" / "clusters" / f"{name}.py").read_text() for name in READERS)
    code = code[: code.index("ASKED = (")] + code[code.index(")  # fmt: skip", code.index("ASKED = (")) :]
    read = {name for name in columns if re.search(rf"\b{name}\b", code)} - {"claims"}  # a verb there
    assert read == set(ASKED)


READERS = ("cluster", "contradictions", "guard", "namesakes")
