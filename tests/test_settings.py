import json
from datetime import date

import pytest

from pipelines.errors import ConfigurationError
from pipelines.load.golden.policy import load_policy
from pipelines.night import extract, extract_source, plan, sources_of
from pipelines.resolve.scoring.model import load_model
from pipelines.resolve.settings import load_linkage
from pipelines.settings import PACKAGE_ROOT, Home, home_of, load_sources, sources_path, stray_files

GOOD = """
sources:
  support_mail: {format: mbox, path: "support_mail/{night}/*.mbox", channel: email, region: GB, own: [support@shop.example]}
"""


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["what?", r"a\b"])
def test_a_home_that_duckdb_cannot_open_is_refused_also_where_airflow_names_it(name, tmp_path):
    with pytest.raises(ConfigurationError, match="which DuckDB cannot open"):
        home_of(tmp_path / name)


def test_a_file_of_the_home_s_config_that_stands_in_for_none_is_told(tmp_path, caplog):
    (tmp_path / "config" / "expectations").mkdir(parents=True)
    for name in (
        "sources.yml",
        "linkage_model.json",
        "customer.yml",
        "expectations/own.yml",
        "polcy.yml",
        "linkage.yaml",
        "x~",
    ):
        write(tmp_path / "config" / name, GOOD)
    assert stray_files(Home(tmp_path)) == ["linkage.yaml", "polcy.yml"]
    plan("2026-11-20", str(tmp_path))
    assert f"{tmp_path / 'config' / 'polcy.yml'} stands in for no file of ours" in caplog.text


def test_a_source_says_where_its_night_lies(tmp_path):
    from datetime import date

    source = load_sources(write(tmp_path / "sources.yml", GOOD))["support_mail"]
    assert source.pattern(date(2026, 11, 20)) == "support_mail/2026-11-20/*.mbox"
    assert source.max_quarantined_share == 0.02


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("sources: [a, b]", "sources:", id="a list where a mapping belongs"),
        pytest.param("", "sources:", id="an empty file"),
        pytest.param("sources: {mail: 3}", "sources.mail", id="a source that is a number"),
        pytest.param("sources:\n  mail: {format: mbox", "sources.yml:2", id="not YAML, told with its line"),
        pytest.param(
            GOOD.replace("region: GB", "regoin: GB"),
            "regoin: there is no such key (write region)",
            id="a misspelt key",
        ),
        pytest.param(
            GOOD.replace("format: mbox", "fromat: mbox"),
            "fromat: there is no such key (write format)",
            id="of a key that must be",
        ),
        pytest.param(GOOD.replace("region: GB", "colour: red"), "colour: there is no such key", id="a key like none"),
        pytest.param(
            GOOD.replace("support_mail:", "support-mail:"), "write small letters, digits and _", id="a name with a hyphen"
        ),
        pytest.param(GOOD.replace("region: GB", "region: UKK"), "sources.support_mail.region", id="a region that is none"),
        pytest.param(GOOD.replace("format: mbox, ", ""), "format: is missing", id="a key that is missing"),
        pytest.param(GOOD.replace("region: GB", "region: UK"), "region: 'UK' is no country", id="the usual slip for GB"),
        pytest.param(GOOD.replace("{night}", "{nigth}"), "'{nigth}' is not known; {night}", id="a misspelt night"),
        pytest.param(GOOD.replace('"support_mail/', '"/srv/'), "below the inbox", id="a path from the root"),
        pytest.param(GOOD.replace('"support_mail/', '"../'), "below the inbox", id="a path out of the inbox"),
        pytest.param(GOOD + GOOD.splitlines()[-1], "sources.yml:4: not yaml: the key 'support_mail'", id="a source twice"),
        pytest.param(
            GOOD.replace("region: GB", "timezone: Mars/Base"), "sources.support_mail.timezone", id="an unknown time zone"
        ),
        pytest.param(GOOD.replace("region: GB", "max_quarantined_share: 2"), "max_quarantined_share", id="a share over 1"),
        pytest.param(GOOD.replace("support_mail:", "Support Mail:"), "name", id="a name that cannot be a folder"),
        pytest.param(GOOD.replace("path:", "name:"), "Support", id="a key that the name already says"),
    ],
)
def test_a_wrong_configuration_is_told_with_file_source_and_key(tmp_path, text, words):
    path = write(tmp_path / "sources.yml", text)
    with pytest.raises(ConfigurationError, match=r"sources\.yml") as caught:
        load_sources(path)
    assert words.lower() in str(caught.value).lower()


def test_an_unknown_format_is_told_with_file_and_source_before_anything_is_read(tmp_path):
    path = write(tmp_path / "sources.yml", GOOD.replace("mbox,", "mboxx,"))
    with pytest.raises(ConfigurationError, match=r"sources\.yml: sources\.support_mail\.format: 'mboxx' is not known"):
        sources_of(Home(tmp_path), path)


def test_a_file_of_the_home_stands_in_for_the_one_that_came_with_the_package(tmp_path):
    home = Home(tmp_path)
    assert home.find("config/policy.yml").parent.name == "config"
    assert tmp_path not in home.find("config/policy.yml").parents
    (tmp_path / "config" / "sql" / "golden").mkdir(parents=True)
    ours = write(tmp_path / "config" / "policy.yml", "")
    sql = write(tmp_path / "config" / "sql" / "golden" / "customer.sql", "")
    suite = write(tmp_path / "config" / "membership.yml", "")
    assert home.find("config/policy.yml") == ours
    assert home.find("sql/golden/customer.sql") == sql
    assert home.find("expectations/membership.yml") == suite


