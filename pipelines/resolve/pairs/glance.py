"""What a pair can weigh at most, at a glance: from numbers alone, before its names and lists are looked at.

Most pairs that blocks let in are two people (of ten, six or more), and no level that would say otherwise can hold for
them. ``NEEDS`` says what must be true of two rows of the temporary table glance for a level's condition (``comparisons``) to
be the pair's own; a level that is not there always may be. A pair weighs no more than the best levels that may be its own:
where even these are too little it need not be scored, and nothing changes in what is kept.
"""

from math import log2

import duckdb

from pipelines.resolve.relations import take
from pipelines.resolve.scoring import agreement
from pipelines.resolve.scoring.model import Level, Model

ROUNDING = 0.001  # bits: sums of floats in another order

_BOTH_NAMED = "(l.is_named AND r.is_named)"
_BOTH_WHOLE = "(l.is_whole AND r.is_whole)"
_GIVEN_SHARED = "(l.given_forms & r.given_forms) != 0"
_FAMILY_SHARED = "(l.family_forms & r.family_forms) != 0"
_SWAPPED = "(l.given = r.family OR l.family = r.given)"
# One edit changes at most two of the letters that a word is made of.
_GIVEN_AGREES = f"""({_GIVEN_SHARED} OR (
    l.given_initial = r.given_initial AND (
        l.given_length = 1 OR r.given_length = 1 OR bit_count(xor(l.given_letters, r.given_letters)) <= 2
        OR (l.given_letters & r.given_letters) IN (l.given_letters, r.given_letters)
    )
))"""
_FAMILY_AGREES = f"""({_FAMILY_SHARED} OR l.family_length = 1 OR r.family_length = 1 OR (
    abs(l.family_length - r.family_length) <= 2
    AND bit_count(xor(l.family_letters, r.family_letters)) <= CASE WHEN least(l.family_length, r.family_length) >= 8 THEN 4
        ELSE 2 END
))"""
_MAIL_SLIP = (
    "l.mail_initial = r.mail_initial AND l.mail_digits = r.mail_digits AND l.mail != r.mail"
    " AND abs(l.mail_length - r.mail_length) <= 2"
)

# One edit of a date changes at most two of its digits, and so four of the bits that stand for them.
_DIGITS_AGREE = "bit_count(xor(l.born_digits, r.born_digits)) <= 4"
_YEARS_AGREE = "bit_count(xor(l.born_digits, r.born_digits) >> 32) <= 4"
_BIRTHS_AGREE = f"""(
    {_DIGITS_AGREE}
    OR (l.born_year = r.born_year AND l.born_month = r.born_day AND l.born_day = r.born_month)
    OR (l.born_year = r.born_year)::INT + (l.born_month = r.born_month)::INT + (l.born_day = r.born_day)::INT >= 2
    OR (abs(l.born_year - r.born_year) = 1 AND l.born_month = r.born_month)
    OR ({_YEARS_AGREE} AND abs(l.born_nth - r.born_nth) <= 3)
)"""
_BIRTHS_NEAR = f"(abs(l.born_on - r.born_on) <= 400 OR ({_YEARS_AGREE} AND abs(l.born_nth - r.born_nth) <= 40))"


def _other_birth(apart: str) -> str:
    """Return SQL for two dates of birth that differ so; of what is no date nothing is known."""
    return f"l.born != r.born AND coalesce({apart}, TRUE)"


def _shared(*sets: str) -> str:
    return " OR ".join(f"(l.{one} & r.{one}) != 0" for one in sets)


_CLAIMED = f"({_shared('claims', 'refs')} OR (l.claims & r.points) != 0 OR (l.points & r.claims) != 0)"


def _not_both(flag: str) -> str:
    return f"NOT (l.{flag} AND r.{flag})"


