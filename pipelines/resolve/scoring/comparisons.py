"""What the model compares: the conditions of its levels by name, as SQL over the two sides of a pair.

``config/linkage_model.json`` holds m and u of each level and refers to the conditions here; the columns are those of
resolve.identity with ``_l`` and ``_r``. Within a comparison the first level whose condition holds is the pair's.
"""

_NAMES = (
    "given_name_l, given_forms_l, family_name_l, family_forms_l, given_name_r, given_forms_r, family_name_r, family_forms_r"
)
_BOTH_NAMED = (
    "given_name_l IS NOT NULL AND family_name_l IS NOT NULL AND given_name_r IS NOT NULL AND family_name_r IS NOT NULL"
)
_GIVEN_SHARED = "list_has_any(given_forms_l, given_forms_r)"
_FAMILY_SHARED = "family_shared(family_name_l, family_forms_l, family_name_r, family_forms_r)"
# One side shows a single word: it may be the given or the family name of the other.
_WORD_SHARED = (
    "(list_has_any(given_forms_l, given_forms_r) OR list_has_any(given_forms_l, family_forms_r)"
    f" OR list_has_any(family_forms_l, given_forms_r) OR {_FAMILY_SHARED})"
)
# A helpdesk names who gives no name after the local part of the address: Cbruno is Concetta Bruno.
_ACCOUNT_WORD = " OR ".join(
    f"given_name_{one} IN (left(given_name_{two}, 1) || family_name_{two}, family_name_{two} || left(given_name_{two}, 1))"
    for one, two in ("lr", "rl")
)
_WORD_NEAR = f"(given_near(given_name_l, given_name_r) OR given_near(family_name_l, family_name_r) OR {_ACCOUNT_WORD})"
_WORD_ALIKE = (
    "(jaro_winkler_similarity(given_name_l, given_name_r) >= 0.75"
    " OR jaro_winkler_similarity(family_name_l, family_name_r) >= 0.75"
    " OR (least(length(given_name_l), length(given_name_r)) = 1 AND left(given_name_l, 1) = left(given_name_r, 1)))"
)
_NAMELESS_L, _NAMELESS_R = (f"(given_name_{side} IS NULL AND family_name_{side} IS NULL)" for side in "lr")
_AGREE = f"(names_agree({_NAMES}) OR (NOT ({_BOTH_NAMED}) AND {_WORD_SHARED}))"
# Juan Carlos García and Juan García López have one name in common that is a middle one on one side alone.
_MIDDLES_TELL = (
    f"(len(middle_initials_l) > 0 AND len(middle_initials_r) > 0 AND names_agree({_NAMES})"
    " AND NOT list_contains(family_forms_l, '~' || family_name_r)"
    " AND NOT list_contains(family_forms_r, '~' || family_name_l))"
)
_FAMILY_AGREES = "family_agrees(family_name_l, family_forms_l, family_name_r, family_forms_r)"
_HOUSEHOLD_SHARED = (
    "(list_has_any(contested_phones_l, contested_phones_r) OR list_has_any(contested_emails_l, contested_emails_r))"
)
_HOME_SHARED = f"((postcode_l = postcode_r AND street_l = street_r) OR {_HOUSEHOLD_SHARED})"
# There are points of contact, and none in common: what two members of one household look like.
_POINTS_DIFFER = (
    "len(emails_l) + len(emails_r) + len(phones_l) + len(phones_r) > 0"
    " AND NOT list_has_any(emails_l, emails_r) AND NOT list_has_any(phones_l, phones_r)"
)
# No more of an address is told; that two of one name live in one town says little, unless they were born together.
_CITY_ALONE = (
    "(postcode_l IS NULL OR postcode_r IS NULL) AND (street_l IS NULL OR street_r IS NULL)"
    " AND (births_agree(date_of_birth_l, date_of_birth_r) OR births_near(date_of_birth_l, date_of_birth_r))"
)
_CLAIMED = "(list_has_any(claims_l, points_r) OR list_has_any(points_l, claims_r))"
_CONFIRMED = "(list_has_any(confirmed_claims_l, points_r) OR list_has_any(points_l, confirmed_claims_r))"
_SAME_CLAIM = "list_has_any(claims_l, claims_r)"
_REFERRED = "list_has_any(refs_l, refs_r)"
_ONE_NAMELESS = f"({_NAMELESS_L} OR {_NAMELESS_R})"
# A name that nobody believes is none, and still rules out whose name is another.
_DOUBTED = " OR ".join(
    f"names_contradict(doubted_given_name_{one}, doubted_given_forms_{one}, doubted_family_name_{one}, [],"
    f" given_name_{two}, given_forms_{two}, family_name_{two}, family_forms_{two})"
    for one, two in ("lr", "rl")
)
_ALIAS_OF_NAME = (
    f"(({_NAMELESS_L} AND list_has_any(aliases_l, name_aliases_r))"
    f" OR ({_NAMELESS_R} AND list_has_any(name_aliases_l, aliases_r)))"
)


