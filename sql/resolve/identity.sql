-- resolve.identity: what is linked: one way in which someone shows themselves, with all the evidence of its records.
--
-- Grain   one row per identity_id
-- Reads   resolve.record_identity, resolve.identity_name, resolve.identity_identifier, resolve.shared_identifier,
--         resolve.contested_identifier, resolve.promiscuous_identifier, resolve.confirmed_claim,
--         resolve.name_frequency
-- Rule    lists are sorted. A mail address stands for its mailbox: ann+shop@ is ann@, and Gmail's have no dots. aliases
--         are handles and local parts of mail addresses, with and without digits at their end; written_aliases as they are
--         written, odd_aliases those of them that do not follow from the own name, nor, without one, look like a family
--         name with an initial (k.jaeger), which more bear than know each other; where a name's letters do not tell how it
--         is written in Latin ones (佐藤), none is odd. Values that too many names share are left out, and so are contested
--         handles and order numbers; other contested values (several people use them) stand apart. Who claims more than
--         $claims_at_most addresses and numbers is not believed in any, nor in a name that they typed: it is doubted, and
--         speaks against others alone. A date of birth, an address or a company that somebody typed counts for nothing: it
--         proves nobody, and is no secret. Where a date of birth or an address changed, the current one stands. An initial
--         is as common as a name's first letter, for the family name as for the given one (Anna S.).
WITH identifier AS (
    SELECT
        held.* EXCLUDE (value),
        compared_value(held.kind, held.value) AS value,
        contested.value IS NOT NULL AS is_contested
    FROM resolve.identity_identifier AS held
    LEFT JOIN resolve.shared_identifier AS shared
        ON held.kind = shared.kind AND held.scope = shared.scope AND held.value = shared.value
    LEFT JOIN resolve.contested_identifier AS contested
        ON held.kind = contested.kind AND held.scope = contested.scope AND held.value = contested.value
    WHERE
        shared.value IS NULL
        AND held.value != ''
        AND NOT (held.is_claimed AND held.kind IN ('date_of_birth', 'street', 'city', 'postcode', 'company'))
),

listed AS (
    SELECT
        identity_id,
        coalesce(
            list_sort(list_distinct(
                list(value)
                FILTER (WHERE kind = 'email' AND NOT is_claimed AND NOT is_contested)
            )), []
        ) AS emails,
        coalesce(
            list_sort(list_distinct(
                list(value)
                FILTER (WHERE kind = 'phone' AND NOT is_claimed AND NOT is_contested)
            )), []
        ) AS phones,
        coalesce(
            list_sort(list_distinct(
                list(scope || ':' || value)
                FILTER (WHERE kind = 'handle' AND NOT is_claimed AND NOT is_contested)
            )), []
        ) AS handles,
        coalesce(
            list_sort(list_distinct(
                list(scope || ':' || value)
                FILTER (WHERE kind IN ('account', 'visitor', 'chat') AND NOT is_claimed AND NOT is_contested)
            )), []
        ) AS accounts,
        coalesce(
            list_sort(list_distinct(
                list(scope || ':' || value)
                FILTER (WHERE kind = 'crm_id' AND NOT is_claimed)
            )), []
        ) AS crm_ids,
        coalesce(list_sort(list_distinct(list(value) FILTER (WHERE kind = 'reference' AND NOT is_contested))), []) AS refs,
        coalesce(
            list_sort(list_distinct(
                list(value)
                FILTER (WHERE kind = 'email' AND NOT is_claimed AND is_contested)
            )), []
        ) AS contested_emails,
        coalesce(
            list_sort(list_distinct(
                list(value)
                FILTER (WHERE kind = 'phone' AND NOT is_claimed AND is_contested)
            )), []
        ) AS contested_phones,
        coalesce(list_sort(list_distinct(list(value) FILTER (WHERE kind = 'email' AND is_claimed))), []) AS claimed_emails,
        coalesce(list_sort(list_distinct(list(value) FILTER (WHERE kind = 'phone' AND is_claimed))), []) AS claimed_phones,
        coalesce(
            list_sort(list_distinct(
                list(scope || ':' || value)
                FILTER (WHERE kind = 'handle' AND is_claimed)
            )), []
        ) AS claimed_handles,
        max_by(value, (is_current, last_seen_at, value)) FILTER (WHERE kind = 'date_of_birth') AS date_of_birth,
        max_by(value, (is_current, last_seen_at, value)) FILTER (WHERE kind = 'street') AS street,
        max_by(value, (is_current, last_seen_at, value)) FILTER (WHERE kind = 'city') AS city,
        max_by(value, (is_current, last_seen_at, value)) FILTER (WHERE kind = 'postcode') AS postcode,
        max_by(value, (is_current, last_seen_at, value)) FILTER (WHERE kind = 'company') AS company
    FROM identifier
    GROUP BY identity_id
),

