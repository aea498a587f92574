"""Validate: tonight's candidate against the expectations, before anybody can read it.

Great Expectations reads the candidate through our own dialect, in a context that lives in memory; its analytics are off,
and it is asked for counts only, so that no value of a record leaves the file.
"""

import contextlib
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.errors import ConfigurationError, ValidationStopped
from pipelines.files import sha256_of
from pipelines.load.answers.delivered import declared
from pipelines.load.pages import report
from pipelines.load.validation import dialect
from pipelines.load.validation.change_budget import check_budget, count_meant
from pipelines.load.validation.checks import Check, ValidationReport, write_checks
from pipelines.load.validation.suites import Entry, load_suites
from pipelines.load.versions.candidate import build_candidate, candidate_folder, tables_of
from pipelines.load.versions.published import current
from pipelines.resolve.settings import load_linkage
from pipelines.settings import Home
from pipelines.warehouse import build, connect

log = logging.getLogger(__name__)

COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
WHOLE = "whole"  # the one batch of a table
KEPT_SHARE = 0.9  # of last night's customers and records; fewer is what over-merging or a lost source looks like
PARAMETERS = {"customers_at_least", "records_at_least", "customers_at_most"}

# What a database says of a statement names tables and columns; whatever else it says may quote a value.
SAFE_WORDS = re.compile(r'(?:Catalog|Binder|Parser) Error: [^\n]*|The column "[^"\n]*" in BatchData does not exist')
ERROR_CLASS = re.compile(r"\b_?(?:duckdb|sqlalchemy|great_expectations)[\w.]*\.(\w+(?:Exception|Error))\b")


def validate(home: Home, night: date, accepted_by: str | None = None) -> ValidationReport:
    """Build the candidate, hold every expectation against it, and write what they said into it and beside it.

    Writes ``candidate/customers.duckdb`` (with meta.check), ``checks.json`` and ``report.html``.

    Args:
        accepted_by: who lets through a night that moves more than the change budget; None where nobody does.

    Raises:
        ValidationStopped: a critical expectation failed or could not run; the version in use stays.
        ConfigurationError: a suite is malformed, or nothing is loaded yet.
    """
    suites = load_suites(home, PARAMETERS)
    path = build_candidate(home)
    in_use = current(home)
    previous = in_use / "customers.duckdb" if in_use else None
    values = parameter_values(previous, count_meant(home, path, previous, accepted=accepted_by is not None))
    checks = run_suites(path, previous, suites, values)
    budget = load_linkage(home.find("config/linkage.yml")).change_budget
    on_budget, accepted = check_budget(home, path, previous, budget, accepted_by)
    result = ValidationReport(night, checks + on_budget, accepted)
    _write_table(home, path, result)
    folder = candidate_folder(home)
    report.write_report(path, folder / "report.html", result, sources=declared(home))
    held_against = in_use.name if in_use else None
    write_checks(folder / "checks.json", result, sha256=sha256_of(path), held_against=held_against)
    if not result.passed:
        raise ValidationStopped(_stop_words(result, folder / "report.html", in_use))
    return result


def _stop_words(result: ValidationReport, page: Path, in_use: Path | None) -> str:
    stays = f"version {in_use.name} stays in use" if in_use else "nothing is published"
    critical = [check for check in result.failed if check.severity == "critical"]
    failed = "1 critical check" if len(critical) == 1 else f"{len(critical)} critical checks"
    lines = [f"night {result.night}: {failed} failed; {stays}. The report: {page}"]
    lines += [f"  {check.words()}" + (f" ({check.meaning})" if check.meaning else "") for check in critical]
    return "\n".join(lines)


