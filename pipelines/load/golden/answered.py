"""What counts as our answer to a customer, for every SELECT that asks how long they waited."""

import duckdb

from pipelines.resolve.relations import define

_MACROS = """
-- what one of ours sent; and a call that one of ours took, which is its own answer
CREATE OR REPLACE TEMP MACRO is_answer(direction, channel, agent_ref, duration_seconds) AS
    direction = 'outbound'
    OR (direction = 'inbound' AND channel = 'voice' AND agent_ref IS NOT NULL AND duration_seconds > 0);
"""


def install(con: duckdb.DuckDBPyConnection) -> None:
    """Define the macro on ``con`` for as long as it is open; nothing is written to its database."""
    define(con, _MACROS)
