"""The persons of the sample world: names, households, and identifiers that are valid for a time."""

import string
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from pipelines.demo.names import CULTURES, Floats, Ints, vocabulary

NEVER = 1e9  # days after the first night; the time of a change that does not come

# country: (name in the CRM, mobile prefixes, digits that follow, minutes from UTC in spring)
COUNTRIES = {
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
}  # fmt: skip
COUNTRY_NAMES = list(COUNTRIES)
HOME_COUNTRY = dict(zip(CULTURES, ("GB", "IN", "PL", "ES", "AE", "DE", "CN", "FR", "TR", "VN", "JP"), strict=True))
CITIES = (
    "London Birmingham Leeds Glasgow Sheffield Manchester Bradford Liverpool Edinburgh Bristol Cardiff Leicester Coventry Belfast Nottingham "
    "Newcastle Brighton Hull Plymouth Derby Southampton Swansea Aberdeen Norwich Oxford Cambridge York Exeter Bath Durham Chester Lincoln"
).split()
POSTAL_AREAS = (
    "SW B LS G S M BD L EH BS CF LE CV BT NG NE BN HU PL DE SO SA AB NR OX CB YO EX BA DH CH LN"
).split()
FOREIGN_CITIES = {
    "ES": "Madrid Sevilla Bilbao", "DE": "Köln Leipzig Nürnberg", "FR": "Lyon Nantes Orléans", "PL": "Kraków Łódź Gdańsk",
    "IN": "Pune Chennai Jaipur", "CN": "Shanghai Chengdu Xiamen", "JP": "Osaka Nagoya Sendai", "AE": "Dubai Sharjah Ajman",
    "TR": "İzmir Bursa Ankara", "VN": "Huế Hanoi Vinh",
}  # fmt: skip
STREETS = (
    "High Station Church Park Victoria Green Manor Kings Queens New Mill School North South Albert York Grange Springfield George Alexandra "
    "Windsor Chestnut Highfield Orchard Meadow Castle Bridge Chapel Elm Cedar Poplar Hawthorn Rectory Priory Abbey Tithe Quarry Harbour"
).split()
STREET_KINDS = ("Road", "Street", "Lane", "Avenue", "Close", "Drive", "Gardens", "Terrace")
MAIL_HOSTS = ("postbox.example", "mailbird.example", "inbox.example", "webpost.example", "letters.example", "brightmail.example")
HANDLE_WORDS = (
    "blue red quiet lucky sunny night north river stone paper tiny wild silver green cosmic rusty fuzzy happy salty misty",
    "fox otter raven maple pixel rider baker walker gamer comet robin badger tiger piper skater sailor wizard cactus falcon moth",
)
COMPANY_KINDS = ("Tools", "Joinery", "Studio", "Logistics", "Outdoor", "Catering", "Design", "Garage", "Books", "Textiles")


@dataclass
class People:
    """One entry a person in every column; times are days after midnight UTC of the first night (negative: before it).

    Attributes:
        full, plain: "Given Family" as written and in ASCII; given, family and their indices into the vocabulary.
        emails, phones, handles: pairs (until the change, from the change on); "" where there is none.
        email_changed, phone_changed, handle_changed: when the second takes over, ``NEVER`` where it does not.
        landline: shared in the household, or "".
        role_mail: a company's mailbox that several persons write from, or "".
        household: index; father, son and flatmates share it, with one address.
        tags: what makes a person hard to tell ("household", "same_name", …).
    """

    count: int
    culture: list[str]
    country: list[str]
    given_index: Ints
    family_index: Ints
    given: list[str]
    family: list[str]
    full: list[str]
    plain: list[str]
    born: list[date]
    household: Ints
    addresses: list[tuple[str, str, str, str]]
    emails: tuple[list[str], list[str]]
    email_changed: Floats
    phones: tuple[list[str], list[str]]
    phone_changed: Floats
    handles: tuple[list[str], list[str]]
    handle_changed: Floats
    landline: list[str]
    company: list[str]
    role_mail: list[str]
    ids: list[str] = field(default_factory=list)
    tags: list[set[str]] = field(default_factory=list)


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
    people = People(
        count, culture, country, given, family, given_names, family_names,
        [f"{first} {last}" for first, last in zip(given_names, family_names, strict=True)],
        [f"{vocab.plain[first]} {last}" for first, last in zip(given.tolist(), plain_family, strict=True)],
        born, household, _addresses(household, country, rng), ([], []), _changes(count, nights, 0.09, rng),
        ([], []), _changes(count, nights, 0.05, rng), ([], []), _changes(count, nights, 0.08, rng),
        [""] * count, [""] * count, [""] * count,
    )  # fmt: skip
    people.ids = [f"p{number:07d}" for number in rng.permutation(count).tolist()]
    sizes = np.bincount(household)[household]
    people.tags = [{"household"} if size > 1 else set() for size in sizes.tolist()]
    for index in np.flatnonzero(same_name).tolist():
        people.tags[index].add("same_name")
    _companies(people, rng)
    _mail_addresses(people, sizes, place, rng)
    _phones(people, sizes, rng)
    _handles(people, rng)
    return people


