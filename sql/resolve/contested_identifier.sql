-- resolve.contested_identifier: identifiers that people use who cannot be one: a household's phone, a recycled number.
--
-- Grain   one row per (kind, scope, value)
-- Reads   resolve.identity_identifier, resolve.identity_name, resolve.shared_identifier
-- Rule    two of its carriers have whole names or dates of birth that rule each other out. Claims do not count.
WITH carrier AS (
    SELECT DISTINCT
        identifier.kind,
        identifier.scope,
        identifier.value,
        name.given_name,
        name.family_name,
        name.given_forms,
        name.family_forms,
        birth.value AS date_of_birth
    FROM resolve.identity_identifier AS identifier
    INNER JOIN resolve.identity_name AS name ON identifier.identity_id = name.identity_id
    LEFT JOIN resolve.identity_identifier AS birth
        ON identifier.identity_id = birth.identity_id AND birth.kind = 'date_of_birth' AND birth.is_current
    WHERE
        identifier.kind IN ('email', 'phone', 'handle', 'account', 'visitor')
        AND NOT identifier.is_claimed
        AND NOT EXISTS (
            SELECT 1
            FROM resolve.shared_identifier AS shared
            WHERE
                shared.kind = identifier.kind AND shared.scope = identifier.scope AND shared.value = identifier.value
        )
)

SELECT DISTINCT
    one.kind,
    one.scope,
    one.value
FROM carrier AS one
INNER JOIN carrier AS other ON one.kind = other.kind AND one.scope = other.scope AND one.value = other.value
WHERE
    names_contradict(
        one.given_name, one.given_forms, one.family_name, one.family_forms,
        other.given_name, other.given_forms, other.family_name, other.family_forms
    )
    OR births_contradict(one.date_of_birth, other.date_of_birth)
ORDER BY one.kind, one.scope, one.value
