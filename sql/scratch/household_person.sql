-- scratch.household_person: who the customers are that carry something with others: as far as their records tell.
--
-- Grain   one row per customer_id of scratch.household_carrier
-- Reads   scratch.household_carrier, resolve.cluster, resolve.identity, golden.identifier
-- Rule    the name is the whole one that most records show; its forms are those of all. places are whole addresses and
--         domains those of the mail addresses that the customer shows; what was only typed does not count. places and
--         companies are only those that others have as well; has_place says whether any address is known.
WITH carrier AS (
    SELECT DISTINCT customer_id
    FROM scratch.household_carrier
),

named AS (
    SELECT
        cluster.customer_id,
        max_by(
            struct_pack(given := identity.given_name, family := identity.family_name),
            (
                coalesce(length(identity.given_name) > 1 AND length(identity.family_name) > 1, FALSE),
                identity.family_name IS NOT NULL, identity.record_count, identity.identity_id
            )
        ) FILTER (WHERE identity.given_name IS NOT NULL) AS name,
        list_sort(list_distinct(flatten(list(identity.given_forms)))) AS given_forms,
        list_sort(list_distinct(flatten(list(identity.family_forms)))) AS family_forms,
        max(identity.date_of_birth) AS date_of_birth
    FROM carrier
    INNER JOIN resolve.cluster AS cluster ON carrier.customer_id = cluster.customer_id
    INNER JOIN resolve.identity AS identity ON cluster.identity_id = identity.identity_id
    GROUP BY cluster.customer_id
),

place AS (
    SELECT
        customer_id,
        list(key ORDER BY key ASC) FILTER (WHERE kind = 'street') AS places,
        list(key ORDER BY key ASC) FILTER (WHERE kind = 'company') AS companies
    FROM scratch.household_carrier
    GROUP BY customer_id
),

shown AS (
    SELECT
        identifier.customer_id,
        list(DISTINCT split_part(identifier.value, '@', 2)) FILTER (WHERE identifier.kind = 'email') AS domains,
        bool_or(identifier.kind = 'street' AND identifier.is_current) AS has_place
    FROM carrier
    INNER JOIN golden.identifier AS identifier ON carrier.customer_id = identifier.customer_id
    WHERE identifier.kind IN ('email', 'street') AND identifier.evidence != 'claimed'
    GROUP BY identifier.customer_id
)

SELECT
    carrier.customer_id,
    named.name.given AS given_name,
    named.name.family AS family_name,
    coalesce(named.given_forms, []) AS given_forms,
    -- a part of a compound name ("~garcia") ties a child to both parents
    coalesce(list_transform(named.family_forms, LAMBDA form: ltrim(form, '~')), []) AS family_forms,
    named.date_of_birth,
    coalesce(place.places, []) AS places,
    coalesce(place.companies, []) AS companies,
    coalesce(list_sort(shown.domains), []) AS domains,
    coalesce(shown.has_place, FALSE) AS has_place
FROM carrier
LEFT JOIN named ON carrier.customer_id = named.customer_id
LEFT JOIN place ON carrier.customer_id = place.customer_id
LEFT JOIN shown ON carrier.customer_id = shown.customer_id
ORDER BY carrier.customer_id
