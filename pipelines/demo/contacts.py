"""The contact log: who asks what, when, over which channels, and who answers; drawn as columns, one entry a message."""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.names import Bools, Floats, Ints
from pipelines.demo.people import People

SOURCES = ("support_mail", "helpdesk", "whatsapp", "social_x", "messenger", "calls", "sms")
MAIL, HELPDESK, WHATSAPP, SOCIAL_X, MESSENGER, CALLS, SMS = range(7)
WEIGHTS = np.array([0.47, 0.23, 0.07, 0.07, 0.04, 0.06, 0.06])
TOPICS = 12
DAY = 86_400

# c: the customer writes; a: we answer; n: an internal note; p: we answer a public post that our own archive does not hold.
CUSTOMER, AGENT, NOTE, PUBLIC = range(4)
PATTERNS = ("c", "ca", "cac", "caca", "cca", "cacaca", "cna", "cnaca", "p", "pcac")
PATTERN_WEIGHTS = {
    MAIL: (0.20, 0.42, 0.16, 0.12, 0.05, 0.05, 0, 0, 0, 0),
    HELPDESK: (0.10, 0.34, 0.16, 0.15, 0.06, 0.07, 0.09, 0.03, 0, 0),
    WHATSAPP: (0.10, 0.26, 0.20, 0.24, 0.08, 0.12, 0, 0, 0, 0),
    SOCIAL_X: (0.14, 0.26, 0.13, 0.10, 0.02, 0, 0, 0, 0.13, 0.22),
    MESSENGER: (0.10, 0.34, 0.22, 0.22, 0.08, 0.04, 0, 0, 0, 0),
    CALLS: (0.84, 0.16, 0, 0, 0, 0, 0, 0, 0, 0),
    SMS: (0.34, 0.46, 0.20, 0, 0, 0, 0, 0, 0, 0),
}
# The median wait in hours before the customer, the agent and the note, by source.
WAITS = {
    MAIL: (1.5, 1.2, 0.2), HELPDESK: (0.06, 0.05, 0.05), WHATSAPP: (0.08, 0.1, 0.1), SOCIAL_X: (0.3, 0.4, 0.1),
    MESSENGER: (0.1, 0.2, 0.1), CALLS: (1.0, 1.5, 0.1), SMS: (0.2, 0.25, 0.1),
}  # fmt: skip
# How much longer the waits are in one conversation of eight: it goes on for days.
SLOWER = np.array([8, 120, 90, 20, 60, 6, 40])
# Why the next leg of an enquiry begins: we asked for it, nobody answered, the matter is private, or the customer's own wish.
ASKED, SILENCE, SENSITIVE, OWN_WISH = range(4)
CAUSES = ("asked", "silence", "sensitive", "own_wish")
NO_CLAIM, CLAIMS_MAIL, CLAIMS_PHONE, CLAIMS_NAME = range(4)
# The share of conversations in which the order number is told, and in which the mail address, the number or the name is.
TELLS_ORDER = np.array([0.55, 0.50, 0.55, 0.55, 0.62, 0.50, 0.45])
TELLS_WHO = np.array([
    [0.02, 0.06, 0.0], [0.05, 0.05, 0.0], [0.18, 0.0, 0.10], [0.28, 0.06, 0.10],
    [0.34, 0.08, 0.0], [0.15, 0.0, 0.40], [0.12, 0.0, 0.20],
])  # fmt: skip

# Special legs: a chat without an account, a call without a number, a call from the household's landline, a role mailbox.
ANONYMOUS, WITHHELD, LANDLINE, ROLE = 1, 2, 3, 4


@dataclass
class Contacts:
    """The columns of the log. A leg is one conversation in one channel; an enquiry has one leg or more.

    Attributes:
        person, enquiry, leg, channel, role, position, at: one entry a message, ordered by leg and position; ``at`` in
            seconds after midnight UTC of the first night.
        leg_person, leg_enquiry, leg_number, leg_channel, leg_cause, leg_special, leg_claim, leg_tells_order: one a leg.
        leg_first: the leg's first message.
        leg_next: the channel of the enquiry's next leg, -1 where none follows.
        enquiry_topic, enquiry_order: one entry an enquiry.
        repeats: the message that this one asks again, else -1.
    """

    person: Ints
    enquiry: Ints
    leg: Ints
    channel: Ints
    role: Ints
    position: Ints
    at: Ints
    leg_person: Ints
    leg_enquiry: Ints
    leg_number: Ints
    leg_channel: Ints
    leg_cause: Ints
    leg_special: Ints
    leg_claim: Ints
    leg_tells_order: Bools
    leg_first: Ints
    leg_next: Ints
    enquiry_topic: Ints
    enquiry_order: Ints
    repeats: Ints

    def __len__(self) -> int:
        return len(self.person)


