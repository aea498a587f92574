"""What is kept from night to night: not once a SELECT that it is made by has changed."""

from datetime import timedelta

import pytest

from pipelines import warehouse
from pipelines.resolve.kept import rules_digest
from pipelines.resolve.scoring.model import load_model
from pipelines.resolve.settings import load_linkage
from tests.resolve.worlds import NIGHT, home_in, land, message, row, run_resolve, told


@pytest.fixture
def built(monkeypatch):
    """Gather every ``schema.table`` whose SELECT is asked for."""
    asked, find = set(), warehouse.select_path

    def noted(home, table):
        asked.add(table)
        return find(home, table)

    monkeypatch.setattr(warehouse, "select_path", noted)
    return asked


def test_whichever_select_a_home_replaces_all_is_made_again(tmp_path, built):
    home = home_in(tmp_path)
    for number in range(2):
        anna = told("email", "anna@x.example")
        land(home, NIGHT + timedelta(days=number), [message("mail", "1", anna), row("crm", str(number), anna)])
        run_resolve(home, NIGHT + timedelta(days=number))
    assert {"staging.interaction", "scratch.version_place", "resolve.identity", "scratch.told_change"} <= built
    linkage, model = load_linkage(home.find("config/linkage.yml")), load_model(home.find("config/linkage_model.json"))
    shipped = rules_digest(home, linkage, model)
    for table in built:
        path = home.path / "config" / "sql" / f"{table.replace('.', '/')}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("SELECT 1\n")
        assert rules_digest(home, linkage, model) != shipped, table
        path.unlink()
