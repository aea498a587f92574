-- meta.edge: every scored pair that was kept, with its weight and what let it in.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller
-- Reads   resolve.edge
-- Rule    a pair below the linking threshold stands here too, so that a link that was not made can be explained
SELECT
    identity_l,
    identity_r,
    match_weight,
    match_probability,
    other_weight,
    match_weight >= $threshold AS is_link,
    rule,
    model_version
FROM resolve.edge
ORDER BY identity_l, identity_r
