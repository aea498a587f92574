"""A customer explained: by today's id or an old one, each value with its origin, and what holds the records together."""

import io
import itertools
import json
import random
from dataclasses import replace

import duckdb
import pytest
from rich.console import Console

from pipelines.errors import ConfigurationError
from pipelines.load.answers.explain import explain_customer, shortened
from pipelines.load.answers.holding import Link, holding_links, parts_without_weakest
from pipelines.load.answers.query import query
from pipelines.load.publish import publish
from pipelines.load.terminal.show_customer import render_explanation
from pipelines.settings import Home
from tests.load.fixture_golden import NIGHT, checked_candidate


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("published"))
    checked_candidate(home, customers=30)
    publish(home, NIGHT)
    return home


def shown(home: Home, customer_id: str, width: int = 200) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    render_explanation(explain_customer(home, customer_id), console)
    return console.export_text()


def busiest(home: Home) -> str:
    return str(
        query(home, "SELECT customer_id FROM golden.customer ORDER BY interaction_count DESC, customer_id").rows[0][0]
    )


def test_each_surviving_value_stands_with_its_rule_record_file_and_position(published):
    customer = busiest(published)
    found = explain_customer(published, customer)
    with duckdb.connect(str(published.published / "current" / "customers.duckdb"), read_only=True) as con:
        row = con.execute("FROM golden.customer WHERE customer_id = $id", {"id": customer})
        golden = dict(zip([column[0] for column in row.description], row.fetchall()[0], strict=True))
    assert {value.attribute: value.value for value in found.values} == {
        name: golden[name] for name in ("full_name", "email", "phone", "handle") if golden[name] is not None
    }
    assert all(value.rule and value.source_ref and value.file and value.position for value in found.values)
    assert [value.attribute for value in found.values][:2] == ["full_name", "email"]
    assert len(found.story) == golden["interaction_count"]
    assert sum(use.interactions for use in found.channels) == golden["interaction_count"]
    assert sorted(use.channel for use in found.channels) == golden["channels"]


def test_the_story_is_told_in_the_order_of_time_and_marks_each_change_of_channel(published):
    story = explain_customer(published, busiest(published)).story
    times = [event.occurred_at for event in story]
    assert times == sorted(times)
    changes = [before.channel != after.channel for before, after in itertools.pairwise(story)]
    assert [event.is_switch for event in story] == [False, *changes]


def test_an_old_id_leads_to_the_customer_that_answers_for_it_and_says_why(published):
    found = explain_customer(published, "c00000000000000aa")
    today = query(published, "SELECT min(customer_id) FROM golden.customer").rows[0][0]
    assert found.customer_id == today
    assert "c00000000000000aa leads here since 2026-03-04: merged: mail" in shown(published, "c00000000000000aa")
    assert found.values == explain_customer(published, today).values


def test_a_forgotten_id_says_so_and_shows_nothing(published):
    found = explain_customer(published, "c00000000000000bb")
    assert found.customer_id is None
    assert (found.values, found.story, found.identities, found.links) == ([], [], [], [])
    assert "was forgotten on 2026-03-04" in shown(published, "c00000000000000bb")
    json.dumps(found.to_json())


@pytest.mark.parametrize("asked", ["c0123456789abcdef", "pat@mail.example", "'; DROP TABLE golden.customer; --", ""])
def test_an_id_that_never_was_is_refused_without_repeating_what_may_be_a_person(published, asked):
    with pytest.raises(ConfigurationError, match="no customer") as wrong:
        explain_customer(published, asked)
    assert ("@" in str(wrong.value), "DROP" in str(wrong.value)) == (False, False)


def test_what_holds_the_records_together_is_shown_with_the_weakest_link_first(published):
    found = explain_customer(published, busiest(published))
    assert len(found.identities) == 3
    assert len(found.links) == 2
    assert found.weakest_link == found.links[0]
    assert found.to_json()["weakest_link"]["rule"] == "email"
    text = shown(published, busiest(published))
    assert "what holds them together, the weakest link first" in text
    assert "11.5 bits" in text
    assert "what survives, and why" in text


def test_an_explanation_fits_a_terminal_of_80_columns_and_keeps_its_places_whole(published):
    customer = explain_customer(published, busiest(published))
    text = shown(published, busiest(published), width=80)
    assert max(map(len, text.splitlines())) <= 80
    for value in customer.values:
        assert value.value in text
        assert value.file in text


def connected(links: list[Link], least: float) -> set[frozenset[str]]:
    """Return the groups that links of at least that weight make, by plain flooding."""
    names = {name for link in links for name in (link.identity_l, link.identity_r)}
    groups = []
    while names:
        group = {names.pop()}
        while True:
            strong = (link for link in links if link.match_weight >= least)
            reached = {
                n
                for link in strong
                for n in (link.identity_l, link.identity_r)
                if {link.identity_l, link.identity_r} & group
            }
            if reached <= group:
                break
            group |= reached
        names -= group
        groups.append(frozenset(group))
    return set(groups)


def test_the_links_that_hold_connect_at_every_weight_what_all_links_connect():
    dice = random.Random(7)  # noqa: S311 - graphs, not secrets
    for _ in range(60):
        names = [f"i{n}" for n in range(dice.randint(2, 9))]
        pairs = [pair for pair in itertools.combinations(names, 2) if dice.random() < 0.5]
        links = [Link(left, right, float(dice.randint(1, 12)), 0.9, "rule") for left, right in pairs]
        kept = holding_links(links)
        assert [link.match_weight for link in kept] == sorted(link.match_weight for link in kept)
        dice.shuffle(links)
        assert holding_links(links) == kept
        for least in range(1, 13):
            groups = {group for group in connected(links, least) if len(group) > 1}
            assert {group for group in connected(kept, least) if len(group) > 1} == groups


def test_without_the_weakest_link_of_a_tree_two_parts_are_left_and_hold_everybody():
    dice = random.Random(11)  # noqa: S311 - graphs, not secrets
    for _ in range(60):
        names = [f"i{n}" for n in range(dice.randint(2, 9))]
        tree = [
            Link(dice.choice(names[:n]), names[n], float(dice.randint(1, 12)), 0.9, "rule") for n in range(1, len(names))
        ]
        links = sorted(tree, key=lambda link: link.match_weight)
        parts = parts_without_weakest(links, names)
        groups = connected(links[1:], 0.0)
        assert sorted(name for part in parts for name in part) == sorted(names)
        assert {frozenset(part) for part in parts if len(part) > 1} == groups
        assert len(parts[0]) >= len(parts[1])
    assert parts_without_weakest([], ["i0"]) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("short", "short", id="short"),
        pytest.param("two\n\n lines ", "two lines", id="lines"),
        pytest.param("one two, three", "one two …", id="cut at a word"),
    ],
)
def test_a_text_is_shortened_to_one_line(text, line):
    assert shortened(text, 10) == line


def test_one_of_a_kind_is_not_told_as_many(published):
    found = explain_customer(published, busiest(published))
    few = replace(found, story=found.story[:1], profiles=0, identities=found.identities[:1], channels=found.channels[:1])
    console = Console(width=200, record=True, file=io.StringIO())
    render_explanation(few, console)
    assert "1 record, 1 identity, 1 channel, " in console.export_text()
