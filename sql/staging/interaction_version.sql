-- staging.interaction_version: the versions of every message, call and post that stands more than once in the lake.
--
-- Grain   one row per (source, source_ref, updated_at, night, file, sequence); source_ref as the lake has it
-- Reads   version_place (scratch.version_place), repeated_interaction (evidence/versions.py)
-- Rule    scratch.version_place says which rows are versions, and of which record: a mail whose Message-ID was taken has
--         an id of its own.
SELECT
    placed.record_ref,
    placed.first_night,
    placed.is_current,
    placed.until_at,
    placed.first_place,
    row.source,
    row.source_ref,
    row.night,
    row.reason,
    row.conversation_ref,
    row.channel,
    row.direction,
    row.is_public,
    row.occurred_at,
    row.updated_at,
    row.party,
    row.party_ref,
    row.agent_ref,
    row.team,
    row.subject,
    row.text,
    row.quoted_text,
    row.signature,
    row.in_reply_to_ref,
    row.attachments,
    row.topic,
    row.status,
    row.duration_seconds,
    row.consent,
    row.source_metadata,
    row.file,
    row.position,
    row.sequence,
    row.content_hash
FROM version_place AS placed
INNER JOIN repeated_interaction AS row
    ON
        placed.source = row.source
        AND placed.source_ref = row.source_ref
        AND placed.content_hash = row.content_hash
        AND placed.night = row.night
        AND placed.file = row.file
        AND placed.sequence = row.sequence
