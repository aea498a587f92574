-- golden.conversation: a thread in one channel, from its first message to its last.
--
-- Grain   one row per (source, conversation_ref)
-- Reads   staging.interaction, golden.membership
-- Rule    it belongs to the customer of most of its inbound messages (then of most of its messages, then whoever wrote
--         first); status and topic are the last that were told; what machines sent (a reason stands there) is counted
--         but neither asks nor answers; a call that one of ours took is its own answer
WITH message AS (
    SELECT
        interaction.source,
        coalesce(nullif(interaction.conversation_ref, ''), interaction.source_ref) AS conversation_ref,
        interaction.source_ref,
        interaction.channel,
        interaction.direction,
        interaction.is_public,
        interaction.occurred_at,
        interaction.topic,
        interaction.status,
        interaction.reason IS NULL AS is_human,
        is_answer(
            interaction.direction, interaction.channel, interaction.agent_ref, interaction.duration_seconds
        ) AS is_answer,
        membership.customer_id
    FROM staging.interaction AS interaction
    LEFT JOIN golden.membership AS membership
        ON
            interaction.source = membership.source
            AND interaction.source_ref = membership.source_ref
            AND membership.record_kind = 'interaction'
),

owner AS (
    SELECT
        source,
        conversation_ref,
        customer_id
    FROM message
    WHERE customer_id IS NOT NULL
    GROUP BY source, conversation_ref, customer_id
    QUALIFY row_number() OVER (
        PARTITION BY source, conversation_ref
        ORDER BY
            count(*) FILTER (WHERE direction = 'inbound') DESC,
            count(*) DESC,
            min(occurred_at) ASC,
            customer_id ASC
    ) = 1
),

answered AS (
    SELECT
        *,
        min(occurred_at) FILTER (WHERE direction = 'inbound' AND is_human) OVER (
            PARTITION BY source, conversation_ref
        ) AS first_asked_at
    FROM message
),

thread AS (
    SELECT
        source,
        conversation_ref,
        min_by(channel, (occurred_at, source_ref)) AS channel,
        min(occurred_at) AS started_at,
        max(occurred_at) AS ended_at,
        count(*) AS message_count,
        count(*) FILTER (WHERE direction = 'inbound') AS inbound_count,
        count(*) FILTER (WHERE direction = 'outbound') AS outbound_count,
        count(*) FILTER (WHERE direction = 'internal') AS internal_count,
        min(first_asked_at) AS first_asked_at,
        min(occurred_at) FILTER (
            WHERE is_answer AND is_human AND occurred_at >= first_asked_at
        ) AS first_answered_at,
        max_by(status, (occurred_at, source_ref)) FILTER (WHERE status IS NOT NULL) AS status,
        max_by(topic, (occurred_at, source_ref)) FILTER (WHERE topic IS NOT NULL) AS topic,
        bool_or(is_public) AS is_public
    FROM answered
    GROUP BY source, conversation_ref
)

SELECT
    'v' || left(sha256(thread.source || chr(31) || thread.conversation_ref), 16) AS conversation_id,
    thread.source,
    thread.conversation_ref,
    owner.customer_id,
    thread.channel,
    thread.started_at,
    thread.ended_at,
    thread.message_count,
    thread.inbound_count,
    thread.outbound_count,
    thread.internal_count,
    date_diff('second', thread.first_asked_at, thread.first_answered_at) AS first_response_seconds,
    thread.status,
    thread.topic,
    thread.is_public
FROM thread
LEFT JOIN owner ON thread.source = owner.source AND thread.conversation_ref = owner.conversation_ref
ORDER BY thread.source, thread.conversation_ref
