-- meta.quarantine: the records that could not be read: where each lies and why. What it said stays in the lake.
--
-- Grain   one row per record set aside; two from one place with one reason make two rows
-- Reads   lake_quarantine
-- Rule    the reason is in our words and never quotes the record
SELECT
    source,
    night,
    file,
    position,
    reason
FROM lake_quarantine
ORDER BY source, night, file, position, reason
