-- resolve.record_name: the names that records show, as they will be taken apart.
--
-- Grain   one row per (record_kind, source, source_ref, name)
-- Reads   staging.identifier, staging.interaction
-- Rule    where a row tells given and family name apart, "family, given" is a name as well (is_told).
--         A message that comes in without a name has the one that its text says ("my name is …"): $said_name is what such
--         a text looks like, the name in its first or second group.
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
UNION
SELECT
    'interaction' AS record_kind,
    message.source,
    message.source_ref,
    coalesce(
        nullif(regexp_extract(message.text, $said_name, 1), ''), regexp_extract(message.text, $said_name, 2)
    ) AS name,
    TRUE AS is_current,
    FALSE AS is_told
FROM staging.interaction AS message
ANTI JOIN staging.identifier AS shown
    ON
        shown.record_kind = 'interaction'
        AND shown.kind = 'name'
        AND message.source = shown.source
        AND message.source_ref = shown.source_ref
WHERE message.direction = 'inbound' AND message.reason IS NULL AND regexp_matches(message.text, $said_name)
ORDER BY record_kind, source, source_ref, name
