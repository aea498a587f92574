-- resolve.judgement: what stewards have decided about pairs of identities.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller
-- Reads   judged_record (judgements.judged_records), resolve.record_identity
-- Rule    a judgement is about records; it holds for the identities that show them now. Of several on one pair the latest
--         line of the file decides. A judgement whose records are gone, or show one identity by now, decides no pair.
WITH placed AS (
    SELECT DISTINCT
        judged.* EXCLUDE (record_kind_l, source_l, source_ref_l, record_kind_r, source_r, source_ref_r),
        least(l.identity_id, r.identity_id) AS identity_l,
        greatest(l.identity_id, r.identity_id) AS identity_r
    FROM judged_record AS judged
    INNER JOIN resolve.record_identity AS l
        ON
            judged.record_kind_l = l.record_kind
            AND judged.source_l = l.source
            AND judged.source_ref_l = l.source_ref
    INNER JOIN resolve.record_identity AS r
        ON
            judged.record_kind_r = r.record_kind
            AND judged.source_r = r.source
            AND judged.source_ref_r = r.source_ref
    WHERE l.identity_id != r.identity_id
),

ranked AS (
    SELECT
        *,
        first_value(verdict) OVER (
            PARTITION BY identity_l, identity_r
            ORDER BY position DESC
        ) AS last_verdict
    FROM placed
)

SELECT
    last(judgement_id ORDER BY position) AS judgement_id,
    identity_l,
    identity_r,
    last(verdict ORDER BY position) AS verdict,
    last(judged_by ORDER BY position) AS by,
    last(judged_at ORDER BY position) AS at,
    last(why ORDER BY position) AS why,
    last(audit IS NOT NULL ORDER BY position) AS is_audit,
    max(position) AS judgement_rank,
    count(*) FILTER (WHERE verdict != last_verdict) AS overruled_count
FROM ranked
GROUP BY identity_l, identity_r
ORDER BY identity_l, identity_r
