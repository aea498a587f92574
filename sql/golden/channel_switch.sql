-- golden.channel_switch: every move of a customer from one place to another within an enquiry.
--
-- Grain   one row per (to_source, to_source_ref): the first message after the move
-- Reads   golden.interaction, golden.enquiry
-- Rule    a message of the customer in another place than their last one, or than our own message that it follows where
--         they had written nothing before. A place is a source and public or not: from X to Messenger, or from a public
--         post to a direct message, is a move within the channel social. from_… is the last message before the move,
--         whoever wrote it, if it stands in the place that was left; gap_seconds runs from it
WITH message AS (
    SELECT
        enquiry.customer_id,
        interaction.enquiry_id,
        interaction.direction,
        interaction.occurred_at,
        {
            'source': interaction.source, 'source_ref': interaction.source_ref, 'channel': interaction.channel,
            'is_public': interaction.is_public, 'conversation_id': interaction.conversation_id,
            'occurred_at': interaction.occurred_at
        } AS place
    FROM golden.interaction AS interaction
    INNER JOIN golden.enquiry AS enquiry ON interaction.enquiry_id = enquiry.enquiry_id
    WHERE interaction.direction != 'internal'
),

followed AS (
    SELECT
        *,
        lag(place) OVER by_time AS previous,
        last_value(CASE WHEN direction = 'inbound' THEN place END IGNORE NULLS) OVER (
            by_time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_own
    FROM message
    WINDOW by_time AS (PARTITION BY enquiry_id ORDER BY occurred_at ASC, place ASC)
),

moved AS (
    SELECT
        enquiry_id,
        customer_id,
        place AS arrival,
        CASE
            WHEN last_own IS NULL OR (previous.source = last_own.source AND previous.is_public = last_own.is_public)
                THEN previous
            ELSE last_own
        END AS origin
    FROM followed
    WHERE direction = 'inbound'
)

SELECT
    enquiry_id,
    customer_id,
    origin.channel AS from_channel,
    arrival.channel AS to_channel,
    arrival.occurred_at AS switched_at,
    date_diff('second', origin.occurred_at, arrival.occurred_at) AS gap_seconds,
    origin.is_public AND NOT arrival.is_public AS is_to_private,
    NOT origin.is_public AND arrival.is_public AS is_to_public,
    origin.conversation_id AS from_conversation_id,
    arrival.conversation_id AS to_conversation_id,
    origin.source AS from_source,
    origin.source_ref AS from_source_ref,
    arrival.source AS to_source,
    arrival.source_ref AS to_source_ref
FROM moved
WHERE origin.source != arrival.source OR origin.is_public != arrival.is_public
ORDER BY enquiry_id, switched_at, to_source, to_source_ref
