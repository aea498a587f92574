-- resolve.shared_identifier: identifiers that too many people carry to say who someone is (a switchboard, a junk value).
--
-- Grain   one row per (kind, scope, value)
-- Reads   resolve.identity_identifier, resolve.identity_name, resolve.filler
-- Rule    more than $shared_names distinct whole names; names are told apart by the first letter of the given and the
--         first three of the family name, so that spellings of one name count once. Claims do not count. And fillers.
SELECT
    identifier.kind,
    identifier.scope,
    identifier.value,
    count(DISTINCT left(name.given_name, 1) || ' ' || left(name.family_name, 3)) AS name_count,
    count(DISTINCT identifier.identity_id) AS identity_count
FROM resolve.identity_identifier AS identifier
LEFT JOIN resolve.identity_name AS name ON identifier.identity_id = name.identity_id
WHERE identifier.kind IN ('email', 'phone', 'handle', 'account', 'visitor', 'crm_id') AND NOT identifier.is_claimed
GROUP BY identifier.kind, identifier.scope, identifier.value
HAVING count(DISTINCT left(name.given_name, 1) || ' ' || left(name.family_name, 3)) > $shared_names
UNION ALL
SELECT
    kind,
    scope,
    value,
    name_count,
    identity_count
FROM resolve.filler
ORDER BY kind, scope, value
