-- resolve.crosswalk: every customer id ever given, with the one that answers for it now.
--
-- Grain   one row per customer_id
-- Reads   past_crosswalk (past.take_past), claim, assigned (customer_ids.assign_ids), trace (customers)
-- Rule    an id in use answers for itself, any other for the customer that has most of its records; where none are left
--         the customer that answered before, and NULL where that has none either. since and cause tell of the last time
--         the answer changed. generation tells of two ids which was given first, whatever the nights: a night that runs
--         late gives young ids; those of tonight are $generation.
WITH answer AS (
    SELECT
        claim.customer_id,
        assigned.customer_id AS current_customer_id
    FROM claim
    INNER JOIN assigned ON claim.part = assigned.part
),

known AS (
    SELECT
        past.customer_id,
        past.current_customer_id AS answer_before,
        past.since,
        past.cause,
        past.born,
        past.generation,
        CASE
            WHEN living.customer_id IS NOT NULL THEN past.customer_id
            ELSE coalesce(own.current_customer_id, led.current_customer_id)
        END AS current_customer_id
    FROM past_crosswalk AS past
    LEFT JOIN assigned AS living ON past.customer_id = living.customer_id
    LEFT JOIN answer AS own ON past.customer_id = own.customer_id
    LEFT JOIN answer AS led ON past.current_customer_id = led.customer_id
),

split AS (
    SELECT DISTINCT assigned.part
    FROM assigned
    INNER JOIN trace ON assigned.part = trace.part
    WHERE assigned.is_new AND trace.customer_before IS NOT NULL
)

SELECT
    customer_id,
    current_customer_id,
    CASE WHEN coalesce(current_customer_id, '') = coalesce(answer_before, '') THEN since ELSE $night END AS since,
    CASE
        WHEN coalesce(current_customer_id, '') = coalesce(answer_before, '') THEN cause
        WHEN current_customer_id IS NULL THEN 'no records'
        WHEN current_customer_id = customer_id THEN 'returned'
        ELSE 'merged'
    END AS cause,
    born,
    generation
FROM known
UNION ALL
SELECT
    assigned.customer_id,
    assigned.customer_id AS current_customer_id,
    $night AS since,
    CASE WHEN split.part IS NULL THEN 'new' ELSE 'split' END AS cause,
    $night AS born,
    $generation AS generation
FROM assigned
LEFT JOIN split ON assigned.part = split.part
WHERE assigned.is_new
ORDER BY customer_id
