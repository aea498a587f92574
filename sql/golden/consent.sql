-- golden.consent: who may be contacted where, and the signal that says so.
--
-- Grain   one row per (kind, scope, value, channel, purpose)
-- Reads   staging.consent, staging.identifier, golden.membership, policy_contact
-- Rule    the strictest wins: a no, said for one contact point or for all of a person's, holds for every point it
--         covers until that same point says yes later by itself. A yes counts only for the point it names or, where it
--         names none, for those that the same record showed then; never for one that somebody only typed. Of a yes and a
--         no at one instant the no stands (docs/adr/0022)
WITH reach AS (
    SELECT
        membership.customer_id,
        identifier.record_kind,
        identifier.source,
        identifier.source_ref,
        contact.channel,
        identifier.kind,
        identifier.scope,
        identifier.value,
        identifier.evidence != 'claimed' AS is_proven,
        CASE WHEN NOT identifier.is_current THEN identifier.last_seen_at END AS outdated_at
    FROM staging.identifier AS identifier
    INNER JOIN policy_contact AS contact ON identifier.kind = contact.kind
    INNER JOIN golden.membership AS membership
        ON
            identifier.record_kind = membership.record_kind
            AND identifier.source = membership.source
            AND identifier.source_ref = membership.source_ref
),

point AS (
    SELECT
        customer_id,
        channel,
        kind,
        scope,
        value,
        bool_or(is_proven) AS is_proven
    FROM reach
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id, channel, kind, scope, value
),

known AS (
    SELECT DISTINCT
        channel,
        kind,
        scope,
        value
    FROM point
),

usual_kind AS (
    SELECT
        channel,
        min_by(kind, kind_rank) AS kind
    FROM policy_contact
    GROUP BY channel
),

signal AS (
    SELECT
        consent.*,
        membership.customer_id
    FROM staging.consent AS consent
    INNER JOIN golden.membership AS membership
        ON
            consent.record_kind = membership.record_kind
            AND consent.source = membership.source
            AND consent.source_ref = membership.source_ref
),

word AS (
    -- a no for a named point, whoever has it, even nobody yet
    SELECT
        coalesce(known.kind, usual_kind.kind) AS kind,
        coalesce(known.scope, '') AS scope,
        signal.*
    FROM signal
    INNER JOIN usual_kind ON signal.channel = usual_kind.channel
    LEFT JOIN known ON signal.channel = known.channel AND signal.value = known.value
    WHERE signal.value != '' AND NOT signal.allowed
    UNION ALL
    -- a yes for a named point that is the person's own
    SELECT
        point.kind,
        point.scope,
        signal.*
    FROM signal
    INNER JOIN point
        ON signal.customer_id = point.customer_id AND signal.channel = point.channel AND signal.value = point.value
    WHERE signal.allowed AND point.is_proven
    UNION ALL
    -- a no for all: every point of the person's in the channel
    SELECT
        point.kind,
        point.scope,
        signal.* REPLACE (point.value AS value)
    FROM signal
    INNER JOIN point ON signal.customer_id = point.customer_id AND signal.channel = point.channel
    WHERE signal.value = '' AND NOT signal.allowed
    UNION ALL
    -- a no without a person, and a yes without a point: the points that the record itself shows
    SELECT
        reach.kind,
        reach.scope,
        signal.* REPLACE (reach.value AS value)
    FROM signal
    INNER JOIN reach
        ON
            signal.record_kind = reach.record_kind
            AND signal.source = reach.source
            AND signal.source_ref = reach.source_ref
            AND signal.channel = reach.channel
    WHERE
        signal.value = ''
        AND signal.allowed = (signal.customer_id IS NOT NULL)
        AND (NOT signal.allowed OR (reach.is_proven AND signal.said_at <= coalesce(reach.outdated_at, signal.said_at)))
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY kind, scope, value, channel, purpose
            ORDER BY said_at DESC, allowed ASC, source ASC, source_ref ASC, record_kind ASC, customer_id ASC
        ) AS word_rank
    FROM word
)

SELECT
    customer_id,
    kind,
    scope,
    value,
    channel,
    purpose,
    allowed,
    said_at AS since,
    record_kind,
    source,
    source_ref,
    file,
    position
FROM ranked
WHERE word_rank = 1
ORDER BY kind, scope, value, channel, purpose