counted AS (
    SELECT
        identity_id,
        count(*) AS record_count
    FROM resolve.record_identity
    WHERE identity_id IS NOT NULL
    GROUP BY identity_id
),

confirmed AS (
    SELECT
        identity_id,
        list(kind || ':' || compared_value(kind, value)) AS claims
    FROM resolve.confirmed_claim
    GROUP BY identity_id
),

promiscuous AS (
    SELECT DISTINCT held.identity_id
    FROM resolve.identity_identifier AS held
    INNER JOIN resolve.promiscuous_identifier AS point
        ON
            held.kind = point.kind
            AND held.scope = point.scope
            AND held.value = point.value
            AND held.is_claimed = point.is_claimed
    UNION
    SELECT held.identity_id
    FROM resolve.identity_identifier AS held
    WHERE held.kind IN ('email', 'phone', 'handle', 'account', 'visitor', 'chat', 'crm_id')
    GROUP BY held.identity_id
    HAVING bool_and(held.is_claimed)
    UNION
    SELECT name.identity_id
    FROM resolve.identity_name AS name
    ANTI JOIN resolve.identity_identifier AS held
        ON
            name.identity_id = held.identity_id
            AND held.kind IN ('email', 'phone', 'handle', 'account', 'visitor', 'chat', 'crm_id')
    WHERE name.is_name_claimed
),

known AS (
    SELECT
        counted.identity_id,
        counted.record_count,
        name.given_name,
        name.family_name,
        nullif(concat_ws(' ', name.given_name, name.family_name), '') AS full_name,
        promiscuous.identity_id IS NOT NULL AS is_promiscuous,
        doubted.given_name AS doubted_given_name,
        doubted.family_name AS doubted_family_name,
        coalesce(doubted.given_forms, []) AS doubted_given_forms,
        coalesce(name.given_forms, []) AS given_forms,
        coalesce(name.family_forms, []) AS family_forms,
        coalesce(name.middle_initials, []) AS middle_initials,
        coalesce(name.name_aliases, []) AS name_aliases,
        coalesce(name.short_aliases, []) AS short_aliases,
        coalesce(listed.emails, []) AS emails,
        coalesce(listed.phones, []) AS phones,
        coalesce(listed.handles, []) AS handles,
        coalesce(listed.accounts, []) AS accounts,
        coalesce(listed.crm_ids, []) AS crm_ids,
        coalesce(listed.refs, []) AS refs,
        coalesce(listed.contested_emails, []) AS contested_emails,
        coalesce(listed.contested_phones, []) AS contested_phones,
        CASE
            WHEN
                promiscuous.identity_id IS NOT NULL
                OR len(listed.claimed_emails) + len(listed.claimed_phones) + len(listed.claimed_handles) > $claims_at_most
                THEN []
            ELSE list_sort(
                list_transform(listed.claimed_emails, LAMBDA value: 'email:' || value)
                || list_transform(listed.claimed_phones, LAMBDA value: 'phone:' || value)
                || list_transform(listed.claimed_handles, LAMBDA value: 'handle:' || value)
            )
        END AS claims,
        coalesce(confirmed.claims, []) AS confirmed_claims,
        coalesce(listed.claimed_emails, []) AS claimed_emails,
        coalesce(listed.claimed_phones, []) AS claimed_phones,
        listed.date_of_birth,
        listed.street,
        listed.city,
        listed.postcode,
        listed.company
    FROM counted
    LEFT JOIN promiscuous ON counted.identity_id = promiscuous.identity_id
    LEFT JOIN resolve.identity_name AS name
        ON counted.identity_id = name.identity_id AND NOT (name.is_name_claimed AND promiscuous.identity_id IS NOT NULL)
    LEFT JOIN resolve.identity_name AS doubted
        ON counted.identity_id = doubted.identity_id AND doubted.is_name_claimed AND promiscuous.identity_id IS NOT NULL
    LEFT JOIN listed ON counted.identity_id = listed.identity_id
    LEFT JOIN confirmed ON counted.identity_id = confirmed.identity_id
),

