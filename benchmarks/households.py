"""How well households are found: golden.household against the truth of worlds, by pairs of persons.

    python -m benchmarks.households                      2,000 persons over 3 nights, seeds 991 and 4242
    python -m benchmarks.households --persons 20000 --seeds 77
    python -m benchmarks.households --home DIR           of a home that was loaded before

A pair of members is right where both are of one household of the truth, or one person in two pieces. Recall counts pairs of
persons of one household who both have a customer; beside it stands what the records can tell at all: pairs who are seen on
one line or mailbox, or who are both in the CRM, which has their address. Of organisations, pairs who write from one role
mailbox are counted alike.
"""

import argparse
import tempfile
from pathlib import Path

import duckdb

from benchmarks.homes import nights_of, prepare_world, run_nights
from pipelines import night as stages
from pipelines.settings import Home

_TRUTH = """
    CREATE TABLE truth AS SELECT * FROM read_csv('{truth}/shared.csv', all_varchar = true);
    CREATE TABLE record AS SELECT * FROM read_csv('{truth}/record_person.csv', all_varchar = true);
    CREATE TABLE owner AS
    SELECT membership.customer_id, mode(record.person_id) AS person_id
    FROM warehouse.golden.membership AS membership
    INNER JOIN record USING (record_kind, source, source_ref)
    WHERE membership.customer_id IS NOT NULL AND record.person_id IS NOT NULL
    GROUP BY membership.customer_id;
    CREATE TABLE seen AS SELECT DISTINCT person_id FROM owner;
    CREATE TABLE on_file AS
    SELECT DISTINCT person_id FROM record WHERE record_kind = 'profile' AND person_id IS NOT NULL;
"""
_FOUND = """
    CREATE OR REPLACE TABLE found AS
    SELECT DISTINCT least(l.person_id, r.person_id) AS one, greatest(l.person_id, r.person_id) AS other
    FROM warehouse.golden.household AS one
    INNER JOIN warehouse.golden.household AS other
        ON one.household_id = other.household_id AND one.customer_id < other.customer_id
    INNER JOIN owner AS l ON one.customer_id = l.customer_id
    INNER JOIN owner AS r ON other.customer_id = r.customer_id
    WHERE one.kind = $kind
"""
_TRUE = """
    CREATE OR REPLACE TABLE together AS
    SELECT DISTINCT l.person_id AS one, r.person_id AS other
    FROM truth AS l INNER JOIN truth AS r ON l.cause = r.cause AND l.value = r.value AND l.person_id < r.person_id
    WHERE l.cause = $cause AND l.person_id IN (FROM seen) AND r.person_id IN (FROM seen)
"""
_COUNTS = """
    SELECT
        (SELECT count(*) FROM found WHERE one != other) AS found,
        (SELECT count(*) FROM found SEMI JOIN together USING (one, other)) AS right,
        (SELECT count(*) FROM together) AS true
"""
# What the records can tell: both on file (one address), or both seen on the line or in the mailbox.
_TELLABLE = """
    SELECT count(*), count(found.one)
    FROM together LEFT JOIN found USING (one, other)
    WHERE
        ($kind = 'household' AND one IN (FROM on_file) AND other IN (FROM on_file))
        OR EXISTS (
            SELECT 1 FROM shown AS l INNER JOIN shown AS r USING (value)
            WHERE l.person_id = together.one AND r.person_id = together.other
        )
"""
_SHOWN = """
    CREATE OR REPLACE TABLE shown AS
    SELECT DISTINCT owner.person_id, identifier.value
    FROM warehouse.golden.identifier AS identifier INNER JOIN owner USING (customer_id)
    WHERE identifier.kind IN ('phone', 'email') AND identifier.evidence != 'claimed' AND identifier.is_shared
"""


def publishable(home: Home, persons: int, nights: int, seed: int) -> None:
    """Write a world and bring it as far as the golden tables."""
    prepare_world(home, persons, nights, seed)
    run_nights(home)
    stages.load(nights_of(home)[-1].isoformat(), str(home.path))


def measure(home: Home) -> list[tuple[str, str, int, str, float]]:
    """Return the rows: the kind, its groups, pairs found (or that could be), precision, recall."""
    con = duckdb.connect()
    con.execute(f"ATTACH '{home.database}' AS warehouse (READ_ONLY)")
    for statement in con.extract_statements(_TRUTH.format(truth=home.path / "truth")):
        con.execute(statement).fetchall()
    con.execute(_SHOWN).fetchall()
    rows = []
    for kind in ("household", "role_mailbox"):
        con.execute(_FOUND, {"kind": kind}).fetchall()
        con.execute(_TRUE, {"cause": kind}).fetchall()
        found, right, true = con.execute(_COUNTS).fetchall()[0]
        groups = con.execute(f"SELECT count(DISTINCT household_id) FROM warehouse.golden.household WHERE kind = '{kind}'")
        rows.append((kind, f"{groups.fetchall()[0][0]:,}", found, f"{right / (found or 1):.3f}", right / (true or 1)))
        tellable, told = con.execute(_TELLABLE, {"kind": kind}).fetchall()[0]
        rows.append(("  whose records can tell", "", tellable, "", told / (tellable or 1)))
    con.close()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=2_000)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[991, 4242])
    parser.add_argument("--home", type=Path, help="a home with a truth that was loaded before")
    options = parser.parse_args()
    print(f"| {'seed':>6} | {'kind':<24} | {'groups':>6} | {'pairs':>6} | precision | recall |")
    print(f"|{'-' * 7}:|{'-' * 26}|{'-' * 7}:|{'-' * 7}:|{'-' * 10}:|{'-' * 7}:|")
    for seed in options.seeds if options.home is None else [""]:
        with tempfile.TemporaryDirectory(prefix="goldthread-households-") as folder:
            home = Home(options.home or Path(folder))
            if options.home is None:
                publishable(home, options.persons, options.nights, seed)
            for kind, groups, pairs, precision, recall in measure(home):
                print(
                    f"| {seed:>6} | {kind:<24} | {groups:>6} | {pairs:>6,} | {precision:>9} | {recall:>6.3f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
