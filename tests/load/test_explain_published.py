"""Explanations of a published world: what holds a customer together, down to the records, and pairs of all kinds."""

import io
import json
import re
from datetime import UTC, datetime

import pytest
from rich.console import Console
from typer.testing import CliRunner

from pipelines import warehouse
from pipelines.cli import app
from pipelines.commands.pair import show_story
from pipelines.errors import ConfigurationError
from pipelines.files import sha256_of
from pipelines.load.answers.explain import explain_customer
from pipelines.load.answers.pairs import explain_two
from pipelines.load.dictionary import read_table
from pipelines.load.pages.pair_page import write_pair_page
from pipelines.load.publish import publish
from pipelines.load.stage import load
from pipelines.load.terminal.show_customer import render_explanation
from pipelines.load.validation.checks import Check, ValidationReport, write_checks
from pipelines.load.versions.candidate import build_candidate, candidate_folder
from pipelines.resolve.judgements import Judgement, RecordKey, append_judgement
from pipelines.settings import PACKAGE_ROOT
from tests.resolve.worlds import NIGHT, customers, home_in, land, message, row, run_resolve, told

HELD = Check("customer", 1, "expect_column_values_to_be_unique", "customer_id", "critical", success=True)
ANNA, LINE = "Anna Kowalczyk", "+441132960001"


def crm(ref, name, *more):
    given, family = name.split(" ", 1)
    shown = [told("name", name), told("given_name", given), told("family_name", family), *more]
    return row("crm", ref, *[told(i.kind, i.value, scope=i.scope, evidence="reference") for i in shown])


