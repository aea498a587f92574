"""A name is worth what it is rare, here as well as where the model learnt its names."""

import math
import random
import string
from collections import Counter
from datetime import timedelta

import pytest

from pipelines.resolve.scoring.model import load_model
from tests.resolve.test_touched import assert_same_as_anew, run_link
from tests.resolve.worlds import NIGHT, customers, home_in, land, message, row, rows_of, run_resolve, told

FREQUENCIES = "SELECT part, name, frequency FROM resolve.name_frequency"


def word(rng, letters=7):
    """A name that no model has heard of."""
    return "".join(rng.choice(string.ascii_lowercase) for _ in range(letters)).capitalize()


def crowd(names):
    return [
        message("mail", f"m{n}", told("email", f"x{n}@mail.example"), told("name", name)) for n, name in enumerate(names)
    ]


def expected(names, model):
    """Return the shares that differ from the model's, counted by hand."""
    whole = {tuple(name.lower().split()) for name in names}
    found = {}
    for part, place, learnt in (("given", 0, model.given_names), ("family", 1, model.family_names)):
        for name, bearers in Counter(each[place] for each in whole).items():
            surely = bearers - 3 * math.sqrt(bearers)
            share = 2.0 ** math.floor(math.log2(surely / len(whole))) if surely > 0 else 0
            if share > learnt.values.get(name, learnt.floor):
                found[part, name] = share
    return found


@pytest.mark.parametrize("seed", range(3))
def test_who_is_common_here_is_counted_once_a_whole_name_and_the_rest_is_the_model_s(tmp_path, seed):
    rng, home = random.Random(seed), home_in(tmp_path)  # noqa: S311
    given = [word(rng) for _ in range(30)] + ["Maria"]
    family = [word(rng) for _ in range(5)] + ["Smith"]
    names = [f"{rng.choice(given)} {rng.choice(family)}" for _ in range(300)]
    land(home, NIGHT, crowd(names))
    run_link(home)
    model = load_model(home.find("config/linkage_model.json"))
    learnt = {("given", name): share for name, share in model.given_names.values.items()}
    learnt |= {("family", name): share for name, share in model.family_names.values.items()}
    raised = expected(names, model)
    assert len(raised) >= 5
    found = {(part, name): share for part, name, share in rows_of(home, FREQUENCIES)}
    assert found == pytest.approx(learnt | raised)


def test_one_person_with_many_records_makes_no_name_common(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, crowd(["Ottokar Wiesengrund"] * 60 + [f"{word(random.Random(n))} Smith" for n in range(9)]))  # noqa: S311
    run_link(home)
    assert rows_of(home, f"{FREQUENCIES} WHERE name IN ('ottokar', 'wiesengrund')") == []


@pytest.mark.parametrize("is_common", [False, True])
def test_two_of_one_name_whose_births_are_alike_are_one_person_only_where_few_bear_the_name(tmp_path, is_common):
    """As in a register of a town where every third is called so: two dates of one month prove nothing there."""
    rng, home = random.Random(7), home_in(tmp_path)  # noqa: S311
    given, family = [word(rng) for _ in range(60)], [word(rng) for _ in range(60)]
    names = [f"{one} Quellbach" for one in given] + [f"Ottokar {one}" for one in family] if is_common else []
    twins = [
        row("crm", str(day), told("name", "Ottokar Quellbach"), told("date_of_birth", f"1964-07-{day}")) for day in (11, 29)
    ]
    land(home, NIGHT, [*crowd(names), *twins])
    run_resolve(home)
    found = customers(home)
    assert (found["crm 11"] == found["crm 29"]) is not is_common


def test_a_name_that_becomes_common_is_weighed_anew_with_all_who_bore_it_before(tmp_path):
    rng, home = random.Random(3), home_in(tmp_path / "kept")  # noqa: S311
    land(home, NIGHT, crowd([f"{word(rng)} Quellbach" for _ in range(4)]))
    run_link(home)
    shares = "SELECT identity_id, tf_name_key FROM resolve.identity"
    before = dict(rows_of(home, shares))
    later = NIGHT + timedelta(days=1)
    many = [f"{word(rng)} Quellbach" for _ in range(40)]
    land(home, later, [message("sms", f"s{n}", told("phone", f"+4474468504{n}"), told("name", each)) for n, each in
                       enumerate(many, start=10)])  # fmt: skip
    run_link(home, later)
    after = dict(rows_of(home, shares))
    assert all(after[identity] > before[identity] for identity in before)
    assert_same_as_anew(home, tmp_path / "anew", later)
