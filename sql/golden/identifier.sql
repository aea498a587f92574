-- golden.identifier: everything by which a customer can be recognised.
--
-- Grain   one row per (customer_id, kind, scope, value)
-- Reads   staging.identifier, golden.membership, resolve.shared_identifier, resolve.contested_identifier
-- Rule    evidence is the strongest that any record gives (channel, reference, claimed); an identifier is shared when
--         several customers carry it, or when resolution found that people use it who cannot be one
WITH carried AS (
    SELECT
        membership.customer_id,
        identifier.kind,
        identifier.scope,
        identifier.value,
        identifier.evidence,
        identifier.is_verified,
        identifier.first_seen_at,
        identifier.last_seen_at,
        identifier.is_current
    FROM staging.identifier AS identifier
    INNER JOIN golden.membership AS membership
        ON
            identifier.record_kind = membership.record_kind
            AND identifier.source = membership.source
            AND identifier.source_ref = membership.source_ref
    WHERE membership.customer_id IS NOT NULL
),

by_customer AS (
    SELECT
        customer_id,
        kind,
        scope,
        value,
        min_by(evidence, CASE evidence WHEN 'channel' THEN 1 WHEN 'reference' THEN 2 ELSE 3 END) AS evidence,
        bool_or(is_verified) AS is_verified,
        min(first_seen_at) AS first_seen_at,
        max(last_seen_at) AS last_seen_at,
        bool_or(is_current) AS is_current,
        count(*) AS record_count
    FROM carried
    GROUP BY customer_id, kind, scope, value
),

shared AS (
    SELECT
        kind,
        scope,
        value
    FROM resolve.shared_identifier
    UNION
    SELECT
        kind,
        scope,
        value
    FROM resolve.contested_identifier
),

carrier AS (
    SELECT
        kind,
        scope,
        value,
        count(*) AS customer_count
    FROM by_customer
    GROUP BY kind, scope, value
)

SELECT
    by_customer.customer_id,
    by_customer.kind,
    by_customer.scope,
    by_customer.value,
    by_customer.evidence,
    by_customer.is_verified,
    by_customer.first_seen_at,
    by_customer.last_seen_at,
    by_customer.is_current,
    by_customer.record_count,
    carrier.customer_count > 1 OR shared.value IS NOT NULL AS is_shared
FROM by_customer
INNER JOIN carrier
    ON by_customer.kind = carrier.kind AND by_customer.scope = carrier.scope AND by_customer.value = carrier.value
LEFT JOIN shared
    ON by_customer.kind = shared.kind AND by_customer.scope = shared.scope AND by_customer.value = shared.value
ORDER BY by_customer.customer_id, by_customer.kind, by_customer.scope, by_customer.value
