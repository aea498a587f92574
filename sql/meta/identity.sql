-- meta.identity: the distinct tuples of identifiers that were linked, with the customer each went to.
--
-- Grain   one row per identity_id
-- Reads   resolve.identity, resolve.cluster
-- Rule    for goldthread explain: the two sides of every pair stand here as they were compared
SELECT
    identity.identity_id,
    cluster.customer_id,
    identity.record_count,
    identity.full_name,
    identity.given_name,
    identity.family_name,
    identity.emails,
    identity.phones,
    identity.handles,
    identity.accounts,
    identity.crm_ids,
    identity.refs,
    identity.contested_emails,
    identity.contested_phones,
    identity.claimed_emails,
    identity.claimed_phones,
    identity.date_of_birth,
    identity.street,
    identity.city,
    identity.postcode,
    identity.company
FROM resolve.identity AS identity
LEFT JOIN resolve.cluster AS cluster ON identity.identity_id = cluster.identity_id
ORDER BY identity.identity_id
