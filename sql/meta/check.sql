-- meta.check: what each expectation said of this version before it was published.
--
-- Grain   one row per (suite, entry)
-- Reads   check_result (what pipelines/load/validate.py found, as rows)
-- Rule    a check that could not run counts as a failed critical one, and could_not_run says why; observed_value holds
--         counts, shares and bounds, never a value of a record
SELECT
    night,
    suite,
    entry,
    expectation,
    column_name,
    severity,
    success,
    observed_value,
    unexpected_count,
    could_not_run,
    meaning
FROM check_result
ORDER BY suite, entry
