-- meta.link_rule: what each blocking rule contributed to the links that make customers.
--
-- Grain   one row per rule
-- Reads   resolve.edge, resolve.cluster
-- Rule    a pair counts for the first rule that let it in; it is a link when its weight reaches the threshold, and holds
--         when both sides are one customer in the end
SELECT
    edge.rule,
    count(*) AS pairs,
    count(*) FILTER (WHERE edge.match_weight >= $threshold) AS links,
    count(*) FILTER (WHERE edge.match_weight >= $threshold AND l.customer_id = r.customer_id) AS held,
    min(edge.match_weight) FILTER (WHERE edge.match_weight >= $threshold) AS weakest_link,
    median(edge.match_weight) FILTER (WHERE edge.match_weight >= $threshold) AS median_link
FROM resolve.edge AS edge
LEFT JOIN resolve.cluster AS l ON edge.identity_l = l.identity_id
LEFT JOIN resolve.cluster AS r ON edge.identity_r = r.identity_id
GROUP BY edge.rule
ORDER BY edge.rule
