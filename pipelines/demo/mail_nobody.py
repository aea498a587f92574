"""Mail that no person wrote: bounces, auto-replies, newsletters, spam, notices of machines, and our own."""

import hashlib

from pipelines.demo.contacts import AGENT, DAY, MAIL
from pipelines.demo.mail_frames import Calendar, enclose, mailbox
from pipelines.demo.world import SHOP_MAIL, World, scramble

SHARES = {"bounce": 0.012, "auto_reply": 0.025, "newsletter": 0.02, "spam": 0.02, "no_reply": 0.012, "own_address": 0.004}
SPAM = (
    ("You have won", "Dear winner, your address was drawn. Claim your prize within two days: http://prize.invalid/claim"),
    ("Rank first on every search engine", "We have looked at your site and found 17 errors. Answer for a free report."),
    ("Invoice overdue - last warning", "Open the attached document at once to avoid legal steps. http://pay.invalid/now"),
    ("Cheap watches", "Genuine watches at a tenth of the price. Buy now. http://watches.invalid"),
)


def nobody_mails(world: World, calendar: Calendar, source: str, written: int) -> list[tuple[int, int, bytes]]:
    """Form the night's machine mail, a share of ``written`` by kind, and note each in ``world.nobody``."""
    rng = world.rng(11)
    answers = [message for message in world.messages_of(MAIL).tolist() if world.role[message] == AGENT]
    mails = []
    number = len(world.contacts)
    for kind, share in SHARES.items():
        count = max(1, round(written * share))
        times = rng.integers(0, world.nights * DAY, count).tolist()
        picks = rng.integers(0, 1 << 30, count).tolist()
        tokens = scramble(world.seed + 1, rng.integers(0, 1 << 40, count) * 8 + list(SHARES).index(kind))
        for at, pick, token in zip(times, picks, tokens, strict=True):
            if kind in ("bounce", "auto_reply"):
                if not answers:
                    continue
                answered = answers[pick % len(answers)]
                at = min(world.at[answered] + 40 + pick % 60, world.nights * DAY - 1)
            else:
                answered = -1
            date = calendar.date(at, 0)
            sender, ref, raw = _form(world, kind, pick, token, date, answered)
            if not ref:
                ref = "raw:" + hashlib.sha256(raw + b"\n").hexdigest()[:24]
            world.nobody.append((source, ref, kind))
            number += 1
            mails.append((at, number, enclose(sender, calendar.postmark(at), raw)))
    return mails


def _form(world: World, kind: str, pick: int, token: str, date: str, answered: int) -> tuple[str, str, bytes]:
    """Return the envelope's sender, the Message-ID ("" for none) and the bytes of one machine mail."""
    match kind:
        case "bounce":
            return _bounce(world, pick, token, date, answered)
        case "auto_reply":
            return _auto_reply(world, pick, token, date, answered)
        case "newsletter":
            host = ("gearweekly", "outdoortrade", "retailnews")[pick % 3]
            return _plain(
                f"news@{host}.example", f"{host.title()} <news@{host}.example>", "This week in outdoor trade", token, date,
                f"List-Id: <weekly.{host}.example>\nList-Unsubscribe: <https://{host}.example/u/{token}>\n"
                "Precedence: bulk\n",
                "Tents are getting lighter. Read on in our shop window.\n\nYou get this letter as a reader of ours.",
            )  # fmt: skip
        case "spam":
            subject, text = SPAM[pick % len(SPAM)]
            sender = f"{token[:7]}@{token[7:11]}.invalid"
            return _plain(
                sender, f'"Offers {pick % 90}" <{sender}>', subject, token, date,
                "X-Spam-Flag: YES\nX-Spam-Status: Yes, score=17.3 required=5.0\n", text,
            )  # fmt: skip
        case "no_reply":
            return _plain(
                "no-reply@swiftparcel.example", "SwiftParcel <no-reply@swiftparcel.example>",
                f"Collection {pick % 99999} is booked", token, date, "",
                "Your collection is booked for tomorrow. Do not answer this message.",
            )  # fmt: skip
        case _:
            return _plain(
                SHOP_MAIL, f"Support <{SHOP_MAIL}>", "Shift plan", token, date, "",
                "Gwen and Ewan swap Thursday. Please keep an eye on the depot's page.",
            )  # fmt: skip


def _plain(envelope: str, sender: str, subject: str, token: str, date: str, extra: str, text: str) -> tuple[str, str, bytes]:
    ref = f"{token}@{envelope.partition('@')[2]}"
    raw = (
        f"Delivered-To: {SHOP_MAIL}\nMessage-ID: <{ref}>\nFrom: {sender}\nTo: {SHOP_MAIL}\nSubject: {subject}\n"
        f"Date: {date}\n{extra}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}"
    )
    return envelope, ref, raw.encode()


def _auto_reply(world: World, pick: int, token: str, date: str, answered: int) -> tuple[str, str, bytes]:
    person = world.person[answered]
    address = world.mail_of(person, world.at[answered]) or f"{token[:6]}@inbox.example"
    ref = f"{token}@{address.partition('@')[2]}"
    raw = (
        f"Delivered-To: {SHOP_MAIL}\nMessage-ID: <{ref}>\nFrom: {mailbox(world.people.plain[person], address)}\n"
        f"To: {SHOP_MAIL}\nSubject: {('Out of office', 'Automatic reply', 'Abwesenheitsnotiz')[pick % 3]}\nDate: {date}\n"
        f"In-Reply-To: <{world.refs[answered]}>\nAuto-Submitted: auto-replied\nPrecedence: auto_reply\n"
        "X-Auto-Response-Suppress: All\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
        "I am away and will read your message after my return."
    )
    return address, ref, raw.encode()


def _bounce(world: World, pick: int, token: str, date: str, answered: int) -> tuple[str, str, bytes]:
    """A delivery report on one of our answers; one in eleven has no Message-ID."""
    person = world.person[answered]
    address = world.mail_of(person, world.at[answered]) or f"{token[:6]}@inbox.example"
    host = address.partition("@")[2]
    ref = f"{token}@mx.{host}" if pick % 11 else ""
    first = f"Message-ID: <{ref}>\n" if ref else ""
    raw = (
        f"Return-Path: <>\nDelivered-To: {SHOP_MAIL}\n{first}From: Mail Delivery System <mailer-daemon@{host}>\n"
        f"To: {SHOP_MAIL}\nSubject: Undelivered Mail Returned to Sender\nDate: {date}\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="=_{token}"\n\n'
        f"--=_{token}\nContent-Type: text/plain; charset=us-ascii\n\nYour message was not delivered: the mailbox is full.\n"
        f"--=_{token}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.{host}\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.2.2\n"
        f"--=_{token}\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{world.refs[answered]}>\nFrom: {SHOP_MAIL}\n"
        f"To: {address}\nSubject: Re: your message\n--=_{token}--"
    )
    return "MAILER-DAEMON", ref, raw.encode()
