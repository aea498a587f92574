"""The sample world: what its files hold is what the truth says, and the same seed gives the same bytes."""

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import phonenumbers
import pyarrow.parquet as pq
import pytest

from pipelines.demo.command import SOURCES, write_demo
from pipelines.demo.names import CULTURES, vocabulary
from pipelines.errors import ConfigurationError
from pipelines.extract.files.inbox import find_export
from pipelines.settings import Home, load_sources, sources_path
from tests.demo import reading

ROOT = Path(__file__).resolve().parents[2]
CUMULATIVE = ("social_x", "messenger", "whatsapp")


def digests(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_whatever_the_process(tmp_path):
    write_demo(Home(tmp_path / "here"), persons=80, nights=2, seed=3)
    code = (
        "import sys; from pathlib import Path; from pipelines.demo.command import write_demo\n"
        "from pipelines.settings import Home\nwrite_demo(Home(Path(sys.argv[1])), persons=80, nights=2, seed=3)"
    )
    for hash_seed in ("1", "2"):
        home = tmp_path / hash_seed
        subprocess.run(
            [sys.executable, "-c", code, str(home)], check=True, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": hash_seed}
        )
        assert digests(home) == digests(tmp_path / "here")


def test_another_seed_gives_another_world(tmp_path):
    for seed in (1, 2):
        write_demo(Home(tmp_path / str(seed)), persons=40, nights=1, seed=seed)
    one, other = digests(tmp_path / "1"), digests(tmp_path / "2")
    assert one["inbox/support_mail/2026-03-02/support.mbox"] != one["inbox/crm/2026-03-02/customers.csv"]
    assert one["inbox/support_mail/2026-03-02/support.mbox"] != other["inbox/support_mail/2026-03-02/support.mbox"]
    assert one["inbox/crm/2026-03-02/customers.csv"] != other["inbox/crm/2026-03-02/customers.csv"]


def test_writing_again_replaces_the_old_world(tmp_path):
    write_demo(Home(tmp_path / "twice"), persons=60, nights=3, seed=1)
    write_demo(Home(tmp_path / "twice"), persons=40, nights=1, seed=2)
    write_demo(Home(tmp_path / "once"), persons=40, nights=1, seed=2)
    assert digests(tmp_path / "twice") == digests(tmp_path / "once")


@pytest.mark.parametrize("own", ["inbox/crm/2026-11-20/customers.csv", "config/sources.yml"])
def test_exports_and_sources_of_ones_own_are_never_replaced(tmp_path, own):
    (tmp_path / own).parent.mkdir(parents=True)
    (tmp_path / own).write_text("mine")
    with pytest.raises(ConfigurationError, match="no sample world's and would be replaced; name another folder"):
        write_demo(Home(tmp_path), persons=2, nights=1, seed=1)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / own]
    assert (tmp_path / own).read_text() == "mine"


def test_the_inbox_of_somebody_else_is_not_a_sample_world_s_for_the_home_that_it_is_asked_from(tmp_path, monkeypatch):
    home, inbox = Home(tmp_path / "home"), tmp_path / "inbox"
    write_demo(home, persons=2, nights=1, seed=1)
    (inbox / "crm").mkdir(parents=True)
    (inbox / "crm" / "mine.csv").write_text("mine")
    monkeypatch.setenv("GOLDTHREAD_INBOX", str(inbox))
    with pytest.raises(ConfigurationError, match="would be replaced"):
        write_demo(home, persons=2, nights=1, seed=1)
    assert (inbox / "crm" / "mine.csv").read_text() == "mine"


@pytest.mark.parametrize(("persons", "nights"), [(0, 1), (10, 0)], ids=["nobody", "no night"])
def test_an_empty_world_is_refused(tmp_path, persons, nights):
    with pytest.raises(ConfigurationError, match="at least one person"):
        write_demo(Home(tmp_path), persons=persons, nights=nights, seed=1)


@pytest.mark.parametrize("persons", [1, 2, 7])
def test_a_tiny_world_can_be_written(tmp_path, persons):
    report = write_demo(Home(tmp_path), persons=persons, nights=2, seed=4, first_night=date(2026, 10, 24))
    assert report.nights == ["2026-10-24", "2026-10-25"]
    assert (tmp_path / "truth" / "record_person.csv").is_file()


@pytest.mark.parametrize("source", SOURCES)
def test_the_truth_names_exactly_the_records_that_the_files_hold(world, source):
    held = {ref for night in reading.nights(world, source) for ref in reading.REFS[source](night)}
    named = [row["source_ref"] for row in reading.truth_rows(world, "record_person") if row["source"] == source]
    assert len(named) == len(set(named))
    assert set(named) == held


@pytest.mark.parametrize("source", CUMULATIVE)
def test_a_cumulative_export_holds_the_earlier_ones_again(world, source):
    refs = [set(reading.REFS[source](night)) for night in reading.nights(world, source)]
    assert all(earlier < later for earlier, later in pairwise(refs))


