"""Which identities may come out in another customer tonight: all that hangs together with what the night touched."""

import duckdb

from pipelines.resolve.relations import drop, take

AFFECTED = "affected"
_JUDGED = "SELECT identity_l, identity_r, verdict, judgement_rank FROM"


def keep_judgements(con: duckdb.DuckDBPyConnection) -> None:
    """Keep tonight's resolve.judgement, before it is built anew, as the temporary table ``was_judgement``."""
    take(con, "was_judgement", f"{_JUDGED} resolve.judgement")


def find_affected(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table ``affected`` (identity_id).

    What hangs together by links and judgements is decided over together (``component`` of resolve.cluster). Affected are
    components of which some identity, link or judgement came, went or changed, as they were: what is new hangs on
    identities that are touched themselves. An identity that is gone is among them; so is one of which known records changed,
    for ids follow records. That it has one record more is no reason (``customers.grown``).

    Reads and drops ``dirty`` (identity_id: whose row is another), ``loose_end`` (identity_id: ends of links that came or
    went), ``moved_identity`` (identity_id: whose records' part in ids may be another) and ``was_judgement``.
    """
    take(con, "start", _START)
    take(con, AFFECTED, _AFFECTED)
    drop(con, "start", "dirty", "loose_end", "moved_identity", "was_judgement")


_START = f"""
    SELECT identity_id FROM dirty
    UNION
    SELECT identity_id FROM loose_end
    UNION
    SELECT identity_id FROM moved_identity
    UNION
    SELECT unnest([identity_l, identity_r]) AS identity_id
    FROM (
        ({_JUDGED} resolve.judgement EXCEPT FROM was_judgement)
        UNION ALL (FROM was_judgement EXCEPT {_JUDGED} resolve.judgement)
    )
"""
_AFFECTED = """
    SELECT identity_id FROM start
    UNION
    SELECT identity_id
    FROM resolve.cluster
    SEMI JOIN (FROM resolve.cluster SEMI JOIN start USING (identity_id)) USING (component)
"""
