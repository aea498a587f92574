-- resolve.promiscuous_identifier: addresses, numbers and accounts of those who claim more than anyone has.
--
-- Grain   one row per (kind, scope, value, is_claimed)
-- Reads   resolve.identity_identifier, resolve.identity_name
-- Rule    delivered (is_claimed FALSE): all who deliver the value together claim more than $claims_at_most addresses,
--         numbers and handles; counted by what is delivered, since each message may be an identity of its own.
--         claimed (is_claimed TRUE): people of more than $claims_at_most names claim the value.
--         Whoever delivers, or claims, such a value is believed in no claim.
SELECT
    point.kind,
    point.scope,
    point.value,
    FALSE AS is_claimed,
    count(DISTINCT claim.kind || ':' || claim.scope || ':' || claim.value) AS claim_count
FROM resolve.identity_identifier AS point
INNER JOIN resolve.identity_identifier AS claim ON point.identity_id = claim.identity_id
WHERE
    NOT point.is_claimed
    AND point.kind IN ('email', 'phone', 'handle', 'account', 'visitor', 'chat', 'crm_id')
    AND claim.is_claimed
    AND claim.kind IN ('email', 'phone', 'handle')
GROUP BY point.kind, point.scope, point.value
HAVING count(DISTINCT claim.kind || ':' || claim.scope || ':' || claim.value) > $claims_at_most
UNION ALL
SELECT
    claim.kind,
    claim.scope,
    claim.value,
    TRUE AS is_claimed,
    count(DISTINCT left(name.given_name, 1) || ' ' || left(name.family_name, 3)) AS claim_count
FROM resolve.identity_identifier AS claim
INNER JOIN resolve.identity_name AS name ON claim.identity_id = name.identity_id
WHERE claim.is_claimed AND claim.kind IN ('email', 'phone', 'handle')
GROUP BY claim.kind, claim.scope, claim.value
HAVING count(DISTINCT left(name.given_name, 1) || ' ' || left(name.family_name, 3)) > $claims_at_most
ORDER BY kind, scope, value, is_claimed
