-- staging.profile_version: the versions of every reference row about a person that stands more than once in the lake.
--
-- Grain   one row per (source, source_ref, updated_at, night, file, sequence)
-- Reads   repeated_profile (evidence/versions.py)
-- Rule    as staging.interaction_version: of equal content with one updated_at the first to arrive counts, and content
--         equal to that of the version right before it (updated_at, then night, file, sequence) is a copy of it: the
--         earlier one stands, with its place, night and updated_at. A, then B, then A again are three versions.
--         So a table that is dumped whole every night, without a column that tells when a row was last changed (its
--         updated_at is the end of the night), says of a row what it says from the night on that first said so.
WITH told AS (
    SELECT
        source,
        source_ref,
        content_hash,
        updated_at,
        night,
        file,
        sequence,
        max(until_at) OVER (PARTITION BY source, source_ref, content_hash, updated_at) AS until_at,
        min(first_place) OVER (PARTITION BY source, source_ref, content_hash) AS first_place
    FROM repeated_profile
    QUALIFY row_number() OVER (
        PARTITION BY source, source_ref, content_hash, updated_at ORDER BY night ASC, file ASC, sequence ASC
    ) = 1
),

ordered AS (
    SELECT
        *,
        coalesce(content_hash = lag(content_hash) OVER in_order, FALSE) AS is_copy
    FROM told
    WINDOW in_order AS (PARTITION BY source, source_ref ORDER BY updated_at ASC, night ASC, file ASC, sequence ASC)
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (WHERE NOT is_copy) OVER (
            PARTITION BY source, source_ref ORDER BY updated_at ASC, night ASC, file ASC, sequence ASC
        ) AS version
    FROM ordered
),

version AS (
    SELECT * REPLACE (max(until_at) OVER (PARTITION BY source, source_ref, version) AS until_at)
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
        until_at,
        first_place,
        min(first_place.night) OVER (PARTITION BY source, source_ref) AS first_night,
        row_number() OVER (
            PARTITION BY source, source_ref ORDER BY updated_at DESC, night DESC, file DESC, sequence DESC
        ) = 1 AS is_current
    FROM version
)

SELECT
    placed.first_night,
    placed.is_current,
    placed.until_at,
    placed.first_place,
    row.source,
    row.source_ref,
    row.night,
    row.reason,
    row.updated_at,
    row.identifiers,
    row.consent,
    row.source_metadata,
    row.file,
    row.position,
    row.sequence,
    row.content_hash
FROM placed
INNER JOIN repeated_profile AS row
    ON
        placed.source = row.source
        AND placed.source_ref = row.source_ref
        AND placed.content_hash = row.content_hash
        AND placed.night = row.night
        AND placed.file = row.file
        AND placed.sequence = row.sequence
