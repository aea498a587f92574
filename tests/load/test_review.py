"""The stewards' commands, over a candidate of a small world: what they show, what they write, and what they refuse."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from pipelines import warehouse
from pipelines.cli import app
from pipelines.errors import ConfigurationError
from pipelines.load.pages.report import write_report
from pipelines.load.stage import load
from pipelines.load.stewards.deciding import Said, judge, merge, undo, unmerge
from pipelines.load.stewards.past import history, review_status
from pipelines.load.stewards.queue import opened, read_queue
from pipelines.load.validation.checks import ValidationReport
from pipelines.load.versions.candidate import build_candidate, candidate_file
from pipelines.resolve.judgements import read_judgements
from tests.resolve.worlds import NIGHT, customers, home_in, land, message, row, run_resolve, told

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
PERSONAL = ("Kowalczyk", "Hale", "anna", "bert", "+4474", "hello there")


def said(minutes=0, why=""):
    return Said("ada", AT + timedelta(minutes=minutes), why)


def crowd():
    """Anna by mail, CRM and an account that claims her address; Bert by mail and phone; namesakes of a rare name."""
    anna, bert = told("name", "Anna Kowalczyk"), told("name", "Bertram Hale")
    phone, rare = told("phone", "+447446850412"), told("name", "Zbigniew Trzeszczynski")
    letters = [
        message("mail", "1", told("email", "anna@x.example"), anna),
        message("mail", "2", told("email", "bert@x.example"), bert, minutes=5, thread="b"),
        row("crm", "9", told("email", "anna@x.example"), anna, minutes=9),
        row("crm", "8", told("email", "bert@x.example"), phone, bert, minutes=9),
        message("sms", "1", phone, minutes=20),
        message("m", "1", told("account", "5", scope="m"), told("email", "anna@x.example", evidence="claimed"), minutes=30),
        message("mail", "3", told("email", "zt@x.example"), rare, minutes=40),
        message("mail", "4", told("email", "other@y.example"), rare, minutes=41),
        message("m", "2", told("account", "6", scope="m"), rare, minutes=42),
    ]
    for letter in letters:
        if hasattr(letter, "text"):
            letter.text = "hello there"
    return letters


def rebuild(home):
    """Resolve, load and lay down the candidate, as a night does before it validates."""
    run_resolve(home)
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        load(con, home, NIGHT)
    build_candidate(home)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    home = home_in(tmp_path_factory.mktemp("review"))
    land(home, NIGHT, crowd())
    rebuild(home)
    return home


@pytest.fixture
def home(built):
    """The world without any judgement; it is read only but for those."""
    built.judgements.unlink(missing_ok=True)
    return built


def run(home, *arguments):
    return CliRunner().invoke(app, ["review", *arguments, "--home", str(home.path)], env={"COLUMNS": "160"})


def waiting(home):
    with opened(home, candidate=True) as con:
        return read_queue(con, home, read_judgements(home.judgements))


def test_the_list_tells_causes_and_numbers_and_no_person(home):
    shown = run(home, "list", "--candidate")
    assert shown.exit_code == 0, shown.output
    assert "a claim that was not believed" in shown.stdout
    assert "held apart: equal names alone" in shown.stdout
    assert not [word for word in PERSONAL if word in shown.output]
    told_as_json = json.loads(run(home, "list", "--candidate", "--json", "--limit", "2").stdout)
    assert [question["rank"] for question in told_as_json] == [question.rank for question in waiting(home)][:2]


def test_a_pair_drawn_by_lot_gives_nothing_away(home):
    by_lot = [question for question in waiting(home) if question.is_blind]
    assert by_lot
    for question in by_lot:
        told_of = question.to_json()
        assert {told_of[name] for name in ("customer_l", "customer_r", "match_weight", "is_linked", "stratum", "cost")} == {
            None
        }
    shown = run(home, "show", str(by_lot[0].rank), "--candidate")
    assert shown.exit_code == 0, shown.output
    assert "judge by what you see" in shown.stdout
    assert "bits" not in shown.stdout
    assert by_lot[0].customer_l not in shown.stdout


def test_show_lays_both_sides_beside_each_other_with_the_evidence(home):
    shown = run(home, "show", "mail:1", "m:1", "--candidate")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.count("anna@x.example") >= 2
    assert "mail, typed" in shown.stdout
    assert "hello there" in shown.stdout
    assert "not linked" in shown.stdout
    told_as_json = json.loads(run(home, "show", "mail:1", "m:1", "--candidate", "--json").stdout)
    assert [side["shows"]["mail" if place == 0 else "mail, typed"] for place, side in enumerate(told_as_json["sides"])]
    assert told_as_json["explanation"]["rows"]


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_a_pair_that_is_judged_leaves_the_queue_at_once_and_keeps_the_other_numbers(home, verdict):
    before = waiting(home)
    first = next(question for question in before if not question.is_blind)
    written = run(home, verdict, str(first.rank), "--by", "ada", "--why", "same order", "--candidate")
    assert written.exit_code == 0, written.output
    assert "next resolve" in written.stdout
    after = {question.rank for question in waiting(home)}
    assert first.rank not in after
    assert after <= {question.rank for question in before}
    (judgement,) = read_judgements(home.judgements)
    assert (judgement.by, judgement.why, judgement.audit) == ("ada", "same order", None)


def test_an_unsure_pair_goes_to_the_end_and_one_by_lot_is_answered(home):
    in_doubt = next(question for question in waiting(home) if not question.is_blind)
    judge(home, "unsure", [str(in_doubt.rank)], said(), candidate=True)
    assert waiting(home)[-1].rank == in_doubt.rank
    assert waiting(home)[-1].is_unsure
    by_lot = next(question for question in waiting(home) if question.is_blind)
    judge(home, "unsure", [str(by_lot.rank)], said(1), candidate=True)
    assert by_lot.rank not in {question.rank for question in waiting(home)}
    last = read_judgements(home.judgements)[-1]
    assert last.audit == by_lot.stratum
    assert len(last.model) == 8


def test_merge_and_unmerge_are_taken_up_by_the_next_resolve_and_leave_all_as_it_was(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, crowd())
    rebuild(home)
    before = customers(home)
    assert before["mail 1"] != before["mail 2"]
    merge(home, (before["mail 1"], "sms:1"), said(), candidate=True)
    assert review_status(home, candidate=True).pending == 1
    rebuild(home)
    merged = customers(home)
    assert merged["crm 9"] == merged["crm 8"] == before["mail 1"]
    assert review_status(home, candidate=True).pending == 0
    with pytest.raises(ConfigurationError, match="already"):
        merge(home, ("mail:1", "mail:2"), said(1), candidate=True)
    unmerge(home, "mail:2", [], said(2), candidate=True)
    assert review_status(home, candidate=True).pending == 1
    rebuild(home)
    assert customers(home) == before
    states = {past.judgement.verdict: past.state for past in history(home, candidate=True)}
    assert states["same"].startswith("undone by j")


def test_who_takes_a_merged_customer_apart_by_its_records_is_told_of_the_merge(tmp_path):
    """A "different" beside the merge that was the mistake would cut links that nobody doubted."""
    home = home_in(tmp_path)
    land(home, NIGHT, crowd())
    rebuild(home)
    alone = unmerge(home, "mail:2", ["crm:8"], said(), candidate=True)
    undo(home, alone.judgement.judgement_id, said(1))
    assert "a steward's merge" not in alone.words
    merged = merge(home, ("mail:1", "mail:2"), said(2), candidate=True).judgement.judgement_id
    rebuild(home)
    mend = f"if that was the mistake, goldthread review undo {merged} instead"
    named = unmerge(home, "mail:1", ["crm:8"], said(3), candidate=True)
    assert mend in named.words
    undo(home, named.judgement.judgement_id, said(4))
    with pytest.raises(ConfigurationError, match=f"undo {merged}; if one of them .* review unmerge c.* and its record"):
        judge(home, "different", ["crm:9", "crm:8"], said(5), candidate=True)
    undo(home, merged, said(6))
    one = judge(home, "same", ["mail:1", "mail:2"], said(7), candidate=True).judgement.judgement_id
    assert one in judge(home, "different", ["mail:1", "mail:2"], said(8), candidate=True).words


def loosely_held():
    """Zbigniew by an account and, of an equal name alone, by mail; and somebody's mailbox, without a name."""
    rare = told("name", "Zbigniew Trzeszczynski")
    return [
        message("m", "2", told("account", "6", scope="m"), rare),
        message("mail", "3", told("email", "zt@x.example"), rare, minutes=40),
        message("mail", "5", told("email", "someone@y.example"), minutes=50, thread="b"),
    ]