def _any(*columns: str) -> str:
    return "(" + " OR ".join(f"list_has_any({one}_l, {one}_r)" for one in columns) + ")"


def _missing(*columns: str) -> str:
    left = " AND ".join(f"len({one}_l) = 0" for one in columns)
    right = " AND ".join(f"len({one}_r) = 0" for one in columns)
    return f"({left}) OR ({right})"


def _crossed(column: str, contested: str) -> str:
    """Either side's contested value is the other's: contested is so for all who carry it."""
    return f"list_has_any({contested}_l, {contested}_r) OR list_has_any({column}_l, {contested}_r)"


# One that is odd weighs as such: the same letters speak once.
_ALIAS_OF_INITIALS = f"({_ONE_NAMELESS} AND {_any('written_aliases')} AND NOT {_any('odd_aliases')})"

# What a link of equal names alone rests on.
NAME_COMPARISONS = ("name", "middle_name", "alias_of_name")

CONDITIONS: dict[str, str] = {
    # name
    "name missing": _ONE_NAMELESS,
    "generations differ": "generations_differ(family_forms_l, family_forms_r)",
    "family initial": f"{_BOTH_NAMED} AND least(length(family_name_l), length(family_name_r)) = 1"
    f" AND left(family_name_l, 1) = left(family_name_r, 1) AND {_GIVEN_SHARED}"
    " AND length(given_name_l) > 1 AND length(given_name_r) > 1",
    "name equal": "given_name_l = given_name_r AND family_name_l = family_name_r AND length(given_name_l) > 1",
    "name swapped": "is_swapped(given_name_l, family_name_l, given_name_r, family_name_r)",
    "name alike": f"{_GIVEN_SHARED} AND {_FAMILY_SHARED} AND length(given_name_l) > 1 AND length(given_name_r) > 1",
    "given initial": f"{_BOTH_NAMED} AND left(given_name_l, 1) = left(given_name_r, 1) AND {_FAMILY_SHARED}"
    " AND (length(given_name_l) = 1 OR length(given_name_r) = 1)",
    "name slip": f"{_BOTH_NAMED} AND names_agree({_NAMES})",
    "one word equal": f"NOT ({_BOTH_NAMED}) AND {_WORD_SHARED}",
    "one word near": f"NOT ({_BOTH_NAMED}) AND {_WORD_NEAR}",
    "one word alike": f"NOT ({_BOTH_NAMED}) AND {_WORD_ALIKE}",
    "one word differs": f"NOT ({_BOTH_NAMED})",
    "given equal, family near": f"{_GIVEN_SHARED} AND jaro_winkler_similarity(family_name_l, family_name_r) >= 0.85",
    "given equal, family not, birth equal": f"{_GIVEN_SHARED} AND date_of_birth_l = date_of_birth_r",
    "given equal, family not": _GIVEN_SHARED,
    "family equal, given near": f"{_FAMILY_AGREES} AND given_near(given_name_l, given_name_r)",
    "family equal, given alike": f"{_FAMILY_AGREES} AND NOT names_contradict({_NAMES})",
    "names differ": f"NOT names_contradict({_NAMES})",
    "twins of one household": f"{_FAMILY_AGREES} AND date_of_birth_l = date_of_birth_r AND {_HOUSEHOLD_SHARED}",
    "family equal, given not": _FAMILY_AGREES,
    # the names between
    "middle name tells nothing": f"NOT {_MIDDLES_TELL}",
    "middle initial equal": "list_has_any(middle_initials_l, middle_initials_r)",
    # identifiers
    "email missing": f"({_missing('emails')}) AND NOT ({_crossed('emails', 'contested_emails')})",
    "email equal": _any("emails"),
    "email slip": "email_slip(coalesce(emails_l[1], contested_emails_l[1]), coalesce(emails_r[1], contested_emails_r[1]))",
    "email contested": _crossed("emails", "contested_emails"),
    "phone missing": f"({_missing('phones')}) AND NOT ({_crossed('phones', 'contested_phones')})",
    "phone equal": _any("phones"),
    "phone contested, contacts differ": f"({_crossed('phones', 'contested_phones')}) AND {_POINTS_DIFFER}",
    "phone contested": _crossed("phones", "contested_phones"),
    "account missing": _missing("accounts"),
    "account equal": _any("accounts"),
    "account slip": "len(crm_ids_l) > 0 AND len(crm_ids_r) > 0 AND id_slip(accounts_l[1], accounts_r[1])",
    "handle missing": _missing("handles"),
    "handle equal": _any("handles"),
    "crm id missing": _missing("crm_ids"),
    "crm id equal": _any("crm_ids"),
    # what links channels
    "alias tells nothing": f"NOT {_any('odd_aliases')}",
    "alias equal": _any("odd_aliases"),
    "alias follows from no name": f"NOT {_ALIAS_OF_NAME} AND NOT {_ALIAS_OF_INITIALS}",
    "alias of the name": _ALIAS_OF_NAME,
    "alias of the initials": _ALIAS_OF_INITIALS,
    "nothing claimed": f"NOT {_CLAIMED} AND NOT {_REFERRED} AND (NOT {_SAME_CLAIM} OR NOT {_AGREE})",
    "claim and reference, names agree": f"{_CLAIMED} AND {_REFERRED} AND {_AGREE}",
    "claim, names agree": f"{_CLAIMED} AND {_AGREE}",
    "same claim, names agree": f"{_SAME_CLAIM} AND {_AGREE}",
    "claim confirmed, no name": f"{_CONFIRMED} AND {_ONE_NAMELESS}",
    "claimed by each other, no name": "list_has_any(claims_l, points_r) AND list_has_any(points_l, claims_r)"
    f" AND {_ONE_NAMELESS}",
    "reference, names agree": f"{_REFERRED} AND {_AGREE}",
    "claim and reference, no name": f"{_CLAIMED} AND {_REFERRED} AND {_ONE_NAMELESS} AND NOT ({_DOUBTED})",
    "reference, no name": f"{_REFERRED} AND {_ONE_NAMELESS} AND NOT ({_DOUBTED})",
    "claim, no name": f"{_ONE_NAMELESS} AND NOT ({_DOUBTED})",
    # what a reference row tells
    "birth missing": "date_of_birth_l IS NULL OR date_of_birth_r IS NULL",
    "birth equal": "date_of_birth_l = date_of_birth_r",
    "birth digit slip": "damerau_levenshtein(date_of_birth_l, date_of_birth_r) <= 1",
    "birth slip": "births_agree(date_of_birth_l, date_of_birth_r)",
    "birth near": "births_near(date_of_birth_l, date_of_birth_r)",
    "birth differs, id equal": _any("accounts", "crm_ids"),
    "birth differs at one home": _HOME_SHARED,
    "address missing": "(postcode_l IS NULL OR postcode_r IS NULL) AND (city_l IS NULL OR city_r IS NULL)",
    "address equal, contacts differ": f"postcode_l = postcode_r AND street_l = street_r AND {_POINTS_DIFFER}",
    "address equal": "postcode_l = postcode_r AND street_l = street_r",
    "address alike": "street_alike(street_l, street_r) AND (postcode_l = postcode_r OR city_l = city_r"
    " OR damerau_levenshtein(postcode_l, postcode_r) = 1)",
    "postcode equal": "postcode_l = postcode_r",
    "city equal, birth near": f"city_l = city_r AND {_CITY_ALONE}",
    "city equal": "city_l = city_r",
    "city alike, birth near": f"jaro_winkler_similarity(city_l, city_r) >= 0.88 AND {_CITY_ALONE}",
    "city alike": "jaro_winkler_similarity(city_l, city_r) >= 0.88",
    "company missing": "company_l IS NULL OR company_r IS NULL",
    "company equal": "company_l = company_r",
    "otherwise": "ELSE",
}
COLUMNS = (
    "given_name", "family_name", "given_forms", "family_forms", "middle_initials", "doubted_given_name",
    "doubted_family_name", "doubted_given_forms", "name_aliases", "emails", "phones", "handles", "accounts",
    "crm_ids", "refs", "contested_emails", "contested_phones", "claims", "confirmed_claims", "points", "aliases",
    "written_aliases", "odd_aliases", "date_of_birth",
    "street", "city", "postcode", "company", "name_key", "initial_key", "given_key",
    "tf_name_key", "tf_initial_key", "tf_given_key",
)  # fmt: skip
