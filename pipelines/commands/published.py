"""Commands that read the published versions, or move the pointer between them."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.options import HomeOption, JsonOption, existing, out, place, tell
from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.extract.landing.unclaimed import Unclaimed, unclaimed
from pipelines.extract.landing.waiting import Waiting, waiting
from pipelines.load.answers.delivered import declared
from pipelines.load.answers.query import ROWS
from pipelines.load.answers.query import query as ask
from pipelines.load.answers.status import status as status_of
from pipelines.load.terminal import show
from pipelines.load.versions.published import rollback as roll_back
from pipelines.load.versions.published import versions as list_versions
from pipelines.settings import Home, Source

if TYPE_CHECKING:
    from pipelines.load.answers.pairs import PairStory

log = logging.getLogger(__name__)

app = typer.Typer()


@app.command()
def status(home: HomeOption = None, json_: JsonOption = False) -> None:
    """Say which version is in use, what its night brought, and what went wrong since."""
    where = place(home)
    sources = declared(where)
    late, unread = _in_the_inbox(where, sources)
    found = status_of(where, waiting=late, unclaimed=unread, sources=sources)
    tell(found.to_json(), json_, lambda: show.render_status(found, out))


def _in_the_inbox(home: Home, sources: list[Source]) -> tuple[list[Waiting], list[Unclaimed]]:
    """Return what waits in the inbox, and what nobody reads; where it cannot be seen, status tells the rest all the same."""
    if not sources:  # sources.yml is wrong, which has been told
        return [], []
    try:
        return waiting(home, sources), unclaimed(home, sources)
    except (GoldthreadError, OSError) as error:
        words = str(error) if isinstance(error, GoldthreadError) else f"the inbox is away ({type(error).__name__})"
        log.warning("status: what waits in the inbox cannot be told: %s", words)
        return [], []


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
    found = roll_back(existing(home), version)
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
    first: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="A customer id; ids of earlier versions are followed.", show_default=False),
    ] = None,
    second: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="The other side of a pair.", show_default=False)
    ] = None,
    pair: Annotated[
        tuple[str, str] | None,
        typer.Option("--pair", metavar="A B", help="Why are the two one customer, or why not?", show_default=False),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            "--page", metavar="FILE", help="Write the pair as a page of its own, to open in a browser.", show_default=False
        ),
    ] = None,
    home: HomeOption = None,
    json_: JsonOption = False,
) -> None:
    """Explain a customer, or a pair.

    [b]goldthread explain c0123456789abcdef[/b]

    Each value with its source, the story over channels, what decided each link and where it stands, and the household.

    [b]goldthread explain --pair support_mail:m1 crm:C100363[/b]

    What each comparison found and added, in bits; why two are not linked, and what would have linked them.

    A side of a pair is a customer id, an identity id, or a record written source:source_ref.
    """
    sides = _sides(first, second, pair)
    if len(sides) == 1:
        if page is not None:
            raise ConfigurationError("--page shows a pair: goldthread explain --pair A B --page FILE")
        from pipelines.load.answers.explain import explain_customer  # splink takes a second to import
        from pipelines.load.terminal.show_customer import render_explanation

        customer = explain_customer(place(home), sides[0])
        tell(customer.to_json(), json_, lambda: render_explanation(customer, out))
        return
    from pipelines.commands.pair import show_story
    from pipelines.load.answers.pairs import explain_two

    story = explain_two(place(home), *sides)
    if page is not None:
        _write_page(story, page)
    tell(story.to_json(), json_, lambda: show_story(story, out))


def _sides(first: str | None, second: str | None, pair: tuple[str, str] | None) -> tuple[str, ...]:
    """Return the one customer or the two sides that are asked for, however they were given."""
    given = tuple(side for side in (first, second) if side is not None)
    if pair is not None and given:
        raise ConfigurationError("give two sides once: goldthread explain --pair A B")
    if pair is None and not given:
        raise ConfigurationError("whom? goldthread explain CUSTOMER, or goldthread explain --pair A B")
    return pair or given


def _write_page(story: "PairStory", page: Path) -> None:
    from pipelines.load.pages.pair_page import write_pair_page

    try:
        write_pair_page(story, page)
    except OSError as error:
        raise ConfigurationError(f"--page {page}: cannot be written ({error.strerror})") from None
    log.info("page written: %s", page)
