-- golden.lineage: for each surviving value, the rule that chose it and the record, file and line it came from.
--
-- Grain   one row per (customer_id, attribute)
-- Reads   staging.identifier, golden.membership, resolve.shared_identifier, resolve.contested_identifier, policy_group,
--         policy_attribute
-- Rule    the attributes of a policy group survive together from one offer: what one record shows at one time with one
--         evidence. Offers are ranked by standing: claimed, shared, outdated and unverified ones last, then the rules in
--         order; on a tie the value that sorts first. rule is the first step that tells the survivor from the best
--         offer of another value (docs/adr/0020)
WITH shared AS (
    SELECT
        kind,
        scope,
        value
    FROM resolve.shared_identifier
    UNION
    SELECT
        kind,
        scope,
        value
    FROM resolve.contested_identifier
),

attribute AS (
    -- each has a number below 100, so that a part of an offer is one number too: an identifier, and what it is taken for
    SELECT
        policy_attribute.*,
        policy_group.is_alone,
        dense_rank() OVER (ORDER BY policy_attribute.attribute ASC) AS number,
        list_contains(policy_group.rules, 'most_recent') AS is_timed
    FROM policy_attribute
    INNER JOIN policy_group ON policy_attribute.group_name = policy_group.group_name
),

shown AS (
    SELECT
        membership.customer_id,
        membership.record_kind,
        membership.source,
        membership.source_ref,
        attribute.group_name,
        attribute.attribute,
        attribute.kind_rank,
        -- offers carry the numbers of their parts, and those that survive look up what these say
        identifier.rowid * 100 + attribute.number AS part_number,
        attribute.number,
        attribute.is_timed,
        identifier.scope,
        identifier.value,
        identifier.evidence,
        identifier.is_verified,
        identifier.is_current,
        identifier.last_seen_at AS seen_at,
        shared.value IS NOT NULL AS is_shared,
        -- what else must be alike to be one offer: alone in its group a value is an offer by itself; of what a record
        -- no longer says, only what it said at the same time belongs together
        CASE WHEN attribute.is_alone THEN identifier.scope || ':' || identifier.value END AS own_value,
        CASE WHEN NOT identifier.is_current THEN identifier.last_seen_at END AS outdated_at
    FROM staging.identifier AS identifier
    INNER JOIN attribute ON identifier.kind = attribute.kind
    INNER JOIN golden.membership AS membership
        ON
            identifier.record_kind = membership.record_kind
            AND identifier.source = membership.source
            AND identifier.source_ref = membership.source_ref
    LEFT JOIN shared
        ON identifier.kind = shared.kind AND identifier.scope = shared.scope AND identifier.value = shared.value
    WHERE membership.customer_id IS NOT NULL
),

candidate AS (
    SELECT
        customer_id,
        number,
        attribute,
        count(DISTINCT value) AS candidates
    FROM shown
    GROUP BY customer_id, number, attribute
),

part AS (
    SELECT *
    FROM shown
    QUALIFY row_number() OVER (
        PARTITION BY record_kind, source, source_ref, evidence, is_current, outdated_at, own_value, attribute
        ORDER BY kind_rank ASC, length(value) DESC, value ASC, scope ASC
    ) = 1
),

offer AS (
    SELECT
        customer_id,
        group_name,
        record_kind,
        source,
        source_ref,
        evidence,
        is_current,
        bool_or(is_shared) AS is_shared,
        bool_and(coalesce(is_verified, TRUE)) AS is_verified,
        max(seen_at) AS seen_at,
        count(*) AS filled,
        sum(length(value)) AS characters,
        array_to_string(list_sort(list(concat_ws(chr(31), attribute, scope, value))), chr(30)) AS offered,
        list(part_number) AS parts,
        any_value(is_timed) AS is_timed
    FROM part
    GROUP BY
        customer_id, group_name, record_kind, source, source_ref, evidence, is_current, outdated_at, own_value
),

alike AS (
    -- what tells such offers apart is their time, where a rule asks for it, and then the record: one of them alone can win
    SELECT
        customer_id,
        group_name,
        offered,
        record_kind,
        source,
        evidence,
        is_shared,
        is_current,
        is_verified,
        any_value(filled) AS filled,
        any_value(characters) AS characters,
        count(*) AS records,
        min({
            'age': CASE WHEN is_timed THEN -epoch_us(seen_at) END,
            'source_ref': source_ref,
            'own_age': -epoch_us(seen_at),
            'seen_at': seen_at,
            'parts': parts
        }) AS best
    FROM offer
    GROUP BY customer_id, group_name, offered, record_kind, source, evidence, is_shared, is_current, is_verified
),

