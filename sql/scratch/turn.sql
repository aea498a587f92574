-- scratch.turn: the messages of customers' conversations in the order they came, with what tells their concern.
--
-- Grain   one row per interaction that is a customer's or an answer to one
-- Reads   staging.interaction, staging.identifier, golden.membership, golden.conversation, policy_matter
-- Rule    an answer or a note without a person of its own goes to its conversation's customer; what a machine sent has
--         no part in it. Chats and calls go on in one thread for years: there a long silence, or a customer's message
--         that names another order than was named last, starts a new episode. An ask is a customer's message before any
--         answer in its episode
WITH message AS (
    SELECT
        coalesce(
            membership.customer_id, CASE WHEN interaction.direction != 'inbound' THEN conversation.customer_id END
        ) AS customer_id,
        conversation.conversation_id,
        interaction.source,
        interaction.source_ref,
        interaction.in_reply_to_ref,
        interaction.channel,
        interaction.direction,
        interaction.is_public,
        interaction.occurred_at,
        interaction.topic
    FROM staging.interaction AS interaction
    INNER JOIN golden.conversation AS conversation
        ON
            interaction.source = conversation.source
            AND coalesce(nullif(interaction.conversation_ref, ''), interaction.source_ref) = conversation.conversation_ref
    LEFT JOIN golden.membership AS membership
        ON
            interaction.source = membership.source
            AND interaction.source_ref = membership.source_ref
            AND membership.record_kind = 'interaction'
    WHERE interaction.reason IS NULL OR (interaction.reason = 'internal' AND interaction.direction = 'internal')
),

mention AS (
    SELECT
        source,
        source_ref,
        list(DISTINCT value ORDER BY value ASC) AS order_refs
    FROM staging.identifier
    WHERE record_kind = 'interaction' AND kind = 'reference'
    GROUP BY source, source_ref
),

told AS (
    SELECT
        message.*,
        mention.order_refs,
        message.source IN (SELECT name FROM policy_matter)
        OR message.channel IN (SELECT name FROM policy_matter) AS is_of_one_matter,
        lag(message.occurred_at) OVER by_conversation AS earlier_at,
        last_value(mention.order_refs IGNORE NULLS) OVER (
            by_conversation ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_order_refs
    FROM message
    LEFT JOIN mention ON message.source = mention.source AND message.source_ref = mention.source_ref
    WHERE message.customer_id IS NOT NULL
    WINDOW by_conversation AS (
        PARTITION BY message.customer_id, message.conversation_id
        ORDER BY message.occurred_at ASC, message.source_ref ASC
    )
),

spaced AS (
    SELECT
        * EXCLUDE (is_of_one_matter, earlier_at, earlier_order_refs),
        earlier_at IS NULL
        OR (NOT is_of_one_matter AND occurred_at - earlier_at > to_seconds($silence_hours * 3600))
        OR (
            NOT is_of_one_matter
            AND direction = 'inbound'
            AND NOT coalesce(list_has_any(order_refs, earlier_order_refs), TRUE)
        ) AS is_new_episode
    FROM told
),

numbered AS (
    SELECT
        * EXCLUDE (is_new_episode),
        count(*) FILTER (WHERE is_new_episode) OVER by_conversation AS episode,
        row_number() OVER (
            ORDER BY customer_id ASC, occurred_at ASC, conversation_id ASC, source_ref ASC, source ASC
        ) AS turn
    FROM spaced
    WINDOW by_conversation AS (PARTITION BY customer_id, conversation_id ORDER BY occurred_at ASC, source_ref ASC)
)

SELECT
    * REPLACE (coalesce(order_refs, []) AS order_refs),
    direction = 'inbound' AND count(*) FILTER (WHERE direction = 'outbound') OVER by_episode = 0 AS is_ask,
    turn = min(turn) OVER by_episode AS is_first,
    turn = max(turn) OVER (PARTITION BY customer_id, conversation_id, episode) AS is_last
FROM numbered
WINDOW by_episode AS (PARTITION BY customer_id, conversation_id, episode ORDER BY turn ASC)
ORDER BY turn
