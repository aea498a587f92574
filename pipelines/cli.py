"""The command ``goldthread``: results on stdout, progress and words on stderr, exit codes as docs/runbook.md lists them."""

import logging
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from pipelines import __version__
from pipelines.commands import published, review, stages, training, world
from pipelines.errors import GoldthreadError

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
    epilog="First steps:\n\ngoldthread demo --home var/demo\n\ngoldthread run --night 2026-03-02 --home var/demo",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for commands in (stages, published, world, training):
    app.add_typer(commands.app)
app.add_typer(review.app, name="review")


def main() -> None:
    """Run the command and end with its exit code; an error is told in words, never with a record's values."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    words = logging.getLogger("pipelines")  # ours alone: what libraries log may quote a record
    words.addHandler(handler)
    words.setLevel(logging.INFO)
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


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        print(f"goldthread {__version__}")
        raise typer.Exit


if __name__ == "__main__":
    main()
