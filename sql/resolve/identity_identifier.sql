-- resolve.identity_identifier: every identifier of an identity, over all its records.
--
-- Grain   one row per (identity_id, kind, scope, value)
-- Reads   resolve.record_identity, staging.identifier, resolve.handover
-- Rule    claimed only where no record of the identity shows it otherwise. A profile row's own id is a crm_id. An address or
--         number that was handed on is another value from one holder to the next: "… until 2024-03-01", "… from 2026-01-09".
SELECT
    identity.identity_id,
    CASE
        WHEN identifier.kind = 'account' AND list_contains($chat_scopes, identifier.scope) THEN 'chat' ELSE identifier.kind
    END AS kind,
    identifier.scope,
    CASE
        WHEN identifier.kind IN ('street', 'city', 'company')
            THEN plain_words(identifier.value)
        WHEN identifier.kind = 'postcode' THEN regexp_replace(upper(identifier.value), '[^\p{L}\p{N}]', '', 'g')
        ELSE held_value(identifier.value, holder.from_at, holder.to_at)
    END AS value,
    bool_and(identifier.evidence = 'claimed') AS is_claimed,
    bool_or(identifier.is_current) AS is_current,
    min(identifier.first_seen_at) AS first_seen_at,
    max(identifier.last_seen_at) AS last_seen_at
FROM resolve.record_identity AS identity
INNER JOIN staging.identifier AS identifier
    ON
        identity.record_kind = identifier.record_kind
        AND identity.source = identifier.source
        AND identity.source_ref = identifier.source_ref
LEFT JOIN resolve.handover AS holder
    ON
        identifier.kind = holder.kind
        AND identifier.scope = holder.scope
        AND identifier.value = holder.value
        AND (holder.from_at IS NULL OR identifier.first_seen_at >= holder.from_at)
        AND (holder.to_at IS NULL OR identifier.last_seen_at <= holder.to_at)
WHERE
    identity.identity_id IS NOT NULL
    AND identifier.kind IN (
        'email', 'phone', 'handle', 'account', 'visitor', 'crm_id', 'reference',
        'date_of_birth', 'street', 'city', 'postcode', 'company'
    )
GROUP BY ALL
UNION ALL
SELECT
    identity_id,
    'crm_id' AS kind,
    source AS scope,
    source_ref AS value,
    FALSE AS is_claimed,
    TRUE AS is_current,
    NULL AS first_seen_at,
    NULL AS last_seen_at
FROM resolve.record_identity AS profile
WHERE
    record_kind = 'profile'
    AND identity_id IS NOT NULL
    AND NOT EXISTS (
        SELECT 1
        FROM staging.identifier AS known
        WHERE
            known.record_kind = 'profile'
            AND known.source = profile.source
            AND known.source_ref = profile.source_ref
            AND known.kind = 'crm_id'
    )
