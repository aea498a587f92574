-- meta.identity: the identities that were linked, as they were compared, with the customer each went to.
--
-- Grain   one row per identity_id
-- Reads   resolve.identity, resolve.cluster
-- Rule    goldthread explain scores a pair anew from the two rows that stand here
SELECT
    cluster.customer_id,
    identity.identity_id,
    identity.record_count,
    identity.given_name,
    identity.family_name,
    identity.full_name,
    identity.given_forms,
    identity.family_forms,
    identity.middle_initials,
    identity.name_aliases,
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
    identity.company,
    identity.claims,
    identity.confirmed_claims,
    identity.points,
    identity.aliases,
    identity.written_aliases,
    identity.odd_aliases,
    identity.name_key,
    identity.initial_key,
    identity.given_key,
    identity.tf_name_key,
    identity.tf_initial_key,
    identity.tf_given_key,
    identity.is_promiscuous,
    identity.doubted_given_name,
    identity.doubted_family_name,
    identity.doubted_given_forms
FROM resolve.identity AS identity
LEFT JOIN resolve.cluster AS cluster ON identity.identity_id = cluster.identity_id
ORDER BY identity.identity_id
