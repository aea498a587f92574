-- staging.ledger: what each file brought; for every file read = accepted + duplicate + suppressed + quarantined.
--
-- Grain   one row per (source, night, file)
-- Reads   lake_ledger, lake_interaction, lake_profile
-- Rule    a record whose content stands already at an earlier (night, file, sequence) is a duplicate.
WITH record AS (
    SELECT
        source,
        night,
        file,
        row_number() OVER (
            PARTITION BY source, source_ref, content_hash ORDER BY night ASC, file ASC, sequence ASC
        ) AS copy_rank
    FROM lake_interaction
    UNION ALL
    SELECT
        source,
        night,
        file,
        row_number() OVER (
            PARTITION BY source, source_ref, content_hash ORDER BY night ASC, file ASC, sequence ASC
        ) AS copy_rank
    FROM lake_profile
),

counted AS (
    SELECT
        source,
        night,
        file,
        count(*) FILTER (WHERE copy_rank = 1) AS accepted,
        count(*) FILTER (WHERE copy_rank > 1) AS duplicate
    FROM record
    GROUP BY source, night, file
)

SELECT
    entry.source,
    entry.night,
    entry.file,
    entry.bytes,
    entry.sha256,
    entry.format,
    coalesce(counted.accepted, 0) + coalesce(counted.duplicate, 0) + entry.suppressed + entry.quarantined AS read,
    coalesce(counted.accepted, 0) AS accepted,
    coalesce(counted.duplicate, 0) AS duplicate,
    entry.suppressed,
    entry.quarantined
FROM lake_ledger AS entry
LEFT JOIN counted ON entry.source = counted.source AND entry.night = counted.night AND entry.file = counted.file
ORDER BY entry.source, entry.night, entry.file
