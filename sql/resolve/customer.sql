-- resolve.customer: every customer there is now, with the record that founds it.
--
-- Grain   one row per customer_id
-- Reads   part_founder (customers), assigned (customer_ids.assign_ids), resolve.cluster
-- Rule    the founder is the earliest record of the customer as it stands now, by time, then source, then source_ref
WITH held AS (
    SELECT
        customer_id,
        count(*) AS identity_count,
        min(confidence) AS confidence
    FROM resolve.cluster
    GROUP BY customer_id
)

SELECT
    assigned.customer_id,
    founder.founder_at,
    founder.founder_source,
    founder.founder_source_ref,
    held.identity_count,
    founder.record_count,
    held.confidence
FROM part_founder AS founder
INNER JOIN assigned ON founder.part = assigned.part
INNER JOIN held ON assigned.customer_id = held.customer_id
ORDER BY assigned.customer_id
