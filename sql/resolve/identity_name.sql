-- resolve.identity_name: the name an identity goes by, and every form of it that its records show.
--
-- Grain   one row per identity_id that shows a name
-- Reads   resolve.record_identity, resolve.record_name, resolve.name_form
-- Rule    the name that tells most stands: whole before initials before a single word, told apart before guessed, current
--         before former, then the one most records show, then the one that sorts first. The forms are those of all
--         its whole names, so that a name before marriage still agrees.
WITH shown AS (
    SELECT
        identity.identity_id,
        form.given_name,
        form.family_name,
        form.given_forms,
        form.family_forms,
        form.aliases,
        form.short_aliases,
        coalesce(length(form.given_name) > 1 AND length(form.family_name) > 1, FALSE) AS is_whole,
        form.family_name IS NOT NULL AS has_family,
        bool_or(name.is_told) AS is_told,
        bool_or(name.is_current) AS is_current,
        count(*) AS record_count
    FROM resolve.record_identity AS identity
    INNER JOIN resolve.record_name AS name
        ON
            identity.record_kind = name.record_kind
            AND identity.source = name.source
            AND identity.source_ref = name.source_ref
    INNER JOIN resolve.name_form AS form ON name.name = form.name
    WHERE identity.identity_id IS NOT NULL AND form.given_name IS NOT NULL
    GROUP BY ALL
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY identity_id
            ORDER BY
                is_whole DESC, has_family DESC, is_told DESC, is_current DESC, record_count DESC,
                given_name ASC, family_name ASC, given_forms ASC, family_forms ASC
        ) AS name_rank
    FROM shown
)

SELECT
    identity_id,
    any_value(given_name) FILTER (WHERE name_rank = 1) AS given_name,
    any_value(family_name) FILTER (WHERE name_rank = 1) AS family_name,
    list_sort(list_distinct(flatten(list(given_forms) FILTER (WHERE is_whole OR name_rank = 1)))) AS given_forms,
    list_sort(list_distinct(flatten(list(family_forms) FILTER (WHERE is_whole OR name_rank = 1)))) AS family_forms,
    list_sort(list_distinct(flatten(list(aliases) FILTER (WHERE is_whole OR name_rank = 1)))) AS name_aliases,
    list_sort(list_distinct(flatten(list(short_aliases) FILTER (WHERE is_whole OR name_rank = 1)))) AS short_aliases
FROM ranked
GROUP BY identity_id
ORDER BY identity_id
