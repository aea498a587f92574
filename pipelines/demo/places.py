"""Where people live: countries with their numbers and clocks, towns and streets."""

import numpy as np

from pipelines.demo.names import CULTURES, DATA, Ints, read_lists

# country: its name in the CRM, mobile prefixes, digits that follow them, minutes from UTC in spring
COUNTRIES: dict[str, tuple[str, tuple[str, ...], int, int]] = {
    "GB": ("United Kingdom", ("+4474", "+4475", "+4478", "+4479"), 8, 0),
    "ES": ("Spain", ("+346",), 8, 60),
    "DE": ("Germany", ("+491515", "+491512"), 7, 60),
    "FR": ("France", ("+3366", "+3362"), 7, 60),
    "PL": ("Poland", ("+4850", "+4860"), 7, 60),
    "IN": ("India", ("+9198",), 8, 330),
    "CN": ("China", ("+86138", "+86139"), 8, 480),
    "JP": ("Japan", ("+81901",), 7, 540),
    "AE": ("United Arab Emirates", ("+97150",), 7, 240),
    "TR": ("Türkiye", ("+90532", "+90533"), 7, 180),
    "VN": ("Vietnam", ("+8490", "+8491"), 7, 420),
}
HOME_COUNTRY = dict(zip(CULTURES, ("GB", "IN", "PL", "ES", "AE", "DE", "CN", "FR", "TR", "VN", "JP"), strict=True))
FOREIGN_TOWNS = {
    "ES": "Madrid Sevilla Bilbao", "DE": "Köln Leipzig Nürnberg", "FR": "Lyon Nantes Orléans", "PL": "Kraków Łódź Gdańsk",
    "IN": "Pune Chennai Jaipur", "CN": "Shanghai Chengdu Xiamen", "JP": "Osaka Nagoya Sendai", "AE": "Dubai Sharjah Ajman",
    "TR": "İzmir Bursa Ankara", "VN": "Huế Hanoi Vinh",
}  # fmt: skip


def draw_addresses(household: Ints, country: list[str], rng: np.random.Generator) -> list[tuple[str, str, str, str]]:
    """Return each person's street, town, postcode and country; one address a household."""
    lists = read_lists(DATA / "places.txt")
    towns = [town.split(":") for town in lists["towns"]]
    streets, kinds = lists["streets"], lists["kinds"]
    count = int(household[-1]) + 1
    heads = np.searchsorted(household, np.arange(count)).tolist()
    columns = rng.integers(0, 1 << 30, (6, count)).tolist()
    made = []
    for head, town, street, kind, number, code, flat in zip(heads, *columns, strict=True):
        line = f"{number % 180 + 1} {streets[street % len(streets)]} {kinds[kind % 8]}"
        if flat % 9 == 0:
            line = f"Flat {flat % 23 + 1}\n{line}"
        land = country[head]
        if land == "GB":
            name, area = towns[town % len(towns)]
            letters = f"{'ABDEFGHJLN'[code % 10]}{'PQRSTUWXYZ'[code // 10 % 10]}"
            made.append((line, name, f"{area}{code % 19 + 1} {code % 9 + 1}{letters}", COUNTRIES[land][0]))
        else:
            made.append((line, FOREIGN_TOWNS[land].split()[town % 3], f"{10000 + code % 89999}", COUNTRIES[land][0]))
    return [made[index] for index in household.tolist()]
