-- resolve.handover: when an address or number that went from one person to another was whose: a recycled number.
--
-- Grain   one row per (kind, scope, value, from_at), for the values of contested_identifier that were handed on
-- Reads   staging.identifier, resolve.record_name, resolve.name_form, resolve.phone_form, resolve.contested_identifier
-- Rule    nobody was seen on it for $recycled_days; everyone with a name before rules out everyone with a name after,
--         and has another family name; and a channel delivered it after (a reference row may be old when it is written).
--         from_at is NULL for the first holder, to_at for the last; between two holders it is nobody's. A time in which
--         people rule each other out has no row: there it stays contested. Fixed lines and role mailboxes are left out:
--         several share them at any time. Claims do not count.
WITH contested AS (
    SELECT
        held.kind,
        held.scope,
        held.value
    FROM resolve.contested_identifier AS held
    LEFT JOIN resolve.phone_form AS form ON held.kind = 'phone' AND held.value = form.value
    WHERE
        held.kind IN ('email', 'phone')
        AND NOT coalesce(form.is_fixed_line, FALSE)
        AND NOT (held.kind = 'email' AND list_contains($role_mailboxes, local_part(held.value)))
),

sighting AS (
    SELECT DISTINCT
        point.kind,
        point.scope,
        point.value,
        point.first_seen_at,
        point.last_seen_at,
        point.evidence = 'channel' AS is_delivered,
        form.given_name,
        form.family_name,
        form.given_forms,
        form.family_forms,
        birth.value AS date_of_birth
    FROM staging.identifier AS point
    INNER JOIN contested ON point.kind = contested.kind AND point.scope = contested.scope AND point.value = contested.value
    INNER JOIN resolve.record_name AS name
        ON
            point.record_kind = name.record_kind
            AND point.source = name.source
            AND point.source_ref = name.source_ref
    INNER JOIN resolve.name_form AS form ON name.name = form.name
    LEFT JOIN staging.identifier AS birth
        ON
            birth.kind = 'date_of_birth'
            AND birth.is_current
            AND birth.evidence != 'claimed'
            AND point.record_kind = birth.record_kind
            AND point.source = birth.source
            AND point.source_ref = birth.source_ref
    WHERE point.evidence != 'claimed' AND form.given_name IS NOT NULL
),

seen AS (
    SELECT
        kind,
        scope,
        value,
        first_seen_at AS since_at,
        max(last_seen_at) OVER (
            PARTITION BY kind, scope, value
            ORDER BY first_seen_at ASC, last_seen_at ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS until_at
    FROM sighting
),

gap AS (
    SELECT seen.*
    FROM seen
    SEMI JOIN sighting AS delivered
        ON
            seen.kind = delivered.kind
            AND seen.scope = delivered.scope
            AND seen.value = delivered.value
            AND seen.since_at <= delivered.first_seen_at
            AND delivered.is_delivered
    WHERE seen.since_at >= seen.until_at + to_days($recycled_days)
),

kept_on AS (
    SELECT DISTINCT
        gap.kind,
        gap.scope,
        gap.value,
        gap.since_at
    FROM gap
    INNER JOIN sighting AS before
        ON
            gap.kind = before.kind
            AND gap.scope = before.scope
            AND gap.value = before.value
            AND gap.until_at >= before.last_seen_at
    INNER JOIN sighting AS after
        ON
            gap.kind = after.kind
            AND gap.scope = after.scope
            AND gap.value = after.value
            AND gap.since_at <= after.first_seen_at
    WHERE
        family_agrees(before.family_name, before.family_forms, after.family_name, after.family_forms)
        OR NOT people_contradict(
            before.given_name, before.given_forms, before.family_name, before.family_forms, before.date_of_birth,
            after.given_name, after.given_forms, after.family_name, after.family_forms, after.date_of_birth
        )
),

handed_on AS (
    SELECT DISTINCT
        gap.kind,
        gap.scope,
        gap.value,
        gap.until_at,
        gap.since_at
    FROM gap
    ANTI JOIN kept_on
        ON
            gap.kind = kept_on.kind
            AND gap.scope = kept_on.scope
            AND gap.value = kept_on.value
            AND gap.since_at = kept_on.since_at
),

edge AS (
    SELECT
        kind,
        scope,
        value,
        NULL::TIMESTAMPTZ AS until_at,
        NULL::TIMESTAMPTZ AS since_at
    FROM handed_on
    UNION
    SELECT
        kind,
        scope,
        value,
        until_at,
        since_at
    FROM handed_on
),

holding AS (
    SELECT
        kind,
        scope,
        value,
        since_at AS from_at,
        lead(until_at) OVER (PARTITION BY kind, scope, value ORDER BY since_at ASC NULLS FIRST) AS to_at
    FROM edge
)

SELECT holding.*
FROM holding
WHERE
    NOT EXISTS (
        SELECT 1
        FROM sighting AS one
        INNER JOIN sighting AS other ON one.kind = other.kind AND one.scope = other.scope AND one.value = other.value
        WHERE
            one.kind = holding.kind
            AND one.scope = holding.scope
            AND one.value = holding.value
            AND (holding.from_at IS NULL OR least(one.first_seen_at, other.first_seen_at) >= holding.from_at)
            AND (holding.to_at IS NULL OR greatest(one.last_seen_at, other.last_seen_at) <= holding.to_at)
            AND people_contradict(
                one.given_name, one.given_forms, one.family_name, one.family_forms, one.date_of_birth,
                other.given_name, other.given_forms, other.family_name, other.family_forms, other.date_of_birth
            )
    )
ORDER BY kind, scope, value, from_at
