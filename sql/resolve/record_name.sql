-- resolve.record_name: the names that records show, as they will be taken apart.
--
-- Grain   one row per (record_kind, source, source_ref, name)
-- Reads   staging.identifier, staging.interaction
-- Rule    where a row tells given and family name apart, "family, given" is a name as well (is_told), with a middle name
--         behind it, and "family," or the given name where it has only one of them.
--         A message that comes in without a name has the one that its text says ("my name is …"), or that stands under it:
--         $said_name is what such a text looks like, the name in its first or second group, and $signed_name is what its
--         end looks like, the name in its first.
WITH told AS MATERIALIZED (  -- else an expression is compiled for each place that reads it: longer than a few texts take
    SELECT
        message.source,
        message.source_ref,
        regexp_extract(message.text, $said_name, ['before', 'behind']) AS said,
        regexp_extract(message.text, $signed_name, 1) AS signed
    FROM staging.interaction AS message
    ANTI JOIN staging.identifier AS shown
        ON
            shown.record_kind = 'interaction'
            AND shown.kind = 'name'
            AND message.source = shown.source
            AND message.source_ref = shown.source_ref
    WHERE message.direction = 'inbound' AND message.reason IS NULL
)

SELECT
    record_kind,
    source,
    source_ref,
    value AS name,
    is_current,
    FALSE AS is_told,
    evidence = 'claimed' AS is_claimed
FROM staging.identifier
WHERE kind = 'name'
UNION
SELECT
    record_kind,
    source,
    source_ref,
    coalesce(
        min(value) FILTER (WHERE kind = 'family_name') || ', ' || min(value) FILTER (WHERE kind = 'given_name')
        || coalesce(' ' || min(value) FILTER (WHERE kind = 'middle_name'), ''),
        min(value) FILTER (WHERE kind = 'family_name') || ',',
        min(value) FILTER (WHERE kind = 'given_name')
    ) AS name,
    TRUE AS is_current,
    TRUE AS is_told,
    bool_and(evidence = 'claimed') AS is_claimed
FROM staging.identifier
WHERE kind IN ('given_name', 'middle_name', 'family_name') AND is_current
GROUP BY record_kind, source, source_ref
HAVING bool_or(kind != 'middle_name')
UNION
SELECT
    'interaction' AS record_kind,
    source,
    source_ref,
    coalesce(nullif(said.before, ''), nullif(said.behind, ''), signed) AS name,
    TRUE AS is_current,
    FALSE AS is_told,
    TRUE AS is_claimed
FROM told
WHERE said.before != '' OR said.behind != '' OR signed != ''
