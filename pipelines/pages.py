"""Pages that people open: one frame and one look for all, written into a single file that needs no network."""

import functools
from pathlib import Path

import jinja2

from pipelines.signs import visible

FRAME = Path(__file__).parent / "templates"


@functools.cache  # a night writes its report twice; compiling a template takes longer than filling it
def pages_of(templates: Path) -> jinja2.Environment:
    """Return what renders the pages of a folder; they extend ``page.html``, and a name that is not given is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([templates, FRAME]), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_shown,
    )  # fmt: skip
    environment.filters["count"] = lambda number: f"{number:,}"
    return environment


def _shown(value: object) -> object:
    """Return a value as a page shows it: a page may be read in a terminal too."""
    return visible(value) if type(value) is str else value
