-- resolve.change: what happened to customers tonight, against what they were before this night's first run, and why.
--
-- Grain   one row per (customer_id, change, other_customer_id)
-- Reads   scratch.told_change, scratch.change_ground
-- Rule    cause, the nearest that holds: judgement (a steward's, given or taken back), demoted (for a merge: restored),
--         records or late where records of the customers came, changed or went (late: all of nights that were resolved
--         before); else what changed for everybody, $for_all (model, settings, population or code); else the records of
--         others: a name that is no longer the only one, a block that grew too large.
SELECT
    told.customer_id,
    told.change,
    told.other_customer_id,
    CASE
        WHEN told.change = 'new' AND told.fresh_count = 0 THEN coalesce($for_all, 'records')
        WHEN told.change = 'new' THEN CASE WHEN told.late_count = told.fresh_count THEN 'late' ELSE 'records' END
        WHEN ground.is_judged THEN 'judgement'
        WHEN told.change = 'merged' AND ground.is_restored THEN 'demoted'
        WHEN told.change != 'merged' AND ground.is_demoted THEN 'demoted'
        WHEN NOT ground.is_touched AND $for_all IS NOT NULL THEN $for_all
        WHEN ground.is_late THEN 'late'
        ELSE 'records'
    END AS cause,
    told.record_count,
    told.interaction_count
FROM scratch.told_change AS told
LEFT JOIN scratch.change_ground AS ground
    ON
        told.customer_id = ground.customer_id
        AND told.change = ground.change
        AND told.other_customer_id IS NOT DISTINCT FROM ground.other_customer_id
ORDER BY told.customer_id, told.change, told.other_customer_id
