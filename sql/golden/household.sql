-- golden.household: who belongs together without being one person: households, and the people of an organisation.
--
-- Grain   one row per (household_id, customer_id)
-- Reads   scratch.household_group, scratch.household_tie, scratch.household_carrier, scratch.household_person,
--         scratch.household_point
-- Rule    customers that household ties connect are one household; an organisation is what one mailbox, switchboard or
--         company connects. household_id is a hash of the record that showed its first identifier first, so that a
--         rebuild gives it again and new members leave it as it is. The identifier told is the one that ties best: a fixed
--         line before a mailbox, an address, a number; then the one that more records show.
WITH tie_end AS (
    -- each side by itself: a join of either side would meet all households' ties with all of their members
    SELECT DISTINCT
        tie.realm,
        tie.tie_kind,
        tie.kind,
        tie.scope,
        tie.key,
        unnest([tie.customer_l, tie.customer_r]) AS customer_id
    FROM scratch.household_tie AS tie
),

tied AS (
    SELECT
        household.household_number,
        tie_end.tie_kind,
        tie_end.kind,
        tie_end.scope,
        tie_end.key,
        tie_end.customer_id
    FROM tie_end
    INNER JOIN scratch.household_group AS household
        ON tie_end.realm = household.realm AND tie_end.customer_id = household.customer_id
),

evidence AS (
    SELECT
        tied.household_number,
        tied.tie_kind,
        carrier.*,
        row_number() OVER (
            PARTITION BY tied.household_number, tied.customer_id
            ORDER BY
                point.is_fixed_line DESC,
                list_position(['email', 'street', 'phone', 'company'], carrier.kind) ASC,
                carrier.record_count DESC,
                carrier.value ASC
        ) AS rank
    FROM tied
    INNER JOIN scratch.household_carrier AS carrier
        ON
            tied.kind = carrier.kind AND tied.scope = carrier.scope AND tied.key = carrier.key
            AND tied.customer_id = carrier.customer_id
    INNER JOIN scratch.household_point AS point
        ON carrier.kind = point.kind AND carrier.scope = point.scope AND carrier.key = point.key
),

founded AS (
    SELECT
        household_number,
        min((first_record, kind, scope, key)) AS founder,
        count(DISTINCT customer_id) AS member_count
    FROM evidence
    GROUP BY household_number
),

household AS (
    SELECT
        household_number,
        member_count,
        'h' || left(sha256(concat_ws(
            chr(31), founder[2], founder[3], founder[4], founder[1][5], founder[1][3], founder[1][4]
        )), 16) AS household_id
    FROM founded
)

SELECT
    household.household_id,
    evidence.customer_id,
    any_value(evidence.tie_kind) AS kind,
    any_value(household.member_count) AS member_count,
    any_value(evidence.kind) FILTER (WHERE evidence.rank = 1) AS identifier_kind,
    any_value(evidence.scope) FILTER (WHERE evidence.rank = 1) AS identifier_scope,
    any_value(evidence.value) FILTER (WHERE evidence.rank = 1) AS identifier_value,
    count(*) AS identifier_count,
    sum(evidence.record_count)::BIGINT AS record_count,
    min(evidence.first_seen_at) AS first_seen_at,
    max(evidence.last_seen_at) AS last_seen_at,
    any_value(person.given_name) IS NOT NULL AS has_name
FROM evidence
INNER JOIN household ON evidence.household_number = household.household_number
INNER JOIN scratch.household_person AS person ON evidence.customer_id = person.customer_id
GROUP BY household.household_id, evidence.customer_id
ORDER BY household.household_id, evidence.customer_id
