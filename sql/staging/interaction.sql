-- staging.interaction: every message, call and post of all sealed nights, as its latest version says it.
--
-- Grain   one row per (source, source_ref)
-- Reads   staging.interaction_version, lake_interaction
-- Rule    the version that the source changed last stands (updated_at, where it tells), of those the one that appeared
--         last (night, file, sequence); night is the first night of any version. A copy of a version, sent again later, is
--         none, and mails that share a Message-ID, or have one that reads like such an id, go by ids of their own
--         (mail_ids, scratch.version_place).
--         Most refs stand once in the lake and need none of this: they pass as they are.
WITH standing AS (
    SELECT * REPLACE (record_ref AS source_ref)
    FROM staging.interaction_version
    WHERE is_current
    UNION ALL BY NAME
    SELECT
        * REPLACE (
            CASE
                WHEN NOT contains(source_ref, '#') THEN source_ref
                WHEN channel = 'email' AND reads_as_own_ref(source_ref)
                    THEN own_ref(source_ref, mail_of(channel, party_ref, direction, occurred_at))
                ELSE source_ref
            END AS source_ref
        ),
        night AS first_night
    FROM lake_interaction
    ANTI JOIN staging.interaction_version USING (source, source_ref)
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
FROM standing
