"""Judgements: lines that last, what stands of them, and what they do to customers."""

import fcntl
import logging
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import warehouse
from pipelines.errors import ConfigurationError, GoldthreadError, LockHeld
from pipelines.resolve.judgements import (
    Judgement,
    RecordKey,
    append_judgement,
    labelled_pairs,
    read_judgements,
    standing,
)
from tests.resolve.worlds import NIGHT, customers, home_in, land, message, row, rows_of, run_resolve, tables_of, told

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
ONE, OTHER, THIRD = (RecordKey("interaction", "mail", ref) for ref in "123")


def said(verdict, left, right, *, minutes=0, **more):
    return Judgement(
        verdict=verdict, left=(left,), right=(right,), by="ada", at=AT + timedelta(minutes=minutes), **more
    )  # fmt: skip


def undoing(judgement, minutes=0):
    return Judgement(undoes=judgement.judgement_id, by="ada", at=AT + timedelta(hours=1, minutes=minutes))


def test_a_judgement_is_one_private_line_that_reads_back(tmp_path):
    home = home_in(tmp_path)
    first = append_judgement(home, said("same", ONE, OTHER, why="same order"))
    second = append_judgement(home, undoing(first))
    assert read_judgements(home.judgements) == [first, second]
    assert home.judgements.read_text().count("\n") == 2
    assert home.judgements.stat().st_mode & 0o777 == 0o600
    assert home.judgements.parent.stat().st_mode & 0o777 == 0o700


def test_the_same_words_at_the_same_instant_are_one_line(tmp_path):
    home = home_in(tmp_path)
    assert append_judgement(home, said("same", ONE, OTHER)) == append_judgement(home, said("same", ONE, OTHER))
    assert len(read_judgements(home.judgements)) == 1


def test_nothing_is_written_while_a_night_writes(tmp_path):
    home = home_in(tmp_path)
    with (tmp_path / "writer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LockHeld):
            append_judgement(home, said("same", ONE, OTHER))
    assert not home.judgements.exists()


def test_a_line_for_which_the_disk_has_no_room_is_told_as_not_given(tmp_path, monkeypatch):
    """What the system writes then is a part of it, and no error."""
    home, write = home_in(tmp_path), os.write
    monkeypatch.setattr(os, "write", lambda handle, line: write(handle, line[:20]))
    with pytest.raises(GoldthreadError, match=r"judgements\.jsonl: no room .* does not count; give it again"):
        append_judgement(home, said("same", ONE, OTHER, why="Anna told me"))
    assert read_judgements(home.judgements) == []


@pytest.mark.parametrize("left_over", [1, 20, -1])
def test_a_line_that_a_stop_cut_off_does_not_count_and_the_next_one_does(tmp_path, monkeypatch, left_over):
    home, write = home_in(tmp_path), os.write
    first = append_judgement(home, said("same", ONE, OTHER))

    def stop(handle, line):
        write(handle, line[:left_over])
        raise OSError("the machine stops")

    monkeypatch.setattr(os, "write", stop)
    with pytest.raises(OSError, match="the machine stops"):
        append_judgement(home, said("different", ONE, THIRD))
    monkeypatch.undo()
    # a line that lacks only its end says all that it had to say
    assert len(read_judgements(home.judgements)) == (2 if left_over == -1 else 1)
    append_judgement(home, said("different", OTHER, THIRD))
    found = read_judgements(home.judgements)
    assert found[0] == first
    assert [one.left for one in found] == ([(ONE,), (ONE,), (OTHER,)] if left_over == -1 else [(ONE,), (OTHER,)])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda line: line.replace("same", "different"), id="a verdict changed by hand"),
        pytest.param(lambda line: "{}", id="an object that says nothing"),
        pytest.param(lambda line: line[: len(line) // 2], id="half a line"),
        pytest.param(lambda line: "", id="an empty line"),
    ],
)
def test_a_line_that_is_none_of_ours_is_refused_by_its_number_and_never_quoted(tmp_path, change):
    home = home_in(tmp_path)
    append_judgement(home, said("same", ONE, OTHER, why="Anna told me"))
    append_judgement(home, said("same", ONE, THIRD))
    first, second = home.judgements.read_text().splitlines()
    home.judgements.write_text(f"{change(first)}\n{second}\n")
    with pytest.raises(ConfigurationError, match="line 1 is not a judgement") as error:
        read_judgements(home.judgements)
    assert "Anna" not in str(error.value)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"verdict": "same"}, id="no sides"),
        pytest.param({"verdict": "same", "left": (ONE,), "right": (ONE,)}, id="one record on both sides"),
        pytest.param({"verdict": "same", "left": (ONE,), "right": (OTHER,), "undoes": "j1"}, id="a verdict and an undo"),
        pytest.param({}, id="neither"),
        pytest.param({"undoes": "j1", "at": datetime(2026, 11, 21)}, id="no zone"),  # noqa: DTZ001
    ],
)
def test_a_judgement_says_one_thing(wrong):
    with pytest.raises(ValueError, match="1 validation error"):
        Judgement(**({"by": "ada", "at": AT} | wrong))


