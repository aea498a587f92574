"""Commands of the sample world: write one, and hold a published version against its truth."""

from dataclasses import asdict
from typing import Annotated

import typer

from pipelines.commands.options import HomeOption, JsonOption, out, place, tell

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
