-- meta.judgement: what stewards have decided about pairs of identities.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller
-- Reads   resolve.judgement
-- Rule    the standing ones that decide a pair; history and undone ones are in the home's judgements.jsonl
SELECT
    judgement_id,
    identity_l,
    identity_r,
    verdict,
    judgement.by,
    judgement.at,
    why,
    is_audit,
    judgement_rank,
    overruled_count
FROM resolve.judgement AS judgement
ORDER BY identity_l, identity_r
