-- golden.membership: every source record with the customer behind it.
--
-- Grain   one row per (record_kind, source, source_ref)
-- Reads   resolve.membership
-- Rule    customer_id is NULL, with a reason, where there is no person (a bounce, a newsletter, a bot)
SELECT
    source,
    source_ref,
    record_kind,
    night,
    customer_id,
    identity_id,
    reason,
    home_customer_id
FROM resolve.membership
ORDER BY source, source_ref, record_kind
