"""The labelled truths: public data sets of other projects, through our pipeline with the shipped configuration.

    python -m benchmarks.labelled                     febrl1, febrl3 and fake_1000
    python -m benchmarks.labelled febrl3 --errors 20  and what went wrong, pair by pair
    python -m benchmarks.labelled febrl4              one that no weight was set by (see benchmarks.held_out)
    python -m benchmarks.labelled census              one of simulated families (see benchmarks.simulated_people)

Each is landed as a source of format `table` with a column mapping, and nothing else is told or tuned. Beside it stand, on
the same rows in the same run, exact matching and Splink with the settings of its own documentation for that data.

pairwise, B-cubed and whole are F1 of pairs of records, of the records' views of their groups, and of groups that are
exactly one person, whole. The folder of the truths is GOLDTHREAD_SAMPLES, else ../shared/samples beside the repository.
"""

import argparse
import csv
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import yaml

from benchmarks.homes import resolve_night
from benchmarks.linkers import Recipe, blocking_ceiling, exact_matching, splink_groups
from benchmarks.records import Held, hold, open_records
from benchmarks.tables import console, print_table
from pipelines import night as stages
from pipelines.settings import PACKAGE_ROOT, Home

NIGHT = stages.night_of("2026-03-02")


@dataclass(frozen=True)
class Truth:
    """A labelled file, its columns for our format `table`, and who a row is of.

    Attributes:
        keys: the kinds of identifier that exact matching takes.
        recipe: Splink's documentation on this data.
    """

    name: str
    columns: dict[str, str]
    person_of: Callable[[dict[str, str]], str]
    keys: tuple[str, ...]
    recipe: Callable[[], Recipe]
    date_order: str = "ymd"


FEBRL = {
    "source_ref": "rec_id", "given_name": "given_name", "family_name": "surname", "street": "address_1", "city": "suburb",
    "postcode": "postcode", "date_of_birth": "date_of_birth", "account.soc_sec_id": "soc_sec_id",
}  # fmt: skip
FAKE = {
    "source_ref": "unique_id", "given_name": "first_name", "family_name": "surname", "date_of_birth": "dob", "city": "city",
    "email": "email",
}  # fmt: skip

RLDATA = {"source_ref": "id", "given_name": "given", "family_name": "family", "date_of_birth": "birth"}

CENSUS = RLDATA | {"middle_name": "middle", "street": "street", "city": "city", "postcode": "zip"}


