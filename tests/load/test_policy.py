"""The policy is checked as it is read, and its order of rules decides."""

from typing import Any

import pytest
import yaml

from pipelines.errors import ConfigurationError
from pipelines.load.golden.policy import load_policy
from pipelines.load.stage import load
from pipelines.settings import PACKAGE_ROOT, Home
from pipelines.warehouse import connect
from tests.load.fixture_night import NIGHT, Message, Night, crm, email, write_night

SHIPPED = yaml.safe_load((PACKAGE_ROOT / "config" / "policy.yml").read_text(encoding="utf-8"))


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the shipped policy with the value at ``path`` (a.b.c) replaced, or taken out where it is None."""
    document = yaml.safe_load(yaml.safe_dump(SHIPPED))
    *parents, last = path.split(".")
    place = document
    for key in parents:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        pytest.param("survivorship.email.rules", ["newest"], "survivorship.email.rules", id="a rule we do not know"),
        pytest.param("survivorship.email.rules", [], "survivorship.email.rules", id="no rule at all"),
        pytest.param("survivorship.email.rules", ["evidence", "evidence"], "stands here twice", id="a rule twice"),
        pytest.param(
            "survivorship.email.evidence", ["claimed", "channel"], "claimed can only stand last", id="claims first"
        ),
        pytest.param("survivorship.email.sources", None, "needs the list 'sources'", id="source without an order"),
        pytest.param(
            "survivorship.email.attributes", {"email": ["mail"]}, "'mail' is not a kind", id="a kind we do not know"
        ),
        pytest.param("survivorship.email.attributes", {"e_mail": ["email"]}, "e_mail", id="an attribute we do not know"),
        pytest.param("survivorship.email", None, "no group has email", id="an attribute nobody decides"),
        pytest.param(
            "survivorship.phone.attributes", {"phone": ["phone"], "email": ["email"]}, "more than one group", id="two"
        ),
        pytest.param("survivorship.email.rule", ["evidence"], "survivorship.email.rule", id="a key we do not know"),
        pytest.param(
            "consent.contact_kinds", {"fax": ["phone"]}, "consent.contact_kinds.fax", id="a channel we do not know"
        ),
        pytest.param("enquiries.near_words", 60, "enquiries.near_words", id="a share in percent"),
        pytest.param(
            "enquiries.window_days_by_topic", {"delivery": -1}, "window_days_by_topic.delivery", id="days below zero"
        ),
    ],
)
def test_policy_that_cannot_hold_is_refused_with_its_file_and_key(path, value, says, tmp_path):
    file = tmp_path / "policy.yml"
    file.write_text(yaml.safe_dump(changed(path, value)))
    with pytest.raises(ConfigurationError) as error:
        load_policy(file)
    assert str(error.value).startswith(f"{file}: ")
    assert says in str(error.value)


@pytest.mark.parametrize(
    "text", [pytest.param("", id="empty"), pytest.param("- email\n", id="a list"), pytest.param("a: [", id="torn")]
)
def test_file_that_is_no_policy_is_refused_with_its_name(text, tmp_path):
    file = tmp_path / "policy.yml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=r"policy\.yml"):
        load_policy(file)


def test_section_of_another_stage_is_left_to_it(tmp_path):
    file = tmp_path / "policy.yml"
    file.write_text(yaml.safe_dump(SHIPPED | {"retention": {"days": 30}}))
    assert load_policy(file) == load_policy(PACKAGE_ROOT / "config" / "policy.yml")


@pytest.mark.parametrize("slip", ["household", "housholds", "Households"])
def test_a_slip_in_the_name_of_a_section_is_told_and_not_left_to_others(slip, tmp_path):
    file = tmp_path / "policy.yml"
    file.write_text(yaml.safe_dump(SHIPPED | {slip: {"crowd_at_most": 5}}))
    with pytest.raises(ConfigurationError, match=f"'{slip}' is no section of a policy; 'households' is"):
        load_policy(file)


# One person: an old reference row, a mail often used, a mail used last, and one that was only typed, later still.
MAILS = Night(
    records=(
        Message("ana", "helpdesk", "u1", "2020-01-01", crm(email="reference@x.example")),
        *(Message("ana", "mail", f"m{n}", f"2026-01-0{n}", (email("often@x.example"),)) for n in range(1, 4)),
        Message("ana", "mail", "m9", "2026-11-01", (email("z@x.example"),)),
        Message("ana", "chat", "w1", "2026-11-02", (email("typed.and.very.long@x.example", "claimed"),)),
    )
)


@pytest.mark.parametrize(
    ("rules", "survivor", "rule"),
    [
        pytest.param(
            {"rules": ["evidence", "most_recent"]}, "reference@x.example", "reference before channel", id="evidence"
        ),
        pytest.param(
            {"rules": ["evidence", "most_frequent"], "evidence": ["channel", "reference"]}, "often@x.example",
            "most frequent", id="evidence the other way round, then the most frequent",
        ),
        pytest.param({"rules": ["most_recent"]}, "z@x.example", "most recent", id="most recent"),
        pytest.param({"rules": ["most_frequent"]}, "often@x.example", "most frequent", id="most frequent"),
        pytest.param({"rules": ["longest"]}, "reference@x.example", "longest", id="longest"),
        pytest.param({"rules": ["source"], "sources": ["mail"]}, "often@x.example", "sorts first", id="two of one source"),
    ],
)  # fmt: skip
def test_home_s_own_policy_decides_what_survives(rules, survivor, rule, tmp_path):
    home = Home(tmp_path)
    (tmp_path / "config").mkdir()
    policy = changed("survivorship.email", {"attributes": {"email": ["email"]}, **rules})
    (tmp_path / "config" / "policy.yml").write_text(yaml.safe_dump(policy))
    with connect(":memory:", home) as con:
        write_night(con, MAILS)
        load(con, home, NIGHT)
        assert con.execute("SELECT email FROM golden.customer").fetchall() == [(survivor,)]
        assert con.execute("SELECT rule, candidates FROM golden.lineage WHERE attribute = 'email'").fetchall() == [(rule, 4)]


def test_a_policy_that_puts_first_a_source_that_nothing_came_from_says_so(tmp_path, caplog):
    """Mistyped, or the CRM has another name here: what should have survived does not, and all looks well."""
    home = Home(tmp_path)
    (tmp_path / "config").mkdir()
    policy = changed("survivorship.email", {"attributes": {"email": ["email"]}, "rules": ["source"], "sources": ["male"]})
    (tmp_path / "config" / "policy.yml").write_text(yaml.safe_dump(policy))
    with connect(":memory:", home) as con:
        write_night(con, MAILS)
        load(con, home, NIGHT)
    assert f"{tmp_path / 'config' / 'policy.yml'}: survivorship names sources of which there is no record" in caplog.text
    assert "male" in caplog.text
