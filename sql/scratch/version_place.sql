-- scratch.version_place: which rows of what stands more than once in the lake are versions, and which of them stands.
--
-- Grain   one row per (source, source_ref, updated_at, night, file, sequence); source_ref as the lake has it
-- Reads   repeated_place (evidence/versions.py)
-- Rule    versions stand in the order in which the source changed them (updated_at, where it tells, then night, file,
--         sequence). What was sent again is no version: of equal content with one updated_at the first to arrive counts,
--         and content equal to that of the version right before it is a copy of it, whatever updated_at says: the earlier
--         one stands, with its place, and until_at is the updated_at of its last copy. A, then B, then A again are three.
--         Of mails that share a Message-ID and are not the same mail (mail_ids), the one seen first keeps the id, and
--         each other one gets its own, record_ref: they have no version in common.
WITH told AS (
    SELECT
        * REPLACE (
            max(until_at) OVER (PARTITION BY source, source_ref, content_hash, updated_at) AS until_at,
            min(first_place) OVER (PARTITION BY source, source_ref, content_hash) AS first_place
        )
    FROM repeated_place
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
                AND NOT (mail != '' AND reads_as_own_ref(source_ref))
                THEN source_ref
            ELSE own_ref(source_ref, mail)
        END AS record_ref
    FROM numbered
    QUALIFY NOT is_copy
)

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
