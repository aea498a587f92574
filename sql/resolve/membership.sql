-- resolve.membership: the customer of every record.
--
-- Grain   one row per (record_kind, source, source_ref): every row of staging.interaction and staging.profile
-- Reads   trace (customers), assigned, kept_home (customer_ids)
-- Rule    customer_id is NULL exactly where there is a reason. home_customer_id is the customer that the record was of
--         before that one merged away as a whole: where they part again, its id comes back. A record that went to another
--         customer by itself is at home there, and so are all where none is left that was the customer's all along.
SELECT
    trace.record_kind,
    trace.source,
    trace.source_ref,
    trace.night,
    trace.identity_id,
    assigned.customer_id,
    trace.reason,
    coalesce(kept_home.home_id, assigned.customer_id) AS home_customer_id
FROM trace
LEFT JOIN assigned ON trace.part = assigned.part
LEFT JOIN kept_home
    ON
        trace.part = kept_home.part
        AND coalesce(trace.home_before, trace.put_aside) = kept_home.home_id
        AND coalesce(trace.customer_before, '') = coalesce(kept_home.customer_before, '')
WHERE trace.is_there
