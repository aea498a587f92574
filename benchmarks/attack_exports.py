"""What attackers write, in the sample world's own export formats: files beside the world's, on one night.

Every write notes the record it makes, so that the truth can tell whose it is.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contract import hashed_ref
from pipelines.demo.render_messenger import FOLDER, mojibake
from pipelines.demo.render_tables import SMS_SCHEMA
from pipelines.demo.render_zendesk import STAFF
from pipelines.demo.world import SHOP, SHOP_MAIL

ATTACKED = ("support_mail", "helpdesk", "messenger", "sms", "calls", "social_x")  # the sources that get another file


@dataclass(frozen=True)
class Victim:
    """Whose identifiers are typed: their address and number, and their handle on X and an order number ("" for none)."""

    person: str
    name: str
    mail: str
    phone: str
    handle: str
    order: str


@dataclass
class Attacker:
    """One attacker: who they are, whom they are after, and the records they left: (record_kind, source, source_ref)."""

    kind: str
    number: int
    victims: list[Victim]
    records: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def person(self) -> str:
        """The truth's name for the attacker."""
        return f"attacker-{self.number:04d}"

    @property
    def name(self) -> str:
        """A name that nobody else bears."""
        given, family = self.number % len(_SYLLABLES), self.number // len(_SYLLABLES)
        return f"Mal{_SYLLABLES[given]} Crow{_SYLLABLES[family % len(_SYLLABLES)]}n"

    @property
    def mail(self) -> str:
        """Their own mail address."""
        return f"qx{self.number:04d}z@elsewhere.example"

    @property
    def phone(self) -> str:
        """Their own number (of Ofcom's numbers for drama)."""
        return f"+447700{900_000 + self.number % 1000:06d}"


_SYLLABLES = (
    "abor", "ekin", "idun", "orvo", "udel", "abrix", "enso", "imol", "orta", "usk", "azon", "efra", "iggo", "olla",
    "ulmi", "ambe", "epsi", "inra", "ozul", "ugra", "axte", "eklo",
)  # fmt: skip


