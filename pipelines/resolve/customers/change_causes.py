"""What happened to customers tonight, and why: told per customer, and counted for whoever reads the log."""

from collections import Counter
from datetime import date

import duckdb

from pipelines.resolve.relations import run
from pipelines.settings import Home
from pipelines.warehouse import build

CHANGES = ("new", "merged", "split", "corrected", "forgotten")
_SCRATCH = ("told_change", "change_ground")
_LONG_AGO = date(1, 1, 1)


def build_change(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Build resolve.change from the temporary tables trace and assigned, and the ``baseline_*`` of ``past.take_past``."""
    newest = run(con, "SELECT max(night) FROM baseline_membership")[0][0] or _LONG_AGO
    run(con, "CREATE SCHEMA IF NOT EXISTS scratch")
    for table in _SCRATCH:
        build(con, home, f"scratch.{table}", newest_night=newest)
    build(con, home, "resolve.change", for_all=changed_for_all(con))
    for table in _SCRATCH:
        run(con, f"DROP TABLE scratch.{table}")
    run(con, "DROP SCHEMA scratch")


def changed_for_all(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return what changed since for all customers alike: model, settings, population or code; None where nothing did.

    Where several did, the first of these is named: it is the one that moves most.
    """
    changed = run(
        con,
        """
        SELECT coalesce(tonight.fact, before.fact)
        FROM (SELECT * FROM resolve.basis WHERE fact != 'judgement') AS tonight
        FULL JOIN (SELECT * FROM baseline_basis WHERE fact != 'judgement') AS before ON tonight.fact = before.fact
        WHERE tonight.content IS DISTINCT FROM before.content AND EXISTS (FROM baseline_basis)
        """,
    )
    facts = {"settings" if fact.startswith("setting ") else fact for (fact,) in changed}
    return next((fact for fact in ("model", "settings", "population", "code") if fact in facts), None)


def change_counts(con: duckdb.DuckDBPyConnection, table: str = "resolve.change") -> dict[str, dict[str, int]]:
    """Count the rows of a table of changes: {"merged": {"records": 12, "late": 1}, …}, in the order of ``CHANGES``."""
    counted = run(con, f"SELECT change, cause, count(*) FROM {table} GROUP BY change, cause ORDER BY count(*) DESC, cause")
    told: dict[str, dict[str, int]] = {change: {} for change in CHANGES}
    for change, cause, count in counted:
        told.setdefault(change, {})[cause] = count
    return {change: causes for change, causes in told.items() if causes}


def change_words(counts: dict[str, dict[str, int]], nothing: str = "no customer changed") -> str:
    """Say what ``change_counts`` counted: "154 new (records), 9 merged (8 records, 1 late)"; or that it was ``nothing``."""
    words = []
    for change, causes in counts.items():
        causes_told = Counter(causes).most_common()
        told = ", ".join(f"{count:,} {cause}" if len(causes_told) > 1 else cause for cause, count in causes_told)
        words.append(f"{sum(causes.values()):,} {change} ({told})")
    return ", ".join(words) or nothing
