"""Resolve, measured: one night of the sample world, the same night again, and a small night after it.

    python benchmarks/resolve.py --persons 30000

Prints one line a run: wall and CPU seconds, peak memory of the process so far, and the counts. Extraction is not timed.
"""

import argparse
import json
import resource
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

from pipelines import warehouse
from pipelines.demo.command import write_demo
from pipelines.extract.landing.landing import land
from pipelines.resolve.stage import resolve
from pipelines.settings import Home, load_sources

COUNTS = ("resolve.membership", "resolve.identity", "resolve.edge", "resolve.customer")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--persons", type=int, default=30_000)
    options.add_argument("--nights", type=int, default=2)
    options.add_argument("--seed", type=int, default=5)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        nights = [
            date.fromisoformat(str(night)) for night in write_demo(home, given.persons, given.nights, given.seed).nights
        ]
        sources = load_sources(home.path / "config" / "sources.yml").values()
        for night in nights:
            for source in sources:
                land(home, source, night)
            tell(f"night {night}", home, night)
            tell(f"night {night} again", home, night)


def tell(label: str, home: Home, night: date) -> None:
    wall, cpu = perf_counter(), process_time()
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        rows = resolve(con, home, night)
    print(
        json.dumps(
            {
                "run": label,
                "wall_seconds": round(perf_counter() - wall, 1),
                "cpu_seconds": round(process_time() - cpu, 1),
                "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                **{table: rows[table] for table in COUNTS},
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
