-- scratch.household_carrier: what several customers carry that may tie a household or an organisation, and who carries it.
--
-- Grain   one row per (kind, scope, key, customer_id)
-- Reads   golden.identifier, golden.membership, staging.identifier
-- Rule    numbers and mail addresses that more than one customer shows, whole current addresses (a street with its number,
--         with a postcode or else a city), and companies. What somebody only typed counts for nothing here. key is what
--         is compared (an address without its accents and commas, a company without its legal form), value is what
--         golden.identifier shows. An address stands there as its street.
WITH crowded AS (
    SELECT
        kind,
        scope,
        value
    FROM golden.identifier
    WHERE kind IN ('email', 'phone') AND evidence != 'claimed'
    GROUP BY kind, scope, value
    HAVING count(*) > 1
),

point AS (
    SELECT
        identifier.record_kind,
        identifier.source,
        identifier.source_ref,
        identifier.kind,
        identifier.scope,
        identifier.value AS key,
        identifier.value,
        identifier.evidence,
        identifier.first_seen_at,
        identifier.last_seen_at,
        identifier.is_current
    FROM staging.identifier AS identifier
    SEMI JOIN crowded
        ON identifier.kind = crowded.kind AND identifier.scope = crowded.scope AND identifier.value = crowded.value
    WHERE identifier.evidence != 'claimed'
),

part AS (
    -- the parts of an address, and the company, as the row of our records tells them today
    SELECT
        record_kind,
        source,
        source_ref,
        max_by(value, (last_seen_at, value)) FILTER (WHERE kind = 'street') AS street,
        max_by(value, (last_seen_at, value)) FILTER (WHERE kind = 'postcode') AS postcode,
        max_by(value, (last_seen_at, value)) FILTER (WHERE kind = 'city') AS city,
        max_by(value, (last_seen_at, value)) FILTER (WHERE kind = 'company') AS company,
        min(first_seen_at) AS first_seen_at,
        max(last_seen_at) AS last_seen_at
    FROM staging.identifier
    WHERE kind IN ('street', 'postcode', 'city', 'company') AND is_current AND evidence != 'claimed'
    GROUP BY record_kind, source, source_ref
),

place AS (
    SELECT
        record_kind,
        source,
        source_ref,
        'street' AS kind,
        '' AS scope,
        plain_words(street) || '|' || coalesce(
            regexp_replace(lower(postcode), '[^\p{L}\p{N}]', '', 'g'), plain_words(city)
        ) AS key,
        street AS value,
        'reference' AS evidence,
        first_seen_at,
        last_seen_at,
        TRUE AS is_current
    FROM part
    WHERE regexp_matches(street, '\p{N}') AND coalesce(postcode, city) IS NOT NULL
    UNION ALL
    SELECT
        record_kind,
        source,
        source_ref,
        'company' AS kind,
        '' AS scope,
        trim(regexp_replace(
            plain_words(company),
            '( (ltd|limited|llc|llp|plc|inc|corp|co|gmbh|mbh|ag|kg|ohg|ug|sa|sas|sarl|srl|sl|bv|nv|oy|ab|as|aps))+ *$', ''
        )) AS key,
        company AS value,
        'reference' AS evidence,
        first_seen_at,
        last_seen_at,
        TRUE AS is_current
    FROM part
    WHERE plain_words(company) != ''
),

shown AS (
    SELECT * FROM point
    UNION ALL
    SELECT * FROM place
),

carried AS (
    SELECT
        membership.customer_id,
        membership.night,
        shown.*
    FROM shown
    INNER JOIN golden.membership AS membership
        ON
            shown.record_kind = membership.record_kind
            AND shown.source = membership.source
            AND shown.source_ref = membership.source_ref
    WHERE membership.customer_id IS NOT NULL AND shown.key != ''
)

SELECT
    kind,
    scope,
    key,
    customer_id,
    max_by(value, (last_seen_at, value)) AS value,
    count(*) AS record_count,
    min(first_seen_at) AS first_seen_at,
    max(last_seen_at) AS last_seen_at,
    -- what a row of our records says today goes on until it says otherwise
    bool_or(record_kind = 'profile' AND is_current) AS is_on_record,
    min(first_seen_at) FILTER (WHERE evidence = 'channel') AS first_used_at,
    max(last_seen_at) FILTER (WHERE evidence = 'channel') AS last_used_at,
    min((night, first_seen_at, source, source_ref, record_kind)) AS first_record
FROM carried
GROUP BY kind, scope, key, customer_id
QUALIFY count(*) OVER (PARTITION BY kind, scope, key) > 1
ORDER BY kind, scope, key, customer_id
