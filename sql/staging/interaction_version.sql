-- staging.interaction_version: the versions of every message, call and post that stands more than once in the lake.
--
-- Grain   one row per (source, source_ref, updated_at, night, file, sequence); source_ref as the lake has it
-- Reads   repeated_interaction (evidence/versions.py)
-- Rule    versions stand in the order in which the source changed them (updated_at, where it tells, then night, file,
--         sequence). What was sent again is no version: of equal content with one updated_at the first to arrive counts,
--         and content equal to that of the version right before it is a copy of it, whatever updated_at says: the earlier
--         one stands, with its place, and until_at is the updated_at of its last copy. A, then B, then A again are three.
--         A mail never changes, and anybody can write a Message-ID that they have seen: of mails that differ in sender,
--         way or time, the one seen first keeps the id, each other one gets its own ("id#1b2c3d4e"), and so does one whose
--         Message-ID reads as if it had been given so: two mails never come to one id (staging.interaction does the same).
WITH told AS (
    SELECT
        source,
        source_ref,
        content_hash,
        updated_at,
        night,
        file,
        sequence,
        CASE
            WHEN channel = 'email' THEN concat_ws(chr(31), lower(party_ref), direction, epoch_us(occurred_at)) ELSE ''
        END AS mail,
        max(until_at) OVER (PARTITION BY source, source_ref, content_hash, updated_at) AS until_at,
        min(first_place) OVER (PARTITION BY source, source_ref, content_hash) AS first_place
    FROM repeated_interaction
    QUALIFY row_number() OVER (
        PARTITION BY source, source_ref, content_hash, updated_at ORDER BY night ASC, file ASC, sequence ASC
    ) = 1
),

ordered AS (
    SELECT
        *,
        coalesce(content_hash = lag(content_hash) OVER in_order, FALSE) AS is_copy
    FROM told
    WINDOW in_order AS (
        PARTITION BY source, source_ref, mail
        ORDER BY updated_at ASC NULLS FIRST, night ASC, file ASC, sequence ASC
    )
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (WHERE NOT is_copy) OVER (
            PARTITION BY source, source_ref, mail
            ORDER BY updated_at ASC NULLS FIRST, night ASC, file ASC, sequence ASC
        ) AS version
    FROM ordered
),

version AS (
    SELECT
        * REPLACE (max(until_at) OVER (PARTITION BY source, source_ref, mail, version) AS until_at),
        CASE
            WHEN
                min(first_place) OVER (PARTITION BY source, source_ref, mail)
                = min(first_place) OVER (PARTITION BY source, source_ref)
                AND NOT (mail != '' AND regexp_matches(source_ref, '#[0-9a-f]{8}$'))
                THEN source_ref
            ELSE source_ref || '#' || left(md5(mail), 8)
        END AS record_ref
    FROM numbered
    QUALIFY NOT is_copy
),

placed AS (
    SELECT
        source,
        source_ref,
        content_hash,
        night,
        file,
        sequence,
        record_ref,
        until_at,
        first_place,
        min(first_place.night) OVER (PARTITION BY source, record_ref) AS first_night,
        row_number() OVER (
            PARTITION BY source, record_ref
            ORDER BY updated_at DESC NULLS LAST, night DESC, file DESC, sequence DESC
        ) = 1 AS is_current
    FROM version
)

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
FROM placed
INNER JOIN repeated_interaction AS row
    ON
        placed.source = row.source
        AND placed.source_ref = row.source_ref
        AND placed.content_hash = row.content_hash
        AND placed.night = row.night
        AND placed.file = row.file
        AND placed.sequence = row.sequence
