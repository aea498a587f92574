-- scratch.repeat_link: pairs of asks of one enquiry of which the later asks again.
--
-- Grain   one row per (turn_l, turn_r), turn_l the earlier
-- Reads   scratch.near_ask, scratch.turn, scratch.turn_link
-- Rule    in another conversation, or in the same one without an answer between the two; whoever goes to another channel
--         because we asked for it, and says it there once more, does not ask again
WITH answered AS (
    -- how many answers its conversation had before each message
    SELECT
        turn,
        count(*) FILTER (WHERE direction = 'outbound') OVER (
            PARTITION BY conversation_id, customer_id ORDER BY turn ASC
        ) AS answers
    FROM scratch.turn
),

sent_here AS (
    SELECT DISTINCT turn_r AS turn
    FROM scratch.turn_link
    WHERE why = 'asked'
)

SELECT
    near_ask.turn_l,
    near_ask.turn_r
FROM scratch.near_ask AS near_ask
INNER JOIN answered AS l ON near_ask.turn_l = l.turn
INNER JOIN answered AS r ON near_ask.turn_r = r.turn
LEFT JOIN sent_here ON near_ask.turn_r = sent_here.turn
WHERE (NOT near_ask.is_same_conversation OR l.answers = r.answers) AND sent_here.turn IS NULL
ORDER BY near_ask.turn_l, near_ask.turn_r