weighed AS (
    SELECT
        known.*,
        CASE
            WHEN length(known.given_name) = 1 THEN $initial_share
            ELSE coalesce(given.frequency, $given_floor)
        END AS given_share,
        CASE
            WHEN length(known.family_name) = 1 THEN $initial_share
            ELSE coalesce(family.frequency, $family_floor)
        END AS family_share
    FROM known
    LEFT JOIN resolve.name_frequency AS given ON given.part = 'given' AND known.given_name = given.name
    LEFT JOIN resolve.name_frequency AS family ON family.part = 'family' AND known.family_name = family.name
),

called AS (
    SELECT
        identity_id,
        list_transform(emails, LAMBDA value: lower(local_part(value)))
        || list_transform(handles, LAMBDA value: lower(regexp_replace(value, '^.*:', ''))) AS accounts
    FROM known
),

named_account AS (
    SELECT
        identity_id,
        list_distinct(list_filter(
            list_transform(accounts, LAMBDA value: regexp_replace(value, '[^a-z0-9]', '', 'g')),
            LAMBDA value: length(value) >= 5 AND NOT list_contains($role_mailboxes, value)
        )) AS written,
        list_transform(
            list_filter(
                accounts, LAMBDA value: regexp_matches(value, '^([a-z][._-][a-z]{3,}|[a-z]{3,}[._-][a-z])$')
            ),
            LAMBDA value: regexp_replace(value, '[^a-z0-9]', '', 'g')
        ) AS initialled
    FROM called
)

SELECT
    known.* EXCLUDE (claims, confirmed_claims, short_aliases, given_share, family_share),
    coalesce(known.claims, []) AS claims,
    list_sort(list_intersect(known.confirmed_claims, coalesce(known.claims, []))) AS confirmed_claims,
    list_sort(
        list_transform(known.emails || known.contested_emails, LAMBDA value: 'email:' || value)
        || list_transform(known.phones || known.contested_phones, LAMBDA value: 'phone:' || value)
        || list_transform(known.handles, LAMBDA value: 'handle:' || value)
    ) AS points,
    list_sort(list_distinct(
        account.written
        || list_filter(
            list_transform(account.written, LAMBDA value: regexp_replace(value, '[0-9]+$', '')),
            LAMBDA value: length(value) >= 6
        )
    )) AS aliases,
    list_sort(account.written) AS written_aliases,
    list_sort(list_distinct(list_filter(
        account.written,
        LAMBDA value: NOT list_contains(
            known.name_aliases || known.short_aliases, regexp_replace(value, '[0-9]+$', '')
        )
        AND NOT (known.full_name IS NULL AND list_contains(account.initialled, value))
        AND NOT coalesce(list_contains(known.family_forms, '?' || known.family_name), FALSE)
        AND NOT coalesce(contains(value, known.family_name), FALSE)
        AND NOT coalesce(starts_with(value, left(known.given_name, 4)), FALSE)
        AND len(list_filter(
            known.family_forms, LAMBDA form: length(form) >= 4 AND form[1] != '~' AND contains(value, form)
        )) = 0
        AND len(list_filter(
            known.given_forms, LAMBDA form: length(form) >= 4 AND starts_with(value, left(form, 4))
        )) = 0
    ))) AS odd_aliases,
    known.given_name || '|' || known.family_name AS name_key,
    left(known.given_name, 1) || '|' || known.family_name AS initial_key,
    coalesce(known.given_name, known.family_name) AS given_key,
    CASE
        WHEN known.family_name IS NOT NULL
            THEN least($dependence * known.given_share * known.family_share, known.given_share, known.family_share)
    END AS tf_name_key,
    CASE
        WHEN length(known.family_name) = 1 THEN known.given_share * $initial_share
        WHEN known.family_name IS NOT NULL THEN known.family_share * $initial_share
    END AS tf_initial_key,
    CASE
        WHEN known.given_name IS NOT NULL THEN known.given_share
        WHEN known.family_name IS NOT NULL THEN known.family_share
    END AS tf_given_key
FROM weighed AS known
INNER JOIN named_account AS account ON known.identity_id = account.identity_id