NEEDS = {
    "name missing": f"NOT {_BOTH_NAMED}",
    "family initial": f"least(l.family_length, r.family_length) = 1 AND {_GIVEN_SHARED}",
    "name equal": "l.given = r.given AND l.family = r.family",
    "name swapped": _SWAPPED,
    "name alike": f"{_GIVEN_SHARED} AND {_FAMILY_SHARED}",
    "given initial": f"l.given_initial = r.given_initial AND {_FAMILY_SHARED}",
    "name slip": f"{_BOTH_WHOLE} AND (({_GIVEN_AGREES} AND {_FAMILY_AGREES}) OR {_SWAPPED})",
    "one word equal": f"NOT {_BOTH_WHOLE}",
    "one word near": f"NOT {_BOTH_WHOLE}",
    "one word alike": f"NOT {_BOTH_WHOLE}",
    "given equal, family near": _GIVEN_SHARED,
    "given equal, family not, birth equal": f"{_GIVEN_SHARED} AND l.born = r.born",
    "given equal, family not": _GIVEN_SHARED,
    "family equal, given near": _FAMILY_AGREES,
    "family equal, given alike": _FAMILY_AGREES,
    "middle initial equal": "(l.middle_initials & r.middle_initials) != 0",
    "email missing": _not_both("has_email"),
    "email equal": _shared("emails"),
    "email contested": "(l.mails & r.mails) != 0",
    "email slip": _MAIL_SLIP,
    "phone missing": _not_both("has_phone"),
    "phone equal": _shared("phones"),
    "phone contested": "(l.lines & r.lines) != 0",
    "phone contested, contacts differ": "(l.lines & r.lines) != 0",
    "account missing": _not_both("has_account"),
    "account equal": _shared("accounts"),
    "account slip": "l.has_crm_id AND r.has_crm_id AND id_slip(l.account, r.account)",
    "handle missing": _not_both("has_handle"),
    "handle equal": _shared("handles"),
    "crm id missing": _not_both("has_crm_id"),
    "crm id equal": _shared("crm_ids"),
    "alias equal": _shared("odd_aliases"),
    "alias of the name": f"NOT {_BOTH_NAMED}",
    "alias of the initials": f"NOT {_BOTH_NAMED}",
    **dict.fromkeys(
        ("claim and reference, names agree", "claim, names agree", "same claim, names agree", "reference, names agree",
         "claimed by each other, no name", "claim and reference, no name", "reference, no name", "claim, no name"),
        _CLAIMED,
    ),
    "claim confirmed, no name": "(l.claims & r.points) != 0 OR (l.points & r.claims) != 0",
    "birth missing": "l.born IS NULL OR r.born IS NULL",
    "birth equal": "l.born = r.born",
    "birth digit slip": _other_birth(_DIGITS_AGREE),
    "birth slip": _other_birth(_BIRTHS_AGREE),
    "birth near": _other_birth(_BIRTHS_NEAR),
    "address equal, contacts differ": "l.postcode = r.postcode AND l.street = r.street",
    "address equal": "l.postcode = r.postcode AND l.street = r.street",
    "address missing": "(l.postcode IS NULL OR r.postcode IS NULL) AND (l.city IS NULL OR r.city IS NULL)",
    "address alike": "street_alike(l.street, r.street)",
    "postcode equal": "l.postcode = r.postcode",
    "city equal, birth near": "l.city = r.city",
    "city equal": "l.city = r.city",
    "company missing": "l.company IS NULL OR r.company IS NULL",
    "company equal": "l.company = r.company",
}  # fmt: skip


def _bits(values: str) -> str:
    """Return SQL for a set of values as 64 bits: two sets that share a value share a bit."""
    bit = "1::UBIGINT << (hash(value) % 64)"
    return f"coalesce(list_bit_or(list_transform({values}, LAMBDA value: {bit})), 0::UBIGINT)"


def _number(word: str) -> str:
    return f"CASE WHEN {word} IS NOT NULL THEN hash({word}) END"  # NULL has a hash, too


def _letters(word: str) -> str:
    letter = "1::UBIGINT << (unicode(letter) % 64)"
    return f"list_bit_or(list_transform(string_split({word}, ''), LAMBDA letter: {letter}))"