def test_only_what_stands_can_be_undone(tmp_path):
    home = home_in(tmp_path)
    with pytest.raises(ConfigurationError, match="there is no judgement"):
        append_judgement(home, Judgement(undoes="j0", by="ada", at=AT))
    first = append_judgement(home, said("same", ONE, OTHER))
    undo = append_judgement(home, undoing(first))
    with pytest.raises(ConfigurationError, match=f"undone already, by {undo.judgement_id}"):
        append_judgement(home, undoing(first, minutes=1))
    append_judgement(home, undoing(undo))
    assert standing(read_judgements(home.judgements)) == [first]


@given(st.lists(st.one_of(st.none(), st.integers(0, 20)), max_size=15))
def test_what_stands_is_what_no_standing_line_undoes(script):
    """Against the definition, word for word: None is a verdict, a number undoes the line of that place."""
    lines = []
    for place, undone in enumerate(script):
        if undone is None or undone >= place:
            one = said("same", ONE, OTHER, minutes=place)
        else:
            one = undoing(lines[undone], minutes=place)
        lines.append(one.model_copy(update={"judgement_id": f"j{place}"}))

    def stands(one):
        return not any(other.undoes == one.judgement_id and stands(other) for other in lines)

    assert standing(lines) == [one for one in lines if one.undoes is None and stands(one)]


ANNA, BERT = told("name", "Anna Kowalczyk"), told("name", "Bertram Hale")
PHONE = told("phone", "+447446850412")


def write_world(home):
    """Anna by mail and by CRM; Bert by mail; somebody on a phone, who is in Anna's CRM row."""
    land(home, NIGHT, [
        message("mail", "1", told("email", "anna@x.example"), ANNA),
        message("mail", "2", told("email", "bert@x.example"), BERT, minutes=5),
        row("crm", "9", told("email", "anna@x.example"), PHONE, ANNA, minutes=9),
        message("sms", "1", PHONE, minutes=20),
    ])  # fmt: skip


CRM, SMS = RecordKey("profile", "crm", "9"), RecordKey("interaction", "sms", "1")
TABLES = ("cluster", "membership", "customer", "judgement", "guard_cut", "review", "audit", "edge")


def tables(home):
    return tables_of(home, [f"resolve.{table}" for table in TABLES])


def test_a_merge_and_its_undo_leave_all_as_it_was(tmp_path):
    home = home_in(tmp_path)
    write_world(home)
    run_resolve(home)
    before, customers_before = tables(home), customers(home)
    assert customers_before["mail 1"] == customers_before["sms 1"] != customers_before["mail 2"]
    merge = append_judgement(home, said("same", ONE, OTHER))
    run_resolve(home)
    assert set(customers(home).values()) == {customers_before["mail 1"]}, "the older id stays"
    append_judgement(home, undoing(merge))
    run_resolve(home)
    assert customers(home) == customers_before
    assert tables(home) == before


def test_a_steward_outranks_names_that_rule_each_other_out_and_is_certain(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, [message("mail", "1", PHONE, ANNA), message("mail", "2", told("email", "bert@x.example"), BERT)])
    append_judgement(home, said("same", ONE, OTHER))
    run_resolve(home)
    assert len(set(customers(home).values())) == 1
    assert rows_of(home, "SELECT DISTINCT confidence FROM resolve.customer") == [(1.0,)]


def test_a_different_holds_through_third_parties_and_every_rebuild(tmp_path):
    home = home_in(tmp_path)
    write_world(home)
    append_judgement(home, said("different", ONE, SMS))
    run_resolve(home)
    first = customers(home)
    assert first["mail 1"] != first["sms 1"]
    assert rows_of(home, "SELECT DISTINCT reason FROM resolve.guard_cut") == [("judged different",)]
    home.database.unlink()
    run_resolve(home)
    assert customers(home) == first, "a rebuild from the lake"
    config = home.path / "config" / "linkage.yml"
    config.parent.mkdir()
    config.write_text(home.find("config/linkage.yml").read_text().replace("threshold: 3.0", "threshold: -5.0"))
    run_resolve(home, NIGHT + timedelta(days=1))
    assert customers(home)["mail 1"] != customers(home)["sms 1"], "another threshold"