def test_a_merge_takes_all_of_both_customers_also_what_the_merge_makes_doubtful(tmp_path):
    """With the mailbox the account has an address, and the mail of an equal name has another: they may be two people."""
    home = home_in(tmp_path)
    land(home, NIGHT, loosely_held())
    rebuild(home)
    before = customers(home)
    assert before["m 2"] == before["mail 3"] != before["mail 5"]
    merge(home, (before["m 2"], before["mail 5"]), said(), candidate=True)
    rebuild(home)
    assert set(customers(home).values()) == {before["m 2"]}
    assert review_status(home, candidate=True).pending == 0
    unmerge(home, before["m 2"], [], said(1), candidate=True)
    rebuild(home)
    assert customers(home) == before


@pytest.mark.parametrize("named", ["m:2", "mail:3", "mail:5"])
def test_a_record_that_is_taken_out_of_a_merged_customer_goes_alone(tmp_path, named):
    """Whichever it is: what the merge said of it holds no longer, and of the others it does."""
    home = home_in(tmp_path)
    land(home, NIGHT, loosely_held())
    rebuild(home)
    merge(home, ("mail:3", "mail:5"), said(), candidate=True)
    rebuild(home)
    unmerge(home, named, [named], said(1), candidate=True)
    rebuild(home)
    after = customers(home)
    taken_out = after.pop(named.replace(":", " "))
    assert len({*after.values()}) == 1
    assert taken_out not in after.values()


