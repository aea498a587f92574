"""How an explained customer looks in a terminal: what survives, their story, and how their records hang together."""

from collections import defaultdict
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipelines.load.answers.explain import CustomerExplanation, Event, IdentityPart, shortened
from pipelines.load.answers.holding import Link
from pipelines.load.answers.lineage import Shared, Shown
from pipelines.load.terminal.layout import outside, plain_table

COLOURS = {"email": "blue", "chat": "green", "social": "magenta", "sms": "yellow", "voice": "cyan", "crm": "white"}
ARROWS = {"inbound": "→", "outbound": "←", "internal": "·"}
ORIGINS = 2  # values in common of a link whose records are shown; --json has all
LISTED = 12  # links, refusals and judgements that are shown each; --json has all
KIND_WORDS = {"household": "household", "role_mailbox": "role mailbox", "switchboard": "switchboard"}


def render_explanation(found: CustomerExplanation, console: Console) -> None:
    """Print a customer: values with their origin, channels, story, and what holds the records together."""
    if found.customer_id is None:
        console.print(f"[b]{found.asked_id}[/b] was forgotten on {found.since}: no row of this person is kept.")
        return
    parts: list[RenderableType] = [
        _headline(found), _values(found), _channels(found), _story(found.story), _identities(found)
    ]  # fmt: skip
    parts += [_links(found)] if found.links else []
    parts += [_refused(found)] if found.holding.refused else []
    parts += [_judgements(found)] if found.holding.judgements else []
    parts += [_households(found)] if found.households else []
    for part in parts:
        console.print(part)
        console.print()


def _headline(found: CustomerExplanation) -> Panel:
    lines = [Text(f"customer {found.customer_id}", style="bold")]
    if found.asked_id != found.customer_id:
        lines.append(Text(f"{found.asked_id} leads here since {found.since}: {found.cause}"))
    records = len(found.story) + found.profiles
    confidence = f", confidence {found.confidence:.4f}" if found.confidence is not None else ""
    identities = f"{len(found.identities)} identit{'y' if len(found.identities) == 1 else 'ies'}"
    lines.append(Text(f"{_count(records, 'record')}, {identities}, {_count(len(found.channels), 'channel')}{confidence}"))
    for one in found.households:
        lines.append(Text(f"of {_kind(one.kind)} {one.household_id}, with {_count(len(one.others), 'other')}"))
    return Panel(Group(*lines), expand=False, border_style="yellow")


def _values(found: CustomerExplanation) -> Table:
    table = plain_table("attribute", "value, why it and no other, and where it stands", title="what survives, and why")
    for value in found.values:
        told = outside(value.value, "bold")
        told.append_text(outside(f"\n{value.rule} ({value.evidence}), {value.source} {value.source_ref}", "not bold dim"))
        told.append_text(outside(f"\n{value.file}, {value.position}", "not bold dim"))
        if value.others:
            told.append_text(outside(f"\nover {', '.join(value.others)}", "not bold dim"))
        table.add_row(value.attribute, told)
    return table


def _channels(found: CustomerExplanation) -> Table:
    numbers = ("interactions", "inbound")
    table = plain_table(
        "channel", "sources", *numbers, "first (UTC)", "last (UTC)", numbers=numbers, title="where they were met"
    )
    for use in found.channels:
        channel = Text(use.channel, style=COLOURS.get(use.channel, ""))
        table.add_row(
            channel, use.sources, f"{use.interactions:,}", f"{use.inbound:,}", _minute(use.first_at), _minute(use.last_at)
        )
    if found.profiles:
        table.add_row("profile", "", f"{found.profiles:,}", "", "", "")
    return table


def _story(story: list[Event]) -> Table:
    table = plain_table("when (UTC)", "channel", "", "what was said", title="their story")
    for event in story:
        channel = Text(("↪ " if event.is_switch else "  ") + event.channel, style=COLOURS.get(event.channel, ""))
        if event.is_public:
            channel.append(" (public)", style="dim")
        said = outside(shortened(event.text or event.subject or ""))
        if event.duplicate_of:
            said.append("  asked before", style="yellow")
        table.add_row(_minute(event.occurred_at), channel, ARROWS.get(event.direction, ""), said)
    return table


def _identities(found: CustomerExplanation) -> Table:
    title = "their identities" if len(found.identities) > 1 else "one identity: every record shows the same"
    table = plain_table(
        "", "identity, and what it shows", "records", "met in", "seen", numbers=("", "records"), title=title
    )  # fmt: skip
    for number, part in enumerate(found.identities, start=1):
        told = outside(_shown(part))
        told.append(f"\n{part.identity_id}", style="dim")
        where = ", ".join(part.channels) or ", ".join(part.sources)
        table.add_row(str(number), told, f"{part.records:,}", where, _span(part))
    return table


def _shown(part: IdentityPart) -> str:
    known = [part.name or "", *part.emails, *part.phones, *part.handles]
    return " · ".join(filter(None, known)) or f"an account of {', '.join(part.sources)}"


def _span(part: IdentityPart) -> str:
    if part.first_seen_at is None or part.last_seen_at is None:
        return ""
    days = [f"{at:%Y-%m-%d}" for at in (part.first_seen_at, part.last_seen_at)]
    return days[0] if days[0] == days[1] else " to ".join(days)