def run_suites(path: Path, previous: Path | None, suites: dict[str, list[Entry]], values: dict[str, Any]) -> list[Check]:
    """Hold the suites against the file ``path``; ``previous`` is the file of the version in use, ``values`` the parameters.

    Returns:
        One check an entry, in the order of the suites and their entries.
    """
    with quiet(), dialect.opened(path, previous) as url:
        # ten seconds to import, and it reads its settings on the way in
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations as gx
        from great_expectations.data_context.types import base

        in_memory = base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False)  # else it leaves a folder in /tmp
        config = base.DataContextConfig(
            store_backend_defaults=in_memory, progress_bars=base.ProgressBarsConfig(globally=False), analytics_enabled=False
        )
        context = gx.get_context(mode="ephemeral", project_config=config)
        schemas = schema_by_table(path)
        tables: Any = {"assets": [_table_asset(name, schemas[name]) for name in suites if name in schemas]}
        source = context.data_sources.add_sql("candidate", connection_string=url, **tables)
        checks = []
        for name, entries in suites.items():
            if name in schemas:
                batch = source.get_asset(name).get_batch_definition(WHOLE).get_batch()
                checks += _run_suite(batch, entries, values)
            else:
                checks += [_not_run(entry, f"the candidate has no table {name}") for entry in entries]
        return checks


def _table_asset(name: str, schema: str) -> dict[str, Any]:
    """Describe a table to Great Expectations; handed over together, as each by itself makes it write all settings again."""
    return {
        "name": name, "type": "table", "table_name": name, "schema_name": schema, "batch_definitions": [{"name": WHOLE}]
    }  # fmt: skip


def _run_suite(batch: Any, entries: list[Entry], values: dict[str, Any]) -> list[Check]:
    from great_expectations.core import ExpectationSuite

    found: dict[int, Check] = {}
    expectations = []
    for entry in entries:
        expectation = _expectation(entry)
        if expectation is None:
            found[entry.number] = _not_run(entry, f"Great Expectations has no {entry.type}")
        else:
            expectations.append(expectation)
    suite = ExpectationSuite(name=entries[0].suite, expectations=expectations)
    result = batch.validate(suite, result_format=COUNTS_ONLY, expectation_parameters=values)
    by_number = {entry.number: entry for entry in entries}
    for one in result.results:
        number = one.expectation_config.meta["entry"]
        found[number] = _check(by_number[number], one, values)
    return [found.get(entry.number) or _not_run(entry, "it gave no result") for entry in entries]


def _expectation(entry: Entry) -> Any:
    """Make the expectation; None where there is none of that type.

    Raises:
        ConfigurationError: its arguments do not fit.
    """
    from great_expectations.compatibility import pydantic
    from great_expectations.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.registry import get_expectation_impl

    try:
        kind: Any = get_expectation_impl(entry.type)
        return kind(**entry.kwargs, severity=entry.severity, meta={"entry": entry.number})
    except ExpectationNotFoundError:
        return None
    except (pydantic.ValidationError, TypeError) as error:
        words = error.errors()[0]["msg"] if isinstance(error, pydantic.ValidationError) else str(error)
        raise ConfigurationError(f"expectations/{entry.suite}.yml, entry {entry.number} ({entry.type}): {words}") from None


def _check(entry: Entry, result: Any, values: dict[str, Any]) -> Check:
    failure = _exception(result.exception_info or {})
    if failure is not None:
        return _not_run(entry, failure)
    unexpected = result.result.get("unexpected_count")
    observed = result.result.get("observed_value")
    if entry.type == "unexpected_rows_expectation":
        unexpected, observed = observed, None
    return Check(
        entry.suite, entry.number, entry.type, entry.column, entry.severity, bool(result.success),
        observed=_number_words(observed), unexpected_count=None if unexpected is None else int(unexpected),
        meaning=entry.notes, expected=_bounds(entry, values),
    )  # fmt: skip


def _bounds(entry: Entry, values: dict[str, Any]) -> str | None:
    """Tell the numbers it was held against; a date or a pattern stands in the suite for whoever wants it."""
    words = []
    for key, name in (("min_value", "at least"), ("max_value", "at most"), ("value", "exactly"), ("mostly", "a share of")):
        bound = entry.kwargs.get(key)
        if isinstance(bound, dict):
            bound = values.get(str(bound.get("$PARAMETER")))
        if isinstance(bound, int | float):
            words.append(f"{name} {bound:,}")
    return " and ".join(words) or None


