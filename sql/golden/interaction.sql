-- golden.interaction: every message, call and post, with its customer, its conversation and its enquiry.
--
-- Grain   one row per (source, source_ref)
-- Reads   staging.interaction, golden.membership, golden.conversation, scratch.turn, scratch.turn_enquiry,
--         scratch.turn_first_ask
-- Rule    customer_id is the person on the other side whichever way it went, as golden.membership has it; enquiry_id is
--         NULL for what has no customer or was sent by a machine
WITH followed AS (
    SELECT
        turn.source,
        turn.source_ref,
        'e' || left(sha256(first_turn.source || chr(31) || first_turn.source_ref), 16) AS enquiry_id,
        first_ask.source AS duplicate_of_source,
        first_ask.source_ref AS duplicate_of
    FROM scratch.turn AS turn
    INNER JOIN scratch.turn_enquiry AS enquiry ON turn.turn = enquiry.turn
    INNER JOIN scratch.turn AS first_turn ON enquiry.first_turn = first_turn.turn
    LEFT JOIN scratch.turn_first_ask AS repeat ON turn.turn = repeat.turn AND turn.turn != repeat.first_turn
    LEFT JOIN scratch.turn AS first_ask ON repeat.first_turn = first_ask.turn
)

SELECT
    interaction.source,
    interaction.source_ref,
    membership.customer_id,
    interaction.channel,
    interaction.direction,
    interaction.occurred_at,
    interaction.is_public,
    interaction.party_ref,
    interaction.conversation_ref,
    conversation.conversation_id,
    followed.enquiry_id,
    followed.duplicate_of,
    followed.duplicate_of_source,
    interaction.subject,
    interaction.text,
    interaction.quoted_text,
    interaction.signature,
    interaction.agent_ref,
    interaction.team,
    interaction.topic,
    interaction.status,
    interaction.duration_seconds,
    interaction.in_reply_to_ref,
    interaction.attachments,
    interaction.reason,
    interaction.night,
    interaction.file,
    interaction.position,
    interaction.source_metadata
FROM staging.interaction AS interaction
LEFT JOIN golden.membership AS membership
    ON
        interaction.source = membership.source
        AND interaction.source_ref = membership.source_ref
        AND membership.record_kind = 'interaction'
LEFT JOIN golden.conversation AS conversation
    ON
        interaction.source = conversation.source
        AND coalesce(nullif(interaction.conversation_ref, ''), interaction.source_ref) = conversation.conversation_ref
LEFT JOIN followed ON interaction.source = followed.source AND interaction.source_ref = followed.source_ref
ORDER BY interaction.source, interaction.source_ref
