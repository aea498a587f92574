-- resolve.link_rule: how many links each blocking rule brought.
--
-- Grain   one row per rule that brought any
-- Reads   placed_edge (review.place_edges)
-- Rule    accepted links (match_weight at or above $threshold) between identities of one customer, under the first rule
--         that let the pair in
SELECT
    rule,
    count(*) AS links
FROM placed_edge
WHERE match_weight >= $threshold AND customer_l = customer_r
GROUP BY rule
ORDER BY rule
