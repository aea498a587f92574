-- resolve.block_key: what makes identities worth comparing.
--
-- Grain   one row per (rule, key, identity_id, side)
-- Reads   resolve.identity
-- Rule    identities that meet in (rule, key) are a candidate pair. side is both where either may stand on either side;
--         what somebody claims (claim) meets those who own it (own) and who claim the same; an account's alias
--         meets equal aliases, and the names (name) that such an alias is made of.
WITH listed AS (
    SELECT
        'account' AS rule,
        unnest(accounts) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'crm_id' AS rule,
        unnest(crm_ids) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'email' AS rule,
        unnest(emails || contested_emails) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'phone' AS rule,
        unnest(phones || contested_phones) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'handle' AS rule,
        unnest(handles) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'reference' AS rule,
        unnest(refs) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'claim' AS rule,
        unnest(claims) AS key,
        identity_id,
        'claim' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'claim' AS rule,
        unnest(points) AS key,
        identity_id,
        'own' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'birth' AS rule,
        date_of_birth || '|' || unnest(family_forms) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'birth' AS rule,
        date_of_birth || '|' || unnest(given_forms) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'birth' AS rule,
        date_of_birth || '|' || unnest(list_distinct([left(given_name, 1), left(family_name, 1)])) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'birth' AS rule,
        substr(date_of_birth, 6) || '|' || unnest(given_forms || family_forms) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'birth' AS rule,
        left(date_of_birth, 7) || '|' || unnest(given_forms || family_forms) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'near' AS rule,
        left(date_of_birth, 4) || '|' || unnest(given_forms || family_forms) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'near' AS rule,
        (left(date_of_birth, 4)::INT + 1)::VARCHAR || '|' || unnest(given_forms || family_forms) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'near' AS rule,
        date_of_birth AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'near' AS rule,
        city || '|' || unnest(given_forms || family_forms) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'alias' AS rule,
        unnest(aliases) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'alias' AS rule,
        unnest(name_aliases) AS key,
        identity_id,
        'name' AS side
    FROM resolve.identity
    WHERE family_name IS NOT NULL
    UNION ALL
    SELECT
        'home' AS rule,
        postcode || '|' || unnest(family_forms) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    UNION ALL
    SELECT
        'name' AS rule,
        unnest(flatten(list_transform(
            given_forms, LAMBDA given: list_transform(family_forms, LAMBDA family: given || '|' || ltrim(family, '~'))
        ))) AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    WHERE length(given_name) > 1
    UNION ALL
    SELECT
        'name' AS rule,
        family_name || '|' || given_name AS key,
        identity_id,
        'both' AS side
    FROM resolve.identity
    WHERE length(given_name) > 1 AND length(family_name) > 1
)

SELECT DISTINCT
    rule,
    key,
    identity_id,
    side
FROM listed
WHERE key IS NOT NULL
