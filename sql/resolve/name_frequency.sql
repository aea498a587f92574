-- resolve.name_frequency: how common names are: what the model says, and more where a name is plainly more common here.
--
-- Grain   one row per (part, name), for the names that are more common than the model's floor
-- Reads   resolve.name_form, and the model's frequencies model_frequency
-- Rule    a name is counted once a whole name that has it, so that nobody counts for their records. Of the count three
--         times what chance may do to it is taken off, and the share rounded down to a power of two, so that it moves
--         seldom: a few bearers say nothing, and where the model fits the data nothing changes.
WITH whole AS (
    SELECT DISTINCT
        given_name,
        family_name
    FROM resolve.name_form
    WHERE length(given_name) > 1 AND length(family_name) > 1
),

borne AS (
    SELECT
        'given' AS part,
        given_name AS name,
        count(*) AS bearers
    FROM whole
    GROUP BY given_name
    UNION ALL
    SELECT
        'family' AS part,
        family_name AS name,
        count(*) AS bearers
    FROM whole
    GROUP BY family_name
),

here AS (
    SELECT
        part,
        name,
        pow(2, floor(log2((bearers - 3 * sqrt(bearers)) / (SELECT count(*) FROM whole)))) AS frequency
    FROM borne
    WHERE bearers > 9
)

SELECT
    coalesce(model.part, here.part) AS part,
    coalesce(model.name, here.name) AS name,
    greatest(model.frequency, here.frequency) AS frequency
FROM model_frequency AS model
FULL JOIN here ON model.part = here.part AND model.name = here.name
WHERE
    model.name IS NOT NULL
    OR here.frequency > CASE here.part WHEN 'given' THEN $given_floor ELSE $family_floor END
ORDER BY part, name
