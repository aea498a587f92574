"""How long ids live: what a sample world's nights move, and whose id changes when nothing of theirs did.

    python -m benchmarks.customer_ids                                   2,000 persons over 7 nights, seed 991
    python -m benchmarks.customer_ids --persons 20000 --nights 3 --seed 77

The nights are resolved, loaded and published one after the other, each held against the change budget of linkage.yml (the
expectations, which take seconds, are left out). Then the last night is run again from that state, each time in a copy: from
the lake alone, without the warehouse, with a model trained on these customers, and with other thresholds. Customers **stay**
where exactly their records are one customer again; of these, all should keep their id. An id **dangles** that was published
and leads neither to a customer of then nor to "no records".
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.homes import extract_night, nights_of, prepare_world
from benchmarks.tables import print_table
from pipelines import night as stages
from pipelines.files import sha256_of
from pipelines.load.publish import publish
from pipelines.load.validation.change_budget import check_budget, count_moved
from pipelines.load.validation.checks import ValidationReport, write_checks
from pipelines.load.versions.candidate import build_candidate, candidate_folder
from pipelines.load.versions.published import current
from pipelines.resolve.customers.change_causes import change_words
from pipelines.resolve.scoring.model import load_model
from pipelines.resolve.settings import load_linkage
from pipelines.resolve.training.train import learn
from pipelines.settings import Home
from pipelines.warehouse import connect, writer_lock

COMPARED = """
    WITH before AS (
        SELECT customer_id, list(record_kind || ' ' || source || ' ' || source_ref ORDER BY ALL) AS records
        FROM in_use.golden.membership WHERE customer_id IS NOT NULL GROUP BY customer_id
    ),
    now AS (
        SELECT customer_id, list(record_kind || ' ' || source || ' ' || source_ref ORDER BY ALL) AS records
        FROM candidate.golden.membership WHERE customer_id IS NOT NULL GROUP BY customer_id
    ),
    dangling AS (
        SELECT customer_id FROM in_use.golden.crosswalk
        ANTI JOIN (
            SELECT crosswalk.customer_id FROM candidate.golden.crosswalk AS crosswalk
            LEFT JOIN candidate.golden.customer AS customer ON crosswalk.current_customer_id = customer.customer_id
            WHERE customer.customer_id IS NOT NULL OR crosswalk.current_customer_id IS NULL
        ) AS answered USING (customer_id)
    )
    SELECT
        (SELECT count(*) FROM before),
        (SELECT count(*) FROM before SEMI JOIN now USING (records)),
        (SELECT count(*) FROM before SEMI JOIN now USING (customer_id, records)),
        (SELECT count(*) FROM dangling)
"""


def options_of() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=2_000)
    parser.add_argument("--nights", type=int, default=7)
    parser.add_argument("--seed", type=int, default=991)
    parser.add_argument("--home", type=Path, help="keep the world in this folder, and use it where it is there")
    return parser.parse_args()


def build(home: Home, night: date, *, full: bool = False) -> Path:
    """Resolve and load one night, and return its candidate."""
    name, place = night.isoformat(), str(home.path)
    with writer_lock(home):
        stages.resolve(name, place, full=full)
        stages.load(name, place)
        return build_candidate(home)


def night_row(home: Home, night: date) -> list[str]:
    """Publish one night; return what it moved against the version before."""
    candidate, folder = build(home, night), current(home)
    in_use = folder / "customers.duckdb" if folder else None
    budget = load_linkage(home.find("config/linkage.yml")).change_budget
    checks, _ = check_budget(home, candidate, in_use, budget, None)
    why, counts = "the first version", ["", "", ""]
    if in_use:
        moved = count_moved(home, candidate, in_use)
        why = change_words(moved.causes, "nothing moves")
        shares = moved.customers / moved.all_customers, moved.interactions / moved.all_interactions
        counts = [f"{moved.all_customers:,}", *(f"{share:.2%}" for share in shares)]
    with writer_lock(home):
        report = ValidationReport(night, [])
        write_checks(candidate_folder(home) / "checks.json", report, sha256=sha256_of(candidate))
        publish(home, night)
    return [str(night), why, "yes" if all(check.success for check in checks) else "NO", *counts]


def compare(home: Home, night: date, what: str, prepare: Callable[[Home], None], *, full: bool = False) -> list[str]:
    """Run the last night again in a copy that ``prepare`` changed, and count whose id is another."""
    with tempfile.TemporaryDirectory(dir=home.path.parent) as folder:
        copy = Home(Path(folder) / "home")
        shutil.copytree(home.path, copy.path, symlinks=True)
        prepare(copy)
        candidate = build(copy, night, full=full)
        in_use = (current(copy) or copy.path) / "customers.duckdb"
        moved = count_moved(copy, candidate, in_use)
        with duckdb.connect(":memory:") as con:
            con.execute(f"ATTACH '{in_use}' AS in_use (READ_ONLY); ATTACH '{candidate}' AS candidate (READ_ONLY)")
            before, stay, kept, dangling = con.execute(COMPARED).fetchall()[0]
    share = f"{kept / stay:.3%}" if stay else "-"
    why = change_words(moved.causes, "nothing moves")
    return [what, why, f"{before:,}", f"{before - stay:,}", f"{stay:,}", share, f"{dangling:,}"]


def retrain(home: Home) -> None:
    """Put a model into use that is trained on the home's own customers."""
    con = connect(home.database, home, read_only=True)
    try:
        model = learn(con, load_model(home.find("config/linkage_model.json")), "the bench's customers").model
    finally:
        con.close()
    (home.path / "config").mkdir(exist_ok=True)
    (home.path / "config" / "linkage_model.json").write_text(model.model_dump_json())


def set_threshold(bits: float) -> Callable[[Home], None]:
    """Return what gives a home another threshold."""

    def change(home: Home) -> None:
        shipped = home.find("config/linkage.yml").read_text()
        line = next(line for line in shipped.splitlines() if line.startswith("threshold:"))
        (home.path / "config" / "linkage.yml").write_text(shipped.replace(line, f"threshold: {bits}"))

    return change


def main() -> None:
    """Run the nights, then the variations of the last one, and print both tables."""
    options = options_of()
    with tempfile.TemporaryDirectory(prefix="goldthread-ids-") as folder:
        home = Home((options.home or Path(folder) / "world").resolve())
        prepare_world(home, options.persons, options.nights, options.seed)
        shutil.rmtree(home.published, ignore_errors=True)
        shutil.rmtree(home.database.parent, ignore_errors=True)
        nights = nights_of(home)
        rows = []
        for night in nights:
            extract_night(home, night)
            rows.append(night_row(home, night))
        print_table(["night", "why", "in budget", "customers before", "of them moved", "interactions moved"], rows, 3)
        variations: list[tuple[str, Callable[[Home], None], bool]] = [
            ("full rebuild", lambda _: None, True),
            ("warehouse lost", lambda copy: shutil.rmtree(copy.database.parent), False),
            ("retrained model", retrain, False),
            ("threshold 2 bits", set_threshold(2.0), False),
            ("threshold 5 bits", set_threshold(5.0), False),
        ]
        told = [compare(home, nights[-1], what, prepare, full=full) for what, prepare, full in variations]
        print_table(["last night again", "why", "customers", "moved", "stay", "keep their id", "dangling ids"], told, 2)


if __name__ == "__main__":
    main()
