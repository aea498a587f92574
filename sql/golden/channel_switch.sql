-- golden.channel_switch: every move of a customer from one place to another within an enquiry.
--
-- Grain   one row per (enquiry_id, to_source, to_source_ref): the first message after the move
-- Reads   golden.interaction, golden.enquiry
-- Rule    two inbound messages, one after the other, in different channels, or in one channel at another source (from
--         X to Messenger) or in private after public; the gap runs from the one to the other
WITH message AS (
    SELECT
        enquiry.customer_id,
        interaction.enquiry_id,
        interaction.source,
        interaction.source_ref,
        interaction.channel,
        interaction.is_public,
        interaction.conversation_id,
        interaction.occurred_at,
        lag(interaction.source) OVER by_time AS from_source,
        lag(interaction.source_ref) OVER by_time AS from_source_ref,
        lag(interaction.channel) OVER by_time AS from_channel,
        lag(interaction.is_public) OVER by_time AS from_public,
        lag(interaction.conversation_id) OVER by_time AS from_conversation_id,
        lag(interaction.occurred_at) OVER by_time AS from_at
    FROM golden.interaction AS interaction
    INNER JOIN golden.enquiry AS enquiry ON interaction.enquiry_id = enquiry.enquiry_id
    WHERE interaction.direction = 'inbound'
    WINDOW by_time AS (
        PARTITION BY interaction.enquiry_id
        ORDER BY interaction.occurred_at ASC, interaction.source ASC, interaction.source_ref ASC
    )
)

SELECT
    enquiry_id,
    customer_id,
    from_channel,
    channel AS to_channel,
    occurred_at AS switched_at,
    date_diff('second', from_at, occurred_at) AS gap_seconds,
    from_public AND NOT is_public AS is_to_private,
    NOT from_public AND is_public AS is_to_public,
    from_conversation_id,
    conversation_id AS to_conversation_id,
    from_source,
    from_source_ref,
    source AS to_source,
    source_ref AS to_source_ref
FROM message
WHERE from_channel != channel OR from_source != source OR from_public != is_public
ORDER BY enquiry_id, switched_at, to_source, to_source_ref
