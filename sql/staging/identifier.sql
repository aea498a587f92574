-- staging.identifier: every identifier that a record shows, with its strongest evidence and when it was in use.
--
-- Grain   one row per (record_kind, source, source_ref, kind, scope, value)
-- Reads   staging.interaction, staging.profile_version, lake_profile
-- Rule    an interaction counts as its latest version; a profile as the union of all its versions, because an old
--         address stays evidence; a row that a later dump repeats is no version of its own, so that what it shows was last
--         seen when its source last changed it. file and position lead to the version that showed the identifier last.
--         A record of one version that shows no value twice (most of them) needs no grouping. What our own records hold
--         because a form wanted something (1900-01-01, noemail@noemail.com) is nobody's, and left out.
WITH profile AS (
    SELECT
        *,
        count(*) OVER (PARTITION BY source, source_ref) AS version_count
    FROM staging.profile_version
    UNION ALL BY NAME
    SELECT
        *,
        TRUE AS is_current,
        1 AS version_count
    FROM lake_profile
    ANTI JOIN staging.profile_version USING (source, source_ref)
),

version AS (
    SELECT
        'interaction' AS record_kind,
        source,
        source_ref,
        occurred_at AS record_at,
        night,
        file,
        sequence,
        position,
        TRUE AS is_current,
        party AS identifiers,
        len(list_distinct(list_transform(party, LAMBDA shown: shown.value))) = len(party) AS is_plain
    FROM staging.interaction
    UNION ALL
    SELECT
        'profile' AS record_kind,
        source,
        source_ref,
        updated_at AS record_at,
        night,
        file,
        sequence,
        position,
        is_current,
        identifiers,
        version_count = 1
        AND len(list_distinct(list_transform(identifiers, LAMBDA shown: shown.value))) = len(identifiers) AS is_plain
    FROM profile
),

told AS (
    SELECT
        * EXCLUDE (identifiers),
        unnest(identifiers) AS identifier
    FROM version
),

shown AS (
    SELECT *
    FROM told
    WHERE
        identifier.value != ''
        AND NOT CASE
            WHEN identifier.evidence != 'reference' THEN FALSE
            WHEN identifier.kind = 'date_of_birth'
                THEN
                    identifier.value IN (
                        '0001-01-01', '1111-11-11', '1753-01-01', '1899-12-30', '1899-12-31', '1900-01-01', '1901-01-01',
                        '1911-11-11', '1970-01-01', '1980-01-01', '1990-01-01', '2000-01-01', '9999-12-31'
                    )
            WHEN identifier.kind = 'email'
                THEN
                    regexp_matches(
                        identifier.value,
                        '^((no|kein|keine|sin|ohne|sans)[._-]?(e?-?mail|correo|adresse)|no[._-]?reply)@'
                    )
                    OR regexp_matches(
                        identifier.value,
                        '^(no|none|na|nobody|kein|keine|sin|unknown|unbekannt|test|fake|dummy|guest|x+|a|abc|asdf)'
                        || '@(no|none|na|nobody|kein|keine|unknown|unbekannt|test|fake|dummy|xx+|abc|asdf'
                        || '|e?-?mail|correo|example|no-?e?mail|guest|gmail|hotmail|outlook|yahoo)[.]'
                    )
                    OR regexp_matches(identifier.value, '^(a@a|x@x)[.]')
            ELSE FALSE
        END
)

SELECT
    record_kind,
    source,
    source_ref,
    identifier.kind AS kind,
    identifier.scope AS scope,
    identifier.value AS value,
    identifier.evidence AS evidence,
    coalesce(coalesce(identifier.is_verified, TRUE) AND identifier.evidence != 'claimed', FALSE) AS is_verified,
    coalesce(identifier.seen_at, record_at) AS first_seen_at,
    coalesce(identifier.seen_at, record_at) AS last_seen_at,
    is_current,
    file,
    position
FROM shown
WHERE is_plain
UNION ALL
SELECT
    record_kind,
    source,
    source_ref,
    identifier.kind AS kind,
    identifier.scope AS scope,
    identifier.value AS value,
    min_by(
        identifier.evidence,
        CASE identifier.evidence WHEN 'channel' THEN 1 WHEN 'reference' THEN 2 ELSE 3 END
    ) AS evidence,
    bool_or(coalesce(identifier.is_verified, TRUE) AND identifier.evidence != 'claimed') AS is_verified,
    min(coalesce(identifier.seen_at, record_at)) AS first_seen_at,
    max(coalesce(identifier.seen_at, record_at)) AS last_seen_at,
    bool_or(is_current) AS is_current,
    max_by(file, (record_at, night, file, sequence)) AS file,
    max_by(position, (record_at, night, file, sequence)) AS position
FROM shown
WHERE NOT is_plain
GROUP BY ALL
