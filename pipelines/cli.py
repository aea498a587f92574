"""The command ``goldthread``: results on stdout, progress and words on stderr, exit codes as docs/runbook.md lists them."""

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from pipelines import __version__, night
from pipelines.errors import GoldthreadError
from pipelines.extract.landing import SourceReport
from pipelines.settings import Home, home_of

app = typer.Typer(
    name="goldthread",
    help=(
        "From a night of mail, social, chat, SMS, call and CRM exports to a published golden customer table.\n\n"
        "A night runs in five stages: [b]extract[/b] (exports to the lake), [b]resolve[/b] (records to customers), "
        "[b]load[/b] (golden tables), [b]validate[/b] (expectations) and [b]publish[/b] (a whole version, one pointer); "
        "[b]run[/b] does all five.\n\n"
        "Exit codes: 0 done; 1 anything else; 2 usage or configuration; 3 validation stopped the publish; 4 a source broke "
        "its bounds (what could be read is published); 5 another writer holds the lock."
    ),
    epilog="First steps: goldthread demo --home var/demo, then goldthread run --night 2026-03-02 --home var/demo",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The folder that holds all data.", show_default="$GOLDTHREAD_HOME, else ./var"),
]
SourcesOption = Annotated[
    Path | None,
    typer.Option(
        "--sources", help="What arrives and how it is read.", show_default="the home's config/sources.yml, else ours"
    ),
]
NightOption = Annotated[str, typer.Option("--night", help="The night, written YYYY-MM-DD.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

out = Console(soft_wrap=False)


def main() -> None:
    """Run the command and end with its exit code; an error is told in words, never with a record's values."""
    handler = RichHandler(console=Console(stderr=True), show_path=False, show_level=False, log_time_format="%H:%M:%S")
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    logging.getLogger("pipelines").setLevel(logging.INFO)
    try:
        app()
    except GoldthreadError as error:
        print(f"goldthread: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output went away: `goldthread query … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # the last resort: a library's message may quote a record, so only its place is told
        if os.environ.get("GOLDTHREAD_DEBUG"):
            raise
        place = traceback.extract_tb(error.__traceback__)[-1]
        ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "pipelines" in frame.filename]
        caller = f", called from {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
        print(
            f"goldthread: {type(error).__name__} in {Path(place.filename).name}:{place.lineno}{caller}. The message is kept "
            "back since it may quote a record; GOLDTHREAD_DEBUG=1 shows it.",
            file=sys.stderr,
        )
        sys.exit(1)


def _home(path: Path | None, sources: Path | None = None) -> Home:
    """Return the home; a ``--sources`` given is made known to the stages, which may read it again."""
    if sources is not None:
        os.environ["GOLDTHREAD_SOURCES"] = str(sources.resolve())
    return home_of(path)


def _tell(result: Any, as_json: bool, show: Callable[[], None]) -> None:
    """Print the result as JSON, or as people read it."""
    if as_json:
        print(json.dumps(result, default=str, ensure_ascii=False, indent=2))
    else:
        show()


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        print(f"goldthread {__version__}")
        raise typer.Exit


@app.command()
def run(night_: NightOption, home: HomeOption = None, sources: SourcesOption = None, json_: JsonOption = False) -> None:
    """Run the whole night: extract, resolve, load, validate, publish.

    The same night again leaves the same rows and ids. A source that broke its bounds ends the command with exit code 4
    after everything that could be read has been published.
    """
    place, day = _home(home, sources), night.night_of(night_)
    report = night.run(place, day)
    _tell(asdict(report), json_, lambda: _show_run(report))
    night.raise_broken(report.sources)


@app.command()
def extract(
    night_: NightOption,
    home: HomeOption = None,
    sources: SourcesOption = None,
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    json_: JsonOption = False,
) -> None:
    """Land the night's exports in the lake, each source in a partition of its own."""
    place, day = _home(home, sources), night.night_of(night_)
    reports = night.extract(place, night.sources_of(place), day, only=source)
    _tell([asdict(report) for report in reports], json_, lambda: _show_sources(reports))
    night.raise_broken(reports)


@app.command()
def resolve(night_: NightOption, home: HomeOption = None, json_: JsonOption = False) -> None:
    """Link the records of every night in the lake into customers, with ids that last."""
    rows = night.resolve(night_, str(_home(home).path))
    _tell(rows, json_, lambda: _show_counts("resolve", rows))


@app.command()
def load(night_: NightOption, home: HomeOption = None, json_: JsonOption = False) -> None:
    """Build the golden tables from what resolve left, each value with its lineage."""
    rows = night.load(night_, str(_home(home).path))
    _tell(rows, json_, lambda: _show_counts("load", rows))


@app.command()
def validate(night_: NightOption, home: HomeOption = None, json_: JsonOption = False) -> None:
    """Build the candidate version and hold the expectations against it; exit code 3 where a critical one fails."""
    counts = night.validate(night_, str(_home(home).path))
    _tell(counts, json_, lambda: _show_counts("validate", counts))


@app.command()
def publish(night_: NightOption, home: HomeOption = None, json_: JsonOption = False) -> None:
    """Make the validated candidate the version in use."""
    result = night.publish(night_, str(_home(home).path))
    _tell(result, json_, lambda: out.print(f"published version [b]{result['version']}[/b]"))


def _show_counts(stage: str, counts: dict[str, int]) -> None:
    table = Table("what", "count", title=stage, title_justify="left")
    table.columns[1].justify = "right"
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    out.print(table)


def _show_sources(reports: list[SourceReport]) -> None:
    table = Table(
        "source", "status", "files", "read", "taken", "suppressed", "quarantined", title="sources", title_justify="left"
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for report in reports:
        counts = (report.files, report.read, report.taken, report.suppressed, report.quarantined)
        table.add_row(report.source, report.status, *(f"{count:,}" for count in counts))
    out.print(table)


def _show_run(report: night.RunReport) -> None:
    _show_sources(report.sources)
    records = sum(source.taken for source in report.sources)
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in report.seconds.items())
    out.print(f"night {report.night}: {records:,} records landed, version [b]{report.version}[/b] published ({stages})")


if __name__ == "__main__":
    main()
