-- resolve.crosswalk: every customer id ever given, with the one that answers for it now.
--
-- Grain   one row per customer_id
-- Reads   updated (the frame of customer_ids.update_crosswalk)
-- Rule    current_customer_id is NULL where none of the customer's records are left
SELECT
    customer_id,
    current_customer_id,
    since,
    cause,
    born
FROM updated
ORDER BY customer_id
