"""How well people are told apart: the published customers against the truth of worlds that the model never saw.

    python -m benchmarks.quality                      2,000 persons over 3 nights, four seeds
    python -m benchmarks.quality --persons 20000 --seeds 4242

Beside it stands, as the named baseline on the same records in the same run, what most teams start with: **exact
matching**, which makes one customer of all records that share an address, a number, a handle, an account or a CRM id.
Seeds of the shipped model's training are refused.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pipelines.score import measure, score
from pipelines.settings import Home

TRAINED_ON = {20_260_301}  # docs/linkage.md
KEYS = ("email", "phone", "handle", "account", "crm_id")


def goldthread(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pipelines.cli", *arguments], check=True, capture_output=True)


def publish_world(home: Path, persons: int, nights: int, seed: int) -> None:
    where = ("--home", str(home))
    goldthread("demo", f"--persons={persons}", f"--nights={nights}", f"--seed={seed}", *where)
    for night in sorted({path.name for path in (home / "inbox").glob("*/*")}):
        goldthread("run", "--night", night, *where)


def exact_matching(home: Path) -> tuple[float, float, int]:
    """Return pairwise precision and recall and the largest cluster of exact matching, on the same records."""
    con = duckdb.connect()
    con.execute(f"ATTACH '{home / 'warehouse' / 'goldthread.duckdb'}' AS warehouse (READ_ONLY)")
    con.execute(f"""
        CREATE TABLE record AS
        SELECT row_number() OVER (ORDER BY member.source, member.source_ref) - 1 AS node, member.*, truth.person_id
        FROM warehouse.resolve.membership AS member
        INNER JOIN read_csv('{home / "truth" / "record_person.csv"}', all_varchar = true) AS truth
            USING (record_kind, source, source_ref)
        WHERE truth.person_id IS NOT NULL
    """)
    links = con.execute(
        """
        SELECT record.node, min(record.node) OVER (PARTITION BY kind, scope, value) AS first_node
        FROM record INNER JOIN warehouse.staging.identifier USING (record_kind, source, source_ref)
        WHERE list_contains($keys, kind) AND evidence != 'claimed'
        """,
        {"keys": list(KEYS)},
    ).fetchnumpy()
    (size,) = con.execute("SELECT count(*) FROM record").fetchall()[0]
    graph = coo_matrix((np.ones(len(links["node"])), (links["node"], links["first_node"])), shape=(size, size))
    labels = connected_components(graph, directed=False)[1]
    con.register("label", {"node": np.arange(size), "component": labels})
    con.execute("""
        CREATE TABLE grouped AS
        SELECT record.person_id AS kind, label.component::VARCHAR AS grouping
        FROM record INNER JOIN label USING (node)
    """)
    found = measure(con, "grouped")
    (largest,) = con.execute("SELECT max(n) FROM (SELECT count(*) AS n FROM grouped GROUP BY grouping)").fetchall()[0]
    return found.pairwise_precision, found.pairwise_recall, largest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=2_000)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[991, 4242, 86, 5])
    options = parser.parse_args()
    if TRAINED_ON & set(options.seeds):
        raise SystemExit(f"the shipped model was trained on {TRAINED_ON}")
    print(f"{options.persons:,} persons, {options.nights} nights\n")
    print(f"| {'seed':>6} | {'':<14} | precision | recall |    F1 | largest (truly) |")
    print(f"|{'-' * 7}:|{'-' * 16}|{'-' * 10}:|{'-' * 7}:|{'-' * 6}:|{'-' * 16}:|")
    for seed in options.seeds:
        home = Path(tempfile.mkdtemp(prefix="goldthread-quality-"))
        try:
            publish_world(home, options.persons, options.nights, seed)
            ours = score(Home(home))
            rows = {
                "Goldthread": (ours.agreement.pairwise_precision, ours.agreement.pairwise_recall, ours.largest_customer),
                "exact matching": exact_matching(home),
            }
        finally:
            shutil.rmtree(home)
        for name, (precision, recall, largest) in rows.items():
            f1 = 2 * precision * recall / (precision + recall)
            size = f"{largest} ({ours.largest_person})"
            print(f"| {seed:>6} | {name:<14} | {precision:>9.3f} | {recall:>6.3f} | {f1:>5.3f} | {size:>15} |", flush=True)


if __name__ == "__main__":
    main()
