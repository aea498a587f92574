"""The sample world's ids, as a user meets them: through a lost warehouse, a full run, another threshold and its mend."""

import json
import shutil

import pytest

from pipelines.errors import ValidationStopped
from pipelines.load.answers.status import status
from pipelines.settings import Home
from tests.worlds import copy_sample, digests, goldthread, made_once, nights_of, published, run_night

pytestmark = pytest.mark.night


@pytest.fixture
def home(tmp_path_factory, tmp_path):
    """A copy of the three published sample nights."""

    def run_all(home):
        for night in copy_sample(home):
            run_night(home, night)

    return shutil.copytree(made_once(tmp_path_factory, "three_nights", run_all), tmp_path / "home", symlinks=True)


def golden(home):
    return {table: digest for table, digest in digests(home).items() if table.startswith("golden.")}


def set_keys(home, **keys):
    """Give the home a linkage.yml in which these keys have other values."""
    text = Home(home).find("config/linkage.yml").read_text()
    for key, value in keys.items():
        line = next(line for line in text.splitlines() if line.startswith(f"{key}:"))
        text = text.replace(line, f"{key}: {value}")
    (home / "config" / "linkage.yml").write_text(text)


def test_a_lost_warehouse_and_a_full_run_publish_every_golden_row_as_it_was(home):
    night, before = nights_of(home)[-1], golden(home)
    shutil.rmtree(home / "warehouse")
    run_night(home, night)
    assert golden(home) == before
    run_night(home, night, full=True)
    assert golden(home) == before


def test_a_threshold_that_moves_too_much_is_stopped_accepted_by_a_person_or_mended_without_a_trace(home):
    night, before = nights_of(home)[-1], golden(home)
    version = (home / "published" / "current").resolve()
    strict = {
        "threshold": "9.5",
        "change_budget": "{customers: {share: 0.02, at_least: 3}, interactions: {share: 0.02, at_least: 3}}",
    }
    set_keys(home, **strict)
    with pytest.raises(ValidationStopped) as stopped:
        run_night(home, night)
    assert "expect_few_customers_to_move: observed" in str(stopped.value)
    assert "split (" in str(stopped.value)
    assert "settings" in str(stopped.value)
    assert (home / "published" / "current").resolve() == version
    failed = status(Home(home)).failed_validation
    assert failed
    assert any("change_budget" in words for words in failed.failed)

    (home / "config" / "linkage.yml").unlink()  # mended: the night ends as if nothing had been
    run_night(home, night)
    assert golden(home) == before

    set_keys(home, **strict)
    run_night(home, night, accepted_by="sam")
    manifest = json.loads((home / "published" / "current" / "manifest.json").read_text())
    accepted = manifest["accepted_changes"]
    assert accepted["by"] == "sam"
    assert accepted["customers"] > 3
    assert sum(accepted["causes"]["split"].values()) > 3
    with published(home) as con:
        assert con.execute("SELECT bool_and(success) FROM meta.check WHERE suite = 'change_budget'").fetchone() == (True,)
        dangling = con.execute(
            "SELECT count(*) FROM golden.crosswalk AS crosswalk ANTI JOIN golden.customer AS customer"
            " ON crosswalk.current_customer_id = customer.customer_id WHERE crosswalk.current_customer_id IS NOT NULL"
        ).fetchone()
    assert dangling == (0,)
    run_night(home, night)  # again, and nobody need accept what readers hold by now


def test_the_check_of_the_week_finds_the_sample_nights_sound_and_tells_it(home):
    done = goldthread("resolve", "--check", "--json", home=home)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["differences"] == []
    assert told["night"] == nights_of(home)[-1]
    assert goldthread("resolve", "--check", "--night", told["night"], home=home).returncode == 2
