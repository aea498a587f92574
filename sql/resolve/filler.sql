-- resolve.filler: dates of birth that fill a field: more people have them than are born on any day.
--
-- Grain   one row per (kind, scope, value)
-- Reads   resolve.identity_identifier, resolve.identity_name
-- Rule    more than ten times as many identities as a date of birth has here on average, of more than $shared_names names
--         (told apart as in shared_identifier). What somebody typed does not count. It goes by all dates of birth, and is
--         made anew each night; counts are rounded down to a power of two, so that they move seldom
WITH carried AS (
    SELECT
        kind,
        scope,
        value,
        count(*) AS identity_count
    FROM resolve.identity_identifier
    WHERE kind = 'date_of_birth' AND NOT is_claimed
    GROUP BY kind, scope, value
),

frequent AS (
    SELECT *
    FROM carried
    WHERE identity_count > greatest($shared_names, 10 * (SELECT avg(every.identity_count) FROM carried AS every))
)

SELECT
    frequent.kind,
    frequent.scope,
    frequent.value,
    pow(2, floor(log2(count(DISTINCT left(name.given_name, 1) || ' ' || left(name.family_name, 3)))))::BIGINT AS name_count,
    pow(2, floor(log2(any_value(frequent.identity_count))))::BIGINT AS identity_count
FROM frequent
INNER JOIN resolve.identity_identifier AS identifier
    ON
        frequent.kind = identifier.kind
        AND frequent.scope = identifier.scope
        AND frequent.value = identifier.value
        AND NOT identifier.is_claimed
INNER JOIN resolve.identity_name AS name ON identifier.identity_id = name.identity_id
GROUP BY frequent.kind, frequent.scope, frequent.value
HAVING count(DISTINCT left(name.given_name, 1) || ' ' || left(name.family_name, 3)) > $shared_names
ORDER BY frequent.kind, frequent.scope, frequent.value
