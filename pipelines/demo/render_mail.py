"""Mail as an mbox (mboxrd): customers in many charsets and encodings, our answers, and mail that nobody wrote."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipelines.demo.contacts import AGENT, DAY, MAIL, ROLE
from pipelines.demo.mail_frames import Calendar, enclose, form, mailbox
from pipelines.demo.mail_nobody import nobody_mails
from pipelines.demo.noise import display_name, spell_phone
from pipelines.demo.places import COUNTRIES
from pipelines.demo.texts import AGENTS, LANGUAGES, WIDE, sentences
from pipelines.demo.world import SHOP, SHOP_MAIL, World, bad_count, scramble

SOURCE = "support_mail"
FILE = "support.mbox"
CARE = f"{SHOP} customer care\nhttps://www.marlowe-finch.example/help"

UNDATED = b"From nobody@lost.example Sun Feb 31 25:61:00 2026\n"

Mail = tuple[int, int, bytes]  # seconds after the first midnight, a number that breaks ties, the bytes in the mbox


def render_mail(world: World, inbox: Path) -> None:
    """Write ``support_mail/<night>/support.mbox`` for every night, in order of arrival."""
    calendar = Calendar.of(world)
    mails = _written_mails(world, calendar)
    mails += nobody_mails(world, calendar, SOURCE, len(mails))
    mails.sort(key=lambda mail: mail[:2])
    nights: list[list[bytes]] = [[] for _ in range(world.nights)]
    for at, _, content in mails:
        nights[at // DAY].append(content)
    for number, tonight in enumerate(nights):
        world.rendered += len(tonight)
        for bad in range(bad_count(len(tonight))):
            place = len(tonight) // (bad + 2)
            tonight.insert(place, _undated(number, bad))
        for place, content in enumerate(tonight, start=1):
            if content.startswith(UNDATED):
                world.reject(SOURCE, number, FILE, f"message {place}", "no usable date")
        folder = inbox / SOURCE / world.night(number).isoformat()
        folder.mkdir(parents=True)
        (folder / FILE).write_bytes(b"".join(tonight))


@dataclass
class _Thread:
    """One mail thread: who writes to us and who answers, and what its next mail replies to.

    Attributes:
        name, address: the customer's; a thread keeps those that it began with. ``customer`` is both as a header shows them.
        minutes: the customer's clock, east of UTC.
        root, before: the ids of its first and its latest mail, "" before there is one.
        quoted, quoted_head: the latest mail's words, and who wrote them when.
    """

    name: str
    address: str
    given: str
    agent: str
    subject: str
    minutes: int
    root: str = ""
    before: str = ""
    quoted: str = ""
    quoted_head: str = ""

    @classmethod
    def of(cls, world: World, leg: int, person: int, at: int) -> "_Thread":
        """Begin the thread of the conversation ``leg``."""
        people = world.people
        return cls(
            name=display_name(people, person, world.mail_style[leg]),
            address=people.role_mail[person] if world.contacts.leg_special[leg] == ROLE else world.mail_of(person, at),
            given=people.given[person],
            agent=AGENTS[world.written.agents[leg]],
            subject=world.written.subjects[leg],
            minutes=COUNTRIES[people.country[person]][3],
        )

    def author(self, is_ours: bool) -> str:
        """Return who writes, as a quotation names them."""
        if is_ours:
            return f"{self.agent} at {SHOP} <{SHOP_MAIL}>"
        return f"{self.name} <{self.address}>" if self.name else self.address

    def answer(self, text: str) -> str:
        """Return our letter around the text."""
        return f"Dear {self.given},\n\n{text}\n\nKind regards,\n{self.agent}\n{CARE}"

    def quotation(self) -> str:
        """Return the latest mail as replies quote it."""
        return f"\n\nOn {self.quoted_head} wrote:\n> " + self.quoted.replace("\n", "\n> ")

    def headers(self, ref: str, date: str, is_ours: bool) -> str:
        """Return the headers of the thread's next mail; without a Message-ID where ``ref`` is empty."""
        customer = mailbox(self.name, self.address)
        if is_ours:
            way = f"From: {mailbox(f'{self.agent} at {SHOP}', SHOP_MAIL)}\nTo: {customer}\n"
        else:
            results = f"Authentication-Results: mx.marlowe-finch.example; spf=pass smtp.mailfrom={self.address}"
            way = f"Delivered-To: {SHOP_MAIL}\n{results}\nFrom: {customer}\nTo: {SHOP_MAIL}\n"
        own = f"Message-ID: <{ref}>\n" if ref else ""
        if not self.before:
            return f"{own}{way}Subject: {self.subject}\nDate: {date}\nMIME-Version: 1.0\n"
        chain = f"<{self.root}>" if self.root == self.before else f"<{self.root}>\n <{self.before}>"
        thread = f"In-Reply-To: <{self.before}>\nReferences: {chain}\n"
        return f"{own}{way}Subject: Re: {self.subject}\nDate: {date}\n{thread}MIME-Version: 1.0\n"


