"""Writing a sample world: the exports, the truth beside them, and the configuration of their sources."""

import contextlib
import gc
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

from rich.console import Console

from pipelines.demo.render_crm import render_crm
from pipelines.demo.render_mail import render_mail
from pipelines.demo.render_messenger import render_messenger
from pipelines.demo.render_tables import render_calls, render_sms
from pipelines.demo.render_whatsapp import render_whatsapp
from pipelines.demo.render_x import render_x
from pipelines.demo.render_zendesk import render_zendesk
from pipelines.demo.truth import write_truth
from pipelines.demo.world import make_world
from pipelines.errors import ConfigurationError
from pipelines.settings import PACKAGE_ROOT, Home

FIRST_NIGHT = date(2026, 3, 2)
LONG = 20_000  # persons from which writing takes seconds, so that progress is shown
RENDERERS = (render_mail, render_zendesk, render_whatsapp, render_x, render_messenger, render_calls, render_sms, render_crm)
SOURCES = ("support_mail", "social_x", "messenger", "helpdesk", "whatsapp", "crm", "calls", "sms")


@dataclass(frozen=True)
class DemoReport:
    """What was written.

    Attributes:
        nights: their dates, "YYYY-MM-DD".
        messages: distinct interactions, of persons and of nobody.
        profiles: distinct CRM rows.
        rendered: messages and rows in all files: cumulative exports repeat theirs every night.
        rejected: bad records put in on purpose.
        messages_per_second: ``rendered`` over ``seconds``, everything included from the first draw to the last file.
    """

    nights: list[str]
    persons: int
    messages: int
    profiles: int
    rendered: int
    rejected: int
    seconds: float
    messages_per_second: float


def write_demo(home: Home, persons: int, nights: int, seed: int, first_night: date = FIRST_NIGHT) -> DemoReport:
    """Write ``inbox/``, ``truth/`` and ``config/sources.yml`` of a sample world into ``home``.

    One night brings about 3.3 messages a person (30,000 persons: 100,000), and each further night 35 % of that more,
    spread evenly: K nights of N persons hold 3.3 N (1 + 0.35 (K - 1)) messages. An earlier sample world in the home is
    replaced; the lake, the warehouse and what is published are left alone.

    Args:
        seed: the same seed, persons, nights and first night give the same bytes.

    Raises:
        ConfigurationError: fewer than one person or night, the inbox is not a folder on this machine, or the home is
            somebody's own.
    """
    if persons < 1 or nights < 1 or seed < 0:
        raise ConfigurationError("a sample world needs at least one person and one night, and a seed of 0 or more")
    if "://" in home.inbox:
        raise ConfigurationError("the sample world is written to a folder: GOLDTHREAD_INBOX must not be an address")
    started = perf_counter()
    inbox = Path(home.inbox)
    _leave_real_data_alone(home, inbox)
    for name in SOURCES:
        shutil.rmtree(inbox / name, ignore_errors=True)
    console = Console(stderr=True, quiet=persons < LONG)
    console.print(f"drawing {persons:,} persons and {nights} nights …")
    with _no_collector():
        world = make_world(persons, nights, seed, first_night)
        for render in RENDERERS:
            render(world, inbox)
            so_far = f"{world.rendered:,} messages so far, {perf_counter() - started:.1f} s"
            console.print(f"{render.__name__.removeprefix('render_')}: {so_far}")
        shutil.rmtree(home.path / "truth", ignore_errors=True)
        write_truth(world, home.path / "truth")
    config = home.path / "config"
    config.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PACKAGE_ROOT / "config" / "sources.yml", config / "sources.yml")
    seconds = perf_counter() - started
    return DemoReport(
        nights=[world.night(number).isoformat() for number in range(nights)],
        persons=persons,
        messages=len(world.contacts) + len(world.nobody),
        profiles=len(world.profiles),
        rendered=world.rendered,
        rejected=len(world.rejected),
        seconds=seconds,
        messages_per_second=world.rendered / seconds,
    )


def _leave_real_data_alone(home: Home, inbox: Path) -> None:
    """Refuse a home that holds exports or sources of its own: a sample world has its truth beside it, real data has none."""
    has_truth = (home.path / "truth" / "record_person.csv").is_file()
    is_own_inbox = inbox.resolve() == (home.path / "inbox").resolve()
    kept = [] if has_truth else [home.path / "config" / "sources.yml"]
    kept += [] if has_truth and is_own_inbox else [inbox / name for name in SOURCES]
    for taken in kept:
        if taken.exists():
            raise ConfigurationError(f"{taken} is no sample world's and would be replaced; name another folder with --home")


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """Switch the cycle collector off: millions of strings and no cycles, and it takes a seventh of the time (measured)."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
