-- golden.crosswalk: every customer id ever published, and the one that answers for it now.
--
-- Grain   one row per customer_id
-- Reads   resolve.crosswalk
-- Rule    current_customer_id is NULL where the person was forgotten; an id in use answers for itself
SELECT
    customer_id,
    current_customer_id,
    since,
    cause,
    born,
    generation
FROM resolve.crosswalk
ORDER BY customer_id
