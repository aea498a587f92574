"""How well enquiries, repeats, switches and consent are found: a loaded home against the truth of its sample world.

    python -m benchmarks.enquiries HOME

Pairs of messages are counted from group sizes, never one by one. Enquiries are held against the truth twice: over all
messages, and over the messages of persons whom resolution made exactly one customer, which leaves what is lost to
linking people out of account.
"""

import sys
from pathlib import Path

import duckdb

TRUTH = ("message_enquiry", "duplicates", "switches", "consent")


def open_home(home: Path) -> duckdb.DuckDBPyConnection:
    """Return the home's warehouse, read only, with its truth as views ``truth_…``."""
    con = duckdb.connect(str(home / "warehouse" / "goldthread.duckdb"), read_only=True)
    for table in TRUTH:
        path = str(home / "truth" / f"{table}.csv").replace("'", "''")
        con.execute(f"CREATE TEMP VIEW truth_{table} AS FROM read_csv('{path}', all_varchar = true)")
    con.execute(
        """
        CREATE TEMP TABLE message AS
        SELECT source, source_ref, interaction.customer_id, truth.person_id, interaction.enquiry_id AS found,
            truth.enquiry_id AS truth, interaction.duplicate_of, interaction.duplicate_of_source
        FROM golden.interaction AS interaction
        INNER JOIN truth_message_enquiry AS truth USING (source, source_ref)
        """
    )
    con.execute(
        """
        CREATE TEMP TABLE whole AS
        SELECT person_id FROM message GROUP BY person_id
        HAVING count(DISTINCT customer_id) = 1 AND count(*) = count(customer_id)
        """
    )
    return con


def one(con: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    return tuple(int(number) for number in con.execute(query).fetchall()[0])


def pairs(con: duckdb.DuckDBPyConnection, keys: str, where: str) -> int:
    grouped = f"SELECT count(*) AS n FROM message WHERE {where} GROUP BY {keys}"
    return one(con, f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM ({grouped})")[0]


def tell(name: str, found: int, true: int, both: int) -> None:
    print(f"{name:44} {found:8,} {true:8,}   precision {both / max(found, 1):.3f}   recall {both / max(true, 1):.3f}")


def main(home: Path) -> None:
    con = open_home(home)
    print(f"{'':44} {'found':>8} {'true':>8}")
    for name, where in (("all", "TRUE"), ("whole persons", "person_id IN (SELECT person_id FROM whole)")):
        found = pairs(con, "found", f"found IS NOT NULL AND {where}")
        both = pairs(con, "found, truth", f"found IS NOT NULL AND {where}")
        tell(f"pairs of messages of one enquiry, {name}", found, pairs(con, "truth", where), both)
    repeats = "SELECT source, source_ref, duplicate_of_source, duplicate_of FROM message WHERE duplicate_of IS NOT NULL"
    tell(
        "repeated asks, first ask right",
        *one(con, f"SELECT count(*), (SELECT count(*) FROM truth_duplicates) FROM ({repeats})"),
        *one(con, f"SELECT count(*) FROM ({repeats} INTERSECT FROM truth_duplicates)"),
    )
    switches = "SELECT from_source, from_source_ref, to_source, to_source_ref FROM golden.channel_switch"
    true_switches = "SELECT from_source, from_ref, to_source, to_ref FROM truth_switches"
    tell(
        "switches, from and to the right message",
        *one(con, f"SELECT (SELECT count(*) FROM ({switches})), (SELECT count(*) FROM ({true_switches}))"),
        *one(con, f"SELECT count(*) FROM ({switches} INTERSECT {true_switches})"),
    )
    causes = """
        SELECT cause, count(*), count(switch.to_source_ref)
        FROM truth_switches AS truth
        LEFT JOIN golden.channel_switch AS switch
            ON truth.to_source = switch.to_source AND truth.to_ref = switch.to_source_ref
        GROUP BY cause ORDER BY cause
    """
    for cause, true, both in con.execute(causes).fetchall():
        print(f"    {cause:40} {both:8,} {true:8,}   {'':17} recall {both / true:.3f}")
    last = """
        SELECT kind, value, channel, purpose, arg_max(allowed, day) = 'true' AS allowed
        FROM truth_consent GROUP BY ALL
    """
    known, equal, worse = one(
        con,
        f"""
        SELECT count(*), count(*) FILTER (WHERE truth.allowed = consent.allowed),
            count(*) FILTER (WHERE NOT truth.allowed AND consent.allowed)
        FROM ({last}) AS truth LEFT JOIN golden.consent AS consent USING (kind, value, channel, purpose)
        """,
    )
    print(f"contact points with a yes or no: {known:,}; {equal:,} as they are; {worse:,} a yes where it is a no")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
