-- staging.profile: every reference row about a person, as its latest version says it.
--
-- Grain   one row per (source, source_ref)
-- Reads   staging.profile_version, lake_profile
-- Rule    the version that the source changed last stands (updated_at, then night, file, sequence); night is the first
--         night of any version. A copy of the version before it, sent again later, is none (staging.profile_version):
--         updated_at, file and position are those of the first of equal rows. Where the source does not tell when it
--         changed a row, updated_at is the end of the night that first said what the row says now.
SELECT
    source,
    source_ref,
    first_night AS night,
    reason,
    updated_at,
    source_metadata,
    file,
    position
FROM staging.profile_version
WHERE is_current
UNION ALL
SELECT
    source,
    source_ref,
    night,
    reason,
    updated_at,
    source_metadata,
    file,
    position
FROM lake_profile
ANTI JOIN staging.profile_version USING (source, source_ref)
ORDER BY source, source_ref
