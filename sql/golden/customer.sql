-- golden.customer: the golden record, each attribute as it survives in golden.lineage.
--
-- Grain   one row per customer_id
-- Reads   resolve.customer, golden.lineage, golden.membership, staging.interaction, staging.identifier
-- Rule    a value stands here only with its row in golden.lineage; a customer's first and last times are those of its
--         interactions and of the identifiers its profiles show
WITH value AS (
    SELECT
        customer_id,
        any_value(value) FILTER (WHERE attribute = 'full_name') AS full_name,
        any_value(value) FILTER (WHERE attribute = 'given_name') AS given_name,
        any_value(value) FILTER (WHERE attribute = 'family_name') AS family_name,
        any_value(value) FILTER (WHERE attribute = 'email') AS email,
        any_value(is_shared) FILTER (WHERE attribute = 'email') AS email_is_shared,
        any_value(value) FILTER (WHERE attribute = 'phone') AS phone,
        any_value(is_shared) FILTER (WHERE attribute = 'phone') AS phone_is_shared,
        any_value(value) FILTER (WHERE attribute = 'handle') AS handle,
        any_value(scope) FILTER (WHERE attribute = 'handle') AS handle_scope,
        any_value(value) FILTER (WHERE attribute = 'date_of_birth') AS date_of_birth,
        any_value(value) FILTER (WHERE attribute = 'street') AS street,
        any_value(value) FILTER (WHERE attribute = 'city') AS city,
        any_value(value) FILTER (WHERE attribute = 'postcode') AS postcode,
        any_value(value) FILTER (WHERE attribute = 'country') AS country,
        any_value(value) FILTER (WHERE attribute = 'company') AS company
    FROM golden.lineage
    GROUP BY customer_id
),

seen AS (
    SELECT
        membership.customer_id,
        interaction.channel,
        interaction.occurred_at AS first_seen_at,
        interaction.occurred_at AS last_seen_at
    FROM golden.membership AS membership
    INNER JOIN staging.interaction AS interaction
        ON membership.source = interaction.source AND membership.source_ref = interaction.source_ref
    WHERE membership.record_kind = 'interaction'
    UNION ALL
    SELECT
        membership.customer_id,
        NULL AS channel,
        identifier.first_seen_at,
        identifier.last_seen_at
    FROM golden.membership AS membership
    INNER JOIN staging.identifier AS identifier
        ON
            membership.record_kind = identifier.record_kind
            AND membership.source = identifier.source
            AND membership.source_ref = identifier.source_ref
    WHERE membership.record_kind = 'profile'
),

presence AS (
    SELECT
        customer_id,
        min(first_seen_at) AS first_seen_at,
        max(last_seen_at) AS last_seen_at,
        count(DISTINCT channel) AS channel_count,
        coalesce(list_sort(list(DISTINCT channel) FILTER (WHERE channel IS NOT NULL)), []) AS channels
    FROM seen
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
),

record AS (
    SELECT
        customer_id,
        count(*) FILTER (WHERE record_kind = 'interaction') AS interaction_count,
        count(*) FILTER (WHERE record_kind = 'profile') AS profile_count
    FROM golden.membership
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
)

SELECT
    customer.customer_id,
    value.full_name,
    value.given_name,
    value.family_name,
    value.email,
    value.email_is_shared,
    value.phone,
    value.phone_is_shared,
    value.handle,
    value.handle_scope,
    value.date_of_birth,
    value.street,
    value.city,
    value.postcode,
    value.country,
    value.company,
    presence.first_seen_at,
    presence.last_seen_at,
    coalesce(record.interaction_count, 0) AS interaction_count,
    coalesce(record.profile_count, 0) AS profile_count,
    coalesce(presence.channel_count, 0) AS channel_count,
    coalesce(presence.channels, []) AS channels,
    customer.identity_count,
    customer.confidence
FROM resolve.customer AS customer
LEFT JOIN value ON customer.customer_id = value.customer_id
LEFT JOIN presence ON customer.customer_id = presence.customer_id
LEFT JOIN record ON customer.customer_id = record.customer_id
ORDER BY customer.customer_id
