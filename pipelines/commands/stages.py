"""Commands that run the night or one of its stages."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import night
from pipelines.commands.options import HomeOption, JsonOption, NightOption, SourcesOption, existing, out, place, tell, who
from pipelines.errors import ConfigurationError
from pipelines.extract.landing.landing import SourceReport
from pipelines.load.terminal.layout import plain_table, print_facts
from pipelines.resolve.customers.change_causes import change_words

if TYPE_CHECKING:
    from pipelines.resolve.check import CheckReport

app = typer.Typer()


FullOption = Annotated[
    bool,
    typer.Option("--full", help="Use no score stored from earlier nights: the same customers and ids, at the full cost."),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help="What scores pairs and finds components: duckdb, here, or spark, for those who outgrow one machine "
        "(docs/spark.md says how to install it and how to name a cluster). The customers are the same.",
        show_default="$GOLDTHREAD_ENGINE, else duckdb",
        metavar="duckdb|spark",
    ),
]
AcceptOption = Annotated[
    bool,
    typer.Option(
        "--accept-changes",
        help="Publish though more moves than change_budget of linkage.yml allows; the manifest says who let it through.",
    ),
]


@app.command()
def run(
    night_: NightOption,
    home: HomeOption = None,
    sources: SourcesOption = None,
    full: FullOption = False,
    engine: EngineOption = None,
    accept: AcceptOption = False,
    json_: JsonOption = False,
) -> None:
    """Run the whole night: extract, resolve, load, validate, publish.

    The same night again leaves the same rows and ids.

    A source that broke its bounds ends it with exit code 4, after everything that could be read has been published.
    """
    where, day = place(home, sources), night.night_of(night_)
    report = night.run(where, day, full=full, accepted_by=who() if accept else None, engine=engine)
    tell(asdict(report), json_, lambda: _show_run(report))
    night.raise_broken(report.sources)


@app.command()
def extract(
    night_: Annotated[str | None, typer.Option("--night", help="The night, YYYY-MM-DD.")] = None,
    home: HomeOption = None,
    sources: SourcesOption = None,
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    replay: Annotated[
        bool,
        typer.Option(
            "--replay-quarantine",
            help="Read again the files of which something is in quarantine (of --night, or of all): what is mended enters.",
        ),
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Land the night's exports in the lake, each source in a partition of its own.

    A file that landed before is read again only when it, the source's settings or our code has changed.

    Files are read side by side, each within a budget of time and memory (GOLDTHREAD_WORKERS, GOLDTHREAD_FILE_SECONDS,
    GOLDTHREAD_FILE_MEGABYTES).
    """
    where = place(home, sources)
    day = night.night_of(night_) if night_ else None
    if replay:
        reports = night.replay_quarantine(where, night.sources_of(where), day, only=source)
    elif day is None:
        raise ConfigurationError("--night is missing: which night? (YYYY-MM-DD)")
    else:
        reports = night.extract(where, night.sources_of(where), day, only=source)
    show = _show_replayed if replay else _show_sources
    tell([asdict(report) for report in reports], json_, lambda: show(reports))
    night.raise_broken(reports)


@app.command()
def resolve(
    night_: Annotated[str | None, typer.Option("--night", help="The night, YYYY-MM-DD; --check takes none.")] = None,
    home: HomeOption = None,
    full: FullOption = False,
    engine: EngineOption = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing; compare the last night as stored with a full run: exit code 1 where it differs."
        ),
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Link the records of every night in the lake into customers, with ids that last.

    Only what is new or has changed is scored; the result is that of a full run, and [b]--check[/b] proves it (as the DAG
    [b]housekeeping[/b] does every week). Ids go on from the version in use.
    """
    where = str(existing(home).path)
    if check:
        if full or night_:
            raise ConfigurationError("--check compares the last night with a full run: leave out --night and --full")
        report = night.check_full(where)
        tell(asdict(report), json_, lambda: _show_check(report))
        night.raise_differences(report)
    elif night_ is None:
        raise ConfigurationError("--night is missing: which night? (YYYY-MM-DD)")
    else:
        rows = night.resolve(night_, where, full=full, engine=engine)
        tell(rows, json_, lambda: _show_counts("resolve", rows))


@app.command()
def load(night_: NightOption, home: HomeOption = None, json_: JsonOption = False) -> None:
    """Build the golden tables from what resolve left, each value with its lineage."""
    rows = night.load(night_, str(existing(home).path))
    tell(rows, json_, lambda: _show_counts("load", rows))


@app.command()
def validate(night_: NightOption, home: HomeOption = None, accept: AcceptOption = False, json_: JsonOption = False) -> None:
    """Build the candidate version and hold the expectations and the change budget against it.

    Exit code 3 where a critical expectation fails, or more customers would move than linkage.yml allows.
    """
    counts = night.validate(night_, str(existing(home).path), who() if accept else None)
    tell(counts, json_, lambda: _show_counts("validate", counts))


@app.command()
def publish(night_: NightOption, home: HomeOption = None, accept: AcceptOption = False, json_: JsonOption = False) -> None:
    """Make the validated candidate the version in use.

    With [b]--accept-changes[/b] the candidate is validated again first, and changes over the budget are let through.
    """
    where = str(existing(home).path)
    if accept:
        night.validate(night_, where, who())
    result = night.publish(night_, where)
    tell(result, json_, lambda: out.print(f"published version [b]{result['version']}[/b]"))


def _show_check(report: "CheckReport") -> None:
    numbers = ("only as stored", "only in a full run")
    if report.differences:
        table = plain_table("table", *numbers, "for example", numbers=numbers, title="where they differ")
        for found in report.differences:
            table.add_row(found.table, f"{found.only_stored:,}", f"{found.only_full:,}", ", ".join(found.ids))
        out.print(table)
    behind = " once the stored state has taken in what changed since: files, settings or code" if report.is_behind else ""
    facts = {
        "night": report.night,
        "compared": f"{report.tables} tables, {report.rows:,} rows",
        "result": ("they differ" if report.differences else "they are the same") + behind,
    }
    print_facts(facts, out)


def _show_counts(stage: str, counts: dict[str, int]) -> None:
    table = plain_table("what", "count", numbers=("count",), title=stage)
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    out.print(table)


def _show_sources(reports: list[SourceReport], *, with_night: bool = False) -> None:
    numbers = ("files", "read", "taken", "suppressed", "quarantined")
    table = plain_table(*["night"] * with_night, "source", "status", *numbers, numbers=numbers)
    for report in reports:
        head = [*[str(report.night)] * with_night, report.source, report.status]
        table.add_row(*head, *(f"{getattr(report, name):,}" for name in numbers))
    out.print(table)


def _show_replayed(reports: list[SourceReport]) -> None:
    if not reports:
        out.print("Nothing is in quarantine whose file is still in the inbox.")
        return
    _show_sources(reports, with_night=True)
    nights = sorted({str(report.night) for report in reports})
    out.print("what came in is published by " + ", ".join(f"goldthread run --night {each}" for each in nights), style="dim")


def _show_run(report: night.RunReport) -> None:
    _show_sources(report.sources)
    out.print()
    facts = {
        "night": report.night,
        "landed": f"{sum(source.taken for source in report.sources):,} records",
        "published": report.version,
        "customers": change_words(report.changes),
        "took": ", ".join(f"{stage} {report.seconds[stage]:.1f} s" for stage in night.STAGES if stage in report.seconds),
    }
    print_facts(facts, out)
