"""How versions, status, answers and explanations look in a terminal; every ``render_*`` prints to the console given."""

from datetime import datetime
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipelines.load.checks import ValidationReport
from pipelines.load.explain import CustomerExplanation, Event, IdentityPart, shortened
from pipelines.load.query import Result
from pipelines.load.status import Status
from pipelines.load.versions import Version

COLOURS = {"email": "blue", "chat": "green", "social": "magenta", "sms": "yellow", "voice": "cyan", "crm": "white"}
ARROWS = {"inbound": "→", "outbound": "←", "internal": "·"}
STYLES = {"critical": "bold red", "warning": "yellow", "info": "blue"}


def _table(*columns: str, numbers: tuple[str, ...] = (), title: str | None = None) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return table


def render_versions(found: list[Version], console: Console) -> None:
    """Print the versions, the oldest first, with a mark at the one in use."""
    if not found:
        console.print("nothing is published yet")
        return
    numbers = ("records", "customers", "warnings")
    table = _table("", "version", "night", "published (UTC)", *numbers, numbers=numbers)
    for version in found:
        mark, style = ("●", "bold") if version.is_current else ("", "")
        counts = (f"{count:,}" for count in (version.records, version.customers, version.warnings))
        table.add_row(
            mark, version.version, str(version.night), version.published_at[:16].replace("T", " "), *counts, style=style
        )
    console.print(table)


def render_status(found: Status, console: Console) -> None:
    """Print where a home stands."""
    if found.version is None:
        console.print(f"[b]{escape(str(found.home))}[/b]: nothing is published yet")
    else:
        console.print(
            f"[b green]●[/b green] version [b]{found.version}[/b], night {found.night}, "
            f"published {_age(found.age_hours)} ago [dim](versions {found.versions}, warnings {found.warnings})[/dim]",
            soft_wrap=True,
        )
        console.print("  " + ", ".join(f"{count:,} {_name(name, count)}" for name, count in found.counts.items()))
        console.print(f"  report {escape(str(found.report))}", style="dim", soft_wrap=True)
        _render_sources(found, console)
    if found.failed_validation:
        failed = found.failed_validation
        console.print(
            f"[bold red]●[/bold red] the last candidate, night {failed.night}, did not pass; it was not published:"
        )
        for words in failed.failed:
            console.print(f"    {escape(words)}")
        console.print(f"    report {escape(str(failed.report))}", style="dim", soft_wrap=True)
    console.print(f"  process {found.writer} is writing" if found.writer else "  nobody is writing", style="dim")


def _render_sources(found: Status, console: Console) -> None:
    numbers = ("read", "accepted", "duplicate", "suppressed", "quarantined")
    table = _table("source", *numbers, numbers=numbers, title=f"what came on {found.night}")
    for source in found.sources:
        counts = [f"{getattr(source, name):,}" for name in numbers]
        if source.quarantined:
            counts[-1] = f"[red]{counts[-1]}[/red]"
        table.add_row(source.source, *counts)
    console.print(table if found.sources else f"  no file came on {found.night}")


def _age(hours: float | None) -> str:
    if hours is None:
        return "?"
    if hours < 2:
        return f"{max(hours, 0) * 60:.0f} minutes"
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"


def _name(table: str, count: int) -> str:
    word = {"membership": "record", "channel_switch": "channel switch", "enquiry": "enquirie"}.get(table, table)
    if count == 1:
        return word.replace("enquirie", "enquiry")
    return word + ("es" if word.endswith("ch") else "s")


def render_query(found: Result, console: Console) -> None:
    """Print an answer as a table."""
    numbers = tuple(
        name
        for name, kind in zip(found.columns, found.types, strict=True)
        if kind.startswith(("BIG", "INT", "DOUBLE", "HUGE"))
    )
    table = _table(*found.columns, numbers=numbers)
    for row in found.rows:
        table.add_row(*(_cell(value) for value in row))
    console.print(table)
    rows = f"{len(found.rows):,} {'row' if len(found.rows) == 1 else 'rows'}"
    console.print(f"{rows}{', there are more' if found.truncated else ''} · {found.version}", style="dim")


def _cell(value: Any) -> Text:
    if value is None:
        return Text("NULL", style="dim")
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M:%S}")
    if isinstance(value, list):
        return Text(", ".join(str(one) for one in value))
    return Text(f"{value:.6g}" if isinstance(value, float) else str(value))


