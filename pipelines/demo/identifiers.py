"""What people can be reached at: mail addresses, numbers and handles, some of them shared, changed or passed on."""

import numpy as np

from pipelines.demo.names import DATA, Floats, Ints, read_lists, vocabulary
from pipelines.demo.people import NEVER, People
from pipelines.demo.places import COUNTRIES

MAIL_HOSTS = ("postbox.example", "mailbird.example", "inbox.example", "webpost.example", "letters.example", "lamp.example")
WORDS = read_lists(DATA / "places.txt")
COMPANY_KINDS = ("Tools", "Joinery", "Studio", "Logistics", "Outdoor", "Catering", "Design", "Garage", "Books", "Textiles")
STEP = 7_654_321  # coprime to 10: multiples of it, cut to k digits, are all different


def draw_changes(count: int, nights: int, share: float, rng: np.random.Generator) -> Floats:
    """When an identifier gives way to the next: half of the changes lie before the first night."""
    times = np.where(rng.random(count) < 0.5, rng.uniform(-300, 0, count), rng.uniform(0, nights, count))
    return np.where(rng.random(count) < share, times, NEVER)


def give_companies(people: People, rng: np.random.Generator) -> None:
    """Give every eighth person a company; some of its people write from its role mailbox."""
    count = max(1, people.count // 40)
    names = [
        f"{people.plain[index].split()[-1]} {COMPANY_KINDS[kind]}"
        for index, kind in zip(
            rng.integers(0, people.count, count).tolist(), rng.integers(0, 10, count).tolist(), strict=True
        )
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


def give_mail_addresses(people: People, place: Ints, rng: np.random.Generator) -> None:
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
        first = second = ""
        if without[index]:
            pass
        elif shared[index] and firsts[index - 1]:  # a couple with one mailbox
            first, seconds[index - 1] = firsts[index - 1], ""
            people.email_changed[index] = people.email_changed[index - 1] = NEVER
            people.tags[index].add("shared_mailbox")
            people.tags[index - 1].add("shared_mailbox")
        else:
            pair = (vocab.slugs[given], vocab.slugs[family])
            at_work = people.company[index] and number % 3 == 0
            domain = _host(people.company[index]) if at_work else MAIL_HOSTS[host % 6]
            first = _free(_local_part(*pair, style, word, years[index]), domain, number, taken)
            if changes[index]:
                second = _free(_local_part(*pair, style // 16, number, years[index]), MAIL_HOSTS[word % 6], host, taken)
        firsts.append(first)
        seconds.append(second)


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
    return f"{WORDS['first_words'][word % 20]}{WORDS['second_words'][word // 20 % 20]}{word // 400 % 100}"


def _free(local: str, domain: str, number: int, taken: set[str]) -> str:
    """Return the address, with a number where somebody has it already."""
    address = f"{local}@{domain}"
    while address in taken:
        number = number % 99991 + 7
        address = f"{local}{number % 10000}@{domain}"
    taken.add(address)
    return address


def give_phones(people: People, sizes: Ints, rng: np.random.Generator) -> None:
    """Mobile numbers, household landlines, and numbers that were given to somebody else later."""
    count = people.count
    prefixes = rng.integers(0, 4, count).tolist()
    offset = int(rng.integers(0, 10_000_000))
    without = (rng.random(count) < 0.06).tolist()
    for which in (0, 1):
        for index, country in enumerate(people.country):
            wanted = not without[index] and (which == 0 or people.phone_changed[index] < NEVER)
            place = index + which * count
            people.phones[which].append(_mobile(country, prefixes[index], place * STEP + offset) if wanted else "")
    with_line = (rng.random(int(people.household[-1]) + 1) < 0.5).tolist()
    for index, (house, size) in enumerate(zip(people.household.tolist(), sizes.tolist(), strict=True)):
        if size > 1 and with_line[house] and people.country[index] == "GB":
            people.landline[index] = f"+44161{(house * STEP + offset) % 10_000_000:07d}"
    _recycle(people, without, rng)


def _mobile(country: str, choice: int, number: int) -> str:
    _, prefixes, digits, _ = COUNTRIES[country]
    return f"{prefixes[choice % len(prefixes)]}{number % 10**digits:0{digits}d}"


def _recycle(people: People, without: list[bool], rng: np.random.Generator) -> None:
    """Give some numbers that were given up months ago to somebody else."""
    drawn = rng.permutation(people.count)[: 2 * max(1, people.count // 150)].tolist()
    for before, after in zip(drawn[::2], drawn[1::2], strict=False):
        if without[before] or without[after] or people.country[before] != people.country[after]:
            continue
        if not people.phones[1][before]:
            people.phones[1][before] = _mobile(people.country[before], 0, (before + 2 * people.count) * STEP)
        people.phone_changed[before] = -120.0 - before % 60
        people.phones[0][after] = people.phones[0][before]
        people.phones[1][after] = ""
        people.phone_changed[after] = NEVER
        people.tags[before].add("recycled_phone")
        people.tags[after].add("recycled_phone")


def give_handles(people: People, rng: np.random.Generator) -> None:
    """Handles on X for two persons in five: often the mail's local part, else the name, else invented."""
    vocab = vocabulary()
    taken: set[str] = set()
    has = (rng.random(people.count) < 0.4).tolist()
    draws = rng.integers(0, 1 << 20, (2, people.count)).tolist()
    names = zip(people.given_index.tolist(), people.family_index.tolist(), strict=True)
    for index, ((given, family), style, word) in enumerate(zip(names, *draws, strict=True)):
        changed = people.handle_changed[index] < NEVER
        local = people.emails[0][index].partition("@")[0].replace(".", "_")
        first = second = ""
        if has[index]:
            name = f"{vocab.slugs[given]}{vocab.slugs[family]}"
            first = local if style % 5 < 2 and local else name if style % 5 < 4 else _invented(word)
            second = _invented(word + 7) if style % 2 else f"{vocab.slugs[given][:8]}_{word % 1000}"
        for column, wanted in ((0, first), (1, second if changed else "")):
            handle = wanted[:15]
            while handle and handle in taken:
                word = word % 99991 + 7
                handle = f"{handle[:10]}{word % 100000}"
            taken.add(handle)
            people.handles[column].append(handle)
