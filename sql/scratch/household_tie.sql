-- scratch.household_tie: pairs of customers that a shared identifier ties to one household or organisation.
--
-- Grain   one row per (tie_kind, kind, scope, key, customer_l, customer_r)
-- Reads   scratch.household_carrier, scratch.household_point, scratch.household_person, golden.identifier
-- Rule    a household is tied by two whom names or dates of birth tell apart: at one address under one family name; on one
--         fixed line, unless they live at two addresses; on any number or mailbox that both used, or where they share a
--         family name or an address. Who was first seen $recycled_days or more after the other was last seen has a number
--         or an address that was given up, and is not tied. Somebody without a name on what so turned out to be a
--         household's is somebody of it, as is one whose name fits a member's. People of an organisation are tied to the
--         first of them; a company in common ties only those who also share a mail domain of the company's own, an
--         address, a number or a mailbox.
WITH carrier AS (
    SELECT
        carrier.kind,
        carrier.scope,
        carrier.key,
        point.tie_kind,
        point.is_fixed_line,
        point.family_count,
        carrier.customer_id,
        carrier.first_seen_at,
        CASE WHEN carrier.is_on_record THEN TIMESTAMPTZ '9999-01-01' ELSE carrier.last_seen_at END AS last_seen_at,
        carrier.first_used_at,
        carrier.last_used_at,
        person.given_name,
        person.given_forms,
        person.family_name,
        person.family_forms,
        person.date_of_birth,
        person.places,
        person.has_place
    FROM scratch.household_carrier AS carrier
    INNER JOIN scratch.household_point AS point
        ON carrier.kind = point.kind AND carrier.scope = point.scope AND carrier.key = point.key
    INNER JOIN scratch.household_person AS person ON carrier.customer_id = person.customer_id
),

met AS (
    SELECT
        l.kind,
        l.scope,
        l.key,
        l.customer_id AS customer_l,
        r.customer_id AS customer_r,
        r.given_name IS NULL AS is_nameless,
        people_contradict(
            l.given_name, l.given_forms, l.family_name, l.family_forms, l.date_of_birth,
            r.given_name, r.given_forms, r.family_name, r.family_forms, r.date_of_birth
        ) AS is_told_apart,
        CASE
            WHEN l.kind = 'street'
                THEN list_has_any(l.family_forms, r.family_forms) OR l.family_count <= $families_at_address
            ELSE
                (l.is_fixed_line AND NOT (l.has_place AND r.has_place))
                OR list_has_any(l.family_forms, r.family_forms)
                OR list_has_any(l.places, r.places)
                OR (
                    l.last_used_at IS NOT NULL AND r.last_used_at IS NOT NULL
                    AND date_diff(
                        'day', least(l.last_used_at, r.last_used_at), greatest(l.first_used_at, r.first_used_at)
                    ) < $recycled_days
                )
        END AS is_supported
    FROM carrier AS l
    INNER JOIN carrier AS r
        ON
            l.kind = r.kind AND l.scope = r.scope AND l.key = r.key
            AND l.given_name IS NOT NULL AND (r.given_name IS NULL OR l.customer_id < r.customer_id)
    WHERE
        l.tie_kind = 'household'
        AND date_diff('day', least(l.last_seen_at, r.last_seen_at), greatest(l.first_seen_at, r.first_seen_at))
        < $recycled_days
),

sure AS (
    SELECT *
    FROM met
    WHERE is_told_apart AND NOT is_nameless AND is_supported
),

member AS (
    SELECT
        kind,
        scope,
        key,
        customer_l AS customer_id
    FROM sure
    UNION
    SELECT
        kind,
        scope,
        key,
        customer_r AS customer_id
    FROM sure
),

reached AS (
    SELECT
        customer_id,
        list(kind || ':' || key) AS points
    FROM scratch.household_carrier
    WHERE kind IN ('email', 'phone')
    GROUP BY customer_id
),

employed AS (
    -- what besides the company's name two of its people have in common
    SELECT DISTINCT
        carrier.key,
        carrier.customer_id,
        unnest(
            list_transform(person.domains, LAMBDA name: 'domain:' || name)
            || list_transform(person.places, LAMBDA name: 'street:' || name)
            || coalesce(reached.points, [])
        ) AS sign
    FROM scratch.household_carrier AS carrier
    INNER JOIN scratch.household_person AS person ON carrier.customer_id = person.customer_id
    LEFT JOIN reached ON carrier.customer_id = reached.customer_id
    WHERE carrier.kind = 'company'
),

provider AS (
    -- a mail domain at which people of many companies write is nobody's own; companies are told apart by their first word
    SELECT 'domain:' || split_part(mail.value, '@', 2) AS sign
    FROM golden.identifier AS mail
    INNER JOIN golden.identifier AS company ON mail.customer_id = company.customer_id
    WHERE mail.kind = 'email' AND mail.evidence != 'claimed' AND company.kind = 'company'
    GROUP BY split_part(mail.value, '@', 2)
    HAVING count(DISTINCT lower(split_part(company.value, ' ', 1))) > $provider_companies
)

SELECT
    'household' AS tie_kind,
    kind,
    scope,
    key,
    'household' AS realm,
    customer_l,
    customer_r
FROM sure
UNION
SELECT
    'household' AS tie_kind,
    met.kind,
    met.scope,
    met.key,
    'household' AS realm,
    met.customer_l,
    met.customer_r
FROM met
INNER JOIN member
    ON
        met.kind = member.kind AND met.scope = member.scope AND met.key = member.key
        AND (met.customer_l = member.customer_id OR met.customer_r = member.customer_id)
WHERE met.is_supported AND (met.is_nameless OR NOT met.is_told_apart)
UNION
SELECT
    tie_kind,
    kind,
    scope,
    key,
    concat_ws(chr(31), kind, scope, key) AS realm,
    min(customer_id) OVER (PARTITION BY tie_kind, kind, scope, key) AS customer_l,
    customer_id AS customer_r
FROM carrier
WHERE tie_kind != 'household' AND kind != 'company'
QUALIFY count(*) OVER (PARTITION BY tie_kind, kind, scope, key) > 1
UNION
SELECT
    'organisation' AS tie_kind,
    'company' AS kind,
    '' AS scope,
    employed.key,
    concat_ws(chr(31), 'company', '', employed.key) AS realm,
    min(employed.customer_id) OVER (PARTITION BY employed.key, employed.sign) AS customer_l,
    employed.customer_id AS customer_r
FROM employed
ANTI JOIN provider ON employed.sign = provider.sign
QUALIFY count(*) OVER (PARTITION BY employed.key, employed.sign) > 1
ORDER BY tie_kind, kind, scope, key, customer_l, customer_r
