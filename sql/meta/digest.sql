-- meta.digest: what the records' customers and the crosswalk come to, by which the next night sees what it goes on from.
--
-- Grain   one row per table_name
-- Reads   resolve.digest
-- Rule    rows are counted, and their hashes xored: equal rows give equal digests, whichever nights they came in
SELECT
    table_name,
    row_count,
    digest
FROM resolve.digest
ORDER BY table_name
