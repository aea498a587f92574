-- scratch.wording: the words of the messages that are compared by them.
--
-- Grain   one row per turn
-- Reads   scratch.turn, staging.interaction, policy_window
-- Rule    an ask is compared when another one of its customer lies within the longest window; the last message of an
--         episode, when it is an answer and the customer's next message comes within $asked_hours. These are few, and
--         taking a text apart costs more than all else that is asked of it. words are the different words of the
--         text, lower-case, without accents and punctuation
WITH ask AS (
    SELECT
        source,
        source_ref,
        turn,
        occurred_at - lag(occurred_at) OVER by_customer AS since_last,
        lead(occurred_at) OVER by_customer - occurred_at AS until_next
    FROM scratch.turn
    WHERE is_ask
    WINDOW by_customer AS (PARTITION BY customer_id ORDER BY turn ASC)
),

episode_end AS (
    SELECT
        source,
        source_ref,
        turn,
        is_last AND direction = 'outbound' AS is_answer,
        lead(occurred_at) OVER (PARTITION BY customer_id ORDER BY turn ASC) - occurred_at AS until_next
    FROM scratch.turn
),

compared AS (
    SELECT
        source,
        source_ref,
        turn
    FROM ask
    WHERE
        least(since_last, until_next)
        <= to_seconds((SELECT greatest(max(window_days), $window_days) FROM policy_window) * 86400)
    UNION ALL
    SELECT
        source,
        source_ref,
        turn
    FROM episode_end
    WHERE is_answer AND until_next <= to_seconds($asked_hours * 3600)
)

SELECT
    compared.turn,
    list_sort(list_distinct(string_split(
        trim(regexp_replace(lower(strip_accents(interaction.text)), '[^\p{L}\p{N}]+', ' ', 'g')), ' '
    ))) AS words
FROM staging.interaction AS interaction
INNER JOIN compared ON interaction.source = compared.source AND interaction.source_ref = compared.source_ref
ORDER BY compared.turn
