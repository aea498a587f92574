"""What the DAGs lean on, without Airflow: the night, complete sources, the alarm, the embedded set-up."""

import json
import shlex
import socket
import stat
import sys
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from pipelines import airflow_home, embedded, orchestrate, standalone
from pipelines.errors import ConfigurationError, SourceBroken


def test_a_night_is_read_as_the_date_it_is():
    assert orchestrate.check_night("2026-02-28") == date(2026, 2, 28)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="neither a parameter nor a key"),
        pytest.param("yesterday", id="a word"),
        pytest.param("20260228", id="a date as no folder of the inbox is written"),
        pytest.param("2026-02-30", id="a day that is none"),
        pytest.param("28.02.2026", id="another spelling"),
    ],
)
def test_what_is_no_night_is_a_configuration_error(text):
    with pytest.raises(ConfigurationError):
        orchestrate.check_night(text)


def test_nights_are_run_from_the_day_after_the_first_night_on_and_only_if_one_is_set(monkeypatch):
    monkeypatch.delenv("GOLDTHREAD_FIRST_NIGHT", raising=False)
    assert orchestrate.first_run() is None
    monkeypatch.setenv("GOLDTHREAD_FIRST_NIGHT", "2026-12-31")
    assert orchestrate.first_run() == datetime(2027, 1, 1, tzinfo=UTC)


def test_sources_are_complete_when_each_extract_left_its_counts():
    assert orchestrate.check_sources(["mail", "chat"], [{"source": "chat"}, {"source": "mail"}]) == ["chat", "mail"]


def test_sources_whose_extract_failed_are_named_and_the_others_are_not():
    with pytest.raises(SourceBroken, match="not complete: mail, sms;") as broken:
        orchestrate.check_sources(["mail", "chat", "sms"], [{"source": "chat"}, None])
    assert "chat" not in str(broken.value)


def test_the_operator_s_command_is_told_which_run_failed(tmp_path, monkeypatch):
    told = tmp_path / "told"
    script = f"import sys, pathlib; pathlib.Path({str(told)!r}).write_text(sys.stdin.read())"
    monkeypatch.setenv("GOLDTHREAD_ALERT_COMMAND", shlex.join([sys.executable, "-c", script]))
    run = SimpleNamespace(dag_id="nightly", run_id="scheduled__1")
    orchestrate.tell_operator({"dag_run": run, "reason": "task_failure"})
    assert told.read_text() == (
        "goldthread: nightly failed in run scheduled__1 (task_failure); docs/runbook.md says what to do\n"
    )


def test_the_keys_of_an_embedded_airflow_are_made_once_and_are_the_owner_s_alone(tmp_path):
    first = airflow_home.environment(tmp_path, tmp_path / "airflow")
    assert airflow_home.environment(tmp_path, tmp_path / "airflow") == first
    assert len(first["AIRFLOW__API_AUTH__JWT_SECRET"]) >= 64
    kept = list((tmp_path / "airflow" / "secrets").iterdir())
    assert len(kept) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_an_embedded_airflow_phones_nobody_and_the_operator_s_settings_win_but_for_the_places(tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", "8")
    monkeypatch.setenv("GOLDTHREAD_HOME", "elsewhere")
    settings = airflow_home.environment(tmp_path, tmp_path / "airflow")
    assert settings["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert settings["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert settings["AIRFLOW__CORE__PARALLELISM"] == "8"
    assert settings["GOLDTHREAD_HOME"] == str(tmp_path)


def test_the_nights_of_an_inbox_are_its_dated_folders_oldest_first(tmp_path):
    for name in ("mail/2026-03-02", "mail/2026-03-01", "crm/2026-03-02", "mail/tmp", "crm/2026-03-02/2025-01-01"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "mail" / "2026-03-09").write_text("a file")
    assert embedded.nights_of(tmp_path) == ["2026-03-01", "2026-03-02"]


@pytest.mark.parametrize(
    "nights",
    [pytest.param([], id="an inbox without a night"), pytest.param(["tomorrow"], id="a word for a night")],
)
def test_nights_that_are_none_end_with_the_exit_code_of_a_wrong_call(tmp_path, capsys, monkeypatch, nights):
    monkeypatch.setattr("os.environ", {})
    assert embedded.main(["nights", *nights, "--home", str(tmp_path), "--airflow-home", str(tmp_path / "airflow")]) == 2
    assert "goldthread: " in capsys.readouterr().err


def test_a_taken_port_is_said_so_before_anything_starts(tmp_path, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("AIRFLOW__API__PORT", str(taken.getsockname()[1]))
        with pytest.raises(ConfigurationError, match="is taken"):
            standalone.serve(tmp_path)


def test_the_login_is_read_from_airflow_s_own_file(tmp_path):
    passwords = tmp_path / "simple_auth_manager_passwords.json.generated"
    assert str(passwords) in standalone._login(tmp_path)
    passwords.write_text(json.dumps({"admin": "secret"}))
    assert standalone._login(tmp_path) == "user admin, password secret"