WORLD = [
    message("mail", "m1", told("email", "anna@x.example"), told("name", ANNA)),
    message("mail", "m2", told("email", "anna@x.example"), told("name", ANNA), minutes=60),
    crm("c1", ANNA, told("email", "anna@x.example"), told("phone", "+447446850412"), told("phone", LINE)),
    message("sms", "s1", told("phone", "+447446850412")),
    crm("c2", "Bertram Kowalczyk", told("email", "bert@x.example"), told("phone", LINE)),
    message("mail", "n1", told("email", "noreply@x.example"), reason="newsletter"),
    message("mail", "n2", told("email", "daemon@x.example"), reason="bounce"),
    message("chat", "k1", told("account", "5", scope="chat"), told("email", "anna@x.example", evidence="claimed")),
    message("mail", "o1", told("email", "otis@x.example"), told("name", "Otis Fairweather")),
    message("chat", "o2", told("account", "6", scope="chat"), told("name", "Marlon Quick")),
    message("mail", "z1", told("email", "zt@x.example"), told("name", "Zbigniew Trzeszczynski")),
    message("mail", "z2", told("email", "workshop@other.example"), told("name", "Zbigniew Trzeszczynski")),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    home = home_in(tmp_path_factory.mktemp("explained"))
    land(home, NIGHT, WORLD)
    append_judgement(
        home,
        Judgement(
            verdict="same", left=(RecordKey("interaction", "mail", "o1"),), right=(RecordKey("interaction", "chat", "o2"),),
            by="Sam Steward", at=datetime(2026, 11, 20, tzinfo=UTC), why="he told us",
        ),
    )  # fmt: skip
    run_resolve(home)
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        load(con, home, NIGHT)
    path = build_candidate(home)
    write_checks(candidate_folder(home) / "checks.json", ValidationReport(NIGHT, [HELD]), sha256=sha256_of(path))
    publish(home, NIGHT)
    return home


@pytest.fixture(scope="module")
def anna(world):
    return explain_customer(world, customers(world)["mail m1"])


def shown(render, found, width=100):
    console = Console(width=width, record=True, file=io.StringIO())
    render(found, console)
    return console.export_text()


def test_identities_tell_where_and_when_they_were_met(anna):
    by_source = {part.sources[0]: part for part in anna.identities}
    assert {source: part.records for source, part in by_source.items()} == {"mail": 2, "crm": 1, "sms": 1}
    assert by_source["mail"].channels == ["email"]
    assert (by_source["mail"].last_seen_at - by_source["mail"].first_seen_at).total_seconds() == 3600
    assert by_source["crm"].channels == []
    assert by_source["crm"].first_seen_at is not None


def test_links_are_told_with_what_decided_and_down_to_the_record_that_showed_it(anna):
    assert len(anna.links) == 2
    by_kind = {link.shared[0].kind: link for link in anna.links}
    mail = by_kind["email"].shared[0]
    places = {(side.source, side.source_ref, side.file, side.position) for side in (mail.left, mail.right)}
    assert places == {("mail", "m1", "mail/x", "message m1"), ("crm", "c1", "crm/x", "row c1")}
    assert {mail.left.value, mail.right.value} == {"anna@x.example"}
    assert {side.source_ref for shared in by_kind["phone"].shared for side in (shared.left, shared.right)} == {"s1", "c1"}
    for link in anna.links:
        assert [row.bits for row in link.evidence] == sorted((row.bits for row in link.evidence), reverse=True)
        assert link.evidence[0].bits > 0


def test_the_customer_falls_into_what_its_weakest_link_holds(anna):
    assert anna.weakest_link is anna.links[0]
    assert anna.links[0].match_weight <= anna.links[1].match_weight
    larger, smaller = anna.holding.falls_into
    assert len(larger) == 2
    assert len(smaller) == 1
    assert {anna.links[0].identity_l, anna.links[0].identity_r} & set(smaller)
    assert "without the weakest link it would fall into" in shown(render_explanation, anna)


def test_household_is_told_with_its_line_and_the_others_in_it(anna, world):
    (household,) = anna.households
    assert (household.kind, household.identifier_kind, household.identifier_value) == ("household", "phone", LINE)
    assert [(other.customer_id, other.name) for other in household.others] == [
        (customers(world)["crm c2"], "Bertram Kowalczyk")
    ]
    assert LINE in shown(render_explanation, anna)


def test_a_steward_s_word_holds_and_is_told(world):
    otis = explain_customer(world, customers(world)["mail o1"])
    (link,) = otis.links
    assert link.by_steward
    assert [(one.verdict, one.by, one.why) for one in otis.holding.judgements] == [("same", "Sam Steward", "he told us")]
    assert "he told us" in shown(render_explanation, otis)


def test_links_that_were_refused_are_told_with_whom_and_why(world):
    found = explain_customer(world, customers(world)["mail z1"])
    assert [(one.other_customer_id, one.reason) for one in found.holding.refused] == [
        (customers(world)["mail z2"], "equal names alone")
    ]


def test_a_customer_is_told_within_80_columns_and_as_json(anna):
    assert max(map(len, shown(render_explanation, anna, width=80).splitlines())) <= 80
    told_of = json.loads(json.dumps(anna.to_json()))
    assert told_of["links"][0] == told_of["weakest_link"]
    assert told_of["links"][0]["shared"][0]["left"]["file"]
    assert told_of["households"][0]["others"][0]["name"] == "Bertram Kowalczyk"


@pytest.mark.parametrize(
    ("left", "right", "verdict", "cause", "says"),
    [
        pytest.param(
            "mail:n1", "mail:m1", "not linked", "no person", "the first record (newsletter)", id="nobody behind one"
        ),
        pytest.param("mail:n1", "mail:n2", "not linked", "no person", "they belong to no customer", id="nobody behind both"),
        pytest.param("mail:m1", "mail:m2", "one identity", "one identity", "never two", id="two records of one identity"),
        pytest.param("mail:m1", "crm:c1", "linked", "evidence", "above the threshold", id="two records"),
        pytest.param("mail:m1", "chat:k1", "not linked", "claim not believed", "no proof", id="a claim"),
        pytest.param("mail:o1", "chat:o2", "linked", "judged same", "a steward", id="a judgement"),
    ],
)
def test_a_pair_of_records_is_told(world, left, right, verdict, cause, says):
    story = explain_two(world, left, right)
    assert (story.verdict, story.cause) == (verdict, cause)
    assert says in story.why
    assert (story.left.asked, story.right.asked) == (left, right)
    assert max(map(len, shown(show_story, story, width=80).splitlines())) <= 80
    json.dumps(story.to_json())


def test_what_one_record_shows_is_placed_once(world):
    told_of = shown(show_story, explain_two(world, "crm:c1", "crm:c1"), width=80)
    assert told_of.count("crm c1: ") == len(explain_two(world, "crm:c1", "crm:c1").shared) > 1


def test_two_customers_are_told_by_the_pair_that_is_closest(world):
    one, other = customers(world)["mail m1"], customers(world)["crm c2"]
    story = explain_two(world, one, other)
    assert (story.left.customer_id, story.right.customer_id) == (one, other)
    assert [shared.kind for shared in story.shared][:1] == ["phone"], "the CRM rows share the line"


@pytest.mark.parametrize(("left", "right"), [("mail:nobody", "mail:m1"), ("0" * 20, "mail:m1"), ("", "mail:m1")])
def test_a_side_that_is_not_there_is_refused_without_repeating_it(world, left, right):
    with pytest.raises(ConfigurationError, match="the first side is not in the version in use"):
        explain_two(world, left, right)
    with pytest.raises(ConfigurationError, match="the second side is not in the version in use"):
        explain_two(world, right, left)


def test_one_customer_is_no_pair(world):
    one = customers(world)["mail m1"]
    with pytest.raises(ConfigurationError, match="both are one customer"):
        explain_two(world, one, one)


def test_the_page_needs_nothing_but_itself_and_is_the_owner_s_alone(world, tmp_path):
    page = tmp_path / "pair.html"
    story = explain_two(world, "mail:m1", "chat:k1")
    write_pair_page(story, page)
    text = page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o777 == 0o600
    assert not re.search(r"<script|<link|<img|@import|url\(|https?://|\bon[a-z]+=", text)
    assert text.count("<svg") == 2
    assert "prefers-color-scheme:dark" in text
    for row_ in story.pair.rows:
        assert abs(row_.bits) < 0.05 or f"{row_.bits:+.2f} bits" in text
    assert f"{story.pair.match_weight:+.1f}" in text


def test_what_people_wrote_cannot_become_markup_of_the_page_or_steer_the_terminal_it_is_read_in(tmp_path, world):
    story = explain_two(world, "mail:m1", "crm:c1")
    evil = type(story.left)(**(story.left.__dict__ | {"name": "<script>alert(1)</script>\x1b]0;gone\x07"}))
    write_pair_page(type(story)(**(story.__dict__ | {"left": evil})), tmp_path / "pair.html")
    text = (tmp_path / "pair.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert not {"\x1b", "\x07"} & set(text)
    assert "\u241b]0;gone\u2407" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param([], "whom?", id="nobody"),
        pytest.param(["c1", "--pair", "a", "b"], "give two sides once", id="two ways at once"),
        pytest.param(["c0123456789abcdef", "--page", "x.html"], "--page shows a pair", id="a page of one"),
    ],
)
def test_a_question_that_cannot_be_is_refused_in_words(world, arguments, says):
    answer = CliRunner().invoke(app, ["explain", *arguments, "--home", str(world.path)])
    assert isinstance(answer.exception, ConfigurationError)
    assert says in str(answer.exception)


def test_the_command_takes_a_pair_either_way(world, tmp_path):
    given = ["explain", "--home", str(world.path), "--json"]
    page = tmp_path / "p.html"
    named = CliRunner().invoke(app, [*given, "--pair", "mail:m1", "crm:c1", "--page", str(page)])
    bare = CliRunner().invoke(app, [*given, "mail:m1", "crm:c1"])
    assert json.loads(named.stdout) == json.loads(bare.stdout)
    assert json.loads(named.stdout)["cause"] == "evidence"
    assert page.is_file()


def test_a_version_keeps_every_column_of_an_identity_that_the_clustering_may_ask_for():
    """Without it an explanation cannot run the night's own code again."""
    resolved = read_table(PACKAGE_ROOT / "sql" / "resolve" / "identity.yml")
    published = read_table(PACKAGE_ROOT / "sql" / "meta" / "identity.yml")
    assert {column.name for column in resolved.columns} <= {column.name for column in published.columns}
