"""The command ``goldthread``: results on stdout, progress and words on stderr, exit codes as docs/runbook.md lists them."""

import errno
import io
import logging
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType
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
        "its bounds (what could be read is published); 5 another writer holds the lock; 130 stopped by Ctrl-C."
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


SYSTEM = {
    os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.ENOENT, errno.EMFILE)
}
INTERRUPTED = 130  # as shells have it: 128 and the number of the signal


def main() -> None:
    """Run the command and end with its exit code; an error is told in words, never with a record's values."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    words = logging.getLogger("pipelines")  # ours alone: what libraries log may quote a record
    words.addHandler(handler)
    words.setLevel(logging.INFO)
    for stream in (sys.stdout, sys.stderr):  # None where the shell closed it
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows the others
    interrupted = _notice_interrupt()
    try:
        _run()
    except BaseException as error:
        with suppress(OSError):
            _end_output()
        if interrupted.is_set():  # whatever a library made of it
            print("goldthread: stopped (Ctrl-C). Nothing is half-written: run it again at any time.", file=sys.stderr)
            sys.exit(INTERRUPTED)
        if isinstance(error, GoldthreadError):
            print(f"goldthread: {error}", file=sys.stderr)
            sys.exit(error.exit_code)
        if BrokenPipeError in (type(error), type(error.__context__)):  # its reader went away: `goldthread query … | head`
            return
        if not isinstance(error, Exception) or os.environ.get("GOLDTHREAD_DEBUG"):
            raise
        print(f"goldthread: {last_resort(error)}", file=sys.stderr)
        sys.exit(1)


def _run() -> None:
    try:
        app()
    except SystemExit:
        _end_output()
        raise


def _end_output() -> None:
    """Write what is still to be written, and drop what cannot be: Python tries at its very end, and ends with 120."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _notice_interrupt() -> threading.Event:
    """Return what is set once Ctrl-C was pressed; libraries turn it into errors of their own."""
    pressed = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        pressed.set()
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # what runs in the background ignores it
        signal.signal(signal.SIGINT, interrupt)
    return pressed


def last_resort(error: Exception) -> str:
    """Say where an error came from that nobody foresaw: its message may quote a record, what the system said does not."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "pipelines" in frame.filename]
    caller = f", called from {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    where = f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}{caller}"
    if said := _said_by_the_system(error):
        return f"{said} ({where}). Nothing is half-written: mend it and run again (docs/runbook.md, Something else)."
    return f"{where}. The message is kept back since it may quote a record; GOLDTHREAD_DEBUG=1 shows it."


def _said_by_the_system(error: BaseException | None) -> str | None:
    """Return the operating system's words where the error, or one that it came of, goes back to them."""
    while error is not None:
        if said := next((words for words in SYSTEM if words in str(error)), None):
            return said
        error = error.__cause__ or error.__context__
    return None


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        print(f"goldthread {__version__}")
        raise typer.Exit


if __name__ == "__main__":
    main()