_MAIL = "coalesce(emails[1], contested_emails[1])"
_BORN = "try_cast(date_of_birth AS DATE)"
_BORN_NUMBER = f"(year({_BORN}) * 10000 + month({_BORN}) * 100 + day({_BORN}))"
_DIGIT_BIT = f"1::UBIGINT << (place * 8 + ({_BORN_NUMBER} // pow(10, place)::INT) % 10 % 8)"
_GLANCE = f"""
    SELECT
        numbered.node,
        given_name IS NOT NULL OR family_name IS NOT NULL AS is_named,
        given_name IS NOT NULL AND family_name IS NOT NULL AS is_whole,
        {_number("given_name")} AS given,
        {_number("family_name")} AS family,
        unicode(given_name) AS given_initial,
        length(given_name) AS given_length,
        length(family_name) AS family_length,
        {_letters("given_name")} AS given_letters,
        {_letters("family_name")} AS family_letters,
        {_bits("given_forms")} AS given_forms,
        {_bits("list_transform(family_forms || [family_name], LAMBDA form: ltrim(form, '~'))")} AS family_forms,
        {_bits("middle_initials")} AS middle_initials,
        {_bits("emails")} AS emails,
        {_bits("emails || contested_emails")} AS mails,
        {_bits("phones")} AS phones,
        {_bits("phones || contested_phones")} AS lines,
        {_bits("accounts")} AS accounts,
        {_bits("handles")} AS handles,
        {_bits("crm_ids")} AS crm_ids,
        {_bits("refs")} AS refs,
        {_bits("claims")} AS claims,
        {_bits("points")} AS points,
        {_bits("odd_aliases")} AS odd_aliases,
        len(emails) > 0 AS has_email,
        len(phones) > 0 AS has_phone,
        len(accounts) > 0 AS has_account,
        len(handles) > 0 AS has_handle,
        len(crm_ids) > 0 AS has_crm_id,
        {_number(_MAIL)} AS mail,
        length({_MAIL}) AS mail_length,
        hash(regexp_replace(split_part({_MAIL}, '@', 1), '[^0-9]', '', 'g')) AS mail_digits,
        unicode({_MAIL}) AS mail_initial,
        accounts[1] AS account,
        {_number("date_of_birth")} AS born,
        date_diff('day', DATE '1970-01-01', {_BORN}) AS born_on,
        year({_BORN}) AS born_year,
        month({_BORN}) AS born_month,
        day({_BORN}) AS born_day,
        dayofyear({_BORN}) AS born_nth,
        CASE
            WHEN {_BORN} IS NOT NULL
                THEN list_bit_or(list_transform([0, 1, 2, 3, 4, 5, 6, 7], LAMBDA place: {_DIGIT_BIT}))
        END AS born_digits,
        street,
        {_number("postcode")} AS postcode,
        {_number("city")} AS city,
        {_number("company")} AS company,
        log2(tf_name_key) AS tf_name_key,
        log2(tf_initial_key) AS tf_initial_key,
        log2(tf_given_key) AS tf_given_key
    FROM numbered INNER JOIN resolve.identity AS identity ON numbered.identity_id = identity.identity_id
"""


def take_glance(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table glance of the identities of the temporary table numbered (node, identity_id)."""
    agreement.install(con)
    take(con, "glance", _GLANCE)


def may_reach(model: Model, population: int, least: float) -> str:
    """Return the SQL condition over two rows l and r of glance without which their weight is below ``least``, in bits."""
    prior = -log2(population - 1)
    most = " + ".join(_most(comparison.levels, population) for comparison in model.comparisons)
    return f"{prior} + {most} >= {least - ROUNDING}"


def _most(levels: list[Level], population: int) -> str:
    """Return SQL for the weight of the best level that may hold."""
    told = [(_weight(level, population), NEEDS.get(level.condition)) for level in levels]
    always = max(weight for weight, needs in told if needs is None)
    fixed = sorted(
        ((weight, needs) for (weight, needs), level in zip(told, levels, strict=True) if needs and not level.frequency),
        key=lambda one: -one[0],
    )
    cases = " ".join(f"WHEN {needs} THEN {weight}" for weight, needs in fixed if weight > always)
    best = [f"CASE {cases} ELSE {always} END" if cases else str(always)]
    for level in levels:
        if level.frequency and level.m:
            column = f"tf_{level.frequency}"
            rarity = f"coalesce(greatest(l.{column}, r.{column}), {log2(level.u_among(population))})"
            best.append(f"CASE WHEN {NEEDS.get(level.condition, 'TRUE')} THEN {log2(level.m)} - {rarity} END")
    return f"greatest({', '.join(best)})" if len(best) > 1 else f"({best[0]})"


def _weight(level: Level, population: int) -> float:
    return log2(level.m / level.u_among(population)) if level.m else 0.0
