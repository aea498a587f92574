-- golden.consent: who may be contacted where, and the signal that says so.
--
-- Grain   one row per (kind, scope, value, channel, purpose)
-- Reads   staging.consent, staging.identifier, golden.membership, policy_contact
-- Rule    the strictest wins. A no stands until it is lifted by a later yes: of the same profile row, or in a message
--         of the person whose contact point it is; what a row says for all of a person's points also by a row that shows
--         this one. A row's no counts for the points that it had replaced by then as well, so that its own yes of earlier
--         reaches nobody there. A yes counts only for the point it names or, where it names none, for those its record
--         showed then; never for one that its own record only typed, be it the person's by others. Of a yes and a no at
--         one instant the no stands. The addresses of one mailbox (ann@, ann+shop@) are one point (docs/adr/0022)
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
        mailbox_of(value) AS mailbox,
        bool_or(is_proven) AS is_proven
    FROM reach
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id, channel, kind, scope, value
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
        mailbox_of(consent.value) AS mailbox,
        membership.customer_id
    FROM staging.consent AS consent
    INNER JOIN golden.membership AS membership
        ON
            consent.record_kind = membership.record_kind
            AND consent.source = membership.source
            AND consent.source_ref = membership.source_ref
),

known AS (
    SELECT DISTINCT
        channel,
        kind,
        scope,
        value,
        mailbox
    FROM point
    UNION
    -- what somebody said no for and nobody shows
    SELECT
        signal.channel,
        usual_kind.kind,
        '' AS scope,
        signal.value,
        signal.mailbox
    FROM signal
    INNER JOIN usual_kind ON signal.channel = usual_kind.channel
    ANTI JOIN point ON signal.channel = point.channel AND signal.value = point.value
    WHERE signal.value != '' AND NOT signal.allowed
),

word AS (
    -- a no for a named point, whoever has it, even nobody yet, and for the other addresses of its mailbox
    SELECT
        known.kind,
        known.scope,
        signal.* REPLACE (known.value AS value),
        FALSE AS is_for_all
    FROM signal
    INNER JOIN known ON signal.channel = known.channel AND signal.mailbox = known.mailbox
    WHERE signal.value != '' AND NOT signal.allowed
    UNION ALL
    -- a yes for a named point that is the person's own, likewise
    SELECT
        point.kind,
        point.scope,
        signal.* REPLACE (point.value AS value),
        FALSE AS is_for_all
    FROM signal
    INNER JOIN point
        ON
            signal.customer_id = point.customer_id
            AND signal.channel = point.channel
            AND signal.mailbox = point.mailbox
    ANTI JOIN reach AS typed
        ON
            signal.record_kind = typed.record_kind
            AND signal.source = typed.source
            AND signal.source_ref = typed.source_ref
            AND signal.channel = typed.channel
            AND signal.value = typed.value
            AND NOT typed.is_proven
    WHERE signal.allowed AND point.is_proven
    UNION ALL
    -- a no for all: every point of the person's in the channel, those that the record itself does not show as well
    SELECT
        point.kind,
        point.scope,
        signal.* REPLACE (point.value AS value),
        reach.value IS NULL AND signal.record_kind = 'profile' AS is_for_all
    FROM signal
    INNER JOIN point ON signal.customer_id = point.customer_id AND signal.channel = point.channel
    LEFT JOIN reach
        ON
            signal.record_kind = reach.record_kind
            AND signal.source = reach.source
            AND signal.source_ref = reach.source_ref
            AND point.channel = reach.channel
            AND point.kind = reach.kind
            AND point.scope = reach.scope
            AND point.value = reach.value
    WHERE signal.value = '' AND NOT signal.allowed
    UNION ALL
    -- a no without a person, and a yes without a point: the points that the record itself shows; and a row's no for a point:
    -- those that the row had replaced by then, for which it may once have said yes
    SELECT
        reach.kind,
        reach.scope,
        signal.* REPLACE (reach.value AS value),
        signal.value != '' AS is_for_all
    FROM signal
    INNER JOIN reach
        ON
            signal.record_kind = reach.record_kind
            AND signal.source = reach.source
            AND signal.source_ref = reach.source_ref
            AND signal.channel = reach.channel
    WHERE
        CASE
            WHEN signal.value = ''
                THEN
                    signal.allowed = (signal.customer_id IS NOT NULL)
                    AND (
                        NOT signal.allowed
                        OR (reach.is_proven AND signal.said_at <= coalesce(reach.outdated_at, signal.said_at))
                    )
            ELSE signal.record_kind = 'profile' AND NOT signal.allowed AND reach.outdated_at <= signal.said_at
        END
),

last_word AS (
    -- of each profile row, and of each person's messages
    SELECT *
    FROM word
    QUALIFY
        row_number() OVER (
            PARTITION BY
                kind, scope, value, channel, purpose, record_kind,
                CASE WHEN record_kind = 'profile' THEN source || chr(31) || source_ref ELSE customer_id END
            ORDER BY said_at DESC, allowed ASC, is_for_all ASC, source ASC, source_ref ASC
        ) = 1
),

lifted AS (
    SELECT
        *,
        max(said_at) FILTER (WHERE allowed) OVER by_point AS any_yes_at,
        max(said_at) FILTER (WHERE allowed AND record_kind = 'interaction') OVER by_point AS own_yes_at
    FROM last_word
    WINDOW by_point AS (PARTITION BY kind, scope, value, channel, purpose)
),

standing AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY kind, scope, value, channel, purpose
            ORDER BY
                allowed ASC,
                CASE WHEN allowed THEN -epoch_us(said_at) ELSE epoch_us(said_at) END ASC,
                source ASC,
                source_ref ASC,
                record_kind ASC,
                customer_id ASC
        ) AS word_rank
    FROM lifted
    WHERE allowed OR coalesce(said_at >= CASE WHEN is_for_all THEN any_yes_at ELSE own_yes_at END, TRUE)
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
FROM standing
WHERE word_rank = 1
ORDER BY kind, scope, value, channel, purpose
