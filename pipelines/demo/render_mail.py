"""Mail as an mbox (mboxrd): customers in many charsets and encodings, our answers, and mail that nobody wrote."""

import hashlib
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


def _written_mails(world: World, calendar: Calendar) -> list[Mail]:
    """Form every mail between a customer and us; the legs' threads run through In-Reply-To and References."""
    contacts, people, written = world.contacts, world.people, world.written
    mine = world.messages_of(MAIL)
    rng = world.rng(10)
    styles = rng.integers(0, 1000, len(mine)).tolist()
    tokens = scramble(world.seed, mine)
    legs = contacts.leg[mine]
    rows = zip(
        mine.tolist(), contacts.person[mine].tolist(), legs.tolist(), contacts.role[mine].tolist(),
        contacts.position[mine].tolist(), contacts.at[mine].tolist(), contacts.leg_special[legs].tolist(),
        written.agents[legs].tolist(), tokens, styles, strict=True,
    )  # fmt: skip
    mails: list[Mail] = []
    root = before = quoted = who = name = address = domain = customer = from_us = ""
    minutes = 0
    for message, person, leg, role, position, at, special, agent, token, style in rows:
        if position == 0:  # a thread keeps the address that it began with
            address = people.role_mail[person] if special == ROLE else world.mail_of(person, at)
            name = display_name(people, person, world.mail_style[leg])
            customer, domain = mailbox(name, address), address.partition("@")[2]
            minutes = COUNTRIES[people.country[person]][3]
            from_us = f"{AGENTS[agent]} at {SHOP}"
        is_ours = role == AGENT
        ref = f"{token}@marlowe-finch.example" if is_ours else f"{token}@{domain}"
        subject = written.subjects[leg]
        text = written.texts[message]
        if position == 0:
            root, thread = ref, ""
        else:
            subject = f"Re: {subject}"
            chain = f"<{root}>" if root == before else f"<{root}>\n <{before}>"
            thread = f"In-Reply-To: <{before}>\nReferences: {chain}\n"
        if is_ours:
            date = calendar.date(at, 0)
            body = f"Dear {people.given[person]},\n\n{text}\n\nKind regards,\n{AGENTS[agent]}\n{CARE}"
            head = f"From: {mailbox(from_us, SHOP_MAIL)}\nTo: {customer}\n"
            author, envelope = f"{from_us} <{SHOP_MAIL}>", SHOP_MAIL
        else:
            date = calendar.date(at, minutes)
            body = _letter(world, text, person, message, world.mail_style[leg], style, at)
            results = f"Authentication-Results: mx.marlowe-finch.example; spf=pass smtp.mailfrom={address}"
            head = f"Delivered-To: {SHOP_MAIL}\n{results}\nFrom: {customer}\nTo: {SHOP_MAIL}\n"
            author, envelope = f"{name} <{address}>" if name else address, address
        if position and style % 4:
            body += f"\n\nOn {who} wrote:\n> " + quoted.replace("\n", "\n> ")
        quoted, who = body if len(body) < 900 else text, f"{date[:-6]}, {author}"
        has_ref = style != 7 or is_ours or position > 0
        own_ref = f"Message-ID: <{ref}>\n" if has_ref else ""
        headers = f"{own_ref}{head}Subject: {subject}\nDate: {date}\n{thread}MIME-Version: 1.0\n"
        raw = form(headers, body, style % 640 if is_ours else style, people.culture[person], f"=_{token}")
        world.refs[message] = ref if has_ref else raw_ref(raw)
        before = ref
        mails.append((at, message, enclose(envelope, calendar.postmark(at), raw)))
    return mails


def _letter(world: World, text: str, person: int, message: int, shown: int, style: int, at: int) -> str:
    """Return what a customer writes around the text: a greeting, a closing, now and then a signature with a number."""
    every, people = sentences(), world.people
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


UNDATED = b"From nobody@lost.example Sun Feb 31 25:61:00 2026\n"


def _undated(number: int, bad: int) -> bytes:
    """Return a mail whose time cannot be known: no Date, no Received, and a From_ line of a day that never was."""
    return (
        UNDATED
        + (
            f"Message-ID: <undated.{number}.{bad}@lost.example>\nFrom: Lost <lost{bad}@lost.example>\nTo: {SHOP_MAIL}\n"
            "Subject: Where is my order?\n\nThis mail has lost its date on the way.\n\n"
        ).encode()
    )
