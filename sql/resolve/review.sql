-- resolve.review: what stewards are asked, in the order in which an answer is worth most.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller
-- Reads   resolve.doubt, stake (review.measure_stakes), drawn (lots.draw), resolve.judgement
-- Rule    cost is the probability of an error times what it touches: the conversations and consent signals of the smaller
--         side, and one for the customer itself. After every four pairs in doubt comes one drawn by lot, whose cause and
--         weight the asked are not shown. Pairs on which a steward was unsure come last. At most $at_most in doubt.
WITH audited AS (
    SELECT
        drawn.identity_l,
        drawn.identity_r,
        drawn.customer_l,
        drawn.customer_r,
        drawn.match_weight,
        drawn.stratum,
        row_number() OVER (ORDER BY drawn.lot >> 32, drawn.identity_l, drawn.identity_r) AS place
    FROM drawn
    ANTI JOIN resolve.judgement AS judgement
        ON drawn.identity_l = judgement.identity_l AND drawn.identity_r = judgement.identity_r
),

costed AS (
    SELECT
        doubt.*,
        stake.conversation_count,
        stake.consent_count,
        round(doubt.error_probability * (1 + stake.conversation_count + stake.consent_count), 6) AS cost
    FROM resolve.doubt AS doubt
    INNER JOIN stake ON doubt.identity_l = stake.identity_l AND doubt.identity_r = stake.identity_r
    ANTI JOIN audited ON doubt.identity_l = audited.identity_l AND doubt.identity_r = audited.identity_r
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY is_unsure ASC, cost DESC, identity_l ASC, identity_r ASC) AS place
    FROM costed
    QUALIFY place <= $at_most
),

asked AS (
    SELECT
        identity_l,
        identity_r,
        customer_l,
        customer_r,
        cause,
        error_probability,
        conversation_count,
        consent_count,
        cost,
        match_weight,
        is_linked,
        is_unsure,
        NULL AS stratum,
        place
    FROM ranked
    UNION ALL
    SELECT
        identity_l,
        identity_r,
        customer_l,
        customer_r,
        'drawn by lot' AS cause,
        NULL AS error_probability,
        NULL AS conversation_count,
        NULL AS consent_count,
        NULL AS cost,
        match_weight,
        customer_l = customer_r AS is_linked,
        FALSE AS is_unsure,
        stratum,
        place * 4 + 0.5 AS place
    FROM audited
)

SELECT
    row_number() OVER (ORDER BY is_unsure, place, identity_l, identity_r) AS rank,
    asked.* EXCLUDE (place)
FROM asked
ORDER BY rank
