"""The CRM: most persons, some of them twice with slips of the fingers; whole on the first night, then what changed."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.demo.contacts import DAY
from pipelines.demo.noise import misspell, spell_phone
from pipelines.demo.people import NEVER
from pipelines.demo.world import World, bad_count

SOURCE = "crm"
COLUMNS = (
    "Id", "FirstName", "LastName", "Name", "Email", "Phone", "Mobile", "Twitter", "Birthdate", "Street", "City",
    "PostalCode", "Country", "Company", "LastOrder", "MailOk", "SmsOk", "LastModified",
)  # fmt: skip


@dataclass(frozen=True)
class Luck:
    """What chance decides about the rows; one entry a person."""

    absent: list[bool]
    twice: list[bool]
    arrives: list[int]
    style: list[int]
    mail_ok: list[str]
    sms_ok: list[str]


def render_crm(world: World, inbox: Path) -> None:
    """Write ``crm/<night>/customers.csv``."""
    luck = _luck(world)
    orders = _orders(world)
    said = _said(world)
    shown: dict[int, dict[str, str]] = {}
    for number in range(world.nights):
        rows: list[dict[str, str]] = []
        for person in range(world.people.count):
            if luck.absent[person] or luck.arrives[person] > number:
                continue
            before = shown.get(person)
            if before is not None and not _changes_tonight(world, person, number, orders, said):
                continue
            row = _row(world, person, number, luck, orders, said)
            if before is not None and all(row[name] == before[name] for name in COLUMNS if name != "LastModified"):
                continue
            shown[person] = row
            rows.append(row)
            _note(world, person, number, row, _mobile(world, person, number, luck.style[person]))
            if before is None:
                tags = "stale" if world.people.email_changed[person] < 0 or world.people.phone_changed[person] < 0 else ""
                world.profiles.append((SOURCE, row["Id"], person, tags))
                if luck.twice[person]:
                    twin = _twin(row, luck.style[person])
                    rows.append(twin)
                    world.profiles.append((SOURCE, twin["Id"], person, "duplicate_row"))
        _write(world, inbox, number, rows)


def _luck(world: World) -> Luck:
    rng, count = world.rng(80), world.people.count
    later = rng.integers(0, world.nights, count)
    return Luck(
        absent=(rng.random(count) < 0.14).tolist(),
        twice=(rng.random(count) < 0.06).tolist(),
        arrives=[
            night if late else 0 for night, late in zip(later.tolist(), (rng.random(count) < 0.06).tolist(), strict=True)
        ],
        style=rng.integers(0, 1 << 20, count).tolist(),
        mail_ok=rng.choice(["yes", "no", ""], count, p=[0.55, 0.2, 0.25]).tolist(),
        sms_ok=rng.choice(["yes", "no", ""], count, p=[0.4, 0.25, 0.35]).tolist(),
    )


def _orders(world: World) -> dict[int, list[tuple[int, str]]]:
    """Return each person's orders with the night of their enquiry, in order of time."""
    contacts = world.contacts
    found: dict[int, list[tuple[int, str]]] = {}
    starts = contacts.leg_first[(contacts.leg_number == 0) & (contacts.leg_first >= 0)]
    for message in starts.tolist():
        order = f"GT-{contacts.enquiry_order[contacts.enquiry[message]]}"
        found.setdefault(int(contacts.person[message]), []).append((int(contacts.at[message]) // DAY, order))
    for entries in found.values():
        entries.sort()
    return found


def _said(world: World) -> dict[tuple[int, str], list[tuple[int, bool]]]:
    """Return what each person said about advertising in texts: (night, allowed) by person and channel, in order of time."""
    found: dict[tuple[int, str], list[tuple[int, bool]]] = {}
    for message, channel, allowed in world.written.consent:
        person, at = int(world.contacts.person[message]), int(world.contacts.at[message])
        found.setdefault((person, channel), []).append((at // DAY, allowed))
    return found


def _changes_tonight(
    world: World,
    person: int,
    number: int,
    orders: dict[int, list[tuple[int, str]]],
    said: dict[tuple[int, str], list[tuple[int, bool]]],
) -> bool:
    mail = int(world.people.email_changed[person]) == number if world.people.email_changed[person] < NEVER else False
    ordered = any(night == number for night, _ in orders.get(person, [])) and person % 2 == 0
    words = any(night == number for channel in ("email", "sms") for night, _ in said.get((person, channel), []))
    return mail or ordered or words


def _row(
    world: World, person: int, number: int, luck: Luck, orders: dict[int, list[tuple[int, str]]],
    said: dict[tuple[int, str], list[tuple[int, bool]]],
) -> dict[str, str]:  # fmt: skip
    """Return the CRM's row of a person at the end of the night ``number``."""
    people, style = world.people, luck.style[person]
    end = (number + 1) * DAY - 1
    stale = style % 2 == 0  # an old mail address or number was never mended
    mail = people.emails[0][person] if stale and people.email_changed[person] < 0 else world.mail_of(person, end)
    phone = _mobile(world, person, number, style)
    handle = world.handle_of(person, end) if style % 3 == 0 else ""
    street, city, postcode, country = people.addresses[person]
    known = [order for night, order in orders.get(person, []) if night <= number]
    given, family = people.given[person], people.family[person]
    if style % 23 == 0:
        given, family = people.plain[person].split()[0], people.plain[person].partition(" ")[2]
    company = (
        f'{people.company[person]} "The Works" Ltd' if people.company[person] and style % 4 == 0 else people.company[person]
    )
    second = (style >> 3) % DAY
    moment = datetime.fromtimestamp(world.epoch + (number * DAY + second if number else -(style % 200) * DAY - second), UTC)
    landline = people.landline[person]
    return {
        "Id": f"C{100_000 + person * 3}", "FirstName": given, "LastName": family, "Name": f"{given} {family}",
        "Email": mail if style % 12 else "", "Phone": spell_phone(landline, style % 6) if landline else "",
        "Mobile": spell_phone(phone, style // 6) if phone and style % 9 else "", "Twitter": f"@{handle}" if handle else "",
        "Birthdate": people.born[person].strftime("%d/%m/%Y") if style % 5 < 3 else "",
        "Street": street, "City": city, "PostalCode": postcode, "Country": country, "Company": company,
        "LastOrder": known[-1] if known and style % 4 else "",
        "MailOk": _consent(luck.mail_ok[person], said.get((person, "email"), []), number),
        "SmsOk": _consent(luck.sms_ok[person], said.get((person, "sms"), []), number),
        "LastModified": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip


def _consent(base: str, said: list[tuple[int, bool]], number: int) -> str:
    """Return the CRM's answer at the end of the night: the last word, once somebody has typed it in."""
    words = [allowed for night, allowed in said if night <= number]
    return base if not words else "yes" if words[-1] else "no"


def _mobile(world: World, person: int, number: int, style: int) -> str:
    """Return the mobile number that the CRM knows: half of those given up before the first night were never mended."""
    if style % 2 == 0 and world.people.phone_changed[person] < 0:
        return world.people.phones[0][person]
    return world.phone_of(person, (number + 1) * DAY - 1)


def _note(world: World, person: int, number: int, row: dict[str, str], mobile: str) -> None:
    """Note for the truth what the row says about advertising."""
    for kind, value, channel, answer in (
        ("email", row["Email"], "email", row["MailOk"]),
        ("phone", mobile if row["Mobile"] else "", "sms", row["SmsOk"]),
    ):
        if value and answer:
            world.consent.append((world.night(number), kind, value, channel, answer == "yes", person))


def _twin(row: dict[str, str], style: int) -> dict[str, str]:
    """Return the same person typed in a second time: a slip in the name, and only some of the rest."""
    family = misspell(row["LastName"], style)
    twin = row | {
        "Id": f"C{int(row['Id'][1:]) + 1}", "LastName": family, "Name": f"{row['FirstName']} {family}", "MailOk": "",
        "SmsOk": "", "LastOrder": "", "Twitter": "", "Company": "",
    }  # fmt: skip
    match style % 4:
        case 0:
            return twin | {"Email": "", "Birthdate": ""}
        case 1:
            return twin | {"Mobile": "", "FirstName": row["FirstName"][:1], "Name": f"{row['FirstName'][:1]} {family}"}
        case 2:
            return twin | {"Street": row["Street"].replace("Road", "Rd").replace("Street", "St"), "Phone": ""}
        case _:
            return twin | {"Email": "", "Street": "", "PostalCode": ""}


def _write(world: World, inbox: Path, number: int, rows: list[dict[str, str]]) -> None:
    if not rows:
        return
    table = [[row[name] for name in COLUMNS] for row in rows]
    world.rendered += len(table)
    for bad in range(bad_count(len(table))):
        place = len(table) // (bad + 2)
        table.insert(place, [f"C9{number}{bad:05d}", "Torn", "Row", "Torn Row", "", "", "torn"])
    for place, cells in enumerate(table, start=1):
        if len(cells) < len(COLUMNS):
            world.reject(SOURCE, number, "customers.csv", f"row {place + 1}", "a row with too few cells")
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(table)
    folder = inbox / SOURCE / world.night(number).isoformat()
    folder.mkdir(parents=True)
    (folder / "customers.csv").write_bytes(b"\xef\xbb\xbf" + page.getvalue().encode())
