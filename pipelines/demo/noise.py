"""How people and forms misspell: numbers, names, typing."""

from pipelines.demo.names import nicknames
from pipelines.demo.people import People

NEIGHBOURS = {
    "a": "s",
    "e": "r",
    "i": "o",
    "o": "p",
    "n": "m",
    "r": "t",
    "s": "d",
    "t": "y",
    "l": "k",
    "m": "n",
    "c": "v",
    "h": "j",
}


def spell_phone(phone: str, style: int) -> str:
    """Write an E.164 number as people do; numbers from abroad keep their country, and none stays none."""
    if not phone:
        return ""
    if not phone.startswith("+44"):
        return (phone, f"00{phone[1:]}", f"{phone[:3]} {phone[3:6]} {phone[6:]}")[style % 3]
    rest = phone[3:]
    match style % 6:
        case 0:
            return phone
        case 1:
            return f"0{rest[:4]} {rest[4:]}"
        case 2:
            return f"+44 {rest[:4]} {rest[4:]}"
        case 3:
            return f"0{rest[:4]}-{rest[4:7]}-{rest[7:]}"
        case 4:
            return f"0044{rest}"
        case _:
            return f"(0{rest[:4]}) {rest[4:7]} {rest[7:]}"


def misspell(word: str, style: int) -> str:
    """Return the word with one slip of the fingers: two letters swapped, one lost, one doubled or a neighbouring key."""
    if len(word) < 4:
        return word
    place = 1 + style % (len(word) - 2)
    match style // 7 % 4:
        case 0:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case 1:
            return word[:place] + word[place + 1 :]
        case 2:
            return word[:place] + word[place] + word[place:]
        case _:
            return word[:place] + NEIGHBOURS.get(word[place], "e") + word[place + 1 :]


def display_name(people: People, person: int, style: int) -> str:
    """Return the name as a mail program or profile shows it; "" now and then. ``style`` is any number from 0 to 999."""
    if style < 560:
        return people.full[person]
    given, family = people.given[person], people.family[person]
    if style < 680:
        return people.plain[person]
    if style < 720:
        return f"{family}, {given}"
    if style < 770:
        return f"{given[0]}. {family}"
    if style < 840:
        nicks = nicknames().get(given)
        return f"{nicks[style % len(nicks)]} {family}" if nicks else people.full[person]
    if style < 870:
        return people.plain[person].lower()
    if style < 890:
        return f"{given} {misspell(family, style)}"
    if style < 920:
        return given
    return ""
