-- resolve.guard_cut: links that were not taken, although their weight says that they are one.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller
-- Reads   cut_link (parts.build_parts), resolve.edge, resolve.judgement
-- Rule    every edge at or above the threshold whose two sides are not one customer stands here, with the reason; so does
--         a steward's "same" against which a "different" stands. The witnesses are the two identities that contradict.
SELECT
    cut.identity_l,
    cut.identity_r,
    edge.match_weight,
    cut.reason,
    cut.witness_l,
    cut.witness_r,
    coalesce(judgement.verdict = 'same', FALSE) AS is_judgement
FROM cut_link AS cut
LEFT JOIN resolve.edge AS edge ON cut.identity_l = edge.identity_l AND cut.identity_r = edge.identity_r
LEFT JOIN resolve.judgement AS judgement
    ON cut.identity_l = judgement.identity_l AND cut.identity_r = judgement.identity_r
ORDER BY cut.identity_l, cut.identity_r
