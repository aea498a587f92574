"""What a newcomer wants to see after the demo: ``python -m pipelines.demo.showcase --home var/demo``.

The counts are read from the version in use; the score and the story are what the commands print.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from pipelines.errors import GoldthreadError
from pipelines.load.versions.published import current_file
from pipelines.settings import Home, home_of
from pipelines.warehouse import connect

TOTALS = """
    SELECT
        (SELECT count(*) FROM golden.membership),
        (SELECT count(*) FROM golden.membership WHERE customer_id IS NULL),
        (SELECT count(*) FROM golden.customer),
        (SELECT count(*) FROM meta.quarantine),
        (SELECT count(DISTINCT source) FROM golden.membership),
        (SELECT count(DISTINCT night) FROM meta.ledger)
"""
# The one whose story is worth telling: many channels, an enquiry that crosses them, short enough to be told whole.
PROTAGONIST = """
    SELECT customer.customer_id
    FROM golden.customer AS customer
    LEFT JOIN golden.channel_switch AS switch ON customer.customer_id = switch.customer_id
    WHERE customer.interaction_count <= 12
    GROUP BY customer.customer_id, customer.channel_count, customer.identity_count
    ORDER BY
        customer.channel_count DESC, least(count(switch.customer_id), 3) DESC, customer.identity_count DESC,
        customer.customer_id ASC
    LIMIT 1
"""


def main() -> int:
    """Print the showcase; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.demo.showcase", description=__doc__)
    parser.add_argument("--home", help="default $GOLDTHREAD_HOME, else ./var")
    given = parser.parse_args()
    console = Console(highlight=False)
    try:
        show(home_of(given.home), console)
    except GoldthreadError as error:
        print(f"goldthread: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def show(home: Home, console: Console) -> None:
    """Print what became of the records, how right it is, one customer's story, and where to go from here."""
    place = _short(home.path)
    with connect(current_file(home), home, read_only=True) as con:
        _heading(console, "What came out")
        _show_totals(con, console)
        customer = str(_value(con, PROTAGONIST))
    _heading(console, "How right it is, against the invented world's own truth (goldthread score)")
    _goldthread("score", "--home", str(home.path))
    _heading(console, "One customer over their channels, each value with its source (goldthread explain)")
    _goldthread("explain", customer, "--home", str(home.path))
    _heading(console, "Go on from here")
    report = _short(home.published / "current" / "report.html")
    commands = {
        report: "the night's report: open it in a browser",
        f".venv/bin/goldthread status --home {place}": "what came in, what is in use",
        f'.venv/bin/goldthread query --home {place} "FROM golden.customer LIMIT 5"': "ask anything, in SQL",
        f"GOLDTHREAD_HOME={place} make up": "Airflow's pages, with these three nights in them",
        "make test": "all tests",
    }
    width = max(map(len, commands))
    for command, words in commands.items():
        console.print(f"  [bold]{command:{width}}[/bold]  [dim]{words}[/dim]", soft_wrap=True)
    console.print("  Your own exports: docs/tutorial.md")


def _heading(console: Console, words: str) -> None:
    console.print(f"\n[bold yellow]{words}[/bold yellow]")


def _show_totals(con: duckdb.DuckDBPyConnection, console: Console) -> None:
    records, nobody, customers, quarantined, sources, nights = con.execute(TOTALS).fetchall()[0]
    console.print(
        f"  {records:,} records of {sources} sources over {nights} nights → [bold]{customers:,} customers[/bold]\n"
        f"  {nobody:,} have no customer, each with its reason; {quarantined:,} more could not be read: in quarantine"
    )


def _value(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    if row is None:
        raise GoldthreadError("the published version has no customers")
    return row[0]


def _goldthread(*arguments: str) -> None:
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "pipelines.cli", *arguments], check=False)  # noqa: S603 our own command


def _short(path: Path) -> str:
    """The path as somebody in this folder would type it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    sys.exit(main())
