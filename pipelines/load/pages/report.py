"""The report of a night: one page that needs nothing but itself, and shows counts and ids, never a person's data."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.load.answers.delivered import absent, missing, quarantined
from pipelines.load.pages.stewards import read_stewards
from pipelines.load.validation.checks import SEVERITIES, Check, ValidationReport
from pipelines.pages import pages_of
from pipelines.resolve.customers.change_causes import change_counts, change_words
from pipelines.settings import Source

TEMPLATES = Path(__file__).parent / "templates"
OUTCOMES = ("accepted", "duplicate", "suppressed", "quarantined")
SIZES = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (7, 10), (11, 20), (21, 50), (51, None))  # records a customer

SOURCES = """
SELECT source, any_value(format) AS format, count(*) AS files, sum(read)::BIGINT AS read,
    sum(accepted)::BIGINT AS accepted, sum(duplicate)::BIGINT AS duplicate, sum(suppressed)::BIGINT AS suppressed,
    sum(quarantined)::BIGINT AS quarantined
FROM meta.ledger WHERE night = $night GROUP BY source ORDER BY source
"""
NOTICES = """
SELECT kind, source, reason, sum(record_count)::BIGINT AS records, count(*) AS files FROM meta.notice WHERE night = $night
GROUP BY ALL ORDER BY kind DESC, records DESC, source, reason LIMIT 60
"""
CHANGES = "SELECT change, count(*) AS customers FROM golden.change GROUP BY change ORDER BY change"
TOTALS = """
SELECT
    (SELECT count(*) FROM golden.customer) AS customers,
    count(*) AS records,
    count(*) FILTER (WHERE customer_id IS NULL) AS nobody,
    count(DISTINCT night) AS nights,
    count(DISTINCT identity_id) AS identities
FROM golden.membership
"""
NOBODY = """
SELECT reason, count(*) AS records FROM golden.membership WHERE customer_id IS NULL
GROUP BY reason ORDER BY records DESC, reason
"""
SIZE = """
SELECT interaction_count + profile_count AS size, count(*) AS customers FROM golden.customer GROUP BY size ORDER BY size
"""
OVERLAP = """
SELECT list_sort(channels) AS channels, count(*) AS customers FROM golden.customer
GROUP BY ALL ORDER BY customers DESC, channels LIMIT 12
"""
CHANNELS = """
SELECT channel, count(*) AS interactions, count(DISTINCT customer_id) AS customers FROM golden.interaction
GROUP BY channel ORDER BY interactions DESC, channel
"""
DAYS = """
SELECT occurred_at::DATE AS day, channel, count(*) AS interactions FROM golden.interaction
WHERE occurred_at::DATE BETWEEN $night - 27 AND $night GROUP BY ALL ORDER BY ALL
"""
RULES = """
SELECT link_rule.rule, block.pairs, link_rule.links, link_rule.held, link_rule.weakest_link, block.largest_block
FROM meta.link_rule AS link_rule LEFT JOIN meta.block AS block ON link_rule.rule = block.rule
ORDER BY link_rule.links DESC, link_rule.rule
"""
CLUSTERS = """
SELECT customer_id, identity_count, interaction_count + profile_count AS records, channel_count, confidence
FROM golden.customer ORDER BY identity_count DESC, records DESC, customer_id LIMIT 10
"""
MODEL = "SELECT any_value(model_version) AS model FROM meta.edge"


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: its label, its count, and its share of the longest bar (0 to 1)."""

    label: str
    count: int
    share: float


@dataclass(frozen=True)
class Day:
    """One day's interactions: ``(channel, count, base, height)``, base and height as shares of the busiest day."""

    day: date
    count: int
    parts: list[tuple[str, int, float, float]] = field(default_factory=list)


