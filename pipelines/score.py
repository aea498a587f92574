"""The score: a published version held against the truth of a sample world, as precision and recall over source records.

Everything is counted from the cells of the table "person by customer", never by listing pairs: a cell of n records holds
n (n - 1) / 2 pairs. A million records take about a second.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.settings import Home
from pipelines.warehouse import connect


@dataclass(frozen=True)
class Agreement:
    """How well two groupings of the same records agree; shares from 0 to 1, and 1 where there was nothing to get wrong.

    Attributes:
        pairwise_precision: of the pairs of records put together, those that belong together.
        pairwise_recall: of the pairs that belong together, those put together.
        bcubed_precision, bcubed_recall: the same seen from each record: the share of its group that is its own kind, and
            the share of its kind that is in its group; averaged over records, so that a large group counts once a record.
        cluster_precision, cluster_recall: the strictest: of the groups found, those that are exactly one kind, whole, and
            of the kinds those that are exactly one group. A record without a group is a group of its own.
    """

    pairwise_precision: float
    pairwise_recall: float
    pairwise_f1: float
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    cluster_precision: float
    cluster_recall: float
    cluster_f1: float


@dataclass(frozen=True)
class Part:
    """The records of one source, or with one tag of the truth: how many, and their part in the B-cubed measures."""

    name: str
    records: int
    coverage: float
    bcubed_precision: float
    bcubed_recall: float


@dataclass(frozen=True)
class Consent:
    """Contact points that somebody said yes or no for: how many the truth knows, and how the version has them.

    Attributes:
        wrongly_allowed: a no published as a yes; the one number that has to be 0.
        wrongly_refused: a yes published as a no, because somebody else's no was taken for it.
        unknown: not published at all, which allows nothing.
    """

    points: int
    wrongly_allowed: int
    wrongly_refused: int
    unknown: int


@dataclass(frozen=True)
class ScoreReport:
    """A version against the truth. Only records that the version holds are scored; ``missing`` counts the others.

    Attributes:
        version: the published version's name.
        records: those scored that have a true person.
        persons: true persons behind them; customers: distinct customers of theirs.
        agreement: persons against customers. A record without a customer stands alone: it is in no pair.
        coverage: the share of ``records`` that have a customer.
        largest_customer, largest_person: records of the largest group, found and true.
        nobody: scored records that no person stands behind; nobody_with_customer: those that got a customer all the same.
        missing: records of the truth that the version does not hold (0 once all nights are in).
        unknown: records of the version that the truth does not know.
        by_source, by_tag: the same records in parts.
        enquiries: true enquiries against enquiry_id; None where none are published.
        duplicate_precision, duplicate_recall: messages that ask again, against duplicate_of; None where none are published.
        consent: who may be sent advertising after the version's last night; None where it is not published.
    """

    version: str
    records: int
    persons: int
    customers: int
    agreement: Agreement
    coverage: float
    largest_customer: int
    largest_person: int
    nobody: int
    nobody_with_customer: int
    missing: int
    unknown: int
    by_source: list[Part]
    by_tag: list[Part]
    enquiries: Agreement | None = None
    duplicate_precision: float | None = None
    duplicate_recall: float | None = None
    consent: Consent | None = None


def score(home: Home, truth: Path | None = None) -> ScoreReport:
    """Hold ``published/current`` against ``truth`` (default: the home's ``truth/``, as ``goldthread demo`` writes it).

    Reads golden.membership, golden.interaction (enquiries) and golden.consent of the version, read-only, and
    ``record_person.csv``, ``message_enquiry.csv``, ``duplicates.csv`` and ``consent.csv`` of the truth.

    Raises:
        ConfigurationError: nothing is published, or there is no truth.
    """
    folder = truth or home.path / "truth"
    if not (folder / "record_person.csv").is_file():
        raise ConfigurationError(
            f"{folder}: no truth to hold against: record_person.csv is missing (goldthread demo writes it)"
        )
    version = (home.published / "current").resolve()
    database = version / "customers.duckdb"
    if not database.is_file():
        raise ConfigurationError(f"{home.published}: nothing is published yet; run a night first")
    con = connect(database, home, read_only=True)
    try:
        return _score(con, folder, version.name)
    finally:
        con.close()


def _score(con: duckdb.DuckDBPyConnection, folder: Path, version: str) -> ScoreReport:
    _read(con, "truth_record", folder / "record_person.csv")
    con.execute("""
        CREATE TEMP TABLE scored AS
        SELECT
            record.source,
            record.tags,
            nullif(record.person_id, '') AS kind,
            membership.customer_id AS grouping
        FROM truth_record AS record
        INNER JOIN golden.membership AS membership
            ON record.record_kind = membership.record_kind
            AND record.source = membership.source
            AND record.source_ref = membership.source_ref
    """)
    in_truth, in_version, joined, nobody, linked = _row(con, """
        SELECT
            (SELECT count(*) FROM truth_record),
            (SELECT count(*) FROM golden.membership),
            count(*),
            count(*) FILTER (WHERE kind IS NULL),
            count(grouping) FILTER (WHERE kind IS NULL)
        FROM scored
    """)  # fmt: skip
    con.execute("DELETE FROM scored WHERE kind IS NULL")
    agreement = measure(con, "scored")
    records, persons, customers, covered = _row(
        con, "SELECT count(*), count(DISTINCT kind), count(DISTINCT grouping), count(grouping) FROM scored"
    )
    largest = _row(con, """
        SELECT
            (SELECT coalesce(max(n), 0) FROM (SELECT count(grouping) AS n FROM scored GROUP BY grouping)),
            (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM scored GROUP BY kind))
    """)  # fmt: skip
    duplicates = _duplicates(con, folder)
    return ScoreReport(
        version=version,
        records=records,
        persons=persons,
        customers=customers,
        agreement=agreement,
        coverage=_share(covered, records),
        largest_customer=largest[0],
        largest_person=largest[1],
        nobody=nobody,
        nobody_with_customer=linked,
        missing=in_truth - joined,
        unknown=in_version - joined,
        by_source=_parts(con, "source"),
        by_tag=_parts(con, "unnest(string_split(CASE WHEN tags = '' THEN 'none' ELSE tags END, ' '))"),
        enquiries=_enquiries(con, folder),
        duplicate_precision=duplicates[0] if duplicates else None,
        duplicate_recall=duplicates[1] if duplicates else None,
        consent=_consent(con, folder),
    )


def measure(con: duckdb.DuckDBPyConnection, table: str) -> Agreement:
    """Compare ``kind`` (true, never NULL) with ``grouping`` (found; NULL stands alone) in ``table``, one row a record.

    Leaves the temporary view ``seen``: the rows of ``table`` with ``precision`` and ``recall`` as each record sees them.
    """
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE cell AS
        SELECT kind, grouping, count(*) AS n FROM {table} WHERE grouping IS NOT NULL GROUP BY kind, grouping
    """)
    con.execute("CREATE OR REPLACE TEMP TABLE found AS SELECT grouping, sum(n)::BIGINT AS n FROM cell GROUP BY grouping")
    con.execute(f"CREATE OR REPLACE TEMP TABLE actual AS SELECT kind, count(*) AS n FROM {table} GROUP BY kind")
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW seen AS
        SELECT
            record.*,
            coalesce(cell.n / found.n, 1.0) AS precision,
            coalesce(cell.n, 1) / actual.n AS recall
        FROM {table} AS record
        INNER JOIN actual ON record.kind = actual.kind
        LEFT JOIN cell ON record.kind = cell.kind AND record.grouping = cell.grouping
        LEFT JOIN found ON record.grouping = found.grouping
    """)
    right, together, belonging = _row(con, """
        SELECT
            (SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM cell),
            (SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM found),
            (SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM actual)
    """)  # fmt: skip
    seen = con.execute("SELECT coalesce(avg(precision), 1), coalesce(avg(recall), 1) FROM seen").fetchone() or (1.0, 1.0)
    precision, recall = _share(right, together), _share(right, belonging)
    whole, groups, kinds = _row(con, f"""
        SELECT
            (
                SELECT count(*)
                FROM cell INNER JOIN found USING (grouping) INNER JOIN actual USING (kind)
                WHERE cell.n = found.n AND cell.n = actual.n
            ) + (
                SELECT count(*) FROM {table} INNER JOIN actual USING (kind) WHERE grouping IS NULL AND n = 1
            ),
            (SELECT count(*) FROM found) + (SELECT count(*) FROM {table} WHERE grouping IS NULL),
            (SELECT count(*) FROM actual)
    """)  # fmt: skip
    exact = _share(whole, groups), _share(whole, kinds)
    return Agreement(
        precision, recall, _f1(precision, recall), float(seen[0]), float(seen[1]), _f1(seen[0], seen[1]),
        *exact, _f1(*exact),
    )  # fmt: skip


def _parts(con: duckdb.DuckDBPyConnection, name: str) -> list[Part]:
    """Split ``seen`` by the expression ``name``."""
    rows = con.execute(f"""
        WITH part AS (SELECT {name} AS name, grouping, precision, recall FROM seen)

        SELECT name, count(*), count(grouping) / count(*), avg(precision), avg(recall)
        FROM part GROUP BY name ORDER BY name
    """).fetchall()
    return [Part(*row) for row in rows]


def _enquiries(con: duckdb.DuckDBPyConnection, folder: Path) -> Agreement | None:
    """Score the enquiries, where the truth knows them and any are published."""
    if not (folder / "message_enquiry.csv").is_file() or not _publishes(con, "enquiry_id"):
        return None
    _read(con, "truth_enquiry", folder / "message_enquiry.csv")
    con.execute("""
        CREATE TEMP TABLE asked AS
        SELECT enquiry.enquiry_id AS kind, interaction.enquiry_id AS grouping
        FROM truth_enquiry AS enquiry
        INNER JOIN golden.interaction AS interaction
            ON enquiry.source = interaction.source AND enquiry.source_ref = interaction.source_ref
    """)
    return measure(con, "asked")


def _duplicates(con: duckdb.DuckDBPyConnection, folder: Path) -> tuple[float, float] | None:
    """Return precision and recall of the messages marked as asked again, where any are published."""
    if not (folder / "duplicates.csv").is_file() or not _publishes(con, "duplicate_of"):
        return None
    _read(con, "truth_duplicate", folder / "duplicates.csv")
    right, marked, true = _row(con, """
        SELECT
            count(*) FILTER (WHERE interaction.duplicate_of IS NOT NULL AND truth.source_ref IS NOT NULL),
            count(*) FILTER (WHERE interaction.duplicate_of IS NOT NULL),
            count(*) FILTER (WHERE truth.source_ref IS NOT NULL)
        FROM golden.interaction AS interaction
        LEFT JOIN truth_duplicate AS truth
            ON interaction.source = truth.source AND interaction.source_ref = truth.source_ref
    """)  # fmt: skip
    return _share(right, marked), _share(right, true)


def _consent(con: duckdb.DuckDBPyConnection, folder: Path) -> Consent | None:
    """Compare golden.consent with the truth of the version's last night."""
    if not (folder / "consent.csv").is_file() or not _publishes(con, "allowed", table="consent"):
        return None
    _read(con, "truth_consent", folder / "consent.csv")
    return Consent(*_row(con, """
        WITH truth AS (
            SELECT kind, value, channel, purpose, arg_max(allowed, day) = 'true' AS allowed
            FROM truth_consent
            WHERE day::DATE <= (SELECT max(night) FROM golden.membership)
            GROUP BY kind, value, channel, purpose
        ), published AS (
            SELECT kind, value, channel, purpose, bool_and(allowed) AS allowed
            FROM golden.consent
            GROUP BY kind, value, channel, purpose
        )

        SELECT
            count(*),
            count(*) FILTER (WHERE published.allowed AND NOT truth.allowed),
            count(*) FILTER (WHERE NOT published.allowed AND truth.allowed),
            count(*) FILTER (WHERE published.allowed IS NULL)
        FROM truth
        LEFT JOIN published USING (kind, value, channel, purpose)
    """))  # fmt: skip


def _publishes(con: duckdb.DuckDBPyConnection, column: str, table: str = "interaction") -> bool:
    """Say whether a golden table is there and has any value in ``column``."""
    (there,) = _row(con, f"""
        SELECT count(*) FROM duckdb_columns()
        WHERE schema_name = 'golden' AND table_name = '{table}' AND column_name = '{column}'
    """)  # fmt: skip
    return bool(there) and _row(con, f"SELECT count({column}) FROM golden.{table}")[0] > 0


def _read(con: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    """Read a truth file, every column as text and empty rather than NULL."""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {table} AS
        SELECT coalesce(columns(*), '')
        FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')""",
        {"path": str(path)},
    )


def _row(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    row = con.execute(sql).fetchone()
    return tuple(int(value) for value in row) if row else ()


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
