-- staging.interaction: every message, call and post of all sealed nights, as its latest version says it.
--
-- Grain   one row per (source, source_ref)
-- Reads   lake_interaction
-- Rule    a version is a content that was not seen before; a copy of one, sent again later, is not a new version.
--         The version that the source changed last stands (updated_at, where it tells), of those the one that appeared
--         last (night, file, sequence); night is the first night of any version.
WITH version AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY source, source_ref, content_hash, updated_at ORDER BY night ASC, file ASC, sequence ASC
        ) AS copy_rank,
        min(night) OVER (PARTITION BY source, source_ref) AS first_night
    FROM lake_interaction
),

latest AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY source, source_ref
            ORDER BY updated_at DESC NULLS LAST, night DESC, file DESC, sequence DESC
        ) AS version_rank
    FROM version
    WHERE copy_rank = 1
)

SELECT
    source,
    source_ref,
    first_night AS night,
    reason,
    conversation_ref,
    channel,
    direction,
    is_public,
    occurred_at,
    updated_at,
    party,
    party_ref,
    agent_ref,
    team,
    subject,
    text,
    quoted_text,
    signature,
    in_reply_to_ref,
    attachments,
    topic,
    status,
    duration_seconds,
    consent,
    source_metadata,
    file,
    position,
    sequence,
    content_hash
FROM latest
WHERE version_rank = 1
ORDER BY source, source_ref
