"""Messages a second of the sample world, from the first draw to the last file, and seconds of the score over its records.

Usage: python benchmarks/demo.py [--persons 30000] [--nights 1] [--records 1000000]

Files go to a temporary folder (TMPDIR): with chats come thousands of small ones, so a slow disk shows. A world of fifty
persons is written first, so that imports do not count. A machine that others use shows in the two seconds: processor
time is what the work takes, elapsed time what one waits.
"""

import argparse
import json
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import duckdb

from pipelines.demo.command import write_demo
from pipelines.score import measure
from pipelines.settings import Home


def main() -> None:
    """Measure and print one line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=30_000)
    parser.add_argument("--nights", type=int, default=1)
    parser.add_argument("--records", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_demo(Home(Path(folder) / "warm"), 50, 1, seed=1)
        started, worked = perf_counter(), process_time()
        report = write_demo(Home(Path(folder) / "world"), arguments.persons, arguments.nights, seed=7)
        elapsed, worked = perf_counter() - started, process_time() - worked
        sizes = [path.stat().st_size for path in (Path(folder) / "world" / "inbox").rglob("*") if path.is_file()]
    print(json.dumps({
        "measure": "demo", "persons": report.persons, "nights": len(report.nights), "messages": report.messages,
        "messages_a_person": round(report.messages / report.persons, 2), "rendered": report.rendered, "files": len(sizes),
        "megabytes": round(sum(sizes) / 1e6, 1), "elapsed_seconds": round(elapsed, 2), "processor_seconds": round(worked, 2),
        "messages_per_elapsed_second": round(report.messages / elapsed),
        "messages_per_processor_second": round(report.messages / worked),
        "rendered_per_processor_second": round(report.rendered / worked),
    }))  # fmt: skip
    with duckdb.connect() as con:
        con.execute(
            """CREATE TABLE record AS
            SELECT
                'p' || (hash(i) % ($records // 8)) AS kind,
                CASE WHEN i % 20 > 0 THEN 'c' || (hash(i // 2) % ($records // 6)) END AS grouping
            FROM range($records) AS record (i)""",
            {"records": arguments.records},
        )
        started = perf_counter()
        measure(con, "record")
        print(json.dumps({"measure": "score", "records": arguments.records, "seconds": round(perf_counter() - started, 2)}))


if __name__ == "__main__":
    main()