class Exports:
    """The files of a night that attackers write into: mails, tickets with their users, threads, texts and calls."""

    def __init__(self, inbox: Path, night: datetime) -> None:
        """``night`` is its midnight, UTC."""
        self._inbox, self._night, self._serial = inbox, night, 0
        self._mails: list[bytes] = []
        self._tickets: list[bytes] = []
        self._users: dict[int, bytes] = {}
        self._threads: dict[str, tuple[str, list[str]]] = {}
        self._texts: list[dict[str, Any]] = []
        self._calls: list[bytes] = []
        self._tweets: list[dict[str, Any]] = []

    def _next(self) -> tuple[int, datetime]:
        self._serial += 1
        return self._serial, self._night + timedelta(hours=9, seconds=self._serial)

    def mail(self, attacker: Attacker, text: str, *, sender: str = "", name: str = "", verdict: str = "pass") -> None:
        """Write one mail; ``verdict`` is what our server found of the sender, "" where it did not look."""
        serial, at = self._next()
        sender = sender or attacker.mail
        message = EmailMessage(policy=SMTP)
        host = sender.partition("@")[2]
        ref = f"{serial}.attack@{host}"
        message["Message-ID"] = f"<{ref}>"
        if verdict:
            results = f"spf={verdict} smtp.mailfrom={sender}; dmarc={verdict} header.from={host}"
            message["Authentication-Results"] = f"mx.marlowe-finch.example; {results}"
        message["From"] = f'"{name}" <{sender}>' if name else sender
        message["To"], message["Subject"] = SHOP_MAIL, "My parcel"
        message["Date"] = at.strftime("%a, %d %b %Y %H:%M:%S +0000")
        message.set_content(text)
        envelope = f"From {sender} {at:%a %b %d %H:%M:%S %Y}\n".encode()
        self._mails.append(envelope + message.as_bytes().replace(b"\r\n", b"\n") + b"\n\n")
        attacker.records.append(("interaction", "support_mail", ref))

    def chat(
        self, attacker: Attacker, text: str, *, user: int, name: str, mail: str = "", phone: str = "", via: str = "web",
        answer: str = "",
    ) -> None:  # fmt: skip
        """Write one ticket of one comment from a helpdesk user that nobody has verified, and our answer if there is one.

        Args:
            user: one number a user.
            name, mail, phone: what they typed into the form; a chat asks for none.
            via: "web" for the form, "native_messaging" for a chat.
        """
        serial, at = self._next()
        stamp, author = f"{at:%Y-%m-%dT%H:%M:%SZ}", 880_000_000_000 + user
        self._users[author] = orjson.dumps({
            "id": author, "name": name, "email": mail or None, "phone": phone or None, "role": "end-user", "verified": False,
            "created_at": stamp, "updated_at": stamp, "active": True, "suspended": False, "tags": [],
        })  # fmt: skip
        said = [(author, text, at, via), *([(STAFF, answer, at + timedelta(seconds=30), "web")] if answer else [])]
        first = 9_900_000_000_000 + 10 * serial
        self._tickets.append(orjson.dumps({
            "id": 90_000_000 + serial, "via": {"channel": via, "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": stamp, "updated_at": stamp, "subject": "My parcel", "description": text, "status": "new",
            "requester_id": author, "submitter_id": author, "assignee_id": None, "group_id": 3601, "type": None,
            "tags": [], "comments": [{
                "id": first + place, "type": "Comment", "author_id": who, "body": body, "public": True, "attachments": [],
                "via": {"channel": over, "source": {"from": {}, "to": {}, "rel": None}},
                "created_at": f"{when:%Y-%m-%dT%H:%M:%SZ}",
            } for place, (who, body, when, over) in enumerate(said)],
        }))  # fmt: skip
        attacker.records += [("interaction", "helpdesk", str(first + place)) for place in range(len(said))]

    def thread(self, attacker: Attacker, text: str, *, user: int, name: str) -> None:
        """Write one message into a Messenger thread with an account; one number an account."""
        _, at = self._next()
        folder = f"{''.join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())}_{7 * 10**15 + user}"
        said = (
            f'    {{\n      "sender_name": {mojibake(name)},\n      "timestamp_ms": {int(at.timestamp()) * 1000},\n'
            f'      "content": {mojibake(text)},\n      "is_geoblocked_for_viewer": false,\n      "type": "Generic"\n    }}'
        )
        self._threads.setdefault(folder, (name, []))[1].append(said)
        ref = hashed_ref("messenger", f"inbox/{folder}", at, name, text)
        attacker.records.append(("interaction", "messenger", ref))

    def text(self, attacker: Attacker, text: str) -> None:
        """Write one text message from the attacker's own number."""
        serial, at = self._next()
        sid = f"SMATTACK{serial:06d}"
        self._texts.append({
            "message_sid": sid, "thread": attacker.phone, "customer_number": attacker.phone, "direction": "inbound",
            "sent_at": int(at.timestamp()) * 1000, "body": text, "agent": None,
        })  # fmt: skip
        attacker.records.append(("interaction", "sms", sid))

    def call(self, attacker: Attacker, note: str) -> None:
        """Write one call from the attacker's own number, with the note that our agent took."""
        serial, at = self._next()
        ref = f"CAATTACK{serial:06d}"
        self._calls.append(orjson.dumps({
            "call_id": ref, "thread": f"call-attack-{serial}", "started_at": f"{at:%Y-%m-%dT%H:%M:%S}+00:00",
            "direction": "inbound", "customer_number": attacker.phone, "agent": "Gwen", "topic": "delivery", "note": note,
            "status": "completed", "duration_seconds": 61,
        }))  # fmt: skip
        attacker.records.append(("interaction", "calls", ref))

    def post(self, attacker: Attacker, handle: str, *, user: int) -> None:
        """Write our answer to a public post of an account on X without a name; one number an account."""
        serial, at = self._next()
        ref, account = str(1_999_000_000_000_000_000 + serial), str(1_777_000_000_000_000_000 + user)
        self._tweets.append({
            "id_str": ref, "id": ref, "created_at": f"{at:%a %b %d %H:%M:%S +0000 %Y}", "lang": "en", "retweeted": False,
            "full_text": f"@{handle} On its way!", "in_reply_to_user_id_str": account, "in_reply_to_user_id": account,
            "in_reply_to_screen_name": handle, "in_reply_to_status_id_str": str(int(ref) - 900_000), "entities": {
                "hashtags": [], "symbols": [], "urls": [], "user_mentions": [{
                    "name": handle, "screen_name": handle, "id_str": account, "id": account, "indices": ["0", "9"],
                }],
            },
        })  # fmt: skip
        attacker.records.append(("interaction", "social_x", ref))

    def write(self) -> None:
        """Write all of it beside what the night's sources already have."""
        day = self._night.date().isoformat()
        for source, name, content in (
            ("support_mail", "attack.mbox", b"".join(self._mails)),
            ("helpdesk", "attack.ndjson", b"\n".join([*self._tickets, *self._users.values(), b""])),
            ("calls", "attack.jsonl", b"\n".join([*self._calls, b""])),
        ):
            if content.strip():
                _file(self._inbox / source / day / name).write_bytes(content)
        if self._tweets:
            shown = b"window.YTD.tweets.part1 = " + orjson.dumps([{"tweet": tweet} for tweet in self._tweets])
            _file(self._inbox / "social_x" / day / "data" / "tweets-part1.js").write_bytes(shown)
        if self._texts:
            columns = [
                pa.array([row[name] for row in self._texts], type=SMS_SCHEMA.field(name).type) for name in SMS_SCHEMA.names
            ]
            pq.write_table(pa.table(columns, schema=SMS_SCHEMA), _file(self._inbox / "sms" / day / "attack.parquet"))
        for folder, (name, said) in self._threads.items():
            thread = (
                f'{{\n  "participants": [\n    {{\n      "name": {mojibake(name)}\n    }},\n    {{\n'
                f'      "name": {mojibake(SHOP)}\n    }}\n  ],\n  "messages": [\n' + ",\n".join(reversed(said))
                + f'\n  ],\n  "title": {mojibake(name)},\n  "is_still_participant": true,\n'
                f'  "thread_path": "inbox/{folder}",\n  "magic_words": []\n}}'
            )  # fmt: skip
            _file(self._inbox / "messenger" / day / FOLDER / folder / "message_1.json").write_bytes(thread.encode())


def _file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
