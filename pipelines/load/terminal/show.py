"""How versions, status, answers and explanations look in a terminal; every ``render_*`` prints to the console given."""

from datetime import datetime
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipelines.extract.landing.waiting import Waiting
from pipelines.load.answers.query import Result
from pipelines.load.answers.status import Status
from pipelines.load.terminal.layout import fits, minute, outside, plain_table, print_block, print_facts
from pipelines.load.validation.checks import ValidationReport
from pipelines.load.versions.published import Version

FOLDERS = 5  # of the inbox that nobody reads that are shown
NOTICES = 10  # kinds of warnings that are shown
REASONS = 10  # of what could not be read that are shown
PLURALS = {"membership": "records", "channel_switch": "channel switches", "enquiry": "enquiries"}
STYLES = {"critical": "bold red", "warning": "yellow", "info": "blue"}


def render_versions(found: list[Version], console: Console) -> None:
    """Print the versions, the oldest first, with a mark at the one in use."""
    if not found:
        console.print("nothing is published yet")
        return
    table = _versions_table(found, ("night", "published (UTC)", "records", "customers", "warnings"))
    if not fits(table, console):  # the name tells the night and the time of the publish
        table = _versions_table(found, ("records", "customers", "warnings"))
    console.print(table)


def _versions_table(found: list[Version], columns: tuple[str, ...]) -> Table:
    table = plain_table("", "version", *columns, numbers=("records", "customers", "warnings"))
    for version in found:
        mark, style = ("●", "bold") if version.is_current else ("", "")
        cells = {
            "night": str(version.night),
            "published (UTC)": minute(version.published_at),
            "records": f"{version.records:,}",
            "customers": f"{version.customers:,}",
            "warnings": f"{version.warnings:,}",
        }
        table.add_row(mark, version.version, *(cells[column] for column in columns), style=style)
    return table


def render_status(found: Status, console: Console) -> None:
    """Print where a home stands."""
    if found.version is None:
        console.print(f"[b]{escape(str(found.home))}[/b]: nothing is published yet", soft_wrap=True)
    else:
        console.print(f"[b green]●[/b green] version [b]{found.version}[/b] is in use", soft_wrap=True)
        facts: dict[str, object] = {"night": found.night, "published": f"{_age(found.age_hours)} ago"}
        facts |= {_name(table): f"{count:,}" for table, count in found.counts.items()}
        facts |= {"versions kept": found.versions, "warnings": found.warnings, "report": found.report}
        print_facts(facts, console)
        if found.put_aside:
            later = _count(len(found.put_aside), "later version")
            were = "was" if len(found.put_aside) == 1 else "were"
            words = f"{later} {were} put aside by a rollback, the last of them {found.put_aside[-1]} (goldthread versions)"
            console.print(words, style="yellow", soft_wrap=True)
        _render_sources(found, console)
    _render_waiting(found, console)
    if found.failed_validation:
        failed = found.failed_validation
        console.print(
            f"[bold red]●[/bold red] the last candidate, night {failed.night}, did not pass; it was not published:",
            soft_wrap=True,
        )
        for words in failed.failed:
            console.print(f"    {escape(words)}", soft_wrap=True)
        console.print(f"    report {escape(str(failed.report))}", style="dim", soft_wrap=True)
    console.print(f"process {found.writer} is writing" if found.writer else "nobody is writing", style="dim")


