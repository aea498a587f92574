"""Identities: the distinct ways in which people show themselves, with the evidence of all their records."""

from collections.abc import Callable
from datetime import date

import duckdb
import phonenumbers
import pyarrow as pa

from pipelines.resolve import agreement
from pipelines.resolve.model import Model, register_frequencies
from pipelines.resolve.normalise import NAME_RULES, SCHEMA, name_forms
from pipelines.resolve.relations import register, run, unregister
from pipelines.resolve.settings import Linkage
from pipelines.settings import Home
from pipelines.warehouse import build

_STEPS = (
    "contested_identifier", "record_identity", "identity_name", "identity_identifier", "shared_identifier", "identity",
)  # fmt: skip
_HELPERS = ("record_name", "identity_name", "identity_identifier")
_PHONES = pa.schema([("value", pa.string()), ("is_fixed_line", pa.bool_())])


def build_identities(con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, model: Model, night: date) -> None:
    """Build resolve.record_identity, shared_identifier, contested_identifier and identity from staging.

    All of it is a function of staging, the settings and the model; ``resolve.name_form`` and ``phone_form`` only remember
    how the values that stay were read.
    """
    agreement.install(con)
    register_frequencies(con, model)
    build(con, home, "resolve.record_name", said_name=linkage.said_name)
    remember(con, "name_form", "name", "SELECT name FROM resolve.record_name", name_forms, SCHEMA, NAME_RULES)
    phones = "SELECT value FROM staging.identifier WHERE kind = 'phone' AND evidence != 'claimed'"
    remember(con, "phone_form", "value", phones, phone_forms, _PHONES, phonenumbers.__version__)
    values = {
        "night": night,
        "chat_scopes": linkage.chat_scopes,
        "shared_names": linkage.shared_names,
        "claims_at_most": linkage.claims_at_most,
        "role_mailboxes": linkage.role_mailboxes,
        "given_floor": model.given_names.floor,
        "family_floor": model.family_names.floor,
        "dependence": model.dependence,
        "initial_share": model.initial_share,
    }
    for step in _STEPS:
        build(con, home, f"resolve.{step}", **values)
    for helper in _HELPERS:
        run(con, f"DROP TABLE resolve.{helper}")
    unregister(con, "given_frequency", "family_frequency")


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
    run(con, f"CREATE TABLE IF NOT EXISTS resolve.{table} AS SELECT *, '' AS read_by FROM nothing")
    unregister(con, "nothing")
    run(con, f"DELETE FROM resolve.{table} WHERE read_by != $rules OR {key} NOT IN ({wanted})", {"rules": rules})
    new = run(con, f"SELECT DISTINCT {key} FROM ({wanted}) ANTI JOIN resolve.{table} USING ({key}) ORDER BY {key}")
    register(con, "new", read([row[0] for row in new]))
    run(
        con,
        f"CREATE OR REPLACE TABLE resolve.{table} AS"
        f" FROM resolve.{table} UNION ALL SELECT *, $rules FROM new ORDER BY {key}",
        {"rules": rules},
    )
    unregister(con, "new")


def phone_forms(phones: list[str]) -> pa.Table:
    """Tell fixed lines, which a household shares, from a person's own; where a country does not tell, none is one."""
    return pa.table({"value": phones, "is_fixed_line": [_is_fixed_line(phone) for phone in phones]}, schema=_PHONES)


def _is_fixed_line(phone: str) -> bool:
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE)
