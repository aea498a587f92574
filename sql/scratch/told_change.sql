-- scratch.told_change: what happened to customers tonight, against what they were before this night's first run.
--
-- Grain   one row per (customer_id, change, other_customer_id)
-- Reads   trace (customers, from baseline_membership), assigned (customer_ids.assign_ids), resolve.crosswalk
-- Rule    new: an id that was not there, none of whose records were anybody's. split: one whose records were another's.
--         merged: an id that was there and is not, with the id that answers for it. corrected: known records that moved
--         from one customer that lives on to another that was there before; or a customer none of whose records are left.
--         The counts are of a new customer's records, and of the known records that moved otherwise; fresh ones were
--         not known before, late ones are fresh and of a night up to $newest_night, which was resolved before.
WITH moved AS (
    SELECT
        trace.customer_before,
        assigned.customer_id AS customer_now,
        count(*) AS record_count,
        count(*) FILTER (WHERE trace.record_kind = 'interaction') AS interaction_count,
        count(*) FILTER (WHERE NOT trace.was_known) AS fresh_count,
        count(*) FILTER (WHERE NOT trace.was_known AND trace.night <= $newest_night) AS late_count
    FROM trace
    LEFT JOIN assigned ON trace.part = assigned.part
    WHERE trace.customer_before IS DISTINCT FROM assigned.customer_id
    GROUP BY trace.customer_before, assigned.customer_id
),

was AS (
    SELECT DISTINCT trace.customer_before AS customer_id
    FROM trace
    SEMI JOIN moved ON trace.customer_before = moved.customer_now
),

is_now AS (
    SELECT assigned.customer_id
    FROM assigned
    SEMI JOIN moved ON assigned.customer_id = moved.customer_before
),

appeared AS (
    SELECT
        moved.customer_now AS customer_id,
        CASE WHEN count(moved.customer_before) = 0 THEN 'new' ELSE 'split' END AS change,
        arg_max(moved.customer_before, (moved.record_count, moved.customer_before))
        FILTER (WHERE moved.customer_before IS NOT NULL) AS other_customer_id,
        coalesce(sum(moved.record_count) FILTER (WHERE moved.customer_before IS NOT NULL), sum(moved.record_count))
            AS record_count,
        coalesce(
            sum(moved.interaction_count) FILTER (WHERE moved.customer_before IS NOT NULL), sum(moved.interaction_count)
        ) AS interaction_count,
        sum(moved.fresh_count) AS fresh_count,
        sum(moved.late_count) AS late_count
    FROM moved
    ANTI JOIN was ON moved.customer_now = was.customer_id
    WHERE moved.customer_now IS NOT NULL
    GROUP BY moved.customer_now
),

gone AS (
    SELECT
        moved.customer_before AS customer_id,
        CASE WHEN any_value(crosswalk.current_customer_id) IS NULL THEN 'corrected' ELSE 'merged' END AS change,
        any_value(crosswalk.current_customer_id) AS other_customer_id,
        sum(moved.record_count) FILTER (WHERE moved.customer_now IS NOT NULL) AS record_count,
        sum(moved.interaction_count) FILTER (WHERE moved.customer_now IS NOT NULL) AS interaction_count
    FROM moved
    ANTI JOIN is_now ON moved.customer_before = is_now.customer_id
    INNER JOIN resolve.crosswalk AS crosswalk ON moved.customer_before = crosswalk.customer_id
    GROUP BY moved.customer_before
),

corrected AS (
    SELECT
        moved.customer_before AS customer_id,
        'corrected' AS change,
        moved.customer_now AS other_customer_id,
        moved.record_count,
        moved.interaction_count
    FROM moved
    SEMI JOIN was ON moved.customer_now = was.customer_id
    SEMI JOIN is_now ON moved.customer_before = is_now.customer_id
)

SELECT
    customer_id,
    change,
    other_customer_id,
    coalesce(record_count, 0)::BIGINT AS record_count,
    coalesce(interaction_count, 0)::BIGINT AS interaction_count,
    fresh_count::BIGINT AS fresh_count,
    late_count::BIGINT AS late_count
FROM (
    SELECT * FROM appeared
    UNION ALL
    SELECT
        *,
        0 AS fresh_count,
        0 AS late_count
    FROM gone
    UNION ALL
    SELECT
        *,
        0 AS fresh_count,
        0 AS late_count
    FROM corrected
) AS told
