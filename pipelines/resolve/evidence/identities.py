"""Identities: the distinct ways in which people show themselves, with the evidence of all their records."""

import logging
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.resolve.evidence import phones
from pipelines.resolve.evidence.normalise import NAME_RULES, SCHEMA, name_forms
from pipelines.resolve.relations import register, run, unregister
from pipelines.resolve.scoring import agreement
from pipelines.resolve.scoring.model import Model, register_frequencies
from pipelines.resolve.settings import Linkage
from pipelines.settings import Home
from pipelines.warehouse import build

log = logging.getLogger(__name__)

_STEPS = (
    "contested_identifier", "handover", "record_identity", "identity_name", "identity_identifier", "filler",
    "shared_identifier", "promiscuous_identifier", "confirmed_claim", "identity",
)  # fmt: skip
JUNK_SHARE, JUNK_LEAST = 0.005, 50  # of all identities, and in small worlds so many, that carry a value which is told of
NAMES = "SELECT name FROM resolve.record_name"
PHONES = "SELECT value FROM staging.identifier WHERE kind = 'phone' AND evidence != 'claimed'"


def build_identities(con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, model: Model, night: date) -> None:
    """Build resolve.record_identity, shared_identifier, contested_identifier, identity and what leads to them from staging.

    All of it is a function of staging, the settings and the model; ``resolve.name_form`` and ``phone_form`` only remember
    how the values that stay were read. ``touched.update_identities`` makes the rows of touched records again instead.
    """
    agreement.install(con)
    register_frequencies(con, model)
    values = values_of(linkage, model, night)
    build(con, home, "resolve.record_name", **values)
    remember(con, "name_form", "name", NAMES, name_forms, SCHEMA, NAME_RULES)
    remember(con, "phone_form", "value", PHONES, phones.phone_forms, phones.SCHEMA, phones.RULES)
    build(con, home, "resolve.name_frequency", **values)
    for step in _STEPS:
        build(con, home, f"resolve.{step}", **values)
    unregister(con, "model_frequency")
    tell_shared(con, night)


def tell_shared(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """Warn of values that so many people carry that something else must be behind them: a form's filler, a switchboard.

    Which they are is in resolve.shared_identifier, and never in a log.
    """
    found = run(con, _JUNK, {"share": JUNK_SHARE, "least": JUNK_LEAST})
    for kind, values, identities in found:
        log.warning(
            "resolve %s: %d %s on %d identities of many names say nothing of a person and are left out;"
            " resolve.shared_identifier has them", night, values, f"{kind} value{'s' if values > 1 else ''}", identities,
        )  # fmt: skip


_COLUMNS = """
    SELECT column_name FROM duckdb_columns()
    WHERE database_name = current_database() AND schema_name = 'resolve' AND table_name = $table
    ORDER BY column_index
"""
_JUNK = """
    SELECT kind, count(*), sum(identity_count)::BIGINT
    FROM resolve.shared_identifier
    WHERE identity_count >= greatest($least, $share * (SELECT count(*) FROM resolve.identity))
    GROUP BY kind ORDER BY kind
"""


def values_of(linkage: Linkage, model: Model, night: date) -> dict[str, Any]:
    """Return the parameters of the SELECTs that lead to identities."""
    return {
        "night": night,
        "chat_scopes": linkage.chat_scopes,
        "shared_names": linkage.shared_names,
        "claims_at_most": linkage.claims_at_most,
        "role_mailboxes": linkage.role_mailboxes,
        "said_name": f"(?:{linkage.said_name})()()",  # two groups at least, as record_name.sql asks for two
        "signed_name": linkage.signed_name,
        "recycled_days": linkage.recycled_days,
        "repeated_hours": linkage.confirmed.repeated_hours,
        "repeated_letters": linkage.confirmed.repeated_letters,
        "given_floor": model.given_names.floor,
        "family_floor": model.family_names.floor,
        "dependence": model.dependence,
        "initial_share": model.initial_share,
    }


def remember(
    con: duckdb.DuckDBPyConnection, table: str, key: str, wanted: str, read: Callable[[list[str]], pa.Table],
    schema: pa.Schema, rules: str,
) -> None:  # fmt: skip
    """Bring resolve.<table> to one row a value of the SELECT ``wanted``; only values that are new are read.

    Args:
        read: takes the new values and returns their rows, with the columns of ``schema``, the first of which is ``key``.
        rules: the version of the reading; when it changes all values are read again.
    """
    register(con, "nothing", schema.empty_table())
    if [row[0] for row in run(con, _COLUMNS, {"table": table})] not in ([], [*schema.names, "read_by"]):
        run(con, f"DROP TABLE resolve.{table}")  # as an earlier version of ours made it
    run(con, f"CREATE TABLE IF NOT EXISTS resolve.{table} AS SELECT *, '' AS read_by FROM nothing")
    unregister(con, "nothing")
    run(con, f"DELETE FROM resolve.{table} WHERE read_by != $rules OR {key} NOT IN ({wanted})", {"rules": rules})
    learn(con, table, key, wanted, read, rules)


def learn(
    con: duckdb.DuckDBPyConnection, table: str, key: str, wanted: str, read: Callable[[list[str]], pa.Table], rules: str
) -> None:
    """Add to resolve.<table> the rows of those values of ``wanted`` that it lacks."""
    new = run(con, f"SELECT DISTINCT {key} FROM ({wanted}) ANTI JOIN resolve.{table} USING ({key}) ORDER BY {key}")
    register(con, "new", read([row[0] for row in new]))
    run(con, f"INSERT INTO resolve.{table} SELECT *, $rules FROM new", {"rules": rules})
    unregister(con, "new")
