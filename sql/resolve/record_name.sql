-- resolve.record_name: the names that records show, as they will be taken apart.
--
-- Grain   one row per (record_kind, source, source_ref, name)
-- Reads   staging.identifier
-- Rule    where a row tells given and family name apart, "family, given" is a name as well (is_told)
SELECT
    record_kind,
    source,
    source_ref,
    value AS name,
    is_current,
    FALSE AS is_told
FROM staging.identifier
WHERE kind = 'name'
UNION
SELECT
    given.record_kind,
    given.source,
    given.source_ref,
    family.value || ', ' || given.value AS name,
    TRUE AS is_current,
    TRUE AS is_told
FROM staging.identifier AS given
INNER JOIN staging.identifier AS family
    ON
        given.record_kind = family.record_kind
        AND given.source = family.source
        AND given.source_ref = family.source_ref
WHERE given.kind = 'given_name' AND family.kind = 'family_name' AND given.is_current AND family.is_current
ORDER BY record_kind, source, source_ref, name
