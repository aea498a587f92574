"""Identities: the distinct ways in which people show themselves, with the evidence of all their records."""

from datetime import date

import duckdb

from pipelines.resolve import agreement
from pipelines.resolve.model import Model, register_frequencies
from pipelines.resolve.normalise import SCHEMA, name_forms
from pipelines.resolve.relations import register, run, unregister
from pipelines.resolve.settings import Linkage
from pipelines.settings import Home
from pipelines.warehouse import build

_STEPS = (
    "record_identity", "identity_name", "identity_identifier", "shared_identifier", "contested_identifier", "identity",
)  # fmt: skip
_HELPERS = ("record_name", "identity_name", "identity_identifier")


def build_identities(con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, model: Model, night: date) -> None:
    """Build resolve.record_identity, shared_identifier, contested_identifier and identity from staging.

    All of it is a function of staging, the settings and the model; ``resolve.name_form`` only remembers how names that
    stay were taken apart.
    """
    agreement.install(con)
    register_frequencies(con, model)
    build(con, home, "resolve.record_name")
    build_name_forms(con)
    values = {
        "night": night,
        "chat_scopes": linkage.chat_scopes,
        "shared_names": linkage.shared_names,
        "claims_at_most": linkage.claims_at_most,
        "role_mailboxes": linkage.role_mailboxes,
        "given_floor": model.given_names.floor,
        "family_floor": model.family_names.floor,
        "initial_share": model.initial_share,
    }
    for step in _STEPS:
        build(con, home, f"resolve.{step}", **values)
    for helper in _HELPERS:
        run(con, f"DROP TABLE resolve.{helper}")
    unregister(con, "given_frequency", "family_frequency")


def build_name_forms(con: duckdb.DuckDBPyConnection) -> None:
    """Build resolve.name_form: one row a distinct name of resolve.record_name, with the columns of ``NameForm``."""
    names = [row[0] for row in run(con, "SELECT DISTINCT name FROM resolve.record_name ORDER BY name")]
    register(con, "parsed_name", name_forms(names) if names else SCHEMA.empty_table())
    run(con, "CREATE OR REPLACE TABLE resolve.name_form AS SELECT * FROM parsed_name ORDER BY name")
    unregister(con, "parsed_name")
