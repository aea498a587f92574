-- scratch.change_ground: what speaks for each cause of a merge, split or correction, in the records of both sides.
--
-- Grain   one row per (customer_id, change, other_customer_id) of scratch.told_change that is not a new customer
-- Reads   scratch.told_change, trace (customers), assigned (customer_ids.assign_ids), baseline_ledger, baseline_basis,
--         baseline_demoted_identifier (past.take_past), staging.ledger, staging.interaction, staging.profile,
--         staging.identifier, resolve.basis, resolve.demoted_identifier
-- Rule    is_touched: an identity came, went, or one of its known records was delivered anew with other content; that it
--         got one message more is no reason. is_late: all that came is of nights up to $newest_night.
--         is_demoted and is_restored: a known identity shows an identifier that became shared or contested, or no longer
--         is. is_judged: a steward's word on two of the identities came or was taken back.
WITH side AS (
    SELECT DISTINCT
        told.customer_id,
        told.change,
        told.other_customer_id,
        unnest([told.customer_id, told.other_customer_id]) AS side_id
    FROM scratch.told_change AS told
    WHERE told.change != 'new'
),

record AS (
    SELECT
        side.customer_id,
        side.change,
        side.other_customer_id,
        trace.*
    FROM side
    INNER JOIN trace ON side.side_id = trace.customer_before
    UNION
    SELECT
        side.customer_id,
        side.change,
        side.other_customer_id,
        trace.*
    FROM side
    INNER JOIN assigned ON side.side_id = assigned.customer_id
    INNER JOIN trace ON assigned.part = trace.part
),

new_file AS (
    SELECT
        source,
        night,
        file,
        sha256
    FROM staging.ledger
    EXCEPT
    SELECT
        source,
        night,
        file,
        sha256
    FROM baseline_ledger
),

delivered AS (
    SELECT
        'interaction' AS record_kind,
        interaction.source,
        interaction.source_ref,
        new_file.night
    FROM staging.interaction AS interaction
    INNER JOIN new_file ON interaction.source = new_file.source AND interaction.file = new_file.file
    SEMI JOIN record
        ON
            record.record_kind = 'interaction'
            AND interaction.source = record.source
            AND interaction.source_ref = record.source_ref
    UNION ALL
    SELECT
        'profile' AS record_kind,
        profile.source,
        profile.source_ref,
        new_file.night
    FROM staging.profile AS profile
    INNER JOIN new_file ON profile.source = new_file.source AND profile.file = new_file.file
    SEMI JOIN record
        ON
            record.record_kind = 'profile'
            AND profile.source = record.source
            AND profile.source_ref = record.source_ref
),

word AS (
    SELECT content
    FROM resolve.basis
    WHERE fact = 'judgement'
    UNION ALL
    SELECT content
    FROM baseline_basis
    WHERE fact = 'judgement'
),

judged AS (
    SELECT
        split_part(content, ' ', 2) AS identity_l,
        split_part(content, ' ', 3) AS identity_r
    FROM word
    GROUP BY content
    HAVING count(*) = 1
),

turned AS (
    SELECT
        kind,
        scope,
        value,
        TRUE AS is_demotion
    FROM resolve.demoted_identifier
    ANTI JOIN baseline_demoted_identifier USING (kind, scope, value)
    UNION ALL
    SELECT
        kind,
        scope,
        value,
        FALSE AS is_demotion
    FROM baseline_demoted_identifier
    ANTI JOIN resolve.demoted_identifier USING (kind, scope, value)
),

carried AS (
    SELECT
        identifier.record_kind,
        identifier.source,
        identifier.source_ref,
        bool_or(turned.is_demotion) AS is_demoted,
        bool_or(NOT turned.is_demotion) AS is_restored
    FROM staging.identifier AS identifier
    INNER JOIN turned
        ON identifier.kind = turned.kind AND identifier.scope = turned.scope AND identifier.value = turned.value
    SEMI JOIN record
        ON
            identifier.record_kind = record.record_kind
            AND identifier.source = record.source
            AND identifier.source_ref = record.source_ref
    GROUP BY identifier.record_kind, identifier.source, identifier.source_ref
),

shown AS (
    SELECT
        record.customer_id,
        record.change,
        record.other_customer_id,
        record.identity_id,
        record.identity_before,
        record.was_known,
        record.is_there,
        NOT record.was_known OR delivered.night IS NOT NULL AS is_fresh,
        record.was_known AND delivered.night IS NOT NULL AS is_changed,
        CASE WHEN record.was_known THEN delivered.night ELSE record.night END AS arrived,
        record.was_known AND coalesce(carried.is_demoted, FALSE) AS is_demoted,
        record.was_known AND coalesce(carried.is_restored, FALSE) AS is_restored
    FROM record
    LEFT JOIN delivered
        ON
            record.record_kind = delivered.record_kind
            AND record.source = delivered.source
            AND record.source_ref = delivered.source_ref
    LEFT JOIN carried
        ON
            record.record_kind = carried.record_kind
            AND record.source = carried.source
            AND record.source_ref = carried.source_ref
),

identity AS (
    SELECT
        customer_id,
        change,
        other_customer_id,
        identity_id,
        bool_or(is_before) AS was_there,
        bool_or(NOT is_before) AS is_there
    FROM (
        SELECT DISTINCT
            customer_id,
            change,
            other_customer_id,
            identity_id,
            FALSE AS is_before
        FROM shown
        WHERE is_there AND identity_id IS NOT NULL
        UNION ALL
        SELECT DISTINCT
            customer_id,
            change,
            other_customer_id,
            identity_before AS identity_id,
            TRUE AS is_before
        FROM shown
        WHERE was_known AND identity_before IS NOT NULL
    ) AS known
    GROUP BY customer_id, change, other_customer_id, identity_id
),

moved_identity AS (
    SELECT DISTINCT
        customer_id,
        change,
        other_customer_id
    FROM identity
    WHERE was_there != is_there
),

judged_pair AS (
    SELECT DISTINCT
        l.customer_id,
        l.change,
        l.other_customer_id
    FROM judged
    INNER JOIN identity AS l ON judged.identity_l = l.identity_id
    INNER JOIN identity AS r
        ON
            judged.identity_r = r.identity_id
            AND l.customer_id = r.customer_id
            AND l.change = r.change
            AND l.other_customer_id IS NOT DISTINCT FROM r.other_customer_id
)

SELECT
    shown.customer_id,
    shown.change,
    shown.other_customer_id,
    bool_or(shown.is_changed) OR any_value(moved_identity.change) IS NOT NULL AS is_touched,
    coalesce(bool_and(shown.arrived <= $newest_night) FILTER (WHERE shown.is_fresh AND shown.is_there), FALSE) AS is_late,
    bool_or(shown.is_demoted) AS is_demoted,
    bool_or(shown.is_restored) AS is_restored,
    any_value(judged_pair.change) IS NOT NULL AS is_judged
FROM shown
LEFT JOIN moved_identity
    ON
        shown.customer_id = moved_identity.customer_id
        AND shown.change = moved_identity.change
        AND shown.other_customer_id IS NOT DISTINCT FROM moved_identity.other_customer_id
LEFT JOIN judged_pair
    ON
        shown.customer_id = judged_pair.customer_id
        AND shown.change = judged_pair.change
        AND shown.other_customer_id IS NOT DISTINCT FROM judged_pair.other_customer_id
GROUP BY shown.customer_id, shown.change, shown.other_customer_id
