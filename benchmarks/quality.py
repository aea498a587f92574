"""How well people are told apart: customers against the truth of worlds that the model never saw, at the shipped threshold.

    python -m benchmarks.quality                                  2,000 persons over 3 nights, four seeds
    python -m benchmarks.quality --nights 7                       the same over a week
    python -m benchmarks.quality --persons 100000 --seeds 77      memory and time: see docs/linkage.md
    python -m benchmarks.quality --home DIR --seeds 991 --misses --false
                                          keep the world in DIR, and say what is missing and what is false
    python -m benchmarks.quality --home DIR --seeds 991 --resolve-only --misses
                                          the same world again with today's code, resolved anew, alone

Beside it stand, on the same records in the same run: **exact matching**, one customer of all records that share an address,
a number, a handle, an account or a CRM id; **Splink's defaults**, its README on the columns of a contact log; and **the
ceiling of the blocks**: what an oracle could reach that links all true pairs that our blocking keys bring together.

Precision, recall and F1 are of pairs of records; B-cubed F1 of the records' views of their groups. Over-merges are pairs of
persons who share something (a home, a company's mailbox, a number) and became one customer, over all pairs who share it.
Seeds of the shipped model's training are refused.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import homes
from benchmarks.below import below_threshold
from benchmarks.linkers import blocking_ceiling, exact_matching, splink_defaults
from benchmarks.misses import find_misses, misses_by
from benchmarks.over_merges import CAUSES, OverMerge, crossing_links, false_pairs, over_merges
from benchmarks.records import Held, hold, open_records
from benchmarks.tables import console, print_table
from pipelines.resolve.settings import load_linkage
from pipelines.settings import Home

TRAINED_ON = {20_260_301}  # docs/linkage.md
OURS = "Goldthread"
METHODS: dict[str, Callable[[duckdb.DuckDBPyConnection], Any]] = {
    OURS: lambda _: None,
    "exact matching": exact_matching,
    "Splink's defaults": splink_defaults,
    "ceiling of our blocks": blocking_ceiling,
}


def options_of() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=2_000)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[991, 4242, 86, 5])
    parser.add_argument(
        "--home", type=Path, help="keep the worlds below this folder, one a seed, and use those that are there"
    )
    parser.add_argument("--resolve-only", action="store_true", help="resolve the kept worlds anew; extract nothing")
    parser.add_argument("--measure-only", action="store_true", help="measure the kept worlds as they were resolved last")
    parser.add_argument("--only-ours", action="store_true", help="leave the baselines out")
    parser.add_argument(
        "--misses",
        action="store_true",
        help="say which records hang apart, what they have in common, and what a lower threshold would join",
    )
    parser.add_argument("--false", action="store_true", help="say what the false pairs were joined by")
    parser.add_argument("--markdown", action="store_true", help="print the tables as the docs hold them")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON, one line a seed")
    options = parser.parse_args()
    if TRAINED_ON & set(options.seeds):
        parser.error(f"the shipped model was trained on {TRAINED_ON}: name another seed")
    if (options.resolve_only or options.measure_only) and not options.home:
        parser.error("--resolve-only and --measure-only need the --home that an earlier run kept")
    return options


def resolved_home(home: Home, options: argparse.Namespace, seed: int) -> homes.Resolved | None:
    """Bring the home to a resolved world; None where it is measured as it stands."""
    homes.prepare_world(home, options.persons, options.nights, seed)
    if options.measure_only:
        return None
    if options.resolve_only:
        if not home.lake.is_dir():
            raise SystemExit(f"{home.path}: nothing is extracted there yet; run once without --resolve-only")
        return homes.resolve_anew(home)
    shutil.rmtree(home.database.parent, ignore_errors=True)
    return homes.run_nights(home)


def measure_seed(home: Home, options: argparse.Namespace, seed: int) -> list[OverMerge]:
    """Resolve and measure one world, print what was found, and return the over-merges."""
    resolved = resolved_home(home, options, seed)
    con = open_records(home)
    held: dict[str, Held] = {}
    for name, group in METHODS.items():
        if name == OURS or not options.only_ours:
            held[name] = hold(con, group(con))
    errors = over_merges(con, home)
    if options.json:
        print(json.dumps(as_json(seed, resolved, held, errors)), flush=True)
    else:
        show_methods(seed, held, options.markdown)
        show_over_merges(f"seed {seed}", errors, options.markdown)
        if resolved:
            took = f"{resolved.cpu_seconds:.1f} s of CPU, at most {resolved.peak_megabytes:,} MB"
            console.print(f"seed {seed}: {resolved.rows['resolve.membership']:,} records; the last resolve took {took}\n")
    threshold = load_linkage(home.find("config/linkage.yml")).threshold
    if options.misses:
        show_misses(con, threshold, options.markdown)
    if options.false:
        show_false(con, threshold, options.markdown)
    con.close()
    return errors


def as_json(seed: int, resolved: homes.Resolved | None, held: dict[str, Held], errors: list[OverMerge]) -> dict[str, Any]:
    """Return all figures of a seed."""
    return {
        "seed": seed,
        "methods": {name: asdict(found) for name, found in held.items()},
        "over_merges": [asdict(each) | {"share": each.share} for each in errors],
        "resolve": {"cpu_seconds": resolved.cpu_seconds, "peak_megabytes": resolved.peak_megabytes} if resolved else None,
    }


def show_methods(seed: int, held: dict[str, Held], markdown: bool) -> None:
    """Print one row a method."""
    rows = [
        [
            name,
            *(f"{figure:.3f}" for figure in (
                found.agreement.pairwise_precision, found.agreement.pairwise_recall, found.agreement.pairwise_f1,
                found.agreement.bcubed_f1, found.agreement.cluster_f1,
            )),
            f"{found.largest} ({found.largest_person})",
        ]
        for name, found in held.items()
    ]  # fmt: skip
    columns = (f"seed {seed}", "precision", "recall", "F1", "B-cubed F1", "whole F1", "largest (truly)")
    print_table(columns, rows, words=1, markdown=markdown)


def show_over_merges(worlds: str, errors: list[OverMerge], markdown: bool) -> None:
    """Print one row a cause."""
    rows = [
        [each.cause, CAUSES.get(each.cause, "have nothing of it in common"), f"{each.errors:,}", f"{each.chances:,}",
         f"{each.share:.2%}" if each.cause in CAUSES else f"{each.share:.1e}"]
        for each in errors
    ]  # fmt: skip
    print_table((f"{worlds}: made one", "two persons who", "errors", "chances", "share"), rows, words=2, markdown=markdown)


def show_misses(con: duckdb.DuckDBPyConnection, threshold: float, markdown: bool) -> None:
    """Print where the missing recall lies."""
    find_misses(con, threshold)
    for title, columns in {
        "missing by what the part has in common with its person's others": ("evidence",),
        "by source": ("source",),
        "by how the part shows itself": ("shows",),
        "by what became of its best pair": ("fate",),
        "by evidence and fate": ("evidence", "fate"),
        "by source, looks and evidence": ("source", "shows", "evidence"),
    }.items():
        rows = [
            [each.what, f"{each.parts:,}", f"{each.records:,}", f"{each.pairs:,}", f"{each.share:.1%}"]
            for each in misses_by(con, *columns)
        ]
        print_table((title, "parts", "records", "missing pairs", "share"), rows, words=1, markdown=markdown)
    below = [
        (
            f"{each.bits}",
            f"{each.customers:,}",
            f"{each.right_customers / each.customers:.0%}",
            f"{each.right:,}",
            f"{each.wrong:,}",
        )
        for each in below_threshold(con, threshold)
    ]
    columns = ("bits below the threshold", "pairs of customers", "one person", "pairs of records, right", "wrong")
    print_table(columns, below, words=0, markdown=markdown)


def show_false(con: duckdb.DuckDBPyConnection, threshold: float, markdown: bool) -> None:
    """Print what the false pairs were joined by."""
    rows = [[causes, *(f"{count:,}" for count in counts)] for causes, *counts in false_pairs(con)]
    print_table(
        ("false pairs by what the two persons share", "persons", "customers", "pairs of records"),
        rows,
        words=1,
        markdown=markdown,
    )
    links = [
        [rule, common, f"{count:,}", f"{weight:+.1f}", f"{other:+.1f}"]
        for rule, common, count, weight, other in crossing_links(con, threshold)
    ]
    print_table(
        ("links between two persons: rule", "in common", "links", "bits", "without names"),
        links[:20],
        words=2,
        markdown=markdown,
    )


def main() -> None:
    options = options_of()
    if not options.json:
        console.print(f"{options.persons:,} persons, {options.nights} nights\n")
    errors: list[list[OverMerge]] = []
    for seed in options.seeds:
        if options.home:
            kept = Home((options.home / f"{options.persons}x{options.nights}-{seed}").resolve())
            errors.append(measure_seed(kept, options, seed))
            continue
        with tempfile.TemporaryDirectory(prefix="goldthread-quality-") as folder:
            errors.append(measure_seed(Home(Path(folder) / "world"), options, seed))
    if len(errors) > 1 and not options.json:
        show_over_merges("all seeds", [together(rows) for rows in zip(*errors, strict=True)], options.markdown)


def together(rows: Iterable[OverMerge]) -> OverMerge:
    """Return one cause over several worlds."""
    found = list(rows)
    return OverMerge(found[0].cause, sum(each.errors for each in found), sum(each.chances for each in found))


if __name__ == "__main__":
    main()