def make_contacts(people: People, nights: int, rng: np.random.Generator) -> Contacts:
    """Draw the log of ``nights``: about 3.3 messages a person for one night, 35 % of that more for each further one."""
    enquiry_person = np.repeat(np.arange(people.count), _enquiry_counts(people.count, nights, rng))
    total = len(enquiry_person)
    begins = rng.integers(0, nights, total) + (6.5 + 15 * rng.beta(1.7, 2.6, total)) / 24
    legs = 1 + (rng.random(total) < 0.19) + (rng.random(total) < 0.035)
    leg_enquiry = np.repeat(np.arange(total), legs)
    leg_number = np.arange(len(leg_enquiry)) - np.repeat(np.cumsum(legs) - legs, legs)
    leg_person = enquiry_person[leg_enquiry]
    leg_channel, leg_cause = _leg_channels(people, leg_person, leg_number, rng)
    pattern = _patterns(leg_channel, leg_number, leg_cause, rng)
    leg, position, role = _expand(pattern)
    channel = leg_channel[leg]
    at = _times(leg, position, channel, role, leg_number, leg_enquiry, begins, rng)
    if nights * DAY <= at.max(initial=0):
        kept = at < nights * DAY  # what comes after the last night belongs to an export that is not there yet
        leg, position, role, channel, at = leg[kept], position[kept], role[kept], channel[kept], at[kept]
    leg_first = np.full(len(leg_person), -1)
    starts = np.flatnonzero(position == 0)
    leg_first[leg[starts]] = starts
    next_channel = np.where(np.append(leg_number[1:], 0) > 0, np.append(leg_channel[1:], -1), -1)
    orders = (np.arange(total) * 7_919_737 + int(rng.integers(0, 9_000_000))) % 8_999_993 + 1_000_000
    contacts = Contacts(
        leg_person[leg], leg_enquiry[leg], leg, channel, role, position, at,
        leg_person, leg_enquiry, leg_number, leg_channel, leg_cause, _special(people, leg_person, leg_channel, rng),
        _claims(leg_channel, rng), rng.random(len(leg_person)) < TELLS_ORDER[leg_channel], leg_first, next_channel,
        rng.integers(0, TOPICS, total), orders, np.full(len(leg), -1),
    )  # fmt: skip
    _mark_repeats(contacts)
    return contacts


def _enquiry_counts(count: int, nights: int, rng: np.random.Generator) -> Ints:
    """Most persons have one or two, some none, a few dozens."""
    counts = rng.choice(5, count, p=[0.29, 0.43, 0.18, 0.07, 0.03])
    counts = np.where(counts == 4, 3 + np.minimum(rng.zipf(2.0, count), 27), counts)
    activity = rng.gamma(1.2, 1 / 1.2, count)
    return np.asarray(counts + rng.poisson(1.2 * 0.35 * (nights - 1) * activity))


