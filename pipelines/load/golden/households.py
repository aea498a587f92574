"""Households and organisations: customers that share a line, a mailbox, an address or a company, and are not one person."""

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.load.golden.components import first_of_component
from pipelines.load.golden.policy import Households
from pipelines.resolve.relations import arrow, register, run, unregister
from pipelines.resolve.scoring import agreement
from pipelines.resolve.settings import Linkage
from pipelines.settings import Home
from pipelines.warehouse import build

STEPS = ("household_carrier", "household_person", "household_point", "household_tie")


def build_households(con: duckdb.DuckDBPyConnection, home: Home, households: Households, linkage: Linkage) -> int:
    """Build golden.household from golden.identifier, golden.membership, staging and resolve, and return its rows.

    Works in ``scratch``, and leaves nothing there. A function of these tables alone: a second run, or a rebuild, gives
    the same rows and ids.

    Args:
        households: the bounds of ``policy.yml``.
        linkage: which mailboxes are a desk's and no person's, and when a number has gone to somebody else.
    """
    agreement.install(con)
    con.execute("CREATE SCHEMA IF NOT EXISTS scratch")
    values = {"recycled_days": linkage.recycled_days, "role_mailboxes": linkage.role_mailboxes}
    values |= households.model_dump(exclude_none=True)
    for step in STEPS:
        build(con, home, f"scratch.{step}", **values)
    _group(con)
    rows = build(con, home, "golden.household")
    for step in (*STEPS, "household_group"):
        con.execute(f"DROP TABLE scratch.{step}")
    return rows


def _group(con: duckdb.DuckDBPyConnection) -> None:
    """Write scratch.household_group: realm, customer_id and household_number, the same for all whom ties connect.

    A realm keeps apart what does not add up: all households are one, every mailbox, switchboard or company is its own.
    """
    run(con, _NODES)
    ties = arrow(con, _TIES)
    size = int(run(con, "SELECT count(*) FROM household_node")[0][0])
    first = first_of_component(size, *(ties[side].to_numpy().astype(np.int64) for side in ("l", "r")))
    register(con, "component", pa.table({"node": np.arange(size), "household_number": first}))
    run(con, _GROUPS)
    unregister(con, "component")
    run(con, "DROP TABLE household_node")


# A node is found by one value: by two, all nodes of one realm would meet one another before they meet the ties.
_KEY = "concat_ws(chr(30), realm, {})"
_NODES = f"""
    CREATE OR REPLACE TEMP TABLE household_node AS
    SELECT *, {_KEY.format("customer_id")} AS key, row_number() OVER (ORDER BY realm, customer_id) - 1 AS node
    FROM (
        SELECT realm, customer_l AS customer_id FROM scratch.household_tie
        UNION SELECT realm, customer_r FROM scratch.household_tie
    )
"""
_TIES = f"""
    WITH tie AS (
        SELECT {_KEY.format("customer_l")} AS key_l, {_KEY.format("customer_r")} AS key_r FROM scratch.household_tie
    )
    SELECT l.node AS l, r.node AS r
    FROM tie
    INNER JOIN household_node AS l ON tie.key_l = l.key
    INNER JOIN household_node AS r ON tie.key_r = r.key
"""
_GROUPS = """
    CREATE OR REPLACE TABLE scratch.household_group AS
    SELECT node.realm, node.customer_id, component.household_number
    FROM household_node AS node INNER JOIN component ON node.node = component.node
"""
