"""Commands of the sample world: write one, and hold a published version against its truth."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import HomeOption, JsonOption, out, place, tell
from pipelines.load.terminal.layout import plain_table, print_facts
from pipelines.score import Agreement, ScoreReport
from pipelines.score import score as score_of

app = typer.Typer()


@app.command()
def demo(
    home: HomeOption = None,
    persons: Annotated[int, typer.Option(help="How many persons live in it.", min=1)] = 400,
    nights: Annotated[int, typer.Option(help="How many nights their messages fill.", min=1)] = 3,
    seed: Annotated[int, typer.Option(help="Another seed, another world; the same seed, the same bytes.")] = 7,
    json_: JsonOption = False,
) -> None:
    """Write a sample world: exports in the real formats in the home's inbox, and the truth beside it.

    [b]goldthread demo --persons 2000 --nights 3 --seed 42 --home var/demo[/b]
    """
    from pipelines.demo.command import write_demo  # numpy and the texts of the world

    where = place(home)
    report = write_demo(where, persons, nights, seed)
    words = (
        f"{report.messages:,} messages and {report.profiles:,} CRM rows of {report.persons:,} persons, "
        f"{len(report.nights)} nights from {report.nights[0]} on, written in {report.seconds:.1f} s "
        f"({report.messages_per_second:,.0f} messages/s)\nexports in {where.inbox}, truth in {where.path / 'truth'}"
    )
    tell(asdict(report), json_, lambda: out.print(words, soft_wrap=True))


@app.command()
def score(
    home: HomeOption = None,
    truth: Annotated[Path | None, typer.Option(help="The folder of the truth.", show_default="the home's truth/")] = None,
    json_: JsonOption = False,
) -> None:
    """Hold the version in use against the truth of its sample world: precision and recall over source records."""
    report = score_of(place(home), truth)
    tell(asdict(report), json_, lambda: show_score(report))


def show_score(report: ScoreReport) -> None:
    """Print the score as people read it."""
    grades = ("precision", "recall", "F1")
    table = plain_table("", *grades, numbers=grades, title=f"{report.records:,} records of {report.persons:,} persons")
    rows = _agreements(report.agreement, "who is who, ")
    if report.enquiries:
        rows |= _agreements(report.enquiries, "enquiries, ")
    for name, cells in rows.items():
        table.add_row(name, *(f"{cell:.3f}" for cell in cells))
    out.print(table)
    out.print()
    print_facts(_facts(report), out)
    out.print()
    columns = ("records", "with customer", "precision", "recall")
    parts = plain_table("", *columns, numbers=columns, title="by source and by kind of person (B-cubed)")
    for part in [*report.by_source, *report.by_tag]:
        shares = (part.coverage, part.bcubed_precision, part.bcubed_recall)
        parts.add_row(part.name, f"{part.records:,}", *(f"{share:.3f}" for share in shares))
    out.print(parts)


def _facts(report: ScoreReport) -> dict[str, str]:
    facts = {
        "customers": f"{report.customers:,}",
        "largest": f"a customer of {report.largest_customer} records, a person of {report.largest_person}",
        "coverage": f"{report.coverage:.1%} of the records have a customer",
        "nobody": f"{report.nobody_with_customer} of {report.nobody} records of nobody have one",
    }
    if report.duplicate_precision is not None and report.duplicate_recall is not None:
        facts["asked again"] = f"precision {report.duplicate_precision:.3f}, recall {report.duplicate_recall:.3f}"
    if consent := report.consent:
        facts["consent"] = (
            f"of {consent.points:,} contact points {consent.wrongly_allowed} wrongly allowed, "
            f"{consent.wrongly_refused} wrongly refused, {consent.unknown} not published"
        )
    return facts


def _agreements(found: Agreement, what: str = "") -> dict[str, tuple[float, float, float]]:
    return {
        f"{what}pairwise": (found.pairwise_precision, found.pairwise_recall, found.pairwise_f1),
        f"{what}B-cubed": (found.bcubed_precision, found.bcubed_recall, found.bcubed_f1),
        f"{what}whole": (found.cluster_precision, found.cluster_recall, found.cluster_f1),
    }