def _render_sources(found: Status, console: Console) -> None:
    numbers = ("read", "accepted", "duplicate", "suppressed", "quarantined")
    table = plain_table("source", *numbers, numbers=numbers, title=f"what came on {found.night}")
    for source in found.sources:
        counts = [f"{getattr(source, name):,}" for name in numbers]
        if source.quarantined:
            counts[-1] = f"[red]{counts[-1]}[/red]"
        table.add_row(source.source, *counts)
    console.print()
    console.print(table if found.sources else f"no file came on {found.night}")
    if found.absent:
        console.print(f"absent, though they came before: {', '.join(found.absent)}", style="yellow", soft_wrap=True)
    if found.missing:
        console.print(f"missing, though due: {', '.join(found.missing)}", style="red", soft_wrap=True)
    for unread in found.quarantined[:REASONS]:
        words = (
            f"{unread.source}: {_count(unread.records, 'record')} not read: {unread.reason} (first in {unread.places[0]})"
        )
        console.print(escape(words), style="red", soft_wrap=True, highlight=False)
    if len(found.quarantined) > REASONS:
        console.print(f"and {len(found.quarantined) - REASONS} more reasons (meta.quarantine)", style="red")
    for notice in found.notices[:NOTICES]:
        words = f"{notice.source}: {notice.reason} ({_count(notice.count, 'time')})"
        console.print(escape(words), style="yellow", soft_wrap=True)
    if len(found.notices) > NOTICES:
        console.print(f"and {len(found.notices) - NOTICES} more kinds of warnings (meta.notice)", style="yellow")
    console.print()


def _render_waiting(found: Status, console: Console) -> None:
    _render_late(found.waiting, "not taken in yet", console)
    _render_late(
        found.unpublished, "landed, not published yet" if found.version is None else "landed, not in this version", console
    )
    if found.unclaimed:
        words = ", ".join(other.words() for other in found.unclaimed[:FOLDERS])
        more = f" and {len(found.unclaimed) - FOLDERS} more folders" if len(found.unclaimed) > FOLDERS else ""
        console.print(
            f"in the inbox, but no path of sources.yml names it: {escape(words)}{more}", style="yellow", soft_wrap=True
        )
    if found.undeclared:
        words = f"not in sources.yml any more: {', '.join(found.undeclared)}; what it brought stays, under this name"
        console.print(words, style="yellow", soft_wrap=True)


def _render_late(late: list[Waiting], words: str, console: Console) -> None:
    for night, group in groupby(late, key=lambda one: one.night):
        files = {one.source: one.files for one in group}
        told = f"{night}: {_count(sum(files.values()), 'file')} of {', '.join(files)} {words}"
        console.print(f"{told}: goldthread run --night {night}", style="yellow", soft_wrap=True, highlight=False)


def _age(hours: float | None) -> str:
    if hours is None:
        return "?"
    if hours * 60 < 1:
        return "less than a minute"
    if hours < 2:
        return _count(round(hours * 60), "minute")
    return _count(round(hours), "hour") if hours < 72 else _count(round(hours / 24), "day")


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _name(table: str) -> str:
    return PLURALS.get(table, f"{table}s")


def render_query(found: Result, console: Console) -> None:
    """Print an answer as a table; where its rows do not fit the terminal, each row as lines of ``column  value``."""
    kinds = zip(found.columns, found.types, strict=True)
    numbers = [name for name, kind in kinds if kind.startswith(("BIG", "INT", "DOUBLE", "HUGE"))]
    table = plain_table(*found.columns, numbers=numbers)
    rows = [[_cell(value) for value in row] for row in found.rows]
    for row in rows:
        table.add_row(*row)
    if len(found.columns) == 1 or fits(table, console):
        console.print(table)
    elif not rows:
        console.print(", ".join(found.columns), style="dim", markup=False, soft_wrap=True)
    else:
        for number, row in enumerate(rows, start=1):
            print_block(f"row {number:,}", zip(found.columns, row, strict=True), console)
    more = ", there are more" if found.truncated else ""
    console.print(f"{_count(len(rows), 'row')}{more} · {found.version}", style="dim", soft_wrap=True)


def _cell(value: Any) -> Text:
    if value is None:
        return Text("NULL", style="dim")
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M:%S}")
    if isinstance(value, list):
        return outside(", ".join(str(one) for one in value))
    return outside(f"{value:.6g}" if isinstance(value, float) else value)


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