def _written_mails(world: World, calendar: Calendar) -> list[Mail]:
    """Form every mail between a customer and us, and set its ``source_ref``."""
    mine = world.messages_of(MAIL)
    styles = world.rng(10).integers(0, 1000, len(mine)).tolist()
    rows = zip(
        mine.tolist(), world.contacts.position[mine].tolist(), scramble(world.seed, mine), styles, strict=True
    )  # fmt: skip
    mails: list[Mail] = []
    thread = _Thread("", "", "", "", "", 0)
    for message, position, token, style in rows:
        person, leg, at, is_ours = world.person[message], world.leg[message], world.at[message], world.role[message] == AGENT
        if position == 0:
            thread = _Thread.of(world, leg, person, at)
        address = SHOP_MAIL if is_ours else thread.address
        ref = f"{token}@{address.partition('@')[2]}"
        date = calendar.date(at, 0 if is_ours else thread.minutes)
        text = world.written.texts[message]
        body = thread.answer(text) if is_ours else _letter(world, message, style)
        if position and style % 4:
            body += thread.quotation()
        has_ref = style != 7 or is_ours or position > 0  # a thread's first mail may lack its id
        headers = thread.headers(ref if has_ref else "", date, is_ours)
        raw = form(headers, body, style % 640 if is_ours else style, world.people.culture[person], f"=_{token}")
        world.refs[message] = ref if has_ref else raw_ref(raw)
        thread.root, thread.before = thread.root or ref, ref
        thread.quoted, thread.quoted_head = body if len(body) < 900 else text, f"{date[:-6]}, {thread.author(is_ours)}"
        mails.append((at, message, enclose(address, calendar.postmark(at), raw)))
    return mails


def _letter(world: World, message: int, style: int) -> str:
    """Return what a customer writes around the text: a greeting, a closing, now and then a signature with a number."""
    every, people, person, text = sentences(), world.people, world.person[message], world.written.texts[message]
    shown, at = world.mail_style[world.leg[message]], world.at[message]
    language = LANGUAGES.get(people.culture[person], "en") if people.country[person] != "GB" else "en"
    place = (message + style) % WIDE
    name = people.full[person] if shown % 5 < 3 else people.given[person] if shown % 5 == 3 else people.plain[person]
    letter = f"{every.greetings[language][place]},\n\n{text}\n\n{every.closings[language][style % WIDE]},\n{name}"
    if shown % 4 == 0:
        phone = world.phone_of(person, at)
        tel = f"\nTel: {spell_phone(phone, shown)}" if phone and shown % 8 == 0 else ""
        work = f"\n{people.company[person]}" if people.company[person] else ""
        letter += f"\n\n-- \n{people.full[person]}{work}{tel}"
    elif shown % 29 == 1:
        letter += "\n\nSent from my phone"
    return letter


def raw_ref(raw: bytes) -> str:
    """Return the id of a mail that has no Message-ID: a hash of its bytes."""
    return "raw:" + hashlib.sha256(raw + b"\n").hexdigest()[:24]


def _undated(number: int, bad: int) -> bytes:
    """Return a mail whose time cannot be known: no Date, no Received, and a From_ line of a day that never was."""
    raw = (
        f"Message-ID: <undated.{number}.{bad}@lost.example>\nFrom: Lost <lost{bad}@lost.example>\nTo: {SHOP_MAIL}\n"
        "Subject: Where is my order?\n\nThis mail has lost its date on the way.\n\n"
    )
    return UNDATED + raw.encode()