@pytest.mark.parametrize("source", ["support_mail", "calls", "sms"])
def test_a_delta_brings_each_record_once(world, source):
    refs = [ref for night in reading.nights(world, source) for ref in reading.REFS[source](night)]
    assert len(refs) == len(set(refs))


def test_tickets_come_again_with_all_their_comments_when_something_is_added(world):
    by_ticket = defaultdict(list)
    for night in reading.nights(world, "helpdesk"):
        for ticket in reading.tickets(night):
            assert ticket["description"] == ticket["comments"][0]["body"]
            by_ticket[ticket["id"]].append([comment["id"] for comment in ticket["comments"]])
    repeated = [versions for versions in by_ticket.values() if len(versions) > 1]
    assert repeated
    assert all(later[: len(earlier)] == earlier for versions in repeated for earlier, later in pairwise(versions))


def test_bad_records_are_few_and_stand_where_the_truth_says(world):
    rejected = reading.truth_rows(world, "rejected")
    assert {row["source"] for row in rejected} >= {"support_mail", "helpdesk", "crm"}
    counts = Counter((row["source"], row["night"]) for row in rejected)
    for (source, night), bad in counts.items():
        assert bad / len(reading.REFS[source](world / "inbox" / source / night)) < 0.015
    assert all((world / "inbox" / row["file"]).is_file() for row in rejected)


def test_one_night_brings_3_3_messages_a_person(one_night):
    assert 3.0 < one_night.messages / one_night.persons < 3.6


