-- staging.consent: every yes and no to being contacted, as records carry them.
--
-- Grain   one row per signal: (record_kind, source, source_ref, channel, purpose, allowed, value, said_at)
-- Reads   staging.interaction, staging.profile_version, lake_profile
-- Rule    an interaction counts as its latest version; a profile gives the signals of every version, each at the time
--         the source changed the row, so that a yes taken back is seen as both. A row that a later dump repeats says
--         nothing anew: what somebody took back since does not return with it.
WITH profile AS (
    SELECT * FROM staging.profile_version
    UNION ALL BY NAME
    SELECT * FROM lake_profile
    ANTI JOIN staging.profile_version USING (source, source_ref)
),

signal AS (
    SELECT
        'interaction' AS record_kind,
        source,
        source_ref,
        occurred_at AS said_at,
        night,
        file,
        sequence,
        position,
        unnest(consent) AS consent
    FROM staging.interaction
    UNION ALL
    SELECT
        'profile' AS record_kind,
        source,
        source_ref,
        updated_at AS said_at,
        night,
        file,
        sequence,
        position,
        unnest(consent) AS consent
    FROM profile
)

SELECT
    record_kind,
    source,
    source_ref,
    consent.channel AS channel,
    consent.purpose AS purpose,
    consent.allowed AS allowed,
    consent.value AS value,
    said_at,
    min_by(file, (night, file, sequence)) AS file,
    min_by(position, (night, file, sequence)) AS position
FROM signal
GROUP BY ALL
ORDER BY record_kind, source, source_ref, channel, purpose, value, said_at, allowed
