"""WhatsApp: one exported chat a person, as Android and as iPhones write it; every night the whole chat again."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.contract import hashed_ref
from pipelines.demo.contacts import AGENT, DAY, WHATSAPP
from pipelines.demo.threads import by_person, until, write_file
from pipelines.demo.world import CLOCK, SHOP, World

SOURCE = "whatsapp"
ZONE = ZoneInfo("Europe/London")
SAVED_SHARE = 0.3  # of the persons are in the phone's address book: the chat shows a name and no number
SEALED = "Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them."


@dataclass(frozen=True)
class Chat:
    """One chat: its file's name, the times of its messages, and what is written of each."""

    name: str
    head: str
    times: list[int]
    lines: list[str]


def render_whatsapp(world: World, inbox: Path) -> None:
    """Write ``whatsapp/<night>/WhatsApp Chat ….txt``, all chats so far."""
    chats = _chats(world)
    for number in range(world.nights):
        folder = inbox / SOURCE / world.night(number).isoformat()
        for chat in chats:
            count = until(chat.times, (number + 1) * DAY)
            if count:
                if not folder.exists():
                    folder.mkdir(parents=True)
                write_file(f"{folder}/{chat.name}", (chat.head + "".join(chat.lines[:count])).encode())
                world.rendered += count


def _chats(world: World) -> list[Chat]:
    contacts, written = world.contacts, world.written
    rng = world.rng(20)
    clock = _LocalClock(world)
    titles: Counter[str] = Counter()
    saved = (rng.random(world.people.count) < SAVED_SHARE).tolist()
    iphone = (rng.random(world.people.count) < 0.4).tolist()
    omitted = set((rng.random(len(contacts)) < 0.02).nonzero()[0].tolist())
    chats = []
    for person, messages in by_person(world, world.messages_of(WHATSAPP)):
        for title, mine in _titled(world, person, messages, saved[person], titles).items():
            name = f"WhatsApp Chat {'-' if iphone[person] else 'with'} {title}"
            times, lines = [], []
            seen: Counter[str] = Counter()
            for message in mine:
                at = world.at[message]
                author = SHOP if world.role[message] == AGENT else title
                text = written.texts[message]
                if message in omitted and contacts.position[message] > 0:
                    text = "image omitted" if iphone[person] else "<Media omitted>"
                elif len(text) > 110 and message % 3 == 0:
                    text = text.replace(". ", ".\n", 1)  # a message of two lines
                at -= 0 if iphone[person] else at % 60
                ref = hashed_ref(SOURCE, name, datetime.fromtimestamp(world.epoch + at, UTC), author, text)
                if seen[ref]:
                    nth = seen[ref]
                    seen[ref] += 1
                    ref = hashed_ref(SOURCE, name, datetime.fromtimestamp(world.epoch + at, UTC), author, text, nth)
                else:
                    seen[ref] = 1
                world.refs[message] = ref
                day, hour = clock.read(at)
                mark = "\u200e" if text == "image omitted" else ""
                lines.append(
                    f"{mark}[{day}, {hour}] {author}: {mark}{text}\n"
                    if iphone[person]
                    else f"{day}, {hour[:5]} - {author}: {text}\n"
                )
                times.append(world.at[message])
            day, hour = clock.read(times[0])
            head = f"[{day}, {hour}] {title}: \u200e{SEALED}\n" if iphone[person] else f"{day}, {hour[:5]} - {SEALED}\n"
            chats.append(Chat(f"{name}.txt", head, times, lines))
    return chats


def _titled(world: World, person: int, messages: list[int], saved: bool, titles: Counter[str]) -> dict[str, list[int]]:
    """Return a person's chats by title: the saved name, or the number that was in use, so that a new one is a new chat."""
    if saved:
        name = world.people.full[person]
        titles[name] += 1
        return {name if titles[name] == 1 else f"{name} {titles[name]}": messages}
    chats: dict[str, list[int]] = {}
    for message in messages:
        phone = world.phone_of(person, world.at[int(world.contacts.leg_first[world.leg[message]])])
        chats.setdefault(f"{phone[:3]} {phone[3:7]} {phone[7:]}", []).append(message)
    return chats


class _LocalClock:
    """The wall clock of the shop's phone, hour by hour."""

    def __init__(self, world: World) -> None:
        self._offsets = []
        self._days = []
        for hour in range((world.nights + 1) * 24):
            local = datetime.fromtimestamp(world.epoch + hour * 3600, UTC).astimezone(ZONE)
            offset = local.utcoffset()
            self._offsets.append(int(offset.total_seconds()) if offset else 0)
        self._days = [
            datetime.fromtimestamp(world.epoch + day * DAY, UTC).strftime("%d/%m/%Y") for day in range(world.nights + 2)
        ]

    def read(self, at: int) -> tuple[str, str]:
        """Return date and time as the phone shows them."""
        day, second = divmod(at + self._offsets[at // 3600], DAY)
        return self._days[day], CLOCK[second]
