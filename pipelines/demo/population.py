"""Drawing the persons: who lives with whom, what they are called and when they were born."""

from datetime import date, timedelta

import numpy as np

from pipelines.demo.identifiers import (
    draw_changes,
    give_companies,
    give_handles,
    give_mail_addresses,
    give_phones,
)
from pipelines.demo.names import CULTURES, Bools, Ints, vocabulary
from pipelines.demo.people import People
from pipelines.demo.places import HOME_COUNTRY, draw_addresses


def make_people(count: int, nights: int, rng: np.random.Generator) -> People:
    """Draw ``count`` persons whose identifiers change now and then, before or within ``nights``."""
    household, place = _households(count, rng)
    cultures = rng.choice(len(CULTURES), household[-1] + 1, p=list(CULTURES.values()))[household]
    abroad = (rng.random(household[-1] + 1) < 0.3)[household]
    names = list(CULTURES)
    culture = [names[index] for index in cultures.tolist()]
    country = [HOME_COUNTRY[name] if away else "GB" for name, away in zip(culture, abroad.tolist(), strict=True)]
    given, family, born, same_name = _names_and_births(cultures, household, place, rng)
    vocab = vocabulary()
    given_names = [vocab.names[index] for index in given.tolist()]
    family_names = [vocab.names[index] for index in family.tolist()]
    second = vocab.draw("spanish", "family", count, rng)
    spanish = (cultures == names.index("spanish")) & (rng.random(count) < 0.8)
    for index in np.flatnonzero(spanish).tolist():  # Spanish people have two family names
        family_names[index] += " " + vocab.names[second[index]]
    plain_family = [vocab.plain[index] for index in family.tolist()]
    sizes = np.bincount(household)[household]
    people = People(
        count=count,
        ids=[f"p{number:07d}" for number in rng.permutation(count).tolist()],
        culture=culture,
        country=country,
        given_index=given,
        family_index=family,
        given=given_names,
        family=family_names,
        full=[f"{first} {last}" for first, last in zip(given_names, family_names, strict=True)],
        plain=[f"{vocab.plain[first]} {last}" for first, last in zip(given.tolist(), plain_family, strict=True)],
        born=born,
        household=household,
        addresses=draw_addresses(household, country, rng),
        email_changed=draw_changes(count, nights, 0.09, rng),
        phone_changed=draw_changes(count, nights, 0.05, rng),
        handle_changed=draw_changes(count, nights, 0.08, rng),
        landline=[""] * count,
        company=[""] * count,
        role_mail=[""] * count,
        tags=[{"household"} if size > 1 else set() for size in sizes.tolist()],
    )
    for index in np.flatnonzero(same_name).tolist():
        people.tags[index].add("same_name")
    give_companies(people, rng)
    give_mail_addresses(people, place, rng)
    give_phones(people, sizes, rng)
    give_handles(people, rng)
    return people


def _households(count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return each person's household and place in it (0 is its head)."""
    sizes = rng.choice([1, 2, 3, 4, 5], count, p=[0.62, 0.20, 0.10, 0.06, 0.02])
    household = np.repeat(np.arange(count), sizes)[:count]
    starts = np.concatenate([[0], np.cumsum(sizes)])[household]
    return household, np.arange(count) - starts


def _names_and_births(
    cultures: Ints, household: Ints, place: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, list[date], Bools]:
    """Draw names and days of birth; sons may bear their father's whole name."""
    count = len(cultures)
    vocab = vocabulary()
    female = rng.random(count) < 0.5
    years = rng.integers(1944, 1990, count) + np.where(place > 1, 12, 0)
    head = np.arange(count) - place
    namesake = (place == 1) & (rng.random(count) < 0.08) & ~female[head]
    female &= ~namesake
    given = np.zeros(count, dtype=np.int64)
    family = np.zeros(count, dtype=np.int64)
    for number, culture in enumerate(CULTURES):
        of_culture = cultures == number
        for kind, chosen in (("female", of_culture & female), ("male", of_culture & ~female)):
            given[chosen] = vocab.draw(culture, kind, int(chosen.sum()), rng)
        family[of_culture] = vocab.draw(culture, "family", int(of_culture.sum()), rng)
    family = np.where((place > 0) & (rng.random(count) < 0.8) | namesake, family[head], family)
    given = np.where(namesake, given[head], given)
    years = np.where(namesake, np.minimum(years[head] + rng.integers(22, 36, count), 2008), years)
    days = rng.integers(0, 365, count)
    born = [date(year, 1, 1) + timedelta(days=day) for year, day in zip(years.tolist(), days.tolist(), strict=True)]
    both = namesake.copy()
    both[head[namesake]] = True
    return given, family, born, both
