"""Whether probabilities mean what they say, on worlds that no curve was drawn on.

    python -m benchmarks.calibration                           curves from the training world, four unseen seeds
    python -m benchmarks.calibration --keep worlds --seeds 86  worlds are kept and only resolved anew the next time

The curves are drawn through the pairs of one world (the seed of the shipped model's training) under the model in
`config/`, and held against the truth of the others: by weight alone, with those curves, and with the curves that are
shipped in the model, where it has any. Links are those without which a customer would fall apart (what
`golden.customer.confidence` tells); pairs are all that were scored and kept. ECE is the expected calibration error over
the bins that the training report shows (0 is perfect).
"""

import argparse
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from benchmarks.homes import extract_nights, prepare_world, resolve_anew
from pipelines import warehouse
from pipelines.resolve.scoring.calibration import Reliability, fit, link_probability, pair_probability, reliability
from pipelines.resolve.scoring.model import Calibration
from pipelines.resolve.settings import load_linkage
from pipelines.resolve.training.candidates import model_in_use
from pipelines.resolve.training.known import known_pairs, truth_of
from pipelines.settings import PACKAGE_ROOT, Home

TRAINING_SEED = 20_260_301


def known_of(home: Home, persons: int, nights: int, seed: int) -> pd.DataFrame:
    """Return the scored pairs of a world, each with its truth."""
    prepare_world(home, persons, nights, seed)
    extract_nights(home)
    resolve_anew(home)
    con = warehouse.connect(home.database, home, read_only=True)
    try:
        return known_pairs(con, load_linkage(home.find("config/linkage.yml")), truth_of(home.path)).pairs
    finally:
        con.close()


def of_links(known: pd.DataFrame, curves: Calibration | None) -> Reliability:
    links = known[known["is_tree"]]
    return reliability(link_probability(curves, links["match_weight"].to_numpy(float)), links["is_same"].to_numpy(bool))


def of_pairs(known: pd.DataFrame, curves: Calibration | None) -> Reliability:
    weight, other = known["match_weight"].to_numpy(float), known["other_weight"].to_numpy(float)
    return reliability(pair_probability(curves, weight, other), known["is_same"].to_numpy(bool))


@contextlib.contextmanager
def folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="goldthread-calibration-") as name:
        yield Path(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=2_000)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[991, 4242, 86, 5])
    parser.add_argument("--fit-persons", type=int, default=6_000, help="of the world that the curves are drawn on")
    parser.add_argument("--fit-nights", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for the worlds")
    options = parser.parse_args()
    if TRAINING_SEED in options.seeds:
        raise SystemExit(f"the curves are drawn on seed {TRAINING_SEED}: name others")
    shipped = model_in_use(Home(PACKAGE_ROOT)).calibration
    with folder(options.keep) as worlds:
        trained = known_of(Home(worlds / "training"), options.fit_persons, options.fit_nights, TRAINING_SEED)
        curves = fit(trained, None, f"seed {TRAINING_SEED}")
        if curves is None:
            raise SystemExit("too few pairs to draw curves on: give more --fit-persons")
        unseen = {
            seed: known_of(Home(worlds / f"seed-{seed}"), options.persons, options.nights, seed) for seed in options.seeds
        }
    print(f"curves drawn on {len(trained):,} pairs of {options.fit_persons:,} persons, {options.fit_nights} nights;")
    print(f"held against {options.persons:,} persons, {options.nights} nights each\n")
    print(f"| {'seed':>6} | {'':<5} | {'count':>7} | {'ECE by weight':>13} | {'calibrated':>10} | {'as shipped':>10} |")
    print(f"|{'-' * 7}:|{'-' * 7}|{'-' * 8}:|{'-' * 14}:|{'-' * 11}:|{'-' * 11}:|")
    for seed, known in unseen.items():
        for what, measure in (("links", of_links), ("pairs", of_pairs)):
            raw, fitted = measure(known, None), measure(known, curves)
            as_shipped = f"{measure(known, shipped).error:.4f}" if shipped else "none"
            errors = f"{raw.error:>13.4f} | {fitted.error:>10.4f} | {as_shipped:>10}"
            print(f"| {seed:>6} | {what:<5} | {raw.pairs:>7,} | {errors} |")
    together = pd.concat(unseen.values(), ignore_index=True)
    for what, measure in (("links that hold customers together", of_links), ("all scored pairs", of_pairs)):
        print(f"\n{what}, the worlds together, by calibrated probability:\n")
        print(f"| {'from':>6} | {'to':>6} | {'count':>7} | {'said':>6} | {'came true':>9} |")
        print(f"|{'-' * 7}:|{'-' * 7}:|{'-' * 8}:|{'-' * 7}:|{'-' * 10}:|")
        for one in measure(together, curves).bins:
            print(f"| {one.low:>6g} | {one.high:>6g} | {one.pairs:>7,} | {one.said:>6.3f} | {one.came_true:>9.3f} |")


if __name__ == "__main__":
    main()
