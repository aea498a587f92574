"""Training on little: it says what is missing, or learns what there is, and never falls over what Splink wants."""

import pytest

from pipelines import warehouse
from pipelines.errors import ConfigurationError
from pipelines.resolve.training.train import LEAST_CUSTOMERS, learn
from tests.resolve.test_stories import crm
from tests.resolve.training_world import shipped
from tests.resolve.worlds import NIGHT, home_in, land, message, run_resolve, told

LETTERS = "bcdfghjklmnpqrst"


def people(count=LEAST_CUSTOMERS + 20):
    """Names that nobody bears twice, in whole or in part."""
    names = [f"{one}{two}a".capitalize() + f" {two}{one}ero{two}{one}".title() for one in LETTERS for two in LETTERS]
    return list(enumerate(names[:count]))


def learned(tmp_path, *records):
    home = home_in(tmp_path)
    land(home, NIGHT, records)
    run_resolve(home)
    con = warehouse.connect(home.database, home, read_only=True)
    try:
        return learn(con, shipped(home), "customers of a test")
    finally:
        con.close()


def test_where_identities_share_nothing_training_says_so(tmp_path):
    rows = [crm(str(n), name, told("email", f"p{n}@x.example")) for n, name in people()]
    with pytest.raises(ConfigurationError, match="0 pairs of identities share a mail address or a number"):
        learned(tmp_path, *rows)


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_one_kind_that_identities_share_is_enough_and_rare_names_are_learnt_from(tmp_path, kind):
    own = {"email": "p{}@x.example", "phone": "+4479110{:05}"}[kind].format
    rows = [crm(str(n), name, told(kind, own(n))) for n, name in people()]
    letters = [message(kind, str(n), told(kind, own(n)), told("name", name)) for n, name in people()]
    found = learned(tmp_path, *rows, *letters)
    assert found.customers >= LEAST_CUSTOMERS
    assert not found.model.given_names.values
