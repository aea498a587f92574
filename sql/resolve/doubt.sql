-- resolve.doubt: pairs that a steward could decide, with the probability that they are decided wrongly now.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller; one a pair of customers
-- Reads   placed_edge (review.place_edges), resolve.bond, resolve.guard_cut, resolve.cluster, resolve.customer,
--         resolve.judgement, resolve.block_key
-- Rule    in doubt are a link that holds its customer together and is less than $margin above the threshold (one that only
--         a rare name lets in counts as one at the threshold); a pair less than that below it; a claim that was not
--         believed; a link that was not taken. Linked: what a link of its weight is wrong by (link_probability); else the
--         pair's probability. Of a link that was not taken only a part of it: contradictions ($mostly_right) are right
--         nine times in ten, what fits two people or has nothing but a name ($half_right) one time in two. What a steward
--         has judged is not asked again, nor are two customers of which some part has been judged different. Of the pairs
--         between two customers the likeliest error alone; at most twice $at_most, those first that may touch most.
WITH told_apart AS (
    SELECT DISTINCT
        least(l.customer_id, r.customer_id) AS customer_l,
        greatest(l.customer_id, r.customer_id) AS customer_r
    FROM resolve.judgement AS judgement
    INNER JOIN resolve.cluster AS l ON judgement.identity_l = l.identity_id
    INNER JOIN resolve.cluster AS r ON judgement.identity_r = r.identity_id
    WHERE judgement.verdict = 'different'
),

claimed AS (
    SELECT DISTINCT
        least(claim.identity_id, own.identity_id) AS identity_l,
        greatest(claim.identity_id, own.identity_id) AS identity_r
    FROM resolve.block_key AS claim
    INNER JOIN resolve.block_key AS own
        ON claim.rule = own.rule AND claim.key = own.key AND claim.identity_id != own.identity_id
    WHERE claim.side = 'claim' AND own.side = 'own'
),

doubted AS (
    SELECT
        bond.identity_l,
        bond.identity_r,
        cluster.customer_id AS customer_l,
        cluster.customer_id AS customer_r,
        'linked, but only just' AS cause,
        1 - link_probability(greatest(bond.match_weight, $threshold)) AS error_probability,
        bond.match_weight,
        TRUE AS is_linked
    FROM resolve.bond AS bond
    INNER JOIN resolve.cluster AS cluster ON bond.identity_l = cluster.identity_id
    WHERE bond.match_weight < $threshold + $margin
    UNION ALL
    SELECT
        below.identity_l,
        below.identity_r,
        below.customer_l,
        below.customer_r,
        CASE
            WHEN below.match_weight >= $threshold - $margin THEN 'not linked, but nearly'
            ELSE 'a claim that was not believed'
        END AS cause,
        1 / (1 + pow(2, -below.match_weight)) AS error_probability,
        below.match_weight,
        FALSE AS is_linked
    FROM placed_edge AS below
    LEFT JOIN claimed ON below.identity_l = claimed.identity_l AND below.identity_r = claimed.identity_r
    WHERE
        below.customer_l != below.customer_r
        AND below.match_weight < $threshold
        AND (below.match_weight >= $threshold - $margin OR claimed.identity_l IS NOT NULL)
    UNION ALL
    SELECT
        claimed.identity_l,
        claimed.identity_r,
        l.customer_id AS customer_l,
        r.customer_id AS customer_r,
        'a claim that was not believed' AS cause,
        0 AS error_probability,
        NULL AS match_weight,
        FALSE AS is_linked
    FROM claimed
    INNER JOIN resolve.cluster AS l ON claimed.identity_l = l.identity_id
    INNER JOIN resolve.cluster AS r ON claimed.identity_r = r.identity_id
    ANTI JOIN resolve.edge AS edge ON claimed.identity_l = edge.identity_l AND claimed.identity_r = edge.identity_r
    WHERE l.customer_id != r.customer_id
    UNION ALL
    SELECT
        cut.identity_l,
        cut.identity_r,
        l.customer_id AS customer_l,
        r.customer_id AS customer_r,
        'held apart: ' || cut.reason AS cause,
        CASE
            WHEN list_contains($mostly_right, cut.reason) THEN 0.1
            WHEN list_contains($half_right, cut.reason) THEN 0.5
            ELSE 1
        END / (1 + pow(2, -cut.match_weight)) AS error_probability,
        cut.match_weight,
        FALSE AS is_linked
    FROM resolve.guard_cut AS cut
    INNER JOIN resolve.cluster AS l ON cut.identity_l = l.identity_id
    INNER JOIN resolve.cluster AS r ON cut.identity_r = r.identity_id
    WHERE NOT cut.is_judgement
),

placed AS (
    SELECT
        doubted.* REPLACE (round(doubted.error_probability, 6) AS error_probability),
        judgement.verdict IS NOT NULL AS is_unsure
    FROM doubted
    LEFT JOIN resolve.judgement AS judgement
        ON doubted.identity_l = judgement.identity_l AND doubted.identity_r = judgement.identity_r
    LEFT JOIN told_apart
        ON
            least(doubted.customer_l, doubted.customer_r) = told_apart.customer_l
            AND greatest(doubted.customer_l, doubted.customer_r) = told_apart.customer_r
    WHERE coalesce(judgement.verdict, 'unsure') = 'unsure' AND told_apart.customer_l IS NULL
),

worst AS (
    SELECT *
    FROM placed
    QUALIFY
        is_linked
        OR row_number() OVER (
            PARTITION BY is_linked, least(customer_l, customer_r), greatest(customer_l, customer_r)
            ORDER BY error_probability DESC, match_weight ASC, identity_l ASC, identity_r ASC
        ) = 1
)

SELECT
    worst.identity_l,
    worst.identity_r,
    worst.customer_l,
    worst.customer_r,
    worst.cause,
    worst.error_probability,
    worst.match_weight,
    worst.is_linked,
    worst.is_unsure
FROM worst
INNER JOIN resolve.customer AS l ON worst.customer_l = l.customer_id
INNER JOIN resolve.customer AS r ON worst.customer_r = r.customer_id
ORDER BY
    worst.error_probability * (1 + least(l.record_count, r.record_count)) DESC,
    worst.identity_l ASC,
    worst.identity_r ASC
LIMIT 2 * $at_most
