-- resolve.link_rule: how many links each blocking rule brought.
--
-- Grain   one row per rule that brought any
-- Reads   resolve.edge, resolve.cluster
-- Rule    accepted links (match_weight at or above $threshold) between identities of one customer, under the first rule
--         that let the pair in
SELECT
    edge.rule,
    count(*) AS links
FROM resolve.edge AS edge
INNER JOIN resolve.cluster AS cluster_l ON edge.identity_l = cluster_l.identity_id
INNER JOIN resolve.cluster AS cluster_r ON edge.identity_r = cluster_r.identity_id
WHERE edge.match_weight >= $threshold AND cluster_l.customer_id = cluster_r.customer_id
GROUP BY edge.rule
ORDER BY edge.rule
