-- resolve.identity_name: the name an identity goes by, and every form of it that its records show.
--
-- Grain   one row per identity_id that shows a name
-- Reads   resolve.record_identity, resolve.record_name, resolve.name_form
-- Rule    the name that tells most stands: whole before initials before a single word, told apart before guessed, current
--         before former, then the one most records show, then the one that sorts first. The forms are those of all
--         its whole names, so that a name before marriage still agrees, but for the same name the other way round: its
--         given name is nobody's. A name that somebody typed (is_name_claimed) counts only where no whole one was
--         delivered.
WITH told AS (
    SELECT
        identity.identity_id,
        name.name,
        bool_or(name.is_told) AS is_told,
        bool_or(name.is_current) AS is_current,
        bool_and(name.is_claimed) AS is_claimed,
        count(*) AS record_count
    FROM resolve.record_identity AS identity
    INNER JOIN resolve.record_name AS name
        ON
            identity.record_kind = name.record_kind
            AND identity.source = name.source
            AND identity.source_ref = name.source_ref
    WHERE identity.identity_id IS NOT NULL
    GROUP BY identity.identity_id, name.name
),

form AS (
    SELECT
        told.* EXCLUDE (name),
        form.given_name,
        form.family_name,
        form.given_forms,
        form.family_forms,
        form.middle_initials,
        form.aliases,
        form.short_aliases,
        coalesce(length(form.given_name) > 1 AND length(form.family_name) > 1, FALSE) AS is_whole,
        form.family_name IS NOT NULL AS has_family,
        count(*) OVER (PARTITION BY told.identity_id) AS form_count
    FROM told
    INNER JOIN resolve.name_form AS form ON told.name = form.name
    WHERE form.given_name IS NOT NULL OR form.family_name IS NOT NULL
),

-- names that are taken apart alike are one; most identities have only one, which is what they go by
shown AS (
    SELECT
        * EXCLUDE (is_told, is_current, is_claimed, record_count, form_count, middle_initials),
        list_sort(list_distinct(flatten(list(middle_initials)))) AS middle_initials,
        bool_or(is_told) AS is_told,
        bool_or(is_current) AS is_current,
        bool_and(is_claimed) AS is_claimed,
        sum(record_count) AS record_count
    FROM form
    WHERE form_count > 1
    GROUP BY ALL
),

weighed AS (
    SELECT
        *,
        bool_or(is_whole AND NOT is_claimed) OVER (PARTITION BY identity_id) AS is_told_otherwise
    FROM shown
),

believed AS (
    SELECT * EXCLUDE (is_told_otherwise)
    FROM weighed
    WHERE NOT (is_claimed AND is_told_otherwise)
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
    FROM believed
),

formed AS (
    SELECT
        *,
        name_rank = 1 OR (
            is_whole
            AND NOT coalesce(
                replace(given_name, '-', '') = first_value(family_name) OVER names
                AND family_name = replace(first_value(given_name) OVER names, '-', ''),
                FALSE
            )
        ) AS is_form
    FROM ranked
    WINDOW names AS (PARTITION BY identity_id ORDER BY name_rank)
)

SELECT
    identity_id,
    given_name,
    family_name,
    is_claimed AS is_name_claimed,
    given_forms,
    family_forms,
    middle_initials,
    aliases AS name_aliases,
    short_aliases
FROM form
WHERE form_count = 1
UNION ALL
SELECT
    identity_id,
    any_value(given_name) FILTER (WHERE name_rank = 1) AS given_name,
    any_value(family_name) FILTER (WHERE name_rank = 1) AS family_name,
    any_value(is_claimed) FILTER (WHERE name_rank = 1) AS is_name_claimed,
    list_sort(list_distinct(flatten(list(given_forms) FILTER (WHERE is_form)))) AS given_forms,
    list_sort(list_distinct(flatten(list(family_forms) FILTER (WHERE is_form)))) AS family_forms,
    list_sort(list_distinct(flatten(list(middle_initials) FILTER (WHERE is_form)))) AS middle_initials,
    list_sort(list_distinct(flatten(list(aliases) FILTER (WHERE is_form)))) AS name_aliases,
    list_sort(list_distinct(flatten(list(short_aliases) FILTER (WHERE is_form)))) AS short_aliases
FROM formed
GROUP BY identity_id
