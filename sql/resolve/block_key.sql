-- resolve.block_key: what makes identities worth comparing.
--
-- Grain   one row per (rule, key, identity_id, side)
-- Reads   resolve.identity
-- Rule    identities that meet in (rule, key) are a candidate pair; key is a hash of the value in which they meet. side is
--         both where either may stand on either side; what somebody claims (claim) meets those who own it (own) and who
--         claim the same; an account's alias meets equal aliases, and the names (name) that such an alias is made of.
WITH listed AS (
    SELECT
        'account' AS rule,
        'both' AS side,
        identity_id,
        accounts AS keys
    FROM resolve.identity
    UNION ALL
    SELECT
        'crm_id' AS rule,
        'both' AS side,
        identity_id,
        crm_ids AS keys
    FROM resolve.identity
    UNION ALL
    SELECT
        'email' AS rule,
        'both' AS side,
        identity_id,
        emails || contested_emails AS keys
    FROM resolve.identity
    UNION ALL
    SELECT
        'phone' AS rule,
        'both' AS side,
        identity_id,
        phones || contested_phones AS keys
    FROM resolve.identity
    UNION ALL
    SELECT
        'handle' AS rule,
        'both' AS side,
        identity_id,
        handles AS keys
    FROM resolve.identity
    UNION ALL
    SELECT
        'reference' AS rule,
        'both' AS side,
        identity_id,
        refs AS keys
    FROM resolve.identity
    UNION ALL
    SELECT
        'claim' AS rule,
        'claim' AS side,
        identity_id,
        claims AS keys
    FROM resolve.identity
    UNION ALL
    SELECT
        'claim' AS rule,
        'own' AS side,
        identity_id,
        points AS keys
    FROM resolve.identity
    UNION ALL
    SELECT
        'birth' AS rule,
        'both' AS side,
        identity_id,
        list_distinct(
            list_transform(
                given_forms || family_forms || [left(given_name, 1), left(family_name, 1)],
                LAMBDA form: date_of_birth || '|' || form
            )
            || list_transform(given_forms || family_forms, LAMBDA form: substr(date_of_birth, 6) || '|' || form)
            || list_transform(given_forms || family_forms, LAMBDA form: left(date_of_birth, 7) || '|' || form)
        ) AS keys
    FROM resolve.identity
    WHERE date_of_birth IS NOT NULL
    UNION ALL
    SELECT
        'near' AS rule,
        'both' AS side,
        identity_id,
        list_distinct(
            list_transform(given_forms || family_forms, LAMBDA form: left(date_of_birth, 4) || '|' || form)
            || list_transform(
                given_forms || family_forms, LAMBDA form: (left(date_of_birth, 4)::INT + 1)::VARCHAR || '|' || form
            )
            || [date_of_birth]
            || list_transform(given_forms || family_forms, LAMBDA form: city || '|' || form)
        ) AS keys
    FROM resolve.identity
    WHERE date_of_birth IS NOT NULL OR city IS NOT NULL
    UNION ALL
    SELECT
        'alias' AS rule,
        'both' AS side,
        identity_id,
        aliases AS keys
    FROM resolve.identity
    UNION ALL
    SELECT
        'alias' AS rule,
        'name' AS side,
        identity_id,
        name_aliases AS keys
    FROM resolve.identity
    WHERE family_name IS NOT NULL
    UNION ALL
    SELECT
        'home' AS rule,
        'both' AS side,
        identity_id,
        list_transform(family_forms, LAMBDA form: postcode || '|' || form) AS keys
    FROM resolve.identity
    WHERE postcode IS NOT NULL
    UNION ALL
    SELECT
        'name' AS rule,
        'both' AS side,
        identity_id,
        list_distinct(
            flatten(list_transform(
                given_forms,
                LAMBDA given: list_transform(family_forms, LAMBDA family: given || '|' || ltrim(family, '~'))
            ))
            || CASE WHEN length(family_name) > 1 THEN [family_name || '|' || given_name] ELSE [] END
        ) AS keys
    FROM resolve.identity
    WHERE length(given_name) > 1
),

held AS (
    SELECT
        rule,
        side,
        identity_id,
        unnest(keys) AS value
    FROM listed
)

SELECT
    rule,
    hash(value) AS key,
    identity_id,
    side
FROM held
WHERE value IS NOT NULL
