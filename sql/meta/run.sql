-- meta.run: what each stage did on each night, in rows. No times: a night run again leaves the same rows.
--
-- Grain   one row per (night, stage, table_name)
-- Reads   meta.run (the nights before), run_tonight (what the load stage counted)
-- Rule    running a night again replaces that night's rows and leaves the others
SELECT
    night,
    stage,
    table_name,
    row_count
FROM meta.run
WHERE night != $night
UNION ALL
SELECT
    $night AS night,
    stage,
    table_name,
    row_count
FROM run_tonight
ORDER BY night, stage, table_name
