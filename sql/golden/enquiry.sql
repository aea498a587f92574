-- golden.enquiry: one reason for contact of one customer, over all the channels it went through.
--
-- Grain   one row per enquiry_id
-- Reads   scratch.turn, scratch.turn_enquiry, scratch.turn_link, golden.interaction
-- Rule    its id is a hash of its first message, so that later messages leave it as it is; joined_by tells what held
--         its messages together; is_resolved follows the last status that speaks of the matter (a ticket's, not what
--         became of a call or a text message), and is NULL where none does; a call that one of ours took is its answer
WITH message AS (
    SELECT
        enquiry.first_turn,
        turn.*,
        interaction.enquiry_id,
        interaction.duplicate_of,
        interaction.status,
        CASE
            WHEN lower(interaction.status) IN ('solved', 'closed', 'resolved', 'done') THEN TRUE
            WHEN
                regexp_full_match(
                    lower(interaction.status),
                    'new|open(ed)?|reopened|pending|(on[- ]?)?hold|snoozed|in progress|waiting.*|status_\d+'
                )
                THEN FALSE
        END AS is_settled,
        is_answer(turn.direction, turn.channel, interaction.agent_ref, interaction.duration_seconds) AS is_answer,
        min(turn.occurred_at) FILTER (WHERE turn.direction = 'inbound') OVER (
            PARTITION BY enquiry.first_turn
        ) AS first_asked_at
    FROM scratch.turn AS turn
    INNER JOIN scratch.turn_enquiry AS enquiry ON turn.turn = enquiry.turn
    INNER JOIN golden.interaction AS interaction
        ON turn.source = interaction.source AND turn.source_ref = interaction.source_ref
),

joined AS (
    SELECT
        enquiry.first_turn,
        list_sort(list(DISTINCT link.why)) AS joined_by
    FROM scratch.turn_link AS link
    INNER JOIN scratch.turn_enquiry AS enquiry ON link.turn_l = enquiry.turn
    GROUP BY enquiry.first_turn
),

enquiry AS (
    SELECT
        first_turn,
        any_value(enquiry_id) AS enquiry_id,
        any_value(customer_id) AS customer_id,
        min(occurred_at) AS first_at,
        max(occurred_at) AS last_at,
        list_sort(list(DISTINCT channel)) AS channels,
        count(DISTINCT conversation_id) AS conversation_count,
        count(*) AS message_count,
        count(*) FILTER (WHERE direction = 'inbound') AS inbound_count,
        count(duplicate_of) AS duplicate_count,
        list_sort(list_distinct(flatten(list(order_refs)))) AS order_refs,
        mode(topic ORDER BY topic) AS topic,
        min(first_asked_at) AS first_asked_at,
        min(occurred_at) FILTER (WHERE is_answer AND occurred_at >= first_asked_at) AS first_answered_at,
        max_by(status, turn) FILTER (WHERE status IS NOT NULL) AS status,
        max_by(is_settled, turn) FILTER (WHERE is_settled IS NOT NULL) AS is_resolved
    FROM message
    GROUP BY first_turn
)

SELECT
    enquiry.enquiry_id,
    enquiry.customer_id,
    enquiry.first_at,
    enquiry.last_at,
    enquiry.channels,
    len(enquiry.channels) AS channel_count,
    enquiry.conversation_count,
    enquiry.message_count,
    enquiry.inbound_count,
    enquiry.duplicate_count,
    enquiry.topic,
    enquiry.order_refs,
    date_diff('second', enquiry.first_asked_at, enquiry.first_answered_at) AS first_response_seconds,
    enquiry.status,
    enquiry.is_resolved,
    coalesce(joined.joined_by, []) AS joined_by
FROM enquiry
LEFT JOIN joined ON enquiry.first_turn = joined.first_turn
ORDER BY enquiry.customer_id, enquiry.first_at, enquiry.enquiry_id
