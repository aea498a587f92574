-- resolve.cluster: the customer that each identity belongs to.
--
-- Grain   one row per identity_id
-- Reads   part (cluster.build_parts), assigned (customer_ids.assign_ids)
-- Rule    confidence is the probability of the weakest link that holds the customer's identities together, as links of its
--         weight proved right (link_probability, calibration.install); 1 for one alone, and where a steward holds them
SELECT
    part.identity_id,
    assigned.customer_id,
    round(coalesce(link_probability(part.weakest_weight), 1), 6) AS confidence
FROM part
INNER JOIN assigned ON part.part = assigned.part
ORDER BY part.identity_id