def _links(found: CustomerExplanation) -> Group:
    numbers = {part.identity_id: str(number) for number, part in enumerate(found.identities, start=1)}
    table = plain_table("between", "weight", "what decided, and where it stands", numbers=("weight",),
                        title="what holds them together, the weakest link first")  # fmt: skip
    for place, link in enumerate(found.links[:LISTED]):
        sides = " and ".join(sorted((numbers.get(side, side) for side in (link.identity_l, link.identity_r)), key=_in_order))
        weight = Text(f"{link.match_weight:.1f} bits\n", style="yellow" if place == 0 else "")
        weight.append(f"{link.match_probability:.4f}", style="dim")
        table.add_row(sides, weight, _why(link))
    more = [Text(f"and {len(found.links) - LISTED} stronger ones (--json has them)", style="dim")]
    notes = [Text(found.holding.note, style="yellow")] if found.holding.note else []
    return Group(table, *more * (len(found.links) > LISTED), *_without_weakest(found, numbers), *notes)


def _why(link: Link) -> Text:
    told = Text("a steward has said that they are one" if link.by_steward else f"met by {link.rule}")
    for row in link.evidence:
        told.append(f"\n{row.bits:+5.1f}  {row.found}", style="green" if row.bits > 0 else "red")
    for shared in [one for one in link.shared if one.kind != "name"][:ORIGINS] or link.shared[:1]:
        told.append_text(_origin(shared))
    return told


def _origin(shared: Shared) -> Text:
    """Return what two sides show, and the record of either that showed it first."""
    left, right = shared.left, shared.right
    values = left.value if left.value == right.value else f"{left.value} / {right.value}"
    told = outside(f"\n{shared.kind} {values}")
    for side in (left, right):
        told.append_text(outside(f"\n  {place_of(side)}", "dim"))
    return told


def place_of(shown: Shown) -> str:
    """Return the record that showed it first, with its file and place, and how many there are."""
    claimed = ", only typed" if shown.evidence == "claimed" else ""
    more = f", and {_count(shown.record_count - 1, 'more record')}" if shown.record_count > 1 else ""
    return f"{shown.source} {shown.source_ref}: {shown.file}, {shown.position}{claimed}{more}"


def _without_weakest(found: CustomerExplanation, numbers: dict[str, str]) -> list[Text]:
    parts = found.holding.falls_into
    if len(parts) < 2:
        return []
    records = {part.identity_id: part.records for part in found.identities}
    told = []
    for part in parts:
        named = ", ".join(sorted((numbers.get(identity, identity) for identity in part), key=_in_order)[:LISTED])
        more = " …" if len(part) > LISTED else ""
        told.append(f"{named}{more} ({_count(sum(records.get(identity, 0) for identity in part), 'record')})")
    return [Text(f"without the weakest link it would fall into {told[0]} and {told[1]}", style="yellow")]


def _refused(found: CustomerExplanation) -> Group:
    numbers = {part.identity_id: str(number) for number, part in enumerate(found.identities, start=1)}
    table = plain_table(
        "of", "weight", "to whom, and why it was not taken", numbers=("weight",), title="links that were refused"
    )
    for one in found.holding.refused[:LISTED]:
        told = Text(f"customer {one.other_customer_id}, identity {one.other_identity_id}")
        told.append(f"\n{one.why}", style="dim")
        table.add_row(numbers.get(one.identity_id, one.identity_id), f"{one.match_weight:.1f} bits", told)
    more = len(found.holding.refused) - LISTED
    return Group(table, *[Text(f"and {more} more (--json has them)", style="dim")] * (more > 0))


def _judgements(found: CustomerExplanation) -> Table:
    numbers = {part.identity_id: str(number) for number, part in enumerate(found.identities, start=1)}
    table = plain_table("judgement", "between", "who, when and why", title="what stewards have said")
    pairs = defaultdict(list)  # a judgement that merges customers is about several
    for one in found.holding.judgements:
        pairs[one.judgement_id].append(one)
    for one, *others in list(pairs.values())[:LISTED]:
        told = [
            " and ".join(numbers.get(side, side) for side in (pair.identity_l, pair.identity_r)) for pair in (one, *others)
        ]
        sides = "\n".join(told[:LISTED]) + ("\n…" if len(told) > LISTED else "")
        why = outside(f"{one.by}, {_minute(one.at)}")
        why.append_text(outside(f"\n{one.why}", "dim"))
        table.add_row(f"{one.verdict}\n{one.judgement_id}", sides, why)
    return table


def _households(found: CustomerExplanation) -> Table:
    table = plain_table("", "what ties them", "the others", title="whom they belong together with")
    for one in found.households:
        ties = outside(one.identifier_value)
        ties.append(
            f"\n{one.identifier_kind}, seen {one.first_seen_at:%Y-%m-%d} to {one.last_seen_at:%Y-%m-%d}", style="dim"
        )
        named = [f"{each.customer_id} {each.name or ''}".rstrip() for each in one.others[:LISTED]]
        others = outside("\n".join(named))
        others.append("\n…" if len(one.others) > LISTED else "")
        table.add_row(f"{_kind(one.kind)}\n{one.household_id}", ties, others)
    return table


def _in_order(number: str) -> tuple[int, str]:
    return len(number), number


def _kind(kind: str) -> str:
    return KIND_WORDS.get(kind, "organisation")


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