def test_unmerge_of_a_merge_that_no_resolve_has_taken_up_says_how_to_take_it_back(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, crowd())
    rebuild(home)
    done = merge(home, ("mail:1", "sms:1"), said(), candidate=True)
    with pytest.raises(ConfigurationError, match=f"goldthread review undo {done.judgement.judgement_id}"):
        unmerge(home, "mail:1", [], said(2), candidate=True)


def test_unmerge_takes_what_is_named_with_what_hangs_on_it(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, crowd())
    rebuild(home)
    before = customers(home)
    unmerge(home, before["mail 2"], ["crm:8"], said(), candidate=True)
    rebuild(home)
    after = customers(home)
    assert after["crm 8"] == after["sms 1"] != after["mail 2"]
    told_of = history(home, "mail:2", candidate=True)
    assert [past.state for past in told_of] == ["stands"]
    assert history(home, "mail:1", candidate=True) == []
    undo(home, told_of[0].judgement.judgement_id, said(1))
    rebuild(home)
    assert customers(home) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["same", "999"], "there is no question 999", id="a number that is not asked"),
        pytest.param(["same", "mail:1"], "name the pair", id="one side"),
        pytest.param(["same", "mail:1", "mail:nobody"], "the second side is not in the version", id="no such record"),
        pytest.param(["merge", "mail:nobody", "mail:1"], "the first side is not in the version", id="none to merge"),
        pytest.param(["unmerge", "mail:1", "sms:nobody"], "side 1 is not in the version", id="none to take apart"),
        pytest.param(["same", "mail:1", "mail:1"], "it is one by its own records", id="one identity"),
        pytest.param(["merge", "mail:1", "crm:9"], "already", id="one customer"),
        pytest.param(["unmerge", "mail:1"], "no steward merged", id="no merge to undo"),
        pytest.param(["unmerge", "mail:1", "sms:1"], "1 of the sides named are not of the customer", id="a stranger"),
        pytest.param(["unmerge", "mail:1", "mail:1", "crm:9"], "these are all identities", id="all of a customer"),
        pytest.param(["same", "mail:1", "mail:2", "--by", " "], "who decides", id="nobody"),
    ],
)
def test_what_cannot_be_is_refused_with_the_mend_and_nothing_is_written(home, arguments, words):
    refused = run(home, *arguments, "--candidate")
    assert isinstance(refused.exception, ConfigurationError)
    assert words in str(refused.exception)
    assert not [word for word in PERSONAL if word in str(refused.exception)]
    assert not home.judgements.exists()


