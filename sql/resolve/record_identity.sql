-- resolve.record_identity: which identity every record shows.
--
-- Grain   one row per (record_kind, source, source_ref): every row of staging.interaction and staging.profile
-- Reads   staging.interaction, staging.profile, staging.identifier, resolve.name_form, resolve.contested_identifier,
--         resolve.handover
-- Rule    a profile row is an identity of its own. A message belongs to the account that sent it where the platform has
--         accounts; else to its addresses, numbers, handles, visitor and name as they stand together. Where only a name
--         or a claim is there, or nothing but an address or number that several people use, the conversation tells
--         one person from the next. The name under a text is no part of it: people do not sign every time. identity_id
--         is NULL where the record has a reason, or shows nothing by which to recognise anyone (reason no_identifier).
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
                THEN coalesce(form.given_name || ' ' || coalesce(form.family_name, ''), lower(identifier.value))
            ELSE identifier.scope || ':' || held_value(identifier.value, holder.from_at, holder.to_at)
        END AS value,
        contested.value IS NOT NULL AND holder.value IS NULL AS is_contested
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

tuple AS (
    SELECT
        record_kind,
        source,
        source_ref,
        list_sort(list_distinct(
            list(value)
            FILTER (WHERE kind = 'account' AND evidence != 'claimed')
        )) AS accounts,
        list_sort(list_distinct(
            list(kind || ':' || value)
            FILTER (WHERE kind IN ('email', 'phone', 'handle', 'visitor', 'chat') AND evidence != 'claimed')
        )) AS points,
        bool_and(is_contested)
        FILTER (WHERE kind IN ('email', 'phone', 'handle', 'visitor', 'chat') AND evidence != 'claimed')
            AS is_contested,
        list_sort(list_distinct(list(value) FILTER (WHERE kind = 'name'))) AS names,
        list_sort(list_distinct(
            list(kind || ':' || value)
            FILTER (WHERE kind IN ('email', 'phone', 'handle', 'account') AND evidence = 'claimed')
        )) AS claims
    FROM shown
    GROUP BY record_kind, source, source_ref
),

keyed AS (
    SELECT
        record.*,
        CASE
            WHEN record.reason IS NOT NULL THEN NULL
            WHEN record.record_kind = 'profile' THEN ['profile', record.source, record.source_ref]
            WHEN len(tuple.accounts) > 0 THEN ['account', array_to_string(tuple.accounts, chr(31))]
            WHEN len(tuple.points) > 0
                THEN
                    [
                        'points', array_to_string(tuple.points, chr(31)),
                        coalesce(array_to_string(tuple.names, chr(31)), ''),
                        CASE
                            WHEN tuple.is_contested AND tuple.names IS NULL
                                THEN record.source || chr(31) || coalesce(record.conversation_ref, '')
                            ELSE ''
                        END
                    ]
            WHEN len(tuple.names) > 0 OR len(tuple.claims) > 0
                THEN
                    [
                        'conversation', record.source, coalesce(record.conversation_ref, ''),
                        coalesce(array_to_string(tuple.names, chr(31)), '')
                    ]
        END AS identity_key
    FROM record
    LEFT JOIN tuple
        ON
            record.record_kind = tuple.record_kind
            AND record.source = tuple.source
            AND record.source_ref = tuple.source_ref
)

SELECT
    record_kind,
    source,
    source_ref,
    night,
    left(sha256(array_to_string(identity_key, chr(30))), 20) AS identity_id,
    CASE WHEN identity_key IS NULL THEN coalesce(reason, 'no_identifier') END AS reason
FROM keyed
