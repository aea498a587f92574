-- resolve.record_identity: which identity every record shows.
--
-- Grain   one row per (record_kind, source, source_ref): every row of staging.interaction and staging.profile
-- Reads   staging.interaction, staging.profile, staging.identifier, resolve.name_form, resolve.contested_identifier,
--         resolve.handover
-- Rule    a profile row is an identity of its own. A message belongs to the account that sent it where the platform has
--         accounts; else to its addresses, numbers, handles, visitor and name as they stand together. Where only a name
--         or a claim is there, or nothing but an address or number that several people use and no person's name, the
--         conversation tells one person from the next. The name under a text is no part of it: people do not sign every
--         time. identity_id is NULL where the record has a reason, or shows nothing by which to recognise anyone
--         (reason no_identifier).
WITH record AS (
    SELECT
        'interaction' AS record_kind,
        source,
        source_ref,
        night,
        reason,
        conversation_ref
    FROM staging.interaction
    UNION ALL
    SELECT
        'profile' AS record_kind,
        source,
        source_ref,
        night,
        reason,
        NULL AS conversation_ref
    FROM staging.profile
),

shown AS (
    SELECT
        identifier.record_kind,
        identifier.source,
        identifier.source_ref,
        identifier.evidence,
        CASE
            WHEN identifier.kind = 'account' AND list_contains($chat_scopes, identifier.scope) THEN 'chat'
            WHEN identifier.kind = 'name' AND identifier.scope = 'signature' THEN 'signed name'
            ELSE identifier.kind
        END AS kind,
        CASE
            WHEN identifier.kind = 'name'
                THEN
                    coalesce(
                        form.given_name || ' ' || coalesce(form.family_name, '')
                        || coalesce(generation_of(form.family_forms), ''),
                        lower(identifier.value)
                    )
            ELSE identifier.scope || ':' || held_value(identifier.value, holder.from_at, holder.to_at)
        END AS value,
        contested.value IS NOT NULL AND holder.value IS NULL AS is_contested,
        form.given_name IS NOT NULL OR form.family_name IS NOT NULL AS is_person
    FROM staging.identifier AS identifier
    LEFT JOIN resolve.name_form AS form ON identifier.kind = 'name' AND identifier.value = form.name
    LEFT JOIN resolve.contested_identifier AS contested
        ON
            identifier.kind = contested.kind
            AND identifier.scope = contested.scope
            AND identifier.value = contested.value
    LEFT JOIN resolve.handover AS holder
        ON
            identifier.kind = holder.kind
            AND identifier.scope = holder.scope
            AND identifier.value = holder.value
            AND (holder.from_at IS NULL OR identifier.first_seen_at >= holder.from_at)
            AND (holder.to_at IS NULL OR identifier.last_seen_at <= holder.to_at)
    WHERE identifier.record_kind = 'interaction'
),

-- most records show one account, one point and one name at most, which need no list
tuple AS (
    SELECT
        record_kind,
        source,
        source_ref,
        min(value) FILTER (WHERE kind = 'account' AND evidence != 'claimed') AS account,
        max(value) FILTER (WHERE kind = 'account' AND evidence != 'claimed') AS last_account,
        min(kind || ':' || value)
        FILTER (WHERE kind IN ('email', 'phone', 'handle', 'visitor', 'chat') AND evidence != 'claimed') AS point,
        max(kind || ':' || value)
        FILTER (WHERE kind IN ('email', 'phone', 'handle', 'visitor', 'chat') AND evidence != 'claimed') AS last_point,
        bool_and(is_contested)
        FILTER (WHERE kind IN ('email', 'phone', 'handle', 'visitor', 'chat') AND evidence != 'claimed') AS is_contested,
        min(value) FILTER (WHERE kind = 'name') AS name,
        max(value) FILTER (WHERE kind = 'name') AS last_name,
        bool_or(is_person) FILTER (WHERE kind = 'name') AS has_person,
        count(*) FILTER (WHERE kind IN ('email', 'phone', 'handle', 'account') AND evidence = 'claimed') AS claim_count
    FROM shown
    GROUP BY record_kind, source, source_ref
),

ambiguous AS (
    SELECT
        record_kind,
        source,
        source_ref
    FROM tuple
    WHERE account != last_account OR point != last_point OR name != last_name
),

several AS (
    SELECT
        record_kind,
        source,
        source_ref,
        array_to_string(list_sort(list_distinct(
            list(value)
            FILTER (WHERE kind = 'account' AND evidence != 'claimed')
        )), chr(31)) AS accounts,
        array_to_string(list_sort(list_distinct(
            list(kind || ':' || value)
            FILTER (WHERE kind IN ('email', 'phone', 'handle', 'visitor', 'chat') AND evidence != 'claimed')
        )), chr(31)) AS points,
        array_to_string(list_sort(list_distinct(list(value) FILTER (WHERE kind = 'name'))), chr(31)) AS names
    FROM shown
    SEMI JOIN ambiguous USING (record_kind, source, source_ref)
    GROUP BY record_kind, source, source_ref
),

told AS (
    SELECT
        record.*,
        coalesce(several.accounts, tuple.account) AS accounts,
        coalesce(several.points, tuple.point) AS points,
        coalesce(several.names, tuple.name) AS names,
        tuple.is_contested,
        coalesce(tuple.has_person, FALSE) AS has_person,
        coalesce(tuple.claim_count, 0) AS claim_count
    FROM record
    LEFT JOIN tuple
        ON
            record.record_kind = tuple.record_kind
            AND record.source = tuple.source
            AND record.source_ref = tuple.source_ref
    LEFT JOIN several
        ON
            record.record_kind = several.record_kind
            AND record.source = several.source
            AND record.source_ref = several.source_ref
),

keyed AS (
    SELECT
        *,
        CASE
            WHEN reason IS NOT NULL THEN NULL
            WHEN record_kind = 'profile' THEN ['profile', source, source_ref]
            WHEN accounts IS NOT NULL THEN ['account', accounts]
            WHEN points IS NOT NULL
                THEN
                    [
                        'points', points, coalesce(names, ''),
                        CASE
                            WHEN is_contested AND NOT has_person
                                THEN source || chr(31) || coalesce(conversation_ref, '')
                            ELSE ''
                        END
                    ]
            WHEN names IS NOT NULL OR claim_count > 0
                THEN ['conversation', source, coalesce(conversation_ref, ''), coalesce(names, '')]
        END AS identity_key
    FROM told
)

SELECT
    record_kind,
    source,
    source_ref,
    night,
    left(sha256(array_to_string(identity_key, chr(30))), 20) AS identity_id,
    CASE WHEN identity_key IS NULL THEN coalesce(reason, 'no_identifier') END AS reason
FROM keyed
