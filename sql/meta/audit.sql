-- meta.audit: pairs of identities by how they were decided, and what stewards said of those drawn by lot.
--
-- Grain   one row per stratum
-- Reads   resolve.audit
-- Rule    precision and recall with their intervals follow from it (pipelines/resolve/stewards/audit.py)
SELECT
    stratum,
    is_linked,
    pair_count,
    sample_bits,
    same_count,
    different_count,
    unsure_count,
    current_count
FROM resolve.audit
ORDER BY is_linked DESC, stratum ASC
