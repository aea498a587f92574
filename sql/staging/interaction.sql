-- staging.interaction: every message, call and post of all sealed nights, as its latest version says it.
--
-- Grain   one row per (source, source_ref)
-- Reads   lake_interaction
-- Rule    a version is a content that was not seen before; a copy of one, sent again later, is not a new version.
--         The version that the source changed last stands (updated_at, where it tells), of those the one that appeared
--         last (night, file, sequence); night is the first night of any version.
--         A mail never changes, and anybody can write a Message-ID that they have seen: of mails that differ in sender,
--         way or time, the one seen first keeps the id, each other one gets its own ("id#1b2c3d4e").
--         Most refs stand once in the lake and need none of this: they pass as they are.
WITH repeated AS (
    SELECT
        source,
        source_ref
    FROM lake_interaction
    GROUP BY source, source_ref
    HAVING count(*) > 1
),

told AS (
    SELECT
        *,
        CASE
            WHEN channel = 'email' THEN concat_ws(chr(31), lower(party_ref), direction, epoch_us(occurred_at)) ELSE ''
        END AS mail,
        min((night, file, sequence)) OVER (PARTITION BY source, source_ref, mail) AS first_place
    FROM lake_interaction
    SEMI JOIN repeated USING (source, source_ref)
),

named AS (
    SELECT
        * EXCLUDE (mail, first_place)
        REPLACE (
            CASE
                WHEN first_place = min(first_place) OVER (PARTITION BY source, source_ref) THEN source_ref
                ELSE source_ref || '#' || left(md5(mail), 8)
            END AS source_ref
        )
    FROM told
),

version AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY source, source_ref, content_hash, updated_at ORDER BY night ASC, file ASC, sequence ASC
        ) AS copy_rank,
        min(night) OVER (PARTITION BY source, source_ref) AS first_night
    FROM named
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
),

standing AS (
    SELECT * EXCLUDE (copy_rank, version_rank)
    FROM latest
    WHERE version_rank = 1
    UNION ALL BY NAME
    SELECT
        *,
        night AS first_night
    FROM lake_interaction
    ANTI JOIN repeated USING (source, source_ref)
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