def test_a_different_stands_against_a_same_over_a_third(tmp_path):
    home = home_in(tmp_path)
    write_world(home)
    append_judgement(home, said("same", ONE, OTHER))
    append_judgement(home, said("different", OTHER, CRM, minutes=1))
    run_resolve(home)
    found = customers(home)
    assert found["mail 2"] != found["crm 9"]
    cut = rows_of(home, "SELECT reason, is_judgement FROM resolve.guard_cut ORDER BY ALL")
    assert ("judged different", True) in cut or ("judged different", False) in cut


def test_a_same_that_a_different_does_not_let_be_is_counted_where_the_model_had_weighed_the_pair_too(tmp_path):
    home = home_in(tmp_path)
    name = told("name", "Ottokar Quellbach")
    land(home, NIGHT, [message("mail", ref, told("email", f"{ref}@{ref}.example"), name) for ref in "123"])
    append_judgement(home, said("same", ONE, OTHER))
    append_judgement(home, said("same", OTHER, THIRD, minutes=1))
    append_judgement(home, said("different", ONE, THIRD, minutes=2))
    run_resolve(home)
    assert rows_of(
        home, "SELECT match_weight > 3, is_judgement FROM resolve.guard_cut WHERE reason = 'judged different'"
    ) == [(True, True)]


def test_of_two_judgements_on_one_pair_the_latest_decides_and_that_is_told(tmp_path, caplog):
    home = home_in(tmp_path)
    write_world(home)
    append_judgement(home, said("different", ONE, CRM, why="Anna says so"))
    append_judgement(home, said("same", CRM, ONE, minutes=1))
    with caplog.at_level(logging.WARNING):
        run_resolve(home)
    assert customers(home)["mail 1"] == customers(home)["crm 9"]
    assert rows_of(home, "SELECT verdict, overruled_count FROM resolve.judgement") == [("same", 1)]
    assert "1 are overruled by a later one" in caplog.text
    assert "Anna" not in caplog.text


def test_a_judgement_follows_its_record_to_another_identity(tmp_path):
    """On the second night the number turns out to be a household's, and whoever texted is an identity of its own."""
    home = home_in(tmp_path)
    write_world(home)
    append_judgement(home, said("different", ONE, SMS))
    run_resolve(home)
    identity = "SELECT identity_id FROM resolve.membership WHERE source = 'sms'"
    before = rows_of(home, identity)
    land(home, NIGHT + timedelta(days=1), [message("calls", "1", PHONE, told("name", "Carla Fontana"))])
    run_resolve(home, NIGHT + timedelta(days=1))
    assert rows_of(home, identity) != before
    assert rows_of(home, "SELECT verdict FROM resolve.judgement") == [("different",)]
    assert customers(home)["mail 1"] != customers(home)["sms 1"]


def test_a_judgement_whose_records_are_gone_waits_for_them(tmp_path):
    home = home_in(tmp_path)
    append_judgement(home, said("same", ONE, RecordKey("interaction", "mail", "late")))
    write_world(home)
    run_resolve(home)
    assert rows_of(home, "FROM resolve.judgement") == []
    land(home, NIGHT + timedelta(days=1), [message("mail", "late", told("email", "late@x.example"))])
    run_resolve(home, NIGHT + timedelta(days=1))
    assert customers(home)["mail late"] == customers(home)["mail 1"]


def test_labels_for_training_are_the_pairs_and_none_where_there_is_no_table(tmp_path):
    home = home_in(tmp_path)
    write_world(home)
    append_judgement(home, said("unsure", ONE, OTHER))
    append_judgement(home, said("same", ONE, CRM))
    run_resolve(home)
    with warehouse.connect(home.database, home, read_only=True) as con:
        found = labelled_pairs(con)
    assert list(found.columns) == ["identity_l", "identity_r", "verdict"]
    assert sorted(found["verdict"]) == ["same", "unsure"]
    assert (found["identity_l"] < found["identity_r"]).all()
    with warehouse.connect(":memory:", home) as con:
        assert labelled_pairs(con).empty