def _households(count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return each person's household and place in it (0 is its head)."""
    sizes = rng.choice([1, 2, 3, 4, 5], count, p=[0.62, 0.20, 0.10, 0.06, 0.02])
    household = np.repeat(np.arange(count), sizes)[:count]
    starts = np.concatenate([[0], np.cumsum(sizes)])[household]
    return household, np.arange(count) - starts


def _names_and_births(
    cultures: Ints, household: Ints, place: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, list[date], Ints]:
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


def _addresses(household: Ints, country: list[str], rng: np.random.Generator) -> list[tuple[str, str, str, str]]:
    """One address a household: street, city, postcode, country."""
    count = int(household[-1]) + 1
    heads = np.searchsorted(household, np.arange(count)).tolist()
    columns = rng.integers(0, 1 << 30, (6, count)).tolist()
    made = []
    for head, city, street, kind, number, code, flat in zip(heads, *columns, strict=True):
        line = f"{number % 180 + 1} {STREETS[street % len(STREETS)]} {STREET_KINDS[kind % 8]}"
        if flat % 9 == 0:
            line = f"Flat {flat % 23 + 1}\n{line}"
        land = country[head]
        if land == "GB":
            place = city % len(CITIES)
            letters = f"{'ABDEFGHJLN'[code % 10]}{'PQRSTUWXYZ'[code // 10 % 10]}"
            made.append((line, CITIES[place], f"{POSTAL_AREAS[place]}{code % 19 + 1} {code % 9 + 1}{letters}", COUNTRIES[land][0]))
        else:
            made.append((line, FOREIGN_CITIES[land].split()[city % 3], f"{10000 + code % 89999}", COUNTRIES[land][0]))
    return [made[index] for index in household.tolist()]


def _changes(count: int, nights: int, share: float, rng: np.random.Generator) -> Floats:
    """When an identifier gives way to the next: half of the changes lie before the first night."""
    times = np.where(rng.random(count) < 0.5, rng.uniform(-300, 0, count), rng.uniform(0, nights, count))
    return np.where(rng.random(count) < share, times, NEVER)


def _companies(people: People, rng: np.random.Generator) -> None:
    """Give every eighth person a company; some of its people write from its role mailbox."""
    count = max(1, people.count // 40)
    names = [
        f"{people.plain[index].split()[-1]} {COMPANY_KINDS[kind]}"
        for index, kind in zip(rng.integers(0, people.count, count).tolist(), rng.integers(0, 10, count).tolist(), strict=True)
    ]
    desks = ("info", "office", "orders", "accounts")
    for index in rng.permutation(people.count)[: people.count // 8].tolist():
        company = int(rng.integers(0, count))
        people.company[index] = names[company]
        if company % 4 == 0:
            people.role_mail[index] = f"{desks[company // 4 % 4]}@{_host(names[company])}"
            people.tags[index].add("role_mailbox")


def _host(company: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in company.lower()) + ".example"


def _mail_addresses(people: People, sizes: Ints, place: Ints, rng: np.random.Generator) -> None:
    """Give nearly everyone a mail address, and a second one for those who change."""
    vocab = vocabulary()
    taken: set[str] = set()
    draws = rng.integers(0, 1 << 20, (4, people.count))
    without = (rng.random(people.count) < 0.03).tolist()
    shared = ((place == 1) & (rng.random(people.count) < 0.06)).tolist()
    changes = (people.email_changed < NEVER).tolist()
    years = [day.year % 100 for day in people.born]
    rows = zip(people.given_index.tolist(), people.family_index.tolist(), *draws.tolist(), strict=True)
    firsts, seconds = people.emails
    for index, (given, family, style, host, word, number) in enumerate(rows):
        if without[index]:
            firsts.append("")
            seconds.append("")
            continue
        if shared[index] and firsts[index - 1]:  # a couple with one mailbox
            firsts.append(firsts[index - 1])
            seconds.append("")
            people.email_changed[index] = people.email_changed[index - 1] = NEVER
            seconds[index - 1] = ""
            people.tags[index].add("shared_mailbox")
            people.tags[index - 1].add("shared_mailbox")
            continue
        pair = (vocab.slugs[given], vocab.slugs[family])
        domain = MAIL_HOSTS[host % 6]
        if people.company[index] and number % 3 == 0:
            domain = _host(people.company[index])
        firsts.append(_free(_local_part(*pair, style, word, years[index]), domain, number, taken))
        changed = changes[index] and people.email_changed[index] < NEVER
        seconds.append(_free(_local_part(*pair, style // 16, number, years[index]), MAIL_HOSTS[word % 6], host, taken) if changed else "")


def _local_part(given: str, family: str, style: int, word: int, year: int) -> str:
    match style % 12:
        case 0 | 1 | 2 | 3:
            return f"{given}.{family}"
        case 4 | 5:
            return f"{given[:1]}.{family}"
        case 6:
            return f"{family}.{given}"
        case 7:
            return f"{given}{family}"
        case 8:
            return f"{given}.{family}{year:02d}"
        case 9:
            return f"{given}_{family[:1]}{year:02d}"
        case 10:
            return f"{given}{word % 900 + 100}"
        case _:
            return _invented(word)


def _invented(word: int) -> str:
    first, second = HANDLE_WORDS
    return f"{first.split()[word % 20]}{second.split()[word // 20 % 20]}{word // 400 % 100}"


def _free(local: str, domain: str, number: int, taken: set[str]) -> str:
    """Return the address, with a number where somebody has it already."""
    address = f"{local}@{domain}"
    while address in taken:
        number = number % 99991 + 7
        address = f"{local}{number % 10000}@{domain}"
    taken.add(address)
    return address


def _phones(people: People, sizes: Ints, rng: np.random.Generator) -> None:
    """Mobile numbers, household landlines, and numbers that were given to somebody else later."""
    count = people.count
    prefixes = rng.integers(0, 4, count).tolist()
    offset = int(rng.integers(0, 10_000_000))
    without = (rng.random(count) < 0.06).tolist()
    for which in (0, 1):
        numbers = ((np.arange(count) + which * count) * 7_654_321 + offset).tolist()
        for index, number in enumerate(numbers):
            _, choices, digits, _ = COUNTRIES[people.country[index]]
            wanted = not without[index] and (which == 0 or people.phone_changed[index] < NEVER)
            people.phones[which].append(f"{choices[prefixes[index] % len(choices)]}{number % 10**digits:0{digits}d}" if wanted else "")
    with_line = (rng.random(int(people.household[-1]) + 1) < 0.5).tolist()
    for index, (house, size) in enumerate(zip(people.household.tolist(), sizes.tolist(), strict=True)):
        if size > 1 and with_line[house] and people.country[index] == "GB":
            people.landline[index] = f"+44161{(house * 7_654_321 + offset) % 10_000_000:07d}"
    _recycle(people, without, rng)


def _recycle(people: People, without: list[bool], rng: np.random.Generator) -> None:
    """Give some numbers that were given up months ago to somebody else."""
    pairs = rng.permutation(people.count)[: 2 * max(1, people.count // 150)].reshape(-1, 2) if people.count > 1 else []
    for before, after in pairs:
        if without[before] or without[after] or people.country[before] != people.country[after]:
            continue
        if not people.phones[1][before]:
            spare = (int(before) + 2 * people.count) * 7_654_321
            _, choices, digits, _ = COUNTRIES[people.country[before]]
            people.phones[1][before] = f"{choices[0]}{spare % 10**digits:0{digits}d}"
        people.phone_changed[before] = -120.0 - before % 60
        people.phones[0][after] = people.phones[0][before]
        people.phones[1][after] = ""
        people.phone_changed[after] = NEVER
        people.tags[before].add("recycled_phone")
        people.tags[after].add("recycled_phone")


def _handles(people: People, rng: np.random.Generator) -> None:
    """Handles on X for two persons in five: often the mail's local part, else the name, else invented."""
    vocab = vocabulary()
    taken: set[str] = set()
    allowed = set(string.ascii_lowercase + string.digits + "_")
    has = (rng.random(people.count) < 0.4).tolist()
    draws = rng.integers(0, 1 << 20, (2, people.count)).tolist()
    names = zip(people.given_index.tolist(), people.family_index.tolist(), strict=True)
    for index, ((given, family), style, word) in enumerate(zip(names, *draws, strict=True)):
        changed = people.handle_changed[index] < NEVER
        local = people.emails[0][index].split("@")[0].replace(".", "_")
        if not has[index]:
            first = second = ""
        else:
            name = f"{vocab.slugs[given]}{vocab.slugs[family]}"
            first = local if style % 5 < 2 and local else name if style % 5 < 4 else _invented(word)
            second = _invented(word + 7) if style % 2 else f"{vocab.slugs[given][:8]}_{word % 1000}"
        for column, wanted in ((0, first), (1, second if changed else "")):
            handle = "".join(letter for letter in wanted if letter in allowed)[:15]
            while handle and handle in taken:
                word = word % 99991 + 7
                handle = f"{handle[:10]}{word % 100000}"
            taken.add(handle)
            people.handles[column].append(handle)