weighed AS (
    SELECT
        * EXCLUDE (records, best),
        best.source_ref AS source_ref,
        best.seen_at AS seen_at,
        best.parts AS parts,
        sum(records) OVER (PARTITION BY customer_id, group_name, offered) AS records
    FROM alike
),

standing AS (
    SELECT
        weighed.*,
        -- one number a step, the smaller the better
        [
            (weighed.evidence = 'claimed')::DOUBLE, weighed.is_shared::DOUBLE, (NOT weighed.is_current)::DOUBLE,
            (NOT weighed.is_verified)::DOUBLE
        ] || list_transform(
            policy_group.rules,
            LAMBDA rule: CASE rule
                WHEN 'evidence' THEN coalesce(list_position(policy_group.evidence, weighed.evidence), 99)::DOUBLE
                WHEN 'source' THEN coalesce(list_position(policy_group.sources, weighed.source), 99)::DOUBLE
                WHEN 'most_recent' THEN -epoch_us(weighed.seen_at)::DOUBLE
                WHEN 'most_frequent' THEN -weighed.records::DOUBLE
                WHEN 'most_complete' THEN -weighed.filled::DOUBLE
                WHEN 'longest' THEN -weighed.characters::DOUBLE
            END
        ) AS standing
    FROM weighed
    INNER JOIN policy_group ON weighed.group_name = policy_group.group_name
),

placed AS (
    SELECT
        *,
        row_number() OVER by_standing AS place,
        first_value(offered) OVER by_standing AS survivor
    FROM standing
    WINDOW by_standing AS (
        PARTITION BY customer_id, group_name
        ORDER BY standing ASC, offered ASC, record_kind ASC, source ASC, source_ref ASC, seen_at DESC
    )
),

runner_up AS (
    SELECT *
    FROM placed
    WHERE offered != survivor
    QUALIFY row_number() OVER (PARTITION BY customer_id, group_name ORDER BY place ASC) = 1
),

decided AS (
    SELECT
        placed.*,
        runner_up.offered IS NOT NULL AS is_contested,
        runner_up.evidence AS other_evidence,
        runner_up.source AS other_source,
        ['claimed', 'shared', 'outdated', 'unverified'] || policy_group.rules AS steps,
        list_position(
            list_transform(list_zip(placed.standing, runner_up.standing), LAMBDA pair: pair[1] != pair[2]), TRUE
        ) AS deciding_step
    FROM placed
    INNER JOIN policy_group ON placed.group_name = policy_group.group_name
    LEFT JOIN runner_up ON placed.customer_id = runner_up.customer_id AND placed.group_name = runner_up.group_name
    WHERE placed.place = 1
),

survivor AS (
    SELECT
        *,
        CASE
            WHEN NOT is_contested THEN 'only value'
            WHEN deciding_step IS NULL THEN 'sorts first'
            ELSE CASE steps[deciding_step]
                WHEN 'claimed' THEN evidence || ' before claimed'
                WHEN 'shared' THEN 'own before shared'
                WHEN 'outdated' THEN 'current before outdated'
                WHEN 'unverified' THEN 'verified before unverified'
                WHEN 'evidence' THEN evidence || ' before ' || other_evidence
                WHEN 'source' THEN source || ' before ' || other_source
                ELSE replace(steps[deciding_step], '_', ' ')
            END
        END AS rule,
        unnest(parts) AS part_number
    FROM decided
)

SELECT
    survivor.customer_id,
    candidate.attribute,
    identifier.value,
    identifier.kind,
    identifier.scope,
    survivor.rule,
    survivor.evidence,
    survivor.is_shared,
    survivor.is_current,
    candidate.candidates,
    survivor.record_kind,
    survivor.source,
    survivor.source_ref,
    identifier.file,
    identifier.position,
    survivor.seen_at
FROM survivor
INNER JOIN staging.identifier AS identifier ON survivor.part_number // 100 = identifier.rowid
INNER JOIN candidate ON survivor.customer_id = candidate.customer_id AND survivor.part_number % 100 = candidate.number
ORDER BY survivor.customer_id, candidate.attribute
