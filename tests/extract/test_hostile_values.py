"""Every field of every format, given values that nobody writes by accident: nothing raises, the lake can hold the rest."""

import random

import pytest

from fuzz.mutate import VALUES
from fuzz.targets import targets
from tests.extract.test_schema_drift import fields_of
from tests.thorough import TIMES

KNOWN = {name: target for name, target in targets().items() if target.specimen.load}
EACH = 6 * TIMES  # of the values, for each field


@pytest.mark.parametrize("name", KNOWN)
def test_no_value_of_a_field_raises(name):
    target, chance = KNOWN[name], random.Random(name)  # noqa: S311
    load, dump = target.specimen.load, target.specimen.dump
    for field, (*way, last) in fields_of(load(target.specimen.content)).items():
        for value in chance.sample(VALUES, min(EACH, len(VALUES))):
            tree = load(target.specimen.content)
            record = tree
            for step in way:
                record = record[step]
            record[last] = value
            try:
                content = dump(tree)
            except (ValueError, TypeError):  # no file of this format can say that
                continue
            try:
                target.read(content)
            except Exception as error:
                pytest.fail(f"{field} = {ascii(value)[:60]}: {type(error).__name__}: {ascii(str(error))[:200]}")
