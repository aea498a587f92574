-- scratch.near_ask: pairs of asks of one customer in nearly the same words.
--
-- Grain   one row per (turn_l, turn_r), turn_l the earlier
-- Reads   scratch.turn, scratch.wording, policy_window
-- Rule    asks of three words or more; each is held against the 20 asks before it that lie within the window, so that
--         the work grows with the messages and not with their square. likeness is the share of words in common
--         (Jaccard); two asks that name one order need less of it, and two that name different orders are never near
WITH ask AS (
    SELECT
        turn.*,
        wording.words,
        coalesce(policy_window.window_days, $window_days) AS window_days,
        row_number() OVER (PARTITION BY turn.customer_id ORDER BY turn.turn ASC) AS ask
    FROM scratch.turn AS turn
    INNER JOIN scratch.wording AS wording ON turn.turn = wording.turn
    LEFT JOIN policy_window ON turn.topic = policy_window.topic
    WHERE turn.is_ask AND len(wording.words) >= 3
),

distance AS (
    SELECT unnest(range(1, 21)) AS asks
),

earlier AS (
    SELECT
        ask.*,
        ask.ask - distance.asks AS earlier_ask
    FROM ask
    INNER JOIN distance ON ask.ask > distance.asks
),

pair AS (
    SELECT
        l.turn AS turn_l,
        r.turn AS turn_r,
        l.conversation_id = r.conversation_id AS is_same_conversation,
        list_has_any(l.order_refs, r.order_refs) AS has_same_order,
        len(l.order_refs) > 0 AND len(r.order_refs) > 0 AS have_orders,
        len(list_intersect(l.words, r.words)) AS common,
        len(l.words) + len(r.words) AS total
    FROM earlier AS r
    INNER JOIN ask AS l ON r.customer_id = l.customer_id AND r.earlier_ask = l.ask
    WHERE r.occurred_at - l.occurred_at <= to_seconds(r.window_days * 86400)
)

SELECT
    turn_l,
    turn_r,
    is_same_conversation,
    has_same_order,
    common / (total - common) AS likeness
FROM pair
WHERE
    common / (total - common) >= CASE WHEN has_same_order THEN $near_words_with_reference ELSE $near_words END
    AND (has_same_order OR NOT have_orders)
ORDER BY turn_l, turn_r
