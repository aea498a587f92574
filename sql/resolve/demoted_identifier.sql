-- resolve.demoted_identifier: identifiers that do not say who someone is, because several people use them.
--
-- Grain   one row per (kind, scope, value)
-- Reads   resolve.shared_identifier, resolve.contested_identifier
-- Rule    shared ones say nothing at all; contested ones speak for a household, and link only with more beside them
SELECT
    kind,
    scope,
    value,
    max(standing) AS standing
FROM (
    SELECT
        kind,
        scope,
        value,
        'shared' AS standing
    FROM resolve.shared_identifier
    UNION ALL
    SELECT
        kind,
        scope,
        value,
        'contested' AS standing
    FROM resolve.contested_identifier
) AS demoted
GROUP BY kind, scope, value
ORDER BY kind, scope, value