def test_every_kind_of_record_and_every_difficulty_is_there(world):
    rows = reading.truth_rows(world, "record_person")
    assert {row["source"] for row in rows} == set(SOURCES)
    assert {row["reason"] for row in rows if not row["person_id"]} == {
        "bounce", "auto_reply", "newsletter", "spam", "no_reply", "own_address", "broadcast",
    }  # fmt: skip
    tags = {tag for row in rows for tag in row["tags"].split()}
    assert tags >= {
        "household", "same_name", "role_mailbox", "shared_mailbox", "recycled_phone", "household_phone", "anonymous",
        "withheld_number", "duplicate_row", "stale",
    }  # fmt: skip
    by_source = Counter(row["source"] for row in rows if row["person_id"] and row["record_kind"] == "interaction")
    assert by_source["support_mail"] == max(by_source.values())
    per_person = Counter(row["person_id"] for row in rows if row["record_kind"] == "interaction" and row["person_id"])
    assert max(per_person.values()) > 25  # a long tail
    assert sorted(per_person.values())[len(per_person) // 2] <= 6


def test_most_persons_are_in_the_crm_and_some_twice(world):
    rows = [row for row in reading.truth_rows(world, "record_person") if row["record_kind"] == "profile"]
    per_person = Counter(row["person_id"] for row in rows)
    assert 0.8 < len(per_person) / 1_000 < 0.92
    assert 0.03 < sum(count > 1 for count in per_person.values()) / len(per_person) < 0.1


def test_mail_comes_in_many_charsets_encodings_and_shapes(world):
    seen = Counter()
    for night in reading.nights(world, "support_mail"):
        for mail in reading.mails(night):
            seen[mail.get_content_type()] += 1
            seen[str(mail.get_content_charset())] += 1
            seen[str(mail["Content-Transfer-Encoding"])] += 1
            seen["id" if mail["Message-ID"] else "no id"] += 1
            seen["encoded name"] += "=?utf-8?" in str(mail["From"])
        raw = (night / "support.mbox").read_bytes()
        assert b"\n>From " in raw  # a line that begins like a separator, quoted
    assert all(
        seen[kind]
        for kind in (
            "text/plain", "text/html", "multipart/alternative", "multipart/mixed", "multipart/report", "iso-8859-1",
            "windows-1252", "iso-8859-2", "utf-8", "quoted-printable", "base64", "8bit", "no id", "encoded name",
        )
    )  # fmt: skip


def test_an_answer_and_the_mail_it_answers_are_of_one_person(world):
    person = {row["source_ref"]: row["person_id"] for row in reading.truth_rows(world, "record_person")}
    answered = 0
    for night in reading.nights(world, "support_mail"):
        for mail in reading.mails(night):
            ref, before = (str(mail[name] or "").strip("<>") for name in ("Message-ID", "In-Reply-To"))
            if before in person and not mail["Auto-Submitted"]:
                answered += 1
                assert person[ref] == person[before] != ""
    assert answered > 100


def test_duplicates_and_switches_stay_within_one_enquiry(world):
    rows = {(row["source"], row["source_ref"]): row for row in reading.truth_rows(world, "message_enquiry")}
    duplicates, switches = reading.truth_rows(world, "duplicates"), reading.truth_rows(world, "switches")
    assert len(duplicates) > 50
    for row in duplicates:
        again, first = rows[row["source"], row["source_ref"]], rows[row["first_source"], row["first_ref"]]
        assert (again["enquiry_id"], again["person_id"]) == (first["enquiry_id"], first["person_id"])
        assert again["conversation"] != first["conversation"]
    assert {row["cause"] for row in switches} == {"asked", "silence", "sensitive", "own_wish", "public_to_private"}
    for row in switches:
        before, after = rows[row["from_source"], row["from_ref"]], rows[row["to_source"], row["to_ref"]]
        assert before["enquiry_id"] == after["enquiry_id"] == row["enquiry_id"]
        assert row["from_source"] != row["to_source"] or row["cause"] == "public_to_private"


def test_who_texts_stop_has_withdrawn_consent_by_the_end_of_that_day(world):
    state = {
        (row["day"], row["value"]): row["allowed"] for row in reading.truth_rows(world, "consent") if row["channel"] == "sms"
    }
    said = {}
    for night in reading.nights(world, "sms"):
        for row in reading.sms(night):
            if row["direction"] == "inbound" and row["body"].upper().split()[0] in ("STOP", "UNSUBSCRIBE"):
                said[night.name, row["customer_number"]] = True
            elif row["body"] == "START":
                said.pop((night.name, row["customer_number"]), None)
    assert len(said) > 5
    assert all(state[key] == "false" for key in said)


def test_customers_numbers_are_real_numbers_and_shared_ones_are_tagged(world):
    persons = {row["source_ref"]: (row["person_id"], row["tags"]) for row in reading.truth_rows(world, "record_person")}
    users = defaultdict(set)
    for night in reading.nights(world, "sms"):
        for row in reading.sms(night):
            person, _ = persons[row["message_sid"]]
            if person:
                assert phonenumbers.is_valid_number(phonenumbers.parse(row["customer_number"]))
                users[row["customer_number"]].add(person)
    assert all(len(found) == 1 for found in users.values())  # one owner at a time
    for night in reading.nights(world, "calls"):
        for call in reading.calls(night):
            person, tags = persons[call["call_id"]]
            assert ("withheld_number" in tags) == (call["customer_number"] is None)


def test_names_are_long_tailed_in_every_culture():
    vocab = vocabulary()
    for culture in CULTURES:
        start, weights = vocab.blocks[culture, "family"]
        assert len(weights) == len(set(vocab.names[start : start + len(weights)]))
        assert abs(weights.sum() - 1) < 1e-9
        assert 0.005 < weights[0] < 0.2
        assert list(weights) == sorted(weights, reverse=True)
    written = {name for name in vocab.names if not name.isascii()}
    assert len(written) > 300  # diacritics
    assert all(plain.isascii() for plain in vocab.plain)


def test_the_configuration_finds_every_source_on_the_first_night(world):
    assert (world / "config" / "sources.yml").read_bytes() == (ROOT / "config" / "sources.yml").read_bytes()
    sources = load_sources(sources_path(Home(world)))
    assert set(sources) == set(SOURCES)
    for source in sources.values():
        assert find_export(str(world / "inbox"), source, date(2026, 3, 2)).files


def test_the_committed_samples_are_what_the_code_writes(tmp_path):
    samples = ROOT / "samples"
    write_demo(Home(tmp_path), persons=300, nights=3, seed=1)
    now = digests(tmp_path)
    then = {name: value for name, value in digests(samples).items() if name.split("/")[0] in ("inbox", "truth", "config")}
    assert now.keys() == then.keys()
    for name in now:
        if name.endswith(".parquet"):  # the container names its writer's version
            assert pq.read_table(tmp_path / name).equals(pq.read_table(samples / name))
        else:
            assert now[name] == then[name], name


def test_what_persons_share_is_what_their_records_show(world):
    """The chances of over-merges: who is together on a line or in a mailbox, from the CRM's own rows."""
    person = {row["source_ref"]: row["person_id"] for row in reading.truth_rows(world, "record_person")}
    shared = reading.truth_rows(world, "shared")
    held = defaultdict(set)
    for row in shared:
        held[row["cause"], row["value"]].add(row["person_id"])
    assert {row["cause"] for row in shared} == {
        "household", "household_line", "shared_mailbox", "role_mailbox", "recycled_phone", "same_name",
    }  # fmt: skip
    assert all(len(who) > 1 for who in held.values())
    assert len(shared) == sum(map(len, held.values())), "a person stands once behind a value"
    shown = defaultdict(set)
    for night in reading.nights(world, "crm"):
        for row in reading.crm_rows(night):
            line = phonenumbers.parse(row["Phone"], "GB") if row["Phone"] else None
            for cause, value in (
                ("shared_mailbox", row["Email"]),
                ("household_line", line and phonenumbers.format_number(line, phonenumbers.PhoneNumberFormat.E164)),
            ):
                if value:
                    shown[cause, value].add(person[row["Id"]])
    together = {key: who for key, who in shown.items() if len(who) > 1}
    assert len(together) > 20
    assert all(who <= held[key] for key, who in together.items())
    names = {row["person_id"]: row["full_name"] for row in reading.truth_rows(world, "persons")}
    assert all({names[each] for each in who} == {value} for (cause, value), who in held.items() if cause == "same_name")
    namesakes = Counter(names.values())
    assert sum(cause == "same_name" for cause, _ in held) == sum(count > 1 for count in namesakes.values())
