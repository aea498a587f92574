"""Commands that run the night or one of its stages."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import night
from pipelines.commands.options import HomeOption, JsonOption, NightOption, SourcesOption, out, place, tell
from pipelines.errors import ConfigurationError
from pipelines.extract.landing import SourceReport
from pipelines.warehouse import writer_lock

if TYPE_CHECKING:
    from pipelines.resolve.train import TrainingReport
from pipelines.load.layout import plain_table, print_facts

app = typer.Typer()


@app.command()
def run(night_: NightOption, home: HomeOption = None, sources: SourcesOption = None, json_: JsonOption = False) -> None:
    """Run the whole night: extract, resolve, load, validate, publish.

    The same night again leaves the same rows and ids.

    A source that broke its bounds ends it with exit code 4, after everything that could be read has been published.
    """
    where, day = place(home, sources), night.night_of(night_)
    report = night.run(where, day)
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
    tell([asdict(report) for report in reports], json_, lambda: _show_sources(reports, with_night=replay))
    night.raise_broken(reports)


@app.command()
def resolve(night_: NightOption, home: HomeOption = None, json_: JsonOption = False) -> None:
    """Link the records of every night in the lake into customers, with ids that last."""
    rows = night.resolve(night_, str(place(home).path))
    tell(rows, json_, lambda: _show_counts("resolve", rows))


@app.command()
def load(night_: NightOption, home: HomeOption = None, json_: JsonOption = False) -> None:
    """Build the golden tables from what resolve left, each value with its lineage."""
    rows = night.load(night_, str(place(home).path))
    tell(rows, json_, lambda: _show_counts("load", rows))


@app.command()
def validate(night_: NightOption, home: HomeOption = None, json_: JsonOption = False) -> None:
    """Build the candidate version and hold the expectations against it; exit code 3 where a critical one fails."""
    counts = night.validate(night_, str(place(home).path))
    tell(counts, json_, lambda: _show_counts("validate", counts))


@app.command()
def publish(night_: NightOption, home: HomeOption = None, json_: JsonOption = False) -> None:
    """Make the validated candidate the version in use."""
    result = night.publish(night_, str(place(home).path))
    tell(result, json_, lambda: out.print(f"published version [b]{result['version']}[/b]"))


@app.command()
def train(home: HomeOption = None, json_: JsonOption = False) -> None:
    """Learn the names of the home's own customers anew, into the home's config/linkage_model.json.

    Needs a resolved warehouse of a few thousand customers, no labels.

    The next resolve scores every pair with the new model; customers keep their ids.
    """
    from pipelines.resolve.train import train as train_model  # splink takes a second to import

    where = place(home)
    with writer_lock(where):
        report = train_model(where)
    tell(asdict(report), json_, lambda: _show_training(report))


def _show_training(report: "TrainingReport") -> None:
    weights = ("m before", "m", "u before", "u")
    table = plain_table("comparison", "level", *weights, numbers=weights, title="trained levels")
    for comparison, level, *values in report.levels:
        table.add_row(comparison, level, *("" if value is None else f"{value:.4g}" for value in values))
    out.print(table)
    facts = {
        "model": f"{report.version} (before: {report.version_before})",
        "learned from": f"{report.customers:,} customers",
        "frequencies": f"of {report.given_names:,} given and {report.family_names:,} family names",
        "written to": report.path,
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


def _show_run(report: night.RunReport) -> None:
    _show_sources(report.sources)
    out.print()
    facts = {
        "night": report.night,
        "landed": f"{sum(source.taken for source in report.sources):,} records",
        "published": report.version,
        "took": ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in report.seconds.items()),
    }
    print_facts(facts, out)
