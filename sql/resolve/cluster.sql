-- resolve.cluster: the customer that each identity belongs to.
--
-- Grain   one row per identity_id
-- Reads   part (parts.build_parts), assigned (customer_ids.assign_ids)
-- Rule    confidence is the probability of the weakest link that holds the customer's identities together, as links of its
--         weight proved right (link_probability, calibration.install); 1 for one alone, and where a steward holds them.
--         component is the first of all identities that hang together by links or judgements, taken or not.
--         lot is a number that nobody chose: two of them, xored, draw a pair for the audit (lots.draw).
SELECT
    part.identity_id,
    assigned.customer_id,
    round(coalesce(link_probability(part.weakest_weight), 1), 6) AS confidence,
    part.component,
    md5_number_lower(part.identity_id) AS lot
FROM part
INNER JOIN assigned ON part.part = assigned.part
ORDER BY part.identity_id