def write_report(
    database: Path,
    target: Path,
    result: ValidationReport,
    *,
    version: str | None = None,
    seconds: dict[str, float] | None = None,
    sources: Iterable[Source] = (),
) -> None:
    """Write the night's page.

    Args:
        database: the candidate or published ``customers.duckdb``, read only.
        target: the page.
        result: what the expectations said.
        version: the version's name; None while it is a candidate.
        seconds: the seconds each stage took.
        sources: those of sources.yml, to tell which were due and did not come.
    """
    with duckdb.connect(str(database), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        facts = gather(con, result.night, sources)
    environment = pages_of(TEMPLATES)
    page = environment.get_template("report.html").render(
        **facts, night=result.night, version=version, seconds=bars(seconds or {}), result=result,
        suites=_suites(result.checks), severities=SEVERITIES, outcomes=OUTCOMES,
    )  # fmt: skip
    target.write_text(page, encoding="utf-8")


def gather(con: duckdb.DuckDBPyConnection, night: date, declared: Iterable[Source]) -> dict[str, Any]:
    """Count everything the page shows; ids and counts only."""
    due = missing(con, night, declared)
    totals = _rows(con, TOTALS)[0]
    channels = _rows(con, CHANNELS)
    sources = _rows(con, SOURCES, night=night)
    return {
        "totals": totals,
        "sources": sources,
        "most_read": max((source["read"] for source in sources), default=0),
        "read": sum(source["read"] for source in sources),
        "outcome_counts": {name: sum(source[name] for source in sources) for name in OUTCOMES},
        "quarantine": quarantined(con, night),
        "notices": _rows(con, NOTICES, night=night),
        "missing": due,
        "absent": [source for source in absent(con, night) if source not in due],
        "changes": {row["change"]: row["customers"] for row in _rows(con, CHANGES)},
        "causes": change_words(change_counts(con, "golden.change")),
        "nobody": bars({row["reason"]: row["records"] for row in _rows(con, NOBODY)}),
        "sizes": bars(_size_classes(_rows(con, SIZE))),
        "channels": [row["channel"] for row in channels],
        "channel_rows": channels,
        "overlap": _shares(_rows(con, OVERLAP), "customers"),
        "days": _days(_rows(con, DAYS, night=night), night),
        "rules": _shares(_rows(con, RULES), "links"),
        "clusters": _rows(con, CLUSTERS),
        "model": _rows(con, MODEL)[0]["model"],
        "stewards": read_stewards(con),
    }


def bars(counts: dict[str, Any]) -> list[Bar]:
    """Return a bar for each label, the longest at full length."""
    longest = max(counts.values(), default=0) or 1
    return [Bar(str(label), count, count / longest) for label, count in counts.items()]


def _rows(con: duckdb.DuckDBPyConnection, query: str, **values: Any) -> list[dict[str, Any]]:
    cursor = con.execute(query, values)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _shares(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    longest = max((row[column] for row in rows), default=0) or 1
    return [row | {"share": row[column] / longest} for row in rows]


def _size_classes(rows: list[dict[str, Any]]) -> dict[str, int]:
    classes = {}
    for low, high in SIZES:
        label = str(low) if low == high else f"{low}-{high}" if high else f"{low}+"
        classes[label] = sum(row["customers"] for row in rows if low <= row["size"] <= (high or row["size"]))
    while len(classes) > 1 and not classes[last := list(classes)[-1]]:
        del classes[last]
    return classes


def _days(rows: list[dict[str, Any]], night: date) -> list[Day]:
    """Stack each day's channels, from the first day with an interaction to the night."""
    if not rows:
        return []
    first = rows[0]["day"]
    counts: dict[date, dict[str, int]] = {date.fromordinal(n): {} for n in range(first.toordinal(), night.toordinal() + 1)}
    for row in rows:
        counts[row["day"]][row["channel"]] = row["interactions"]
    busiest = max(sum(channels.values()) for channels in counts.values())
    days = []
    for day, channels in counts.items():
        parts, base = [], 0
        for channel, count in channels.items():
            parts.append((channel, count, base / busiest, count / busiest))
            base += count
        days.append(Day(day, base, parts))
    return days


def _suites(checks: list[Check]) -> list[dict[str, Any]]:
    """Group the checks by suite; a suite with failures comes first, the worst before the others."""
    names = list(dict.fromkeys(check.suite for check in checks))
    suites = []
    for name in names:
        own = [check for check in checks if check.suite == name]
        failed = [SEVERITIES.index(check.severity) for check in own if not check.success]
        suites.append({"name": name, "checks": own, "failed": len(failed), "worst": min(failed, default=len(SEVERITIES))})
    return sorted(suites, key=lambda suite: (suite["worst"], suite["name"]))
