-- golden.change: what happened to customers tonight, and its cause.
--
-- Grain   one row per (customer_id, change, other_customer_id)
-- Reads   resolve.change
-- Rule    against the state before this night ran for the first time, so that a second run tells the same
SELECT
    customer_id,
    change,
    other_customer_id,
    cause,
    record_count,
    interaction_count
FROM resolve.change
ORDER BY customer_id, change, other_customer_id