def _leg_channels(people: People, person: Ints, number: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Choose each leg's channel among those that its person has; a later leg moves on, unless it only asks again."""
    has = np.ones((people.count, len(SOURCES)), dtype=bool)
    phones = np.array([bool(phone) for phone in people.phones[0]])
    has[:, MAIL] = [bool(mail) for mail in people.emails[0]]
    has[:, SOCIAL_X] = [bool(handle) for handle in people.handles[0]]
    has[:, WHATSAPP] = phones & (rng.random(people.count) < 0.55)
    has[:, MESSENGER] = rng.random(people.count) < 0.45
    has[:, CALLS] = has[:, SMS] = phones
    weights = WEIGHTS / has.mean(axis=0).clip(0.05)  # so that the shares come out although not everyone has each
    cause = rng.choice(4, len(person), p=[0.3, 0.4, 0.1, 0.2])
    channel = np.zeros(len(person), dtype=np.int64)
    for step in range(int(number.max(initial=0)) + 1):
        here = np.flatnonzero(number == step)
        allowed = weights * has[person[here]]
        if step:
            before = channel[here - 1]
            again = (cause[here] == SILENCE) & (rng.random(len(here)) < 0.4)
            allowed[np.arange(len(here)), before] = 0
            moved = _choose(allowed, rng)
            again |= ~allowed.any(axis=1)  # nowhere else to go
            channel[here] = np.where(again, before, moved)
        else:
            channel[here] = _choose(allowed, rng)
    cause[(cause == SENSITIVE) & np.isin(channel, (SOCIAL_X, MESSENGER))] = OWN_WISH
    return channel, cause


def _choose(weights: Floats, rng: np.random.Generator) -> Ints:
    upto = np.cumsum(weights, axis=1)
    drawn = rng.random(len(weights)) * upto[:, -1]
    return np.asarray((upto <= drawn[:, None]).sum(axis=1)).clip(0, len(SOURCES) - 1)


def _patterns(channel: Ints, number: Ints, cause: Ints, rng: np.random.Generator) -> Ints:
    """Choose who writes in turn; a leg ends without an answer before a silence, and with ours where we ask to move."""
    pattern = np.zeros(len(channel), dtype=np.int64)
    for source, weights in PATTERN_WEIGHTS.items():
        here = np.flatnonzero(channel == source)
        pattern[here] = rng.choice(len(PATTERNS), len(here), p=weights)
    later = np.flatnonzero(number > 0)
    before = later - 1
    pattern[before[cause[later] == SILENCE]] = PATTERNS.index("c")
    pattern[before[np.isin(cause[later], (ASKED, SENSITIVE))]] = PATTERNS.index("ca")
    repeated = later[cause[later] == SILENCE]
    pattern[repeated] = np.where(pattern[repeated] >= PATTERNS.index("p"), PATTERNS.index("cac"), pattern[repeated])
    return pattern


def _expand(pattern: Ints) -> tuple[Ints, Ints, Ints]:
    """Return leg, position in the leg and role of each message."""
    lengths = np.array([len(name) for name in PATTERNS])
    starts = np.cumsum(lengths) - lengths
    roles = np.array(["canp".index(letter) for name in PATTERNS for letter in name])
    counts = lengths[pattern]
    leg = np.repeat(np.arange(len(pattern)), counts)
    position = np.arange(len(leg)) - np.repeat(np.cumsum(counts) - counts, counts)
    return leg, position, roles[starts[pattern[leg]] + position]


def _times(
    leg: Ints,
    position: Ints,
    channel: Ints,
    role: Ints,
    leg_number: Ints,
    leg_enquiry: Ints,
    begins: Floats,
    rng: np.random.Generator,
) -> Ints:
    """Seconds after the first midnight: waits within a leg, a gap between legs."""
    medians = np.array([[*WAITS[source], WAITS[source][1]] for source in range(len(SOURCES))])
    slow = np.where(rng.random(len(leg_number)) < 0.12, SLOWER[channel[np.flatnonzero(position == 0)]], 1)
    waits = medians[channel, role] * 3600 * rng.lognormal(0, 0.8, len(leg)) * slow[leg]
    waits = np.where(position == 0, 0, np.maximum(waits, 65))
    run = np.cumsum(waits)
    starts = np.flatnonzero(position == 0)
    run -= run[starts][leg]
    ends = run[np.append(starts[1:], len(leg)) - 1]
    gaps = 3600 * 2.5 * rng.lognormal(0, 0.8, len(leg_number))
    leg_begins = begins[leg_enquiry] * DAY
    for step in range(1, int(leg_number.max(initial=0)) + 1):
        here = np.flatnonzero(leg_number == step)
        leg_begins[here] = leg_begins[here - 1] + ends[here - 1] + gaps[here]
    return np.asarray(leg_begins[leg] + run, dtype=np.int64)


def _special(people: People, person: Ints, channel: Ints, rng: np.random.Generator) -> Ints:
    landline = np.array([bool(line) for line in people.landline])[person]
    role_mail = np.array([bool(mail) for mail in people.role_mail])[person]
    luck = rng.random(len(person))
    special = np.zeros(len(person), dtype=np.int64)
    special[(channel == HELPDESK) & (luck < 0.06)] = ANONYMOUS
    special[(channel == CALLS) & (luck < 0.05)] = WITHHELD
    special[(channel == CALLS) & landline & (luck > 0.6)] = LANDLINE
    special[(channel == MAIL) & role_mail & (luck > 0.4)] = ROLE
    return special


def _claims(channel: Ints, rng: np.random.Generator) -> Ints:
    upto = np.cumsum(TELLS_WHO[channel], axis=1)
    drawn = (upto <= rng.random(len(channel))[:, None]).sum(axis=1)
    return np.asarray(np.where(drawn == 3, NO_CLAIM, drawn + 1))


def _mark_repeats(contacts: Contacts) -> None:
    """A leg that begins after a silence asks the same again: its first message repeats the first of the enquiry."""
    again = np.flatnonzero((contacts.leg_number > 0) & (contacts.leg_cause == SILENCE) & (contacts.leg_first >= 0))
    first_leg = again - contacts.leg_number[again]
    first = contacts.leg_first[first_leg]
    asks = (contacts.role[first] == CUSTOMER) & (first >= 0)
    contacts.repeats[contacts.leg_first[again[asks]]] = first[asks]
