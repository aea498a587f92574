-- staging.profile_version: the versions of every reference row about a person that stands more than once in the lake.
--
-- Grain   one row per (source, source_ref, updated_at, night, file, sequence)
-- Reads   version_place (scratch.version_place), repeated_profile (evidence/versions.py)
-- Rule    scratch.version_place says which rows are versions. So a table that is dumped whole every night, without a
--         column that tells when a row was last changed (its updated_at is the end of the night), says of a row what it
--         says from the night on that first said so.
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
FROM version_place AS placed
INNER JOIN repeated_profile AS row
    ON
        placed.source = row.source
        AND placed.source_ref = row.source_ref
        AND placed.content_hash = row.content_hash
        AND placed.night = row.night
        AND placed.file = row.file
        AND placed.sequence = row.sequence
