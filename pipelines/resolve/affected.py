"""Which identities may come out in another customer tonight: all that hangs together with what the night touched."""

import duckdb

from pipelines.resolve.relations import drop, run

AFFECTED = "affected"
_JUDGED = "SELECT identity_l, identity_r, verdict, judgement_rank FROM"


def keep_judgements(con: duckdb.DuckDBPyConnection) -> None:
    """Keep tonight's resolve.judgement, before it is built anew, as the temporary table ``was_judgement``."""
    run(con, f"CREATE OR REPLACE TEMP TABLE was_judgement AS {_JUDGED} resolve.judgement")


def find_affected(con: duckdb.DuckDBPyConnection, joins_from: float) -> int:
    """Make the temporary table ``affected`` (identity_id), and return how many are in it.

    Links of ``joins_from`` bits, and what stewards have said, hang identities together; components of them cluster by
    themselves. Affected are those of which some identity, link or judgement came, went or changed. An identity that is
    gone is among them.

    Reads and drops ``touched_identity`` (identity_id: whose row was made again), ``loose_end`` (identity_id: ends of links
    that came or went) and ``was_judgement``.
    """
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE {AFFECTED} AS
        SELECT identity_id FROM touched_identity
        UNION
        SELECT identity_id FROM loose_end
        UNION
        SELECT unnest([identity_l, identity_r]) AS identity_id
        FROM (
            ({_JUDGED} resolve.judgement EXCEPT FROM was_judgement)
            UNION ALL (FROM was_judgement EXCEPT {_JUDGED} resolve.judgement)
        )
        """,
    )
    run(con, f"CREATE OR REPLACE TEMP TABLE front AS FROM {AFFECTED}")
    while run(con, "SELECT 1 FROM front LIMIT 1"):
        run(con, f"CREATE OR REPLACE TEMP TABLE front AS {_NEXT.format(joins_from=joins_from)}")
        run(con, f"INSERT INTO {AFFECTED} FROM front")
    drop(con, "front", "touched_identity", "loose_end", "was_judgement")
    return int(run(con, f"SELECT count(*) FROM {AFFECTED}")[0][0])


_NEXT = f"""
    WITH tie AS (
        SELECT identity_l, identity_r FROM resolve.edge WHERE match_weight >= {{joins_from}}
        UNION ALL
        SELECT identity_l, identity_r FROM resolve.judgement WHERE verdict != 'unsure'
    )
    SELECT identity_r AS identity_id FROM tie SEMI JOIN front ON tie.identity_l = front.identity_id
    UNION
    SELECT identity_l AS identity_id FROM tie SEMI JOIN front ON tie.identity_r = front.identity_id
    EXCEPT
    SELECT identity_id FROM {AFFECTED}
"""
