-- meta.notice: what is worth telling of a file that cost no record: how its export has changed, what was left out of it.
--
-- Grain   one row per (source, night, file, kind, reason)
-- Reads   lake_ledger
-- Rule    the reason is in our words; it names fields and rules, never what a record says
WITH told AS (
    SELECT
        source,
        night,
        file,
        'warning' AS kind,
        unnest(warnings) AS notice
    FROM lake_ledger
    UNION ALL
    SELECT
        source,
        night,
        file,
        'left out' AS kind,
        unnest(suppressed_reasons) AS notice
    FROM lake_ledger
)

SELECT
    source,
    night,
    file,
    kind,
    notice.reason AS reason,
    notice.count AS record_count
FROM told
ORDER BY source, night, file, kind, reason
