-- meta.identity_identifier: what every identity shows, and the record that showed it first: the lineage of a link.
--
-- Grain   one row per (identity_id, kind, scope, value)
-- Reads   resolve.record_identity, staging.identifier
-- Rule    evidence is the strongest that any of its records gives; file and position lead to the record that showed it first
--         (by time, then source and source_ref). A record without a person shows nothing here.
WITH shown AS (
    SELECT
        record.identity_id,
        identifier.kind,
        identifier.scope,
        identifier.value,
        min_by(
            identifier.evidence, CASE identifier.evidence WHEN 'channel' THEN 1 WHEN 'reference' THEN 2 ELSE 3 END
        ) AS evidence,
        count(*) AS record_count,
        min(identifier.first_seen_at) AS first_seen_at,
        max(identifier.last_seen_at) AS last_seen_at,
        min({
            'first_seen_at': identifier.first_seen_at,
            'source': identifier.source,
            'source_ref': identifier.source_ref,
            'record_kind': identifier.record_kind,
            'file': identifier.file,
            'position': identifier.position
        }) AS first_record
    FROM resolve.record_identity AS record
    INNER JOIN staging.identifier AS identifier
        ON
            record.record_kind = identifier.record_kind
            AND record.source = identifier.source
            AND record.source_ref = identifier.source_ref
    WHERE record.identity_id IS NOT NULL
    GROUP BY record.identity_id, identifier.kind, identifier.scope, identifier.value
)

SELECT
    identity_id,
    kind,
    scope,
    value,
    evidence,
    record_count,
    first_seen_at,
    last_seen_at,
    first_record.record_kind AS record_kind,
    first_record.source AS source,
    first_record.source_ref AS source_ref,
    first_record.file AS file,
    first_record.position AS position
FROM shown
ORDER BY identity_id, kind, scope, value
