"""The production stack's files say the same as the code: the pool, the parts, no secret with a default."""

import re
from pathlib import Path

import pytest
import yaml

from pipelines.orchestrate import WRITER_POOL

ROOT = Path(__file__).resolve().parent.parent
STACK = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PARTS = ("apiserver", "scheduler", "dag-processor", "triggerer")
SECRETS = ("POSTGRES_PASSWORD", "JWT_SECRET", "API_SECRET_KEY", "FERNET_KEY")


def test_the_stack_has_airflow_s_parts_and_no_name_of_its_own():
    assert set(STACK["services"]) == {"postgres", "init", *PARTS}
    assert "name" not in STACK  # docker-compose 1.29 refuses it


def test_the_first_step_makes_the_pool_of_the_one_writer():
    command = " ".join(STACK["services"]["init"]["command"])
    assert "airflow db migrate" in command
    assert f"airflow pools set {WRITER_POOL} 1 " in command


@pytest.mark.parametrize("part", PARTS)
def test_a_part_starts_after_the_first_step_tells_its_health_and_shares_home_and_settings(part):
    service = STACK["services"][part]
    assert service["depends_on"] == {"init": {"condition": "service_completed_successfully"}}
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert any(volume.endswith(":/data") for volume in service["volumes"])
    assert service["environment"] == STACK["x-airflow"]["environment"]


def test_tasks_run_beside_the_scheduler_and_nothing_phones_home():
    environment = STACK["x-airflow"]["environment"]
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert environment["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].endswith("/execution/")
    assert "psycopg2" in environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert "asyncpg" in environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"]


def test_no_secret_has_a_default_and_each_is_explained():
    text = (ROOT / "docker-compose.yml").read_text()
    example = (ROOT / ".env.example").read_text()
    for secret in SECRETS:
        uses = re.findall(r"\$\{" + secret + r"([^}]*)\}", text)
        assert uses, secret
        assert all(use.startswith(":?") for use in uses), secret
        assert re.search(rf"^{secret}=$", example, re.MULTILINE), secret


def test_every_setting_of_the_stack_is_in_the_example():
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / ".env.example").read_text()
    assert {name for name in used if f"{name}=" not in example} <= {"GOLDTHREAD_IMAGE"}


def test_the_image_installs_by_hash_and_runs_as_nobody_special():
    lines = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements-postgres.lock" in lines
    assert re.search(r"^USER goldthread$", lines, re.MULTILINE)
    copied = {name for line in re.findall(r"^COPY (.+)$", lines, re.MULTILINE) for name in line.split()[:-1]}
    admitted = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert copied == admitted


def test_the_other_locks_hold_the_same_versions_as_the_shipped_one():
    def pins(name):
        return set(re.findall(r"^([a-z0-9._-]+==[^ ;\\]+)", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-postgres.lock")
    assert pins("requirements.lock") <= pins("requirements-spark.lock") <= pins("requirements-dev.lock")
