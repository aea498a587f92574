-- resolve.doubt: pairs that a steward could decide, with the probability that they are decided wrongly now.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller; one a pair of customers
-- Reads   placed_edge (review.place_edges), resolve.bond, resolve.guard_cut, resolve.edge, resolve.cluster,
--         resolve.customer, resolve.identity, resolve.judgement
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

below AS (
    SELECT *
    FROM placed_edge
    WHERE customer_l != customer_r AND match_weight < $threshold
),

claimer AS (
    SELECT
        identity_id,
        claims
    FROM resolve.identity
    WHERE len(claims) > 0
),

claimed AS (
    SELECT
        below.identity_l,
        below.identity_r
    FROM below
    INNER JOIN claimer ON below.identity_l = claimer.identity_id
    INNER JOIN resolve.identity AS owner ON below.identity_r = owner.identity_id
    WHERE list_has_any(claimer.claims, owner.points)
    UNION
    SELECT
        below.identity_l,
        below.identity_r
    FROM below
    INNER JOIN claimer ON below.identity_r = claimer.identity_id
    INNER JOIN resolve.identity AS owner ON below.identity_l = owner.identity_id
    WHERE list_has_any(claimer.claims, owner.points)
),

doubted AS (
    SELECT
        identity_l,
        identity_r,
        greatest(match_weight, $threshold) AS match_weight,
        'linked, but only just' AS cause,
        TRUE AS is_linked,
        1.0 AS error_share
    FROM resolve.bond
    WHERE match_weight < $threshold + $margin
    UNION ALL
    SELECT
        below.identity_l,
        below.identity_r,
        below.match_weight,
        CASE
            WHEN below.match_weight >= $threshold - $margin THEN 'not linked, but nearly'
            ELSE 'a claim that was not believed'
        END AS cause,
        FALSE AS is_linked,
        1.0 AS error_share
    FROM below
    LEFT JOIN claimed ON below.identity_l = claimed.identity_l AND below.identity_r = claimed.identity_r
    WHERE below.match_weight >= $threshold - $margin OR claimed.identity_l IS NOT NULL
    UNION ALL
    SELECT
        identity_l,
        identity_r,
        match_weight,
        'held apart: ' || reason AS cause,
        FALSE AS is_linked,
        CASE
            WHEN list_contains($mostly_right, reason) THEN 0.1
            WHEN list_contains($half_right, reason) THEN 0.5
            ELSE 1.0
        END AS error_share
    FROM resolve.guard_cut
    WHERE NOT is_judgement
),

placed AS (
    SELECT
        doubted.identity_l,
        doubted.identity_r,
        l.customer_id AS customer_l,
        r.customer_id AS customer_r,
        doubted.cause,
        round(
            CASE
                WHEN doubted.is_linked THEN 1 - link_probability(doubted.match_weight)
                ELSE coalesce(edge.match_probability, 0.5) * doubted.error_share
            END, 6
        ) AS error_probability,
        edge.match_weight,
        doubted.is_linked,
        judgement.verdict IS NOT NULL AS is_unsure
    FROM doubted
    INNER JOIN resolve.cluster AS l ON doubted.identity_l = l.identity_id
    INNER JOIN resolve.cluster AS r ON doubted.identity_r = r.identity_id
    LEFT JOIN resolve.edge AS edge ON doubted.identity_l = edge.identity_l AND doubted.identity_r = edge.identity_r
    LEFT JOIN resolve.judgement AS judgement
        ON doubted.identity_l = judgement.identity_l AND doubted.identity_r = judgement.identity_r
    LEFT JOIN told_apart
        ON
            least(l.customer_id, r.customer_id) = told_apart.customer_l
            AND greatest(l.customer_id, r.customer_id) = told_apart.customer_r
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

SELECT worst.*
FROM worst
INNER JOIN resolve.customer AS l ON worst.customer_l = l.customer_id
INNER JOIN resolve.customer AS r ON worst.customer_r = r.customer_id
ORDER BY
    worst.error_probability * (1 + least(l.record_count, r.record_count)) DESC,
    worst.identity_l ASC,
    worst.identity_r ASC
LIMIT 2 * $at_most
