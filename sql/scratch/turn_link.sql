-- scratch.turn_link: which messages of a customer belong to one enquiry, and why.
--
-- Grain   one row per (turn_l, turn_r, why), turn_l the earlier
-- Reads   scratch.turn, scratch.wording, scratch.near_ask, policy_window, policy_channel_word
-- Rule    within the window: the next message that names the same order, or has the same topic where the policy names
--         it, and an ask in nearly the same words. However late: the next message of the episode, and the message that it
--         replies to. Within $asked_hours: what begins in the channel that the last answer named
WITH key AS (
    SELECT
        turn,
        customer_id,
        occurred_at,
        topic,
        'episode' AS why,
        conversation_id || ' ' || episode AS value
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
    WHERE topic IN (SELECT policy_window.topic FROM policy_window)
),

answer AS (
    SELECT DISTINCT
        turn.turn,
        turn.customer_id,
        turn.conversation_id,
        turn.occurred_at,
        channel_word.channel
    FROM scratch.turn AS turn
    INNER JOIN scratch.wording AS wording ON turn.turn = wording.turn
    CROSS JOIN unnest(wording.words) AS said (word)
    INNER JOIN policy_channel_word AS channel_word ON said.word = channel_word.word
    WHERE turn.is_last AND turn.direction = 'outbound'
),

opening AS (
    SELECT
        turn,
        customer_id,
        conversation_id,
        channel,
        occurred_at
    FROM scratch.turn
    WHERE is_first AND direction = 'inbound'
),

sent_on AS (
    SELECT
        answer.turn AS turn_l,
        opening.turn AS turn_r
    FROM answer
    ASOF INNER JOIN opening
        ON answer.customer_id = opening.customer_id AND answer.channel = opening.channel AND answer.turn < opening.turn
    WHERE
        opening.conversation_id != answer.conversation_id
        AND opening.occurred_at - answer.occurred_at <= to_seconds($asked_hours * 3600)
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
    neighbour.turn_l IS NOT NULL
    AND (
        neighbour.why = 'episode'
        OR neighbour.occurred_at - neighbour.occurred_at_l
        <= to_seconds(coalesce(policy_window.window_days, $window_days) * 86400)
    )
UNION
SELECT
    turn_l,
    turn_r,
    'words' AS why
FROM scratch.near_ask
UNION
SELECT
    turn_l,
    turn_r,
    'asked' AS why
FROM sent_on
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
