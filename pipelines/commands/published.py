"""Commands that read the published versions, or move the pointer between them."""

import logging
from dataclasses import asdict
from typing import Annotated

import typer

from pipelines.commands.options import HomeOption, JsonOption, out, place, tell
from pipelines.commands.pair import show_pair
from pipelines.errors import ConfigurationError
from pipelines.extract.waiting import Waiting, waiting
from pipelines.load import show
from pipelines.load.explain import explain_customer
from pipelines.load.query import ROWS
from pipelines.load.query import query as ask
from pipelines.load.status import status as status_of
from pipelines.load.versions import rollback as roll_back
from pipelines.load.versions import versions as list_versions
from pipelines.settings import Home, load_sources, sources_path

log = logging.getLogger(__name__)

app = typer.Typer()


@app.command()
def status(home: HomeOption = None, json_: JsonOption = False) -> None:
    """Say which version is in use, what its night brought, and what went wrong since."""
    where = place(home)
    found = status_of(where, waiting=_waiting(where))
    tell(found.to_json(), json_, lambda: show.render_status(found, out))


def _waiting(home: Home) -> list[Waiting]:
    """Return what waits in the inbox; where that cannot be seen, status tells the rest all the same."""
    try:
        return waiting(home, load_sources(sources_path(home)).values())
    except (ConfigurationError, OSError) as error:
        words = error if isinstance(error, ConfigurationError) else f"the inbox is away ({type(error).__name__})"
        log.warning("status: what waits in the inbox cannot be told: %s", words)
        return []


@app.command()
def versions(home: HomeOption = None, json_: JsonOption = False) -> None:
    """List the published versions, the one in use marked."""
    found = list_versions(place(home))
    tell([version.to_json() for version in found], json_, lambda: show.render_versions(found, out))


@app.command()
def rollback(
    version: Annotated[str | None, typer.Argument(help="The version to put in use.", show_default="the one before")] = None,
    home: HomeOption = None,
    json_: JsonOption = False,
) -> None:
    """Put an earlier version in use again; the tables themselves never change."""
    found = roll_back(place(home), version)
    tell(found.to_json(), json_, lambda: out.print(f"version [b]{found.version}[/b] of night {found.night} is in use"))


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT over golden.* and meta.*.")],
    home: HomeOption = None,
    rows: Annotated[int, typer.Option("--rows", help="The most rows to show.", min=1)] = ROWS,
    json_: JsonOption = False,
) -> None:
    """Ask the version in use a question in SQL; it can read that file and nothing else.

    [b]goldthread query "FROM golden.customer LIMIT 5"[/b]

    Rows that do not fit the terminal are shown as one block each; --json gives every value whole.
    """
    found = ask(place(home), sql, rows=rows)
    tell(found.to_json(), json_, lambda: show.render_query(found, out))


@app.command()
def explain(
    first: Annotated[str, typer.Argument(metavar="ID", help="A customer id; ids of earlier versions are followed.")],
    second: Annotated[
        str | None,
        typer.Argument(metavar="OTHER", help="Why are the two one customer, or why not?", show_default=False),
    ] = None,
    home: HomeOption = None,
    json_: JsonOption = False,
) -> None:
    """Explain a customer: each value with its source, the story over channels, and what holds the records together.

    With two ids, explain the pair: the weight of every comparison.

    A side of a pair is a customer id, an identity id, or a record written source:source_ref.
    """
    if second is None:
        customer = explain_customer(place(home), first)
        tell(customer.to_json(), json_, lambda: show.render_explanation(customer, out))
        return
    from pipelines.load.pairs import explain_two  # splink takes a second to import

    pair = explain_two(place(home), first, second)
    tell(asdict(pair), json_, lambda: show_pair(pair, out))
