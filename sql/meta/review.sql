-- meta.review: what stewards are asked, in the order in which an answer is worth most.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller
-- Reads   resolve.review
-- Rule    as of this version; goldthread review list leaves out what has been judged since
SELECT
    rank,
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
    stratum
FROM resolve.review
ORDER BY rank
