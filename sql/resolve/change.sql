-- resolve.change: what happened to customers tonight, against what they were before this night's first run.
--
-- Grain   one row per (customer_id, change, other_customer_id)
-- Reads   resolve.baseline_membership, resolve.baseline_night, resolve.membership, resolve.crosswalk, resolve.identity_state
-- Rule    new: an id that was not there, none of whose records was known. split: one whose records were another's.
--         merged: an id that was there and is not, with the id that answers for it. corrected: known records that moved
--         from one customer that lives on to another that was there before.
--         cause: records (they came or changed), or model where the model or its settings did.
WITH moved AS (
    SELECT
        before.customer_id AS customer_before,
        after.customer_id AS customer_now,
        count(*) AS record_count
    FROM resolve.baseline_membership AS before
    FULL JOIN resolve.membership AS after
        ON
            before.record_kind = after.record_kind
            AND before.source = after.source
            AND before.source_ref = after.source_ref
    WHERE before.customer_id IS NOT NULL OR after.customer_id IS NOT NULL
    GROUP BY before.customer_id, after.customer_id
),

was AS (
    SELECT DISTINCT customer_before AS customer_id
    FROM moved
    WHERE customer_before IS NOT NULL
),

is_now AS (
    SELECT DISTINCT customer_now AS customer_id
    FROM moved
    WHERE customer_now IS NOT NULL
),

appeared AS (
    SELECT
        moved.customer_now AS customer_id,
        CASE WHEN count(moved.customer_before) = 0 THEN 'new' ELSE 'split' END AS change,
        arg_max(moved.customer_before, (moved.record_count, moved.customer_before))
        FILTER (WHERE moved.customer_before IS NOT NULL) AS other_customer_id
    FROM moved
    WHERE moved.customer_now IS NOT NULL AND moved.customer_now NOT IN (SELECT was.customer_id FROM was)
    GROUP BY moved.customer_now
),

gone AS (
    SELECT
        was.customer_id,
        CASE WHEN crosswalk.current_customer_id IS NULL THEN 'corrected' ELSE 'merged' END AS change,
        crosswalk.current_customer_id AS other_customer_id
    FROM was
    INNER JOIN resolve.crosswalk AS crosswalk ON was.customer_id = crosswalk.customer_id
    WHERE was.customer_id NOT IN (SELECT is_now.customer_id FROM is_now)
),

corrected AS (
    SELECT
        moved.customer_before AS customer_id,
        'corrected' AS change,
        moved.customer_now AS other_customer_id
    FROM moved
    INNER JOIN was ON moved.customer_now = was.customer_id
    WHERE
        moved.customer_before != moved.customer_now
        AND moved.customer_before IN (SELECT is_now.customer_id FROM is_now)
)

SELECT
    told.customer_id,
    told.change,
    told.other_customer_id,
    CASE
        WHEN
            (SELECT any_value(state.scored_as) FROM resolve.identity_state AS state)
            != (SELECT any_value(baseline.scored_as) FROM resolve.baseline_night AS baseline) THEN 'model'
        ELSE 'records'
    END AS cause
FROM (
    SELECT * FROM appeared
    UNION ALL
    SELECT * FROM gone
    UNION ALL
    SELECT * FROM corrected
) AS told
ORDER BY told.customer_id, told.change, told.other_customer_id
