"""The CRM: most persons, some of them twice with slips of the fingers; whole on the first night, then what changed."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.demo.contacts import DAY
from pipelines.demo.noise import misspell, spell_phone
from pipelines.demo.world import CLOCK, World, bad_count

SOURCE = "crm"
LONGEST = 201  # days since which no row was changed, at most, before the first night
COLUMNS = (
    "Id", "FirstName", "LastName", "Name", "Email", "Phone", "Mobile", "Twitter", "Birthdate", "Street", "City",
    "PostalCode", "Country", "Company", "LastOrder", "MailOk", "SmsOk", "LastModified",
)  # fmt: skip


@dataclass(frozen=True)
class Crm:
    """What decides about the rows.

    Attributes:
        absent, twice, arrives, style, mail_ok, sms_ok: one entry a person: not in the CRM at all, in it twice, the night on
            which the row first appears, a number for all else, and what the CRM says of advertising.
        old_mail, old_phone: whether the CRM still shows what was given up before the first night.
        orders: each person's order numbers with the night of their enquiry, in order of time.
        said: what persons said about advertising in texts, (night, allowed) by person and channel, in order of time.
        dates: the days of changes, the first night in the middle.
    """

    world: World
    absent: list[bool]
    twice: list[bool]
    arrives: list[int]
    style: list[int]
    mail_ok: list[str]
    sms_ok: list[str]
    old_mail: list[bool]
    old_phone: list[bool]
    orders: dict[int, list[tuple[int, str]]]
    said: dict[tuple[int, str], list[tuple[int, bool]]]
    dates: list[str]

    @classmethod
    def of(cls, world: World) -> "Crm":
        """Draw it."""
        rng, count = world.rng(80), world.people.count
        later = np.where(rng.random(count) < 0.06, rng.integers(0, world.nights, count), 0)
        style = rng.integers(0, 1 << 20, count)
        never_mended = style % 2 == 0
        return cls(
            world=world,
            absent=(rng.random(count) < 0.14).tolist(),
            twice=(rng.random(count) < 0.06).tolist(),
            arrives=later.tolist(),
            style=style.tolist(),
            mail_ok=rng.choice(["yes", "no", ""], count, p=[0.55, 0.2, 0.25]).tolist(),
            sms_ok=rng.choice(["yes", "no", ""], count, p=[0.4, 0.25, 0.35]).tolist(),
            old_mail=(never_mended & (world.people.email_changed < 0)).tolist(),
            old_phone=(never_mended & (world.people.phone_changed < 0)).tolist(),
            orders=_orders(world),
            said=_said(world),
            dates=[world.night(number).isoformat() for number in range(-LONGEST, world.nights)],
        )

    def changes(self, person: int, number: int) -> bool:
        """Say whether something of a person that the CRM may show changes on the night ``number``."""
        changed = self.world.people.email_changed[person]
        ordered = person % 2 == 0 and any(night == number for night, _ in self.orders.get(person, []))
        words = any(night == number for channel in ("email", "sms") for night, _ in self.said.get((person, channel), []))
        return bool(number <= changed < number + 1) or ordered or words

    def mail(self, person: int, number: int) -> str:
        """Return the mail address that the CRM knows at the end of the night."""
        if self.old_mail[person]:
            return self.world.people.emails[0][person]
        return self.world.mail_of(person, (number + 1) * DAY - 1)

    def mobile(self, person: int, number: int) -> str:
        """Return the mobile number that the CRM knows at the end of the night."""
        if self.old_phone[person]:
            return self.world.people.phones[0][person]
        return self.world.phone_of(person, (number + 1) * DAY - 1)

    def allows(self, person: int, channel: str, number: int) -> str:
        """Return what the CRM says of advertising at the end of the night: the last word, once somebody has typed it in."""
        if (person, channel) in self.said:
            words = [allowed for night, allowed in self.said[person, channel] if night <= number]
            if words:
                return "yes" if words[-1] else "no"
        return self.mail_ok[person] if channel == "email" else self.sms_ok[person]

    def row(self, person: int, number: int) -> dict[str, str]:
        """Return the row of a person at the end of the night ``number``, in the order of ``COLUMNS``."""
        people, style = self.world.people, self.style[person]
        mail, phone, landline = self.mail(person, number), self.mobile(person, number), people.landline[person]
        handle = self.world.handle_of(person, (number + 1) * DAY - 1) if style % 3 == 0 else ""
        street, city, postcode, country = people.addresses[person]
        known = [order for night, order in self.orders[person] if night <= number] if person in self.orders else None
        given, family, company, born = (
            people.given[person],
            people.family[person],
            people.company[person],
            people.born[person],
        )
        if style % 23 == 0:
            given, _, family = people.plain[person].partition(" ")
        if company and style % 4 == 0:
            company = f'{company} "The Works" Ltd'
        changed = self.dates[LONGEST + number] if number else self.dates[LONGEST - 1 - style % (LONGEST - 1)]
        return {
            "Id": f"C{100_000 + person * 3}", "FirstName": given, "LastName": family, "Name": f"{given} {family}",
            "Email": mail if style % 12 else "", "Phone": spell_phone(landline, style % 6),
            "Mobile": spell_phone(phone, style // 6) if style % 9 else "", "Twitter": f"@{handle}" if handle else "",
            "Birthdate": f"{born.day:02d}/{born.month:02d}/{born.year}" if style % 5 < 3 else "",
            "Street": street, "City": city, "PostalCode": postcode, "Country": country, "Company": company,
            "LastOrder": known[-1] if known and style % 4 else "", "MailOk": self.allows(person, "email", number),
            "SmsOk": self.allows(person, "sms", number), "LastModified": f"{changed}T{CLOCK[(style >> 3) % DAY]}Z",
        }  # fmt: skip

    def note(self, person: int, number: int, row: dict[str, str]) -> None:
        """Note for the truth what the row says about advertising."""
        consent = self.world.consent
        if row["Email"] and row["MailOk"]:
            consent.append((number, "email", row["Email"], "email", row["MailOk"] == "yes", person))
        if row["Mobile"] and row["SmsOk"]:
            consent.append((number, "phone", self.mobile(person, number), "sms", row["SmsOk"] == "yes", person))
        if row["Phone"] and row["SmsOk"]:  # said of every number in the row
            consent.append((number, "phone", self.world.people.landline[person], "sms", row["SmsOk"] == "yes", person))


def render_crm(world: World, inbox: Path) -> None:
    """Write ``crm/<night>/customers.csv``: everyone on the first night, then the rows that changed."""
    crm = Crm.of(world)
    shown: dict[int, dict[str, str]] = {}
    for number in range(world.nights):
        rows: list[dict[str, str]] = []
        for person in range(world.people.count):
            before = shown.get(person)
            if crm.absent[person] or crm.arrives[person] > number or (before and not crm.changes(person, number)):
                continue
            row = crm.row(person, number)
            if before and row | {"LastModified": ""} == before | {"LastModified": ""}:
                continue
            shown[person] = row
            rows.append(row)
            crm.note(person, number, row)
            if before is None:
                tags = "stale" if crm.old_mail[person] or crm.old_phone[person] else ""
                world.profiles.append((SOURCE, row["Id"], person, tags))
                if crm.twice[person]:
                    rows.append(_twin(row, crm.style[person]))
                    world.profiles.append((SOURCE, rows[-1]["Id"], person, "duplicate_row"))
        _write(world, inbox, number, rows)


def _orders(world: World) -> dict[int, list[tuple[int, str]]]:
    contacts = world.contacts
    found: dict[int, list[tuple[int, str]]] = {}
    starts = contacts.leg_first[(contacts.leg_number == 0) & (contacts.leg_first >= 0)]
    numbers = contacts.enquiry_order[contacts.enquiry[starts]].tolist()
    for message, order in zip(starts.tolist(), numbers, strict=True):
        found.setdefault(world.person[message], []).append((world.at[message] // DAY, f"GT-{order}"))
    for entries in found.values():
        entries.sort()
    return found


def _said(world: World) -> dict[tuple[int, str], list[tuple[int, bool]]]:
    found: dict[tuple[int, str], list[tuple[int, bool]]] = {}
    for message, channel, allowed in world.written.consent:
        found.setdefault((world.person[message], channel), []).append((world.at[message] // DAY, allowed))
    return found


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
    table = [list(row.values()) for row in rows]
    world.rendered += len(table)
    for bad in range(bad_count(len(table))):
        place = len(table) // (bad + 2)
        table.insert(place, [f"C9{number}{bad:05d}", "Torn", "Row", "Torn Row", "", "", "torn"])
    for place, cells in enumerate(table, start=1):
        if len(cells) < len(COLUMNS):
            world.reject(SOURCE, number, "customers.csv", f"row {place + 1}", "a row with too few cells")
    folder = inbox / SOURCE / world.night(number).isoformat()
    folder.mkdir(parents=True)
    text = "\r\n".join([",".join(COLUMNS), *(_line(cells) for cells in table), ""])
    (folder / "customers.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())


def _line(cells: list[str]) -> str:
    """Return one line of CSV; most need no quotes, and a join is several times quicker than the csv module."""
    line = ",".join(cells)
    if line.count(",") == len(cells) - 1 and '"' not in line and "\n" not in line:
        return line
    page = io.StringIO(newline="")
    csv.writer(page, lineterminator="\r\n").writerow(cells)  # it quotes what stands in its line end
    return page.getvalue().removesuffix("\r\n")
