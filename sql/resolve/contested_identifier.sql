-- resolve.contested_identifier: identifiers that more than one person uses: a household's line, a recycled number.
--
-- Grain   one row per (kind, scope, value)
-- Reads   staging.identifier, resolve.record_name, resolve.name_form, resolve.phone_form
-- Rule    two records show it with whole names or dates of birth that rule each other out; or more than $shared_names
--         names; or one with the name of a household (Hans & Anna Huber); or it is a fixed line, a role mailbox, or a
--         number of our own records that looks typed to fill a field (000000, 123456), which several share until we know
--         better; or it is a handle that two accounts of its platform have had, or an order number that two accounts of
--         one platform mention without a name. Claims do not count, but of order numbers.
WITH point AS (
    SELECT
        record_kind,
        source,
        source_ref,
        kind,
        scope,
        value
    FROM staging.identifier
    WHERE kind IN ('email', 'phone', 'visitor') AND evidence != 'claimed'
),

carrier AS (
    SELECT DISTINCT
        point.kind,
        point.scope,
        point.value,
        form.given_name,
        form.family_name,
        form.given_forms,
        form.family_forms,
        form.is_household,
        birth.value AS date_of_birth
    FROM point
    INNER JOIN resolve.record_name AS name
        ON
            point.record_kind = name.record_kind
            AND point.source = name.source
            AND point.source_ref = name.source_ref
    INNER JOIN resolve.name_form AS form ON name.name = form.name
    LEFT JOIN staging.identifier AS birth
        ON
            birth.kind = 'date_of_birth'
            AND birth.is_current
            AND birth.evidence != 'claimed'
            AND point.record_kind = birth.record_kind
            AND point.source = birth.source
            AND point.source_ref = birth.source_ref
    WHERE form.given_name IS NOT NULL OR form.is_household
),

crowd AS (
    SELECT
        kind,
        scope,
        value
    FROM carrier
    GROUP BY kind, scope, value
    HAVING count(DISTINCT left(given_name, 1) || ' ' || left(family_name, 3)) > $shared_names
),

few AS (
    SELECT carrier.*
    FROM carrier
    ANTI JOIN crowd ON carrier.kind = crowd.kind AND carrier.scope = crowd.scope AND carrier.value = crowd.value
    WHERE NOT carrier.is_household
)

SELECT DISTINCT
    one.kind,
    one.scope,
    one.value
FROM few AS one
INNER JOIN few AS other ON one.kind = other.kind AND one.scope = other.scope AND one.value = other.value
WHERE
    people_contradict(
        one.given_name, one.given_forms, one.family_name, one.family_forms, one.date_of_birth,
        other.given_name, other.given_forms, other.family_name, other.family_forms, other.date_of_birth
    )
UNION
SELECT
    kind,
    scope,
    value
FROM crowd
UNION
SELECT
    kind,
    scope,
    value
FROM carrier
WHERE is_household
UNION
SELECT DISTINCT
    point.kind,
    point.scope,
    point.value
FROM point
INNER JOIN resolve.phone_form AS form ON point.kind = 'phone' AND point.value = form.value
WHERE form.is_fixed_line
UNION
SELECT DISTINCT
    kind,
    scope,
    value
FROM staging.identifier
WHERE
    kind = 'phone'
    AND evidence = 'reference'
    AND regexp_matches(
        value, '(0{6}|1{6}|2{6}|3{6}|4{6}|5{6}|6{6}|7{6}|8{6}|9{6}|123456|654321)$|1234567|7654321'
    )
UNION
SELECT DISTINCT
    kind,
    scope,
    value
FROM point
WHERE kind = 'email' AND list_contains($role_mailboxes, local_part(value))
UNION
SELECT
    taken.kind,
    taken.scope,
    taken.value
FROM staging.identifier AS taken
INNER JOIN staging.identifier AS account
    ON
        account.kind = 'account'
        AND account.evidence != 'claimed'
        AND taken.record_kind = account.record_kind
        AND taken.source = account.source
        AND taken.source_ref = account.source_ref
LEFT JOIN resolve.record_name AS name
    ON
        taken.record_kind = name.record_kind
        AND taken.source = name.source
        AND taken.source_ref = name.source_ref
WHERE
    (taken.kind = 'reference' AND name.name IS NULL)
    OR (taken.kind = 'handle' AND taken.evidence != 'claimed' AND taken.scope = account.scope)
GROUP BY taken.kind, taken.scope, taken.value, account.scope
HAVING count(DISTINCT account.value) > 1
ORDER BY kind, scope, value
