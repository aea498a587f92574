-- resolve.customer: every customer there is now, with the record that founds it.
--
-- Grain   one row per customer_id
-- Reads   resolve.membership, resolve.cluster, staging.interaction, staging.profile
-- Rule    the founder is the earliest record of the customer as it stands now, by time, then source, then source_ref
WITH seen AS (
    SELECT
        'interaction' AS record_kind,
        source,
        source_ref,
        occurred_at AS seen_at
    FROM staging.interaction
    UNION ALL
    SELECT
        'profile' AS record_kind,
        source,
        source_ref,
        updated_at AS seen_at
    FROM staging.profile
),

founded AS (
    SELECT
        member.customer_id,
        min_by(member.source, (seen.seen_at, member.source, member.source_ref)) AS founder_source,
        min_by(member.source_ref, (seen.seen_at, member.source, member.source_ref)) AS founder_source_ref,
        count(*) AS record_count
    FROM resolve.membership AS member
    INNER JOIN seen
        ON
            member.record_kind = seen.record_kind
            AND member.source = seen.source
            AND member.source_ref = seen.source_ref
    WHERE member.customer_id IS NOT NULL
    GROUP BY member.customer_id
),

held AS (
    SELECT
        customer_id,
        count(*) AS identity_count,
        min(confidence) AS confidence
    FROM resolve.cluster
    GROUP BY customer_id
)

SELECT
    founded.customer_id,
    founded.founder_source,
    founded.founder_source_ref,
    held.identity_count,
    founded.record_count,
    held.confidence
FROM founded
INNER JOIN held ON founded.customer_id = held.customer_id
ORDER BY founded.customer_id