def _not_run(entry: Entry, reason: str) -> Check:
    """A check that could not run is no check: it stops the publish like a failed critical one."""
    return Check(
        entry.suite, entry.number, entry.type, entry.column, "critical", success=False,
        could_not_run=reason, meaning=entry.notes,
    )  # fmt: skip


def _exception(info: dict[str, Any]) -> str | None:
    """Return why a check could not run, without a record's values; None where it ran."""
    raised = [info] if "raised_exception" in info else list(info.values())
    messages = [str(one.get("exception_message")) for one in raised if one.get("raised_exception")]
    if not messages:
        return None
    for message in messages:
        if words := SAFE_WORDS.search(message):
            return words.group(0).rstrip(".")
    for message in messages:
        if error := ERROR_CLASS.search(message):
            return f"{error.group(1)} (its message is kept back: it may quote a record)"
    return "an error whose message is kept back: it may quote a record"


def _number_words(value: Any) -> str | None:
    """Tell a number or a list of numbers; anything else may be a record's value and is only counted."""
    if isinstance(value, dict) and "values" in value:  # quantiles
        value = value["values"]
    if isinstance(value, bool) or value is None:
        return None if value is None else str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    if isinstance(value, list | tuple | set):
        numbers = all(isinstance(one, int | float) for one in value)
        return ", ".join(f"{one:.6g}" for one in value) if numbers else f"{len(value)} values"
    return None


def schema_by_table(path: Path) -> dict[str, str]:
    """Return the schema of each table of the candidate; golden stands before meta where both have one of the name."""
    with duckdb.connect(str(path), read_only=True) as con:
        return {table: schema for schema, table in reversed(tables_of(con, path.stem))}


def parameter_values(previous: Path | None, meant: int = 0) -> dict[str, Any]:
    """Return the values of ``PARAMETERS``: bounds that go by the version in use, none on the first night.

    Args:
        meant: so many of its customers merge because a person said so; they are not missing.
    """
    if previous is None:
        return {"customers_at_least": 1, "records_at_least": 1, "customers_at_most": None}
    with duckdb.connect(str(previous), read_only=True) as con:
        customers, records = (
            con.execute(f"SELECT count(*) FROM golden.{table}").fetchall()[0][0] for table in ("customer", "membership")
        )
    return {
        "customers_at_least": max(1, int(customers * KEPT_SHARE) - meant),
        "records_at_least": int(records * KEPT_SHARE),
        "customers_at_most": max(2 * customers, customers + 1000),
    }


def _write_table(home: Home, path: Path, result: ValidationReport) -> None:
    rows = [
        {
            "night": result.night, "suite": check.suite, "entry": check.entry, "expectation": check.expectation,
            "column_name": check.column, "severity": check.severity, "success": check.success,
            "observed_value": check.observed, "unexpected_count": check.unexpected_count,
            "could_not_run": check.could_not_run, "meaning": check.meaning,
        }
        for check in result.checks
    ]  # fmt: skip
    text = {name: pa.string() for name in ("suite", "expectation", "column_name", "severity", "observed_value")}
    schema = pa.schema(
        {"night": pa.date32(), "entry": pa.int32(), "success": pa.bool_(), "unexpected_count": pa.int64()}
        | text
        | {"could_not_run": pa.string(), "meaning": pa.string()}
    )
    con = connect(path, home)
    try:
        con.register("check_result", pa.Table.from_pylist(rows, schema=schema))
        build(con, home, "meta.check")
        con.execute("CHECKPOINT")
    finally:
        con.close()
    if path.with_name(f"{path.name}.wal").exists():
        raise RuntimeError(f"{path}: a write-ahead log is left beside the candidate")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the library's progress, warnings and words off stdout, where results go, and out of the log."""
    noise = [logging.getLogger(name) for name in ("great_expectations", "sqlalchemy")]
    levels = [logger.level for logger in noise]
    for logger in noise:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(noise, levels, strict=True):
            logger.setLevel(level)