def test_the_report_tells_what_waits_and_the_audit_and_no_person(home, tmp_path):
    page = tmp_path / "report.html"
    write_report(candidate_file(home), page, ValidationReport(NIGHT, []))
    words = page.read_text()
    assert "What people decide" in words
    assert "equal names alone" in words
    assert "linked through others" in words
    assert not [word for word in PERSONAL if word in words]


def test_without_a_version_in_use_it_says_what_to_do(home):
    refused = run(home, "list")
    assert "nothing is published yet" in str(refused.exception)


def test_what_is_said_twice_is_not_overruled(home):
    for number in range(2):
        judge(home, "different", ["mail:1", "crm:9"], said(number), candidate=True)
    found = review_status(home, candidate=True)
    assert (found.states, found.overruled) == ({"stands": 1, "said again later": 1}, 0)
    judge(home, "same", ["mail:1", "crm:9"], said(2), candidate=True)
    found = review_status(home, candidate=True)
    assert (found.states, found.overruled) == ({"overruled": 2, "stands": 1}, 2)
    judge(home, "same", ["mail:1", "m:1"], said(3), candidate=True)
    assert "4: 2 stand, 2 overruled" in " ".join(run(home, "status", "--candidate").stdout.split())


def test_status_and_history_tell_counts_states_and_no_person(home):
    judge(home, "different", ["mail:1", "crm:9"], said(0), candidate=True)
    judge(home, "same", ["crm:9", "mail:1"], said(1), candidate=True)
    found = review_status(home, candidate=True)
    assert (found.judgements, found.overruled, found.pending) == (2, 1, 1)
    assert found.states == {"stands": 1, "overruled": 1}
    assert "2: 1 stands, 1 overruled" in run(home, "status", "--candidate").stdout
    assert sum(found.waiting.values()) == len(waiting(home))
    for command in ("status", "history"):
        shown = run(home, command, "--candidate")
        assert shown.exit_code == 0, shown.output
        assert not [word for word in PERSONAL if word in shown.output]
    assert "overruled" in run(home, "history", "--candidate").stdout
    assert json.loads(run(home, "status", "--candidate", "--json").stdout)["audit"]["precision"] is None


def test_a_same_that_a_different_does_not_let_be_does_not_stand(home):
    judge(home, "same", ["mail:3", "mail:4"], said(0), candidate=True)
    judge(home, "same", ["mail:4", "m:2"], said(1), candidate=True)
    judge(home, "different", ["mail:3", "m:2"], said(2), candidate=True)
    rebuild(home)
    states = [past.state for past in history(home, candidate=True)]
    assert states[0] == "stands"
    assert sorted(states[1:]) == ['contradicted by a "different" over third parties', "stands"]
    assert review_status(home, candidate=True).states == {"stands": 2, "contradicted": 1}
