-- resolve.doubt: pairs that a steward could decide, with the probability that they are decided wrongly now.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller; one a pair of customers
-- Reads   doubted (doubts.find_doubts), node, resolve.edge, resolve.cluster, resolve.judgement
-- Rule    linked: what a link of its weight is wrong by (link_probability); else the pair's probability, as far as it is in
--         doubt (error_share). What a steward has judged is not asked again, nor are two customers of which some part has
--         been judged different.
WITH told_apart AS (
    SELECT DISTINCT
        least(l.customer_id, r.customer_id) AS customer_l,
        greatest(l.customer_id, r.customer_id) AS customer_r
    FROM resolve.judgement AS judgement
    INNER JOIN resolve.cluster AS l ON judgement.identity_l = l.identity_id
    INNER JOIN resolve.cluster AS r ON judgement.identity_r = r.identity_id
    WHERE judgement.verdict = 'different'
),

placed AS (
    SELECT
        l.identity_id AS identity_l,
        r.identity_id AS identity_r,
        l.customer_id AS customer_l,
        r.customer_id AS customer_r,
        doubted.cause,
        doubted.match_weight,
        doubted.is_linked,
        doubted.error_share
    FROM doubted
    INNER JOIN node AS node_l ON doubted.l = node_l.node
    INNER JOIN node AS node_r ON doubted.r = node_r.node
    INNER JOIN resolve.cluster AS l ON node_l.identity_id = l.identity_id
    INNER JOIN resolve.cluster AS r ON node_r.identity_id = r.identity_id
)

SELECT
    placed.identity_l,
    placed.identity_r,
    placed.customer_l,
    placed.customer_r,
    placed.cause,
    round(
        CASE
            WHEN placed.is_linked THEN 1 - link_probability(placed.match_weight)
            ELSE coalesce(edge.match_probability, 0.5) * placed.error_share
        END, 6
    ) AS error_probability,
    edge.match_weight,
    placed.is_linked,
    judgement.verdict IS NOT NULL AS is_unsure
FROM placed
LEFT JOIN resolve.edge AS edge ON placed.identity_l = edge.identity_l AND placed.identity_r = edge.identity_r
LEFT JOIN resolve.judgement AS judgement
    ON placed.identity_l = judgement.identity_l AND placed.identity_r = judgement.identity_r
LEFT JOIN told_apart
    ON
        least(placed.customer_l, placed.customer_r) = told_apart.customer_l
        AND greatest(placed.customer_l, placed.customer_r) = told_apart.customer_r
WHERE coalesce(judgement.verdict, 'unsure') = 'unsure' AND told_apart.customer_l IS NULL
ORDER BY placed.identity_l, placed.identity_r
