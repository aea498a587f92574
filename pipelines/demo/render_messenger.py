"""Messenger: Meta's download of our page, one thread a person, newest first, each byte of the UTF-8 as its own character."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from pipelines.contract import hashed_ref
from pipelines.demo.contacts import AGENT, DAY, MESSENGER
from pipelines.demo.noise import display_name
from pipelines.demo.threads import by_person, until, write_file
from pipelines.demo.world import SHOP, World, bad_count

SOURCE = "messenger"
FOLDER = "your_activity_across_facebook/messages/inbox"


@dataclass(frozen=True)
class Thread:
    """One thread: its folder, who is in it, and its messages as they stand in the file, the oldest first here."""

    folder: str
    head: str
    foot: str
    times: list[int]
    entries: list[str]


def render_messenger(world: World, inbox: Path) -> None:
    """Write ``messenger/<night>/your_activity_across_facebook/messages/inbox/<thread>/message_1.json``, all so far."""
    threads = _threads(world)
    total = sum(len(thread.times) for thread in threads)
    bad = {position * 7: True for position in range(bad_count(total // world.nights))}
    for number in range(world.nights):
        folder = f"{inbox}/{SOURCE}/{world.night(number).isoformat()}/{FOLDER}"
        made = False
        for place, thread in enumerate(threads):
            count = until(thread.times, (number + 1) * DAY)
            if not count:
                continue
            if not made:
                Path(folder).mkdir(parents=True)
                made = True
            Path(folder, thread.folder).mkdir()
            entries = thread.entries[:count][::-1]
            if place in bad:
                entries.append(
                    '    {\n      "sender_name": "Somebody",\n      "content": "no time",\n      "type": "Generic"\n    }'
                )
                file = f"{FOLDER}/{thread.folder}/message_1.json"
                world.reject(SOURCE, number, file, f"message {len(entries)}", "a message without timestamp_ms")
            content = thread.head + ",\n".join(entries) + thread.foot
            write_file(f"{folder}/{thread.folder}/message_1.json", content.encode())
            world.rendered += count


def _threads(world: World) -> list[Thread]:
    written, people = world.written, world.people
    rng = world.rng(30)
    styles = rng.integers(0, 900, people.count).tolist()
    parts = rng.integers(0, 1000, len(world.refs)).tolist()
    threads = []
    for person, messages in by_person(world, world.messages_of(MESSENGER)):
        name = display_name(people, person, styles[person])
        squashed = "".join(letter for letter in people.plain[person].lower() if letter.isalpha())
        folder = f"{squashed}_{10**15 + (person * 7_654_321 + world.seed) % 10**14}"
        seen: Counter[str] = Counter()
        times, entries = [], []
        for message in messages:
            at, text = world.at[message], written.texts[message]
            author = SHOP if world.role[message] == AGENT else name
            moment = datetime.fromtimestamp(world.epoch + at, UTC)
            ref = hashed_ref(SOURCE, f"inbox/{folder}", moment, author, text)
            nth, seen[ref] = seen[ref], seen[ref] + 1
            world.refs[message] = ref if nth == 0 else hashed_ref(SOURCE, f"inbox/{folder}", moment, author, text, nth)
            times.append(at)
            entries.append(
                f'    {{\n      "sender_name": {mojibake(author)},\n'
                f'      "timestamp_ms": {(world.epoch + at) * 1000 + parts[message]},\n'
                f'      "content": {mojibake(text)},\n      "is_geoblocked_for_viewer": false,\n'
                '      "type": "Generic"\n    }'
            )
        head = (
            f'{{\n  "participants": [\n    {{\n      "name": {mojibake(name)}\n    }},\n'
            f'    {{\n      "name": {mojibake(SHOP)}\n    }}\n  ],\n  "messages": [\n'
        )
        foot = (
            f'\n  ],\n  "title": {mojibake(name)},\n  "is_still_participant": true,\n  "thread_path": "inbox/{folder}",\n'
            '  "magic_words": []\n}'
        )
        threads.append(Thread(folder, head, foot, times, entries))
    return threads


def mojibake(text: str) -> str:
    r"""Return a JSON string as Meta writes it: every byte of the UTF-8 as a \u00XX of its own."""
    if text.isascii():
        return orjson.dumps(text).decode()
    return json.dumps(text.encode().decode("latin-1"))