def test_the_home_and_the_sources_come_from_the_option_then_the_environment_then_the_default(tmp_path, monkeypatch):
    monkeypatch.delenv("GOLDTHREAD_HOME", raising=False)
    monkeypatch.delenv("GOLDTHREAD_SOURCES", raising=False)
    monkeypatch.chdir(tmp_path)
    assert home_of().path == tmp_path / "var"
    monkeypatch.setenv("GOLDTHREAD_HOME", str(tmp_path / "elsewhere"))
    assert home_of().path == tmp_path / "elsewhere"
    assert home_of(tmp_path / "here").path == tmp_path / "here"
    monkeypatch.setenv("GOLDTHREAD_SOURCES", str(tmp_path / "ours.yml"))
    assert sources_path(home_of()) == tmp_path / "ours.yml"
    assert sources_path(home_of(), tmp_path / "these.yml") == tmp_path / "these.yml"


@pytest.mark.parametrize(
    ("file", "right", "wrong", "words"),
    [
        pytest.param(
            "linkage", "threshold: 3.0", "treshold: 3.0", "treshold: there is no such key (write threshold)", id="a key"
        ),
        pytest.param(
            "linkage", "  email: {max", "  e-mail: {max", "rules.e-mail: the key should be", id="a rule that is none"
        ),
        pytest.param(
            "linkage", "{email: 15", "{mail: 15", "values_at_most.mail: the key should be 'email', 'phone'", id="a kind"
        ),
        pytest.param(
            "linkage", "{share: 0.03", "{shares: 0.03", "customers.shares: there is no such key (write share)", id="deep"
        ),
        pytest.param(
            "policy", "silence_hours: 6", "silence_hour: 6", "enquiries.silence_hour: there is no such key", id="a section's"
        ),
        pytest.param("policy", "    rules: [evidence", "    rule: [evidence", "(write rules)", id="a group's"),
    ],
)
def test_a_mistyped_key_is_told_with_the_one_that_was_meant(tmp_path, file, right, wrong, words):
    shipped = (PACKAGE_ROOT / "config" / f"{file}.yml").read_text(encoding="utf-8")
    path = write(tmp_path / f"{file}.yml", shipped.replace(right, wrong, 1))
    with pytest.raises(ConfigurationError, match=rf"{file}\.yml") as caught:
        load_linkage(path) if file == "linkage" else load_policy(path)
    assert words in str(caught.value)


def with_a_share_of(share):
    return lambda model: model["given_names"]["values"].update(ann=share)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda model: model["comparisons"][2]["levels"].pop(), "comparisons.2: the last", id="a level gone"),
        pytest.param(lambda model: model["comparisons"][2]["levels"].clear(), "comparisons.2: the last", id="no levels"),
        pytest.param(lambda model: model["comparisons"].clear(), "one of them is 'name'", id="no comparisons"),
        pytest.param(lambda model: model["comparisons"][0].update(name="names"), "one of them is 'name'", id="no name"),
        pytest.param(lambda model: model["comparisons"][1].update(name="e-mail"), "comparisons.1.name: ", id="no column"),
        pytest.param(lambda model: model["comparisons"].append(model["comparisons"][1]), "stands there once", id="twice"),
        pytest.param(with_a_share_of(0), "given_names.values.ann: ", id="a name of nobody's"),
        pytest.param(with_a_share_of(7), "given_names.values.ann: ", id="a name of more than all"),
        pytest.param(lambda model: model.update(dependance=2), r"no such key \(write dependence\)", id="a mistyped key"),
    ],
)
def test_a_model_changed_by_hand_is_told_with_its_key_and_the_mend(tmp_path, change, words):
    """What came of it else: an error that kept its message back, or links that nobody found."""
    model = json.loads((PACKAGE_ROOT / "config" / "linkage_model.json").read_text())
    change(model)
    path = tmp_path / "linkage_model.json"
    path.write_text(json.dumps(model))
    with pytest.raises(ConfigurationError, match=rf"{path}: .*{words}.*; put back a whole one .*, or remove it"):
        load_model(path)


def test_columns_that_make_no_record_are_told_with_the_file_of_the_source(tmp_path):
    entry = "{format: table, kind: profile, path: 'crm/{night}/*.csv', columns: {source_ref: Id, e_mail: Email}}"
    path = tmp_path / "config" / "sources.yml"
    path.parent.mkdir()
    write(path, f"sources: {{crm: {entry}}}")
    export = tmp_path / "inbox" / "crm" / "2026-11-20"
    export.mkdir(parents=True)
    write(export / "a.csv", "Id,Email\n1,a@x.example\n")
    home = Home(tmp_path)
    with pytest.raises(ConfigurationError, match=rf"^{path}: sources\.crm\.columns: 'e_mail' is no field"):
        extract(home, sources_of(home), date(2026, 11, 20))
    with pytest.raises(ConfigurationError, match=rf"^{path}: sources\.crm\.columns"):
        extract_source("crm", "2026-11-20", str(tmp_path))
