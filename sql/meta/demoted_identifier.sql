-- meta.demoted_identifier: identifiers that do not say who someone is, because several people use them.
--
-- Grain   one row per (kind, scope, value)
-- Reads   resolve.demoted_identifier
-- Rule    shared ones say nothing at all; contested ones speak for a household, and link only with more beside them
SELECT
    kind,
    scope,
    value,
    standing
FROM resolve.demoted_identifier
ORDER BY kind, scope, value
