-- scratch.household_point: what a shared identifier speaks for: a household, a mailbox or switchboard of an organisation.
--
-- Grain   one row per (kind, scope, key)
-- Reads   scratch.household_carrier, scratch.household_person, resolve.phone_form
-- Rule    a role mailbox is one by its name. More than $families_at_most family names, more than $people_at_most names, or a
--         company that half of them have in common under different family names, make an organisation; a number is then
--         its switchboard. Everything else may be a household's. What more than $crowd_at_most customers carry without a
--         company in common is junk, or a block of flats, and ties nobody (tie_kind is NULL).
WITH carried AS (
    SELECT
        carrier.kind,
        carrier.scope,
        carrier.key,
        carrier.customer_id,
        person.given_name,
        person.family_name,
        person.companies
    FROM scratch.household_carrier AS carrier
    INNER JOIN scratch.household_person AS person ON carrier.customer_id = person.customer_id
),

counted AS (
    SELECT
        kind,
        scope,
        key,
        count(*) AS customer_count,
        count(DISTINCT left(given_name, 1) || ' ' || left(family_name, 3)) AS name_count,
        count(DISTINCT left(family_name, 3)) AS family_count
    FROM carried
    GROUP BY kind, scope, key
),

staff AS (
    -- those who have one company in common, where they are not one family
    SELECT
        carried.kind,
        carried.scope,
        carried.key,
        company.name,
        count(*) AS staff_count
    FROM carried, unnest(carried.companies) AS company (name)
    WHERE carried.kind != 'company'
    GROUP BY carried.kind, carried.scope, carried.key, company.name
    HAVING count(DISTINCT left(carried.family_name, 3)) > 1
),

employer AS (
    SELECT
        kind,
        scope,
        key,
        max(staff_count) AS staff_count
    FROM staff
    GROUP BY kind, scope, key
),

judged AS (
    SELECT
        counted.*,
        coalesce(form.is_fixed_line, FALSE) AS is_fixed_line,
        counted.kind = 'email' AND list_contains($role_mailboxes, local_part(counted.key)) AS is_role,
        coalesce(employer.staff_count * 2 >= counted.customer_count, FALSE) AS is_of_company,
        is_of_company
        OR counted.family_count > $families_at_most
        OR counted.name_count > $people_at_most AS is_many
    FROM counted
    LEFT JOIN employer
        ON counted.kind = employer.kind AND counted.scope = employer.scope AND counted.key = employer.key
    LEFT JOIN resolve.phone_form AS form ON counted.kind = 'phone' AND counted.key = form.value
)

SELECT
    kind,
    scope,
    key,
    customer_count,
    name_count,
    family_count,
    is_fixed_line,
    CASE
        WHEN kind = 'company' THEN 'organisation'
        WHEN customer_count > $crowd_at_most AND NOT is_of_company THEN NULL
        WHEN kind = 'street' THEN 'household'
        WHEN is_role THEN 'role_mailbox'
        WHEN is_many AND kind = 'phone' THEN 'switchboard'
        WHEN is_many THEN 'organisation'
        ELSE 'household'
    END AS tie_kind
FROM judged
ORDER BY kind, scope, key
