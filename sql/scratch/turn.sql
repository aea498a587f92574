-- scratch.turn: the messages of customers' conversations in the order they came, with what tells their concern.
--
-- Grain   one row per interaction that is a customer's or an answer to one
-- Reads   staging.interaction, staging.identifier, golden.membership, golden.conversation
-- Rule    an answer or a note without a person of its own goes to its conversation's customer; what a machine sent has
--         no part in it. words are the different words a person wrote, lower-case, without accents and punctuation
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
        interaction.topic,
        trim(regexp_replace(lower(strip_accents(interaction.text)), '[^\p{L}\p{N}]+', ' ', 'g')) AS plain_text
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
)

SELECT
    row_number() OVER (
        ORDER BY
            message.customer_id ASC, message.occurred_at ASC, message.conversation_id ASC, message.source ASC,
            message.source_ref ASC
    ) AS turn,
    message.*,
    list_sort(list_distinct(string_split(message.plain_text, ' '))) AS words,
    coalesce(mention.order_refs, []) AS order_refs
FROM message
LEFT JOIN mention ON message.source = mention.source AND message.source_ref = mention.source_ref
WHERE message.customer_id IS NOT NULL
ORDER BY turn
