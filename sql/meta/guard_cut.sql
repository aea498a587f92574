-- meta.guard_cut: links that were not taken, although their weight says that they are one.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller
-- Reads   resolve.guard_cut
-- Rule    every edge at or above the threshold (meta.edge.is_link) whose two sides are not one customer stands here
SELECT
    identity_l,
    identity_r,
    match_weight,
    reason,
    witness_l,
    witness_r,
    is_judgement
FROM resolve.guard_cut
ORDER BY identity_l, identity_r