def render_validation(found: ValidationReport, console: Console) -> None:
    """Print the checks that failed, or that all hold."""
    if not found.failed:
        console.print(f"[green]●[/green] all {len(found.checks)} checks hold")
        return
    console.print(f"{len(found.checks) - len(found.failed)} of {len(found.checks)} checks hold")
    for check in found.failed:
        console.print(f"[{STYLES[check.severity]}]{check.severity}[/] {escape(check.words())}")
        if check.meaning:
            console.print(f"  {escape(check.meaning)}", style="dim")


def render_explanation(found: CustomerExplanation, console: Console) -> None:
    """Print a customer: values with their origin, channels, story, and what holds the records together."""
    if found.customer_id is None:
        console.print(f"[b]{found.asked_id}[/b] was forgotten on {found.since}: no row of this person is kept.")
        return
    for part in (_headline(found), _values(found), _channels(found), _story(found.story), _identities(found)):
        console.print(part)
        console.print()


def _headline(found: CustomerExplanation) -> Panel:
    lines = [Text(f"customer {found.customer_id}", style="bold")]
    if found.asked_id != found.customer_id:
        lines.append(Text(f"{found.asked_id} leads here since {found.since}: {found.cause}"))
    records = len(found.story) + found.profiles
    confidence = f", confidence {found.confidence:.4f}" if found.confidence is not None else ""
    lines.append(Text(f"{records} records, {len(found.identities)} identities, {len(found.channels)} channels{confidence}"))
    return Panel(Group(*lines), expand=False, border_style="yellow")


def _values(found: CustomerExplanation) -> Table:
    table = _table("attribute", "value", "rule", "evidence", "from", "where", "chosen over", title="what survives, and why")
    for value in found.values:
        table.add_row(
            value.attribute, Text(value.value, style="bold"), Text(value.rule), value.evidence,
            Text(f"{value.source} {value.source_ref}"), Text(f"{value.file}, {value.position}"),
            Text(", ".join(value.others), style="dim"),
        )  # fmt: skip
    return table


def _channels(found: CustomerExplanation) -> Table:
    numbers = ("interactions", "inbound")
    table = _table("channel", "sources", *numbers, "first (UTC)", "last (UTC)", numbers=numbers, title="where they were met")
    for use in found.channels:
        first, last = (f"{at:%Y-%m-%d %H:%M}" for at in (use.first_at, use.last_at))
        channel = Text(use.channel, style=COLOURS.get(use.channel, ""))
        table.add_row(channel, use.sources, f"{use.interactions:,}", f"{use.inbound:,}", first, last)
    if found.profiles:
        table.add_row("profile", "", f"{found.profiles:,}", "", "", "")
    return table


def _story(story: list[Event]) -> Table:
    table = _table("when (UTC)", "channel", "", "what was said", title="their story")
    for event in story:
        channel = Text(("↪ " if event.is_switch else "  ") + event.channel, style=COLOURS.get(event.channel, ""))
        if event.is_public:
            channel.append(" (public)", style="dim")
        said = Text(shortened(event.text or event.subject or ""))
        if event.duplicate_of:
            said.append("  asked before", style="yellow")
        table.add_row(f"{event.occurred_at:%Y-%m-%d %H:%M}", channel, ARROWS.get(event.direction, ""), said)
    return table


def _identities(found: CustomerExplanation) -> Table:
    names = {part.identity_id: _shown(part) for part in found.identities}
    if not found.links:
        table = _table(
            "identity", "records", "sources", numbers=("records",), title="one identity: every record shows the same"
        )
        for part in found.identities:
            table.add_row(Text(names[part.identity_id]), f"{part.records:,}", ", ".join(part.sources))
        return table
    table = _table(
        "weight", "probability", "rule", "between", "and", numbers=("weight", "probability"),
        title="what holds the records together, the weakest link first",
    )  # fmt: skip
    for place, link in enumerate(found.links):
        sides = (Text(names.get(side, side)) for side in (link.identity_l, link.identity_r))
        style = "yellow" if place == 0 else ""
        table.add_row(f"{link.match_weight:.1f} bits", f"{link.match_probability:.4f}", link.rule, *sides, style=style)
    return table


def _shown(part: IdentityPart) -> str:
    known = [part.name or "", *part.emails, *part.phones, *part.handles]
    return " · ".join(filter(None, known))[:80] or f"an account of {', '.join(part.sources)}"
