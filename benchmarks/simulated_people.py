"""Labelled truths of a town that another project simulates: its people, and their families, over years.

    python -m venv people && people/bin/pip install pseudopeople
    people/bin/python -P benchmarks/simulated_people.py --into held-out
    GOLDTHREAD_SAMPLES=held-out python -m benchmarks.labelled census payroll

pseudopeople (BSD-3) brings a small town, Anytown, whose people are born, move, marry and age, and writes what offices know
of them with the slips that offices make: typed, heard, read by a machine, copied from a member of the household. It is run
in an environment of its own, as it needs nothing of ours; hence this file imports nothing of ours, either, and -P keeps
this folder's modules from standing in for its libraries.
"""

import argparse
from pathlib import Path

import pandas as pd

_HOME = ("street_number", "street_name", "unit_number")


def rows_of(told: pd.DataFrame, place: str = "") -> pd.DataFrame:
    """Return an office's rows in our columns; ``place`` stands before the names of its address columns."""
    street = told[[place + part for part in _HOME]].astype("string").fillna("").agg(" ".join, axis=1)
    return pd.DataFrame({
        "given": told["first_name"], "middle": told["middle_initial"], "family": told["last_name"],
        "birth": told.get("date_of_birth"), "ssn": told.get("ssn"), "street": street.str.split().str.join(" "),
        "city": told[place + "city"], "zip": told[place + "zipcode"], "person": told["simulant_id"],
    })  # fmt: skip


def write(rows: pd.DataFrame, path: Path) -> None:
    """Write a CSV, its rows in an order that tells nothing."""
    rows = rows.sample(frac=1, random_state=3).astype("string").fillna("")
    rows.insert(0, "id", [f"r{number}" for number in range(len(rows))])
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.to_csv(path, index=False)
    print(f"{path}: {len(rows):,} rows of {rows['person'].nunique():,} persons")


def main() -> None:
    """Write two censuses ten years apart with a programme for mothers, and a payroll beside one of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, required=True, help="the folder that becomes GOLDTHREAD_SAMPLES")
    into = parser.parse_args().into / "truth"
    try:
        import pseudopeople as town  # type: ignore[import-not-found]
    except ModuleNotFoundError:
        raise SystemExit("pseudopeople is not there: run this in an environment that has it (see --help)") from None
    first = rows_of(town.generate_decennial_census(seed=5, year=2020))
    second = rows_of(town.generate_decennial_census(seed=6, year=2030))
    mothers = rows_of(town.generate_women_infants_and_children(seed=8, year=2021))
    write(pd.concat([first, second, mothers]).drop(columns="ssn"), into / "census.csv")
    wages = rows_of(town.generate_taxes_w2_and_1099(seed=9, year=2021), "mailing_address_")
    write(pd.concat([wages, first]), into / "payroll.csv")


if __name__ == "__main__":
    main()
