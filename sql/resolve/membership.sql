-- resolve.membership: the customer of every record.
--
-- Grain   one row per (record_kind, source, source_ref): every row of staging.interaction and staging.profile
-- Reads   resolve.record_identity, resolve.cluster
-- Rule    customer_id is NULL exactly where there is a reason
SELECT
    record.record_kind,
    record.source,
    record.source_ref,
    record.night,
    record.identity_id,
    cluster.customer_id,
    record.reason
FROM resolve.record_identity AS record
LEFT JOIN resolve.cluster AS cluster ON record.identity_id = cluster.identity_id
ORDER BY record.record_kind, record.source, record.source_ref
