"""When names, dates of birth or streets agree, and when they rule each other out: one definition for all of resolve.

They are DuckDB macros, so that the model's levels, the search for contested identifiers and the guard over clusters mean
the same thing by "these cannot be one person". So is what mailbox a mail address delivers to.
"""

import re

import duckdb

from pipelines.resolve.relations import define

# A slip of the pen is one edit in a word of four letters or more that leaves its last letter alone: Maria and Mario,
# Paul and Paula differ there and are two people.
_MACROS = """
CREATE OR REPLACE TEMP MACRO is_slip(l, r) AS
    CASE
        WHEN
            length(l) >= 4 AND length(r) >= 4 AND left(l, 1) = left(r, 1) AND right(l, 1) = right(r, 1)
            AND length(l) + length(r) > 8 AND abs(length(l) - length(r)) <= 1
            THEN damerau_levenshtein(l, r) = 1
        ELSE FALSE
    END;

CREATE OR REPLACE TEMP MACRO given_agrees(l, forms_l, r, forms_r) AS
    CASE
        WHEN list_has_any(forms_l, forms_r) THEN TRUE
        WHEN left(l, 1) = left(r, 1)
            THEN
                length(l) = 1 OR length(r) = 1 OR is_slip(l, r)
                OR (
                    least(length(l), length(r)) >= 3 AND abs(length(l) - length(r)) >= 2
                    AND (starts_with(l, r) OR starts_with(r, l))
                )
        ELSE FALSE
    END;

CREATE OR REPLACE TEMP MACRO given_near(l, r) AS
    CASE
        WHEN length(l) >= 3 AND length(r) >= 3 AND abs(length(l) - length(r)) <= 2
            THEN damerau_levenshtein(l, r) <= CASE WHEN least(length(l), length(r)) >= 6 THEN 2 ELSE 1 END
        ELSE FALSE
    END;

CREATE OR REPLACE TEMP MACRO family_shared(l, forms_l, r, forms_r) AS
    coalesce(
        list_has_any(list_filter(forms_l, lambda form: form[1] != '~'), forms_r)
        OR list_contains(forms_l, '~' || r) OR list_contains(forms_r, '~' || l),
        FALSE
    );

CREATE OR REPLACE TEMP MACRO family_agrees(l, forms_l, r, forms_r) AS
    CASE
        WHEN family_shared(l, forms_l, r, forms_r) THEN TRUE
        WHEN length(l) = 1 OR length(r) = 1 THEN coalesce(left(l, 1) = left(r, 1), FALSE)
        WHEN length(l) >= 4 AND length(r) >= 4 AND abs(length(l) - length(r)) <= 2
            THEN damerau_levenshtein(l, r) BETWEEN 1 AND CASE WHEN least(length(l), length(r)) >= 8 THEN 2 ELSE 1 END
        ELSE FALSE
    END;

-- John Smith Jr. is not John Smith Sr.; without either it may be both
CREATE OR REPLACE TEMP MACRO generation_of(family_forms) AS
    CASE WHEN starts_with(family_forms[1], '#') THEN left(family_forms[1], 2) END;

CREATE OR REPLACE TEMP MACRO generations_differ(family_forms_l, family_forms_r) AS
    CASE
        WHEN starts_with(family_forms_l[1], '#') AND starts_with(family_forms_r[1], '#')
            THEN NOT list_has_any(
                list_transform(list_filter(family_forms_l, lambda form: form[1] = '#'), lambda form: left(form, 2)),
                list_transform(list_filter(family_forms_r, lambda form: form[1] = '#'), lambda form: left(form, 2))
            )
        ELSE FALSE
    END;

CREATE OR REPLACE TEMP MACRO is_full(given, family) AS coalesce(length(given) > 1 AND length(family) > 1, FALSE);

CREATE OR REPLACE TEMP MACRO is_swapped(given_l, family_l, given_r, family_r) AS
    CASE
        WHEN given_l = family_r THEN coalesce(family_l = given_r, FALSE) OR given_near(family_l, given_r)
        WHEN family_l = given_r THEN given_near(given_l, family_r)
        ELSE FALSE
    END;

CREATE OR REPLACE TEMP MACRO shows_given(given_l, given_forms_l, family_l, given_r, given_forms_r, family_r) AS
    given_agrees(given_l, given_forms_l, given_r, given_forms_r) OR given_near(given_l, given_r)
    OR is_swapped(given_l, family_l, given_r, family_r);

CREATE OR REPLACE TEMP MACRO names_agree(given_l, given_forms_l, family_l, family_forms_l,
                                         given_r, given_forms_r, family_r, family_forms_r) AS
    CASE
        WHEN generations_differ(family_forms_l, family_forms_r) THEN FALSE
        WHEN NOT given_agrees(given_l, given_forms_l, given_r, given_forms_r)
            THEN is_swapped(given_l, family_l, given_r, family_r)
        WHEN family_agrees(family_l, family_forms_l, family_r, family_forms_r) THEN TRUE
        ELSE is_swapped(given_l, family_l, given_r, family_r)
    END;

-- Anil V. is not Murugan Singh, nor S. Smith Josephine Butler; of J. Smith and Anna Smith one may be called by a second name
CREATE OR REPLACE TEMP MACRO initials_contradict(given_l, given_forms_l, family_l, family_forms_l,
                                                 given_r, given_forms_r, family_r, family_forms_r) AS
    CASE
        WHEN family_l IS NULL OR family_r IS NULL OR given_l IS NULL OR given_r IS NULL THEN FALSE
        WHEN
            given_agrees(given_l, given_forms_l, given_r, given_forms_r)
            OR left(given_l, 1) = left(family_r, 1) OR left(family_l, 1) = left(given_r, 1)
            THEN FALSE
        WHEN length(given_l) > 2 AND length(given_r) > 2 THEN jaro_winkler_similarity(given_l, given_r) < 0.85
        ELSE NOT family_agrees(family_l, family_forms_l, family_r, family_forms_r)
    END;

CREATE OR REPLACE TEMP MACRO names_contradict(given_l, given_forms_l, family_l, family_forms_l,
                                              given_r, given_forms_r, family_r, family_forms_r) AS
    CASE
        WHEN generations_differ(family_forms_l, family_forms_r) THEN TRUE
        WHEN NOT (is_full(given_l, family_l) AND is_full(given_r, family_r))
            THEN
                list_contains(family_forms_l, '?' || family_l) = list_contains(family_forms_r, '?' || family_r)
                AND initials_contradict(
                    given_l, given_forms_l, family_l, family_forms_l, given_r, given_forms_r, family_r, family_forms_r
                )
        WHEN given_agrees(given_l, given_forms_l, given_r, given_forms_r) THEN FALSE
        WHEN is_swapped(given_l, family_l, given_r, family_r) THEN FALSE
        WHEN jaro_winkler_similarity(given_l, given_r) >= 0.85 THEN FALSE
        -- in letters that do not tell how it is said, and in Latin ones
        ELSE list_contains(family_forms_l, '?' || family_l) = list_contains(family_forms_r, '?' || family_r)
    END;

CREATE OR REPLACE TEMP MACRO births_agree(l, r) AS
    coalesce(
        damerau_levenshtein(l, r) <= 1
        OR (left(l, 4) = left(r, 4) AND substr(l, 6, 2) = substr(r, 9, 2) AND substr(l, 9, 2) = substr(r, 6, 2))
        OR (left(l, 4) = left(r, 4))::INT + (substr(l, 6, 2) = substr(r, 6, 2))::INT + (right(l, 2) = right(r, 2))::INT >= 2
        OR (abs(left(l, 4)::INT - left(r, 4)::INT) = 1 AND substr(l, 6, 2) = substr(r, 6, 2))
        OR (
            damerau_levenshtein(left(l, 4), left(r, 4)) = 1
            AND abs(dayofyear(try_cast(l AS DATE)) - dayofyear(try_cast(r AS DATE))) <= 3
        ),
        FALSE
    );

CREATE OR REPLACE TEMP MACRO births_near(l, r) AS
    coalesce(
        abs(datediff('day', try_cast(l AS DATE), try_cast(r AS DATE))) <= 400
        OR (
            damerau_levenshtein(left(l, 4), left(r, 4)) = 1
            AND abs(dayofyear(try_cast(l AS DATE)) - dayofyear(try_cast(r AS DATE))) <= 40
        ),
        FALSE
    );

CREATE OR REPLACE TEMP MACRO id_slip(l, r) AS
    CASE
        WHEN
            abs(length(l) - length(r)) <= 1 AND length(l) - instr(l, ':') >= 6
            AND split_part(l, ':', 1) = split_part(r, ':', 1)
            THEN damerau_levenshtein(l, r) = 1
        ELSE FALSE
    END;

CREATE OR REPLACE TEMP MACRO email_slip(l, r) AS
    CASE
        WHEN length(l) < 8 OR left(l, 1) != left(r, 1) OR abs(length(l) - length(r)) > 2 THEN FALSE
        WHEN damerau_levenshtein(l, r) <= 2
            THEN
                (split_part(l, '@', 1) = split_part(r, '@', 1) OR length(split_part(l, '@', 1)) >= 6)
                AND regexp_replace(split_part(l, '@', 1), '[^0-9]', '', 'g')
                = regexp_replace(split_part(r, '@', 1), '[^0-9]', '', 'g')
                AND regexp_replace(l, '[._-]', '', 'g') != regexp_replace(r, '[._-]', '', 'g')
        ELSE FALSE
    END;

CREATE OR REPLACE TEMP MACRO mailbox_of(email) AS
    CASE
        WHEN NOT contains(email, '+') AND NOT contains(email, '@g') THEN email
        WHEN regexp_matches(email, '@(gmail|googlemail)[.]com( |$)')
            THEN
                replace(split_part(split_part(email, '@', 1), '+', 1), '.', '')
                || '@gmail.com' || regexp_extract(email, '[.]com( .*)?$', 1)
        ELSE regexp_replace(email, '^([^+@]+)[+][^@]*@', '\\1@')
    END;

-- a value as two identities are compared by it
CREATE OR REPLACE TEMP MACRO compared_value(kind, value) AS CASE WHEN kind = 'email' THEN mailbox_of(value) ELSE value END;

CREATE OR REPLACE TEMP MACRO local_part(email) AS split_part(split_part(email, '@', 1), '+', 1);

CREATE OR REPLACE TEMP MACRO held_value(value, from_at, to_at) AS
    value || CASE
        WHEN from_at IS NOT NULL THEN ' from ' || strftime(from_at AT TIME ZONE 'UTC', '%Y-%m-%d')
        WHEN to_at IS NOT NULL THEN ' until ' || strftime(to_at AT TIME ZONE 'UTC', '%Y-%m-%d')
        ELSE ''
    END;

-- A street, a city or a company as it is compared: letters and digits of any script, without case, accents and signs. An
-- umlaut is its letter, written with an e behind it or not ("Königstraße 5", "KOENIGSTR. 5").
CREATE OR REPLACE TEMP MACRO latin_words(value) AS
    replace(replace(replace(translate(strip_accents(value), 'łøđðı', 'loddi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');

CREATE OR REPLACE TEMP MACRO plain_words(value) AS
    trim(regexp_replace(
        replace(replace(replace(replace(
            CASE WHEN strlen(value) = length(value) THEN lower(value) ELSE latin_words(lower(value)) END,
        'strasse', 'str'), 'ae', 'a'), 'oe', 'o'), 'ue', 'u'),
        '[^\\p{L}\\p{M}\\p{N}]+', ' ', 'g'
    ));

-- a letter wrong, or a number left out; number 12 is not number 55
CREATE OR REPLACE TEMP MACRO street_alike(l, r) AS
    CASE
        WHEN jaro_winkler_similarity(l, r) >= 0.9
            THEN
                list_has_all(regexp_extract_all(l, '\\d+'), regexp_extract_all(r, '\\d+'))
                OR list_has_all(regexp_extract_all(r, '\\d+'), regexp_extract_all(l, '\\d+'))
        ELSE FALSE
    END;

CREATE OR REPLACE TEMP MACRO births_contradict(l, r) AS
    l IS NOT NULL AND r IS NOT NULL AND NOT births_agree(l, r) AND NOT births_near(l, r);

CREATE OR REPLACE TEMP MACRO people_contradict(given_l, given_forms_l, family_l, family_forms_l, birth_l,
                                               given_r, given_forms_r, family_r, family_forms_r, birth_r) AS
    names_contradict(
        given_l, given_forms_l, family_l, family_forms_l, given_r, given_forms_r, family_r, family_forms_r
    )
    OR births_contradict(birth_l, birth_r);
"""


def install(con: duckdb.DuckDBPyConnection) -> None:
    """Define the macros on ``con`` for as long as it is open; nothing is written to its database."""
    define(con, _MACROS)


def mailbox_of(email: str) -> str:
    """Return what the macro of this name does, for those who hold an address and no database."""
    local, at, domain = email.partition("@")
    if re.match(r"(?:gmail|googlemail)\.com(?: |$)", domain):
        return local.split("+")[0].replace(".", "") + "@gmail.com" + domain.partition(".com")[2]
    return (local.split("+")[0] or local) + at + domain