def febrl_recipe() -> Recipe:
    """Splink's documentation, "Deduplicating the febrl3 dataset"."""
    import splink.comparison_library as cl
    from splink import block_on

    return Recipe(
        comparisons=[
            cl.NameComparison("given_name"), cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        blocking=[block_on("soc_sec_id"), block_on("given_name"), block_on("surname"), block_on("date_of_birth"),
                  block_on("postcode")],
        certain=[block_on("soc_sec_id"), "l.given_name = r.given_name AND l.surname = r.surname"
                 " AND l.date_of_birth = r.date_of_birth"],
        training=[block_on("date_of_birth"), block_on("postcode")],
    )  # fmt: skip


def fake_recipe() -> Recipe:
    """Splink's README, whose data this is, with the wider blocks of its earlier versions, which find more here."""
    import splink.comparison_library as cl
    from splink import block_on

    return Recipe(
        comparisons=[
            cl.NameComparison("first_name"), cl.JaroAtThresholds("surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True), cl.EmailComparison("email"),
        ],
        blocking=[block_on("first_name"), block_on("surname"), block_on("email")],
        certain=[block_on("first_name", "surname")],
        training=[block_on("first_name", "surname"), block_on("email")],
    )  # fmt: skip


def rldata_recipe() -> Recipe:
    """As Splink's documentation would have it for names and dates of birth; it has no page on this data."""
    import splink.comparison_library as cl
    from splink import block_on

    return Recipe(
        comparisons=[
            cl.NameComparison("given").configure(term_frequency_adjustments=True),
            cl.NameComparison("family").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("birth", input_is_string=True),
        ],
        blocking=[block_on("given", "family"), block_on("family", "birth"), block_on("given", "birth")],
        certain=["l.given = r.given AND l.family = r.family AND left(l.birth, 4) = left(r.birth, 4)"],
        training=[block_on("birth"), block_on("given", "family")],
    )


def census_recipe(*, has_number: bool = False) -> Recipe:
    """The same with an address and, on a payroll, the social security number; it has no page on this data either."""
    import splink.comparison_library as cl
    from splink import block_on

    names = rldata_recipe()
    comparisons = [*names.comparisons, cl.JaroWinklerAtThresholds("street", [0.9])]
    blocking = [*names.blocking, block_on("street", "family")]
    if has_number:
        comparisons.append(cl.DamerauLevenshteinAtThresholds("ssn", [1, 2]))
        blocking.append(block_on("ssn"))
    return replace(names, comparisons=comparisons, blocking=blocking)


_person = itemgetter("person")


def _febrl_person(row: dict[str, str]) -> str:
    return "-".join(row["rec_id"].split("-")[:2])


SET_BY = ("febrl1", "febrl3", "fake_1000")  # what was looked at while weights were set
TRUTHS = {
    truth.name: truth
    for truth in (
        Truth("febrl1", FEBRL, _febrl_person, ("account",), febrl_recipe),
        Truth("febrl3", FEBRL, _febrl_person, ("account",), febrl_recipe),
        Truth("fake_1000", FAKE, lambda row: row["cluster"], ("email",), fake_recipe),
        Truth("febrl2", FEBRL, _febrl_person, ("account",), febrl_recipe),
        Truth("febrl4", FEBRL, _febrl_person, ("account",), febrl_recipe),
        Truth("rldata500", RLDATA, _person, ("name", "date_of_birth"), rldata_recipe),
        Truth("rldata10000", RLDATA, _person, ("name", "date_of_birth"), rldata_recipe),
        Truth("census", CENSUS, _person, ("name", "date_of_birth"), census_recipe, "mdy"),
        Truth(
            "payroll", CENSUS | {"account.ssn": "ssn"}, _person, ("account",), partial(census_recipe, has_number=True), "mdy"
        ),
    )
}


def samples() -> Path:
    """Return the folder of the labelled truths."""
    return Path(os.environ.get("GOLDTHREAD_SAMPLES") or PACKAGE_ROOT.parent / "shared" / "samples") / "truth"


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file; FEBRL's writers leave a space after every comma."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [dict(row) for row in csv.DictReader(stream, skipinitialspace=True)]


def resolve_truth(truth: Truth, rows: list[dict[str, str]], file: Path, home: Home) -> duckdb.DuckDBPyConnection:
    """Land a labelled file as the one source of ``home``, resolve it, and return its records beside their persons."""
    inbox = Path(home.inbox) / truth.name / NIGHT.isoformat()
    inbox.mkdir(parents=True)
    (inbox / file.name).write_bytes(file.read_bytes())
    source = {
        "format": "table", "kind": "profile", "path": truth.name + "/{night}/*.csv", "date_order": truth.date_order,
        "columns": truth.columns, "max_quarantined_share": 0,
    }  # fmt: skip
    (home.path / "config").mkdir()
    (home.path / "config" / "sources.yml").write_text(yaml.safe_dump({"sources": {truth.name: source}}))
    (home.path / "truth").mkdir()
    with (home.path / "truth" / "record_person.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["record_kind", "source", "source_ref", "person_id", "tags"])
        writer.writerows(["profile", truth.name, row[truth.columns["source_ref"]], truth.person_of(row), ""] for row in rows)
    stages.raise_broken(stages.extract(home, stages.sources_of(home), NIGHT))
    resolve_night(home, NIGHT)
    con = open_records(home)
    (count,) = con.execute("SELECT count(*) FROM record").fetchall()[0]
    if count != len(rows):
        raise SystemExit(f"{truth.name}: {len(rows)} rows, and {count} records of them resolved")
    return con


def splink_of(con: duckdb.DuckDBPyConnection, truth: Truth, rows: list[dict[str, str]]) -> np.ndarray:
    """Return Splink's group of each record."""
    nodes = dict(con.execute("SELECT source_ref, node FROM record").fetchall())
    columns = {
        name: [row[name].strip() or None for row in rows]
        for name in rows[0]
        if name not in ("unique_id", "cluster", "person")
    }
    columns["unique_id"] = [nodes[row[truth.columns["source_ref"]]] for row in rows]
    found = splink_groups(pa.table(columns), truth.recipe())
    return np.array([found[node] for node in range(len(rows))])


def show(held: dict[tuple[str, str], Held], *, markdown: bool) -> None:
    """Print one row a data set and method."""
    rows = []
    for (truth, method), found in held.items():
        told = found.agreement
        figures = (told.pairwise_precision, told.pairwise_recall, told.pairwise_f1, told.bcubed_f1, told.cluster_f1)
        largest = f"{found.largest} ({found.largest_person})"
        rows.append([truth, method, *(f"{figure:.4f}" for figure in figures), largest])
    columns = ("truth", "", "precision", "recall", "pairwise F1", "B-cubed F1", "whole F1", "largest (truly)")
    print_table(columns, rows, words=2, markdown=markdown)


def show_errors(con: duckdb.DuckDBPyConnection, truth: Truth, rows: list[dict[str, str]], at_most: int) -> None:
    """Print pairs that were linked wrongly and pairs that were missed, one row above the other, with their best edge."""
    by_ref = {row[truth.columns["source_ref"]]: row for row in rows}
    shown = [column for field, column in truth.columns.items() if field != "source_ref"]
    for what, condition in (
        ("linked, and two persons", "l.customer_id = r.customer_id AND l.person_id != r.person_id"),
        ("one person, and not linked", "l.customer_id != r.customer_id AND l.person_id = r.person_id"),
    ):
        pairs = con.execute(f"""
            SELECT l.source_ref, r.source_ref, edge.match_weight, edge.rule
            FROM record AS l INNER JOIN record AS r ON l.node < r.node AND {condition}
            LEFT JOIN warehouse.resolve.edge AS edge
                ON least(l.identity_id, r.identity_id) = edge.identity_l
                AND greatest(l.identity_id, r.identity_id) = edge.identity_r
            ORDER BY edge.match_weight DESC NULLS LAST, l.source_ref, r.source_ref
        """).fetchall()
        lines = []
        for left, right, weight, rule in pairs[:at_most]:
            told = "no pair" if weight is None else f"{weight:+.1f} {rule}"
            lines.append([told, left, *(_cell(by_ref[left], column) for column in shown)])
            lines.append(["", right, *(_cell(by_ref[right], column) for column in shown)])
        console.print(f"{truth.name}: {what}: {len(pairs)} pairs\n")
        if lines:
            print_table(("weight", "row", *shown), lines, words=2 + len(shown))


def _cell(row: dict[str, str], column: Any) -> str:
    return row[column].strip() or "·"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    truths = f"which of {', '.join(TRUTHS)}; {', '.join(SET_BY)} where none is named"
    parser.add_argument("truths", nargs="*", metavar="TRUTH", help=truths)
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="print N false and N missed pairs of each")
    parser.add_argument("--markdown", action="store_true", help="print the table as the docs hold it")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--only-ours", action="store_true", help="leave exact matching and Splink out")
    options = parser.parse_args()
    if unknown := set(options.truths) - TRUTHS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(TRUTHS)}")
    held: dict[tuple[str, str], Held] = {}
    for name in options.truths or SET_BY:
        truth, file = TRUTHS[name], samples() / f"{name}.csv"
        if not file.is_file():
            raise SystemExit(f"{file}: no such file; set GOLDTHREAD_SAMPLES to the folder that holds truth/{name}.csv")
        rows = rows_of(file)
        with tempfile.TemporaryDirectory(prefix="goldthread-labelled-") as folder:
            con = resolve_truth(truth, rows, file, Home(Path(folder)))
            held[name, "Goldthread"] = hold(con)
            if not options.only_ours:
                held[name, "exact matching"] = hold(con, exact_matching(con, truth.keys))
                held[name, "Splink's documentation"] = hold(con, splink_of(con, truth, rows))
                held[name, "ceiling of our blocks"] = hold(con, blocking_ceiling(con))
            if options.errors:
                show_errors(con, truth, rows, options.errors)
            con.close()
    if options.json:
        print(json.dumps([{"truth": truth, "method": method, **asdict(found)} for (truth, method), found in held.items()]))
    else:
        show(held, markdown=options.markdown)


if __name__ == "__main__":
    main()
