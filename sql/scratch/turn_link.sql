-- scratch.turn_link: which messages of a customer belong to one enquiry, and why.
--
-- Grain   one row per (turn_l, turn_r, why), turn_l the earlier
-- Reads   scratch.turn, scratch.near_ask, policy_window
-- Rule    the next message of the same conversation, of the same order or of the same topic, the message it replies to,
--         and an ask in nearly the same words; no more than the topic's window may lie between
WITH key AS (
    SELECT
        turn,
        customer_id,
        occurred_at,
        topic,
        'conversation' AS why,
        conversation_id AS value
    FROM scratch.turn
    UNION ALL
    SELECT
        turn,
        customer_id,
        occurred_at,
        topic,
        'order' AS why,
        unnest(order_refs) AS value
    FROM scratch.turn
    UNION ALL
    SELECT
        turn,
        customer_id,
        occurred_at,
        topic,
        'topic' AS why,
        topic AS value
    FROM scratch.turn
    WHERE topic IS NOT NULL
),

neighbour AS (
    SELECT
        turn AS turn_r,
        why,
        topic,
        occurred_at,
        lag(turn) OVER by_key AS turn_l,
        lag(occurred_at) OVER by_key AS occurred_at_l
    FROM key
    WINDOW by_key AS (PARTITION BY customer_id, why, value ORDER BY turn ASC)
)

SELECT
    neighbour.turn_l,
    neighbour.turn_r,
    neighbour.why
FROM neighbour
LEFT JOIN policy_window ON neighbour.topic = policy_window.topic
WHERE
    neighbour.occurred_at - neighbour.occurred_at_l
    <= to_seconds(coalesce(policy_window.window_days, $window_days) * 86400)
UNION
SELECT
    turn_l,
    turn_r,
    'words' AS why
FROM scratch.near_ask
UNION
SELECT
    least(asked.turn, reply.turn) AS turn_l,
    greatest(asked.turn, reply.turn) AS turn_r,
    'reply' AS why
FROM scratch.turn AS reply
INNER JOIN scratch.turn AS asked
    ON reply.source = asked.source AND reply.in_reply_to_ref = asked.source_ref AND reply.customer_id = asked.customer_id
WHERE reply.turn != asked.turn
ORDER BY turn_l, turn_r, why
