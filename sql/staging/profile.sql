-- staging.profile: every reference row about a person, as its latest version says it.
--
-- Grain   one row per (source, source_ref)
-- Reads   lake_profile
-- Rule    the version that the source changed last stands (updated_at, then night, file, sequence); of equal copies
--         the first that arrived. night is the first night of any version.
WITH version AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY source, source_ref, content_hash, updated_at ORDER BY night ASC, file ASC, sequence ASC
        ) AS copy_rank,
        min(night) OVER (PARTITION BY source, source_ref) AS first_night
    FROM lake_profile
),

latest AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY source, source_ref ORDER BY updated_at DESC, night DESC, file DESC, sequence DESC
        ) AS version_rank
    FROM version
    WHERE copy_rank = 1
)

SELECT
    source,
    source_ref,
    first_night AS night,
    reason,
    updated_at,
    source_metadata,
    file,
    position
FROM latest
WHERE version_rank = 1
ORDER BY source, source_ref
