-- resolve.audit: pairs of identities by how they were decided, and what stewards said of those drawn by lot.
--
-- Grain   one row per stratum
-- Reads   strata (lots.draw), judged_record (judgements.judged_records)
-- Rule    pairs within a customer, compared or joined through others; pairs of two customers that were compared, near the
--         threshold or far below it. Pairs that no rule let meet are not counted. One pair of two to the power of
--         sample_bits is asked. An answer counts for the stratum it was asked in: what a steward has decided is no longer
--         what the model would have decided.
WITH answer AS (
    SELECT DISTINCT
        judgement_id,
        audit,
        verdict,
        coalesce(model = $model, FALSE) AS is_current
    FROM judged_record
    WHERE audit IS NOT NULL
),

answered AS (
    SELECT
        audit,
        count(*) FILTER (WHERE verdict = 'same') AS same_count,
        count(*) FILTER (WHERE verdict = 'different') AS different_count,
        count(*) FILTER (WHERE verdict = 'unsure') AS unsure_count,
        count(*) FILTER (WHERE is_current) AS current_count
    FROM answer
    GROUP BY audit
)

SELECT
    strata.stratum,
    strata.is_linked,
    strata.pair_count,
    strata.sample_bits,
    coalesce(answered.same_count, 0) AS same_count,
    coalesce(answered.different_count, 0) AS different_count,
    coalesce(answered.unsure_count, 0) AS unsure_count,
    coalesce(answered.current_count, 0) AS current_count
FROM strata
LEFT JOIN answered ON strata.stratum = answered.audit
ORDER BY strata.is_linked DESC, strata.stratum ASC
