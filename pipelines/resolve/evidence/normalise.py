"""Names as they are compared: transliterated, without titles, taken apart, with the short forms a name goes by."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

import pyarrow as pa
from anyascii import anyascii
from nameparser.config import CONSTANTS
from nicknames import NickNamer

from pipelines.extract.values.fields import names
from pipelines.resolve.evidence import name_order
from pipelines.resolve.evidence.eastern_names import eastern_parts, is_chinese
from pipelines.resolve.evidence.shown import COMPANIES, is_household, is_nobody, is_nobody_in_signs, without_asides
from pipelines.settings import PACKAGE_ROOT, load_yaml

PARTICLES = frozenset(anyascii(word).lower().strip("-'") for word in CONSTANTS.prefixes)
# Titles, but for one before a family name alone: Rev. John Doe, and not Major Smith.
_RANKS = names("""
    rev reverend hon lt ltc col capt captain cpt maj major sgt gen adm cmdr lord lady dame rabbi imam judge senator
""")
TITLES = _RANKS | names("""
    mr mrs ms miss dr prof sir herr frau hr mme mlle monsieur madame sr sra srta senor senora senhor senhora don dona dna
    ing dipl-ing mag mgr inz pani dott dottssa dottore dottoressa profssa sig sigra signor signora avv geom rag arch
    dhr mevr mw mevrouw drs ddr mmag fru pan g-n g-zha gospodin gospozha shri smt shrimati bapak ibu pak md mohd mst
""")
# Titles before a whole name: Don Juan Pérez, and not Don Johnson.
_TITLES_OR_NAMES = names("don dona arch pak md mohd mst")
SUFFIXES = names("jr jnr junior sr snr senior ii iii iv phd md esq filho bey hanim")
# What a profession or an order writes behind a name, apart from a comma or with dots or in capitals.
_CREDENTIALS = names("""
    md mds dds dmd dvm jd phd edd psyd pharmd mba cpa cfa cfp clu lutc rn crna lpn dpt pmp msw lcsw msc bsc llm llb mph qc kc
    obe mbe cbe frcs facs aia ret
""")
_SHORT_CREDENTIALS = names("ma ba bs ms do pa pe mp np pt dr")  # or family names, but for behind a comma and with dots
_CREDENTIALS_AT_END = re.compile(
    r"(?P<comma>,)?[\s,]+(?:(?P<dotted>(?:[A-Za-z]{1,3}\.\s?){2,4})|(?P<word>[A-Za-z]{2,6})\.?)\s*$"
)
_LONGEST_CREDENTIAL = 24  # letters
_COMMAS = str.maketrans("\uff0c\u3001\u060c", ",,,")  # Chinese, Japanese and Arabic ones
# What an address book says of a person behind the name: Anna Huber Handy.
NOTES = names(
    "mobil mobile handy cell work privat private arbeit trabajo kunde kundin customer cliente client klant whatsapp"
)
_SURE_NOTES = names("kunde kundin customer cliente client klant whatsapp")  # no family names: Anna Cliente is an Anna
SCHEMA = pa.schema([
    ("name", pa.string()), ("given_name", pa.string()), ("family_name", pa.string()),
    *((column, pa.list_(pa.string()))
      for column in ("given_forms", "family_forms", "middle_initials", "aliases", "short_aliases")),
    ("is_household", pa.bool_()),
])  # fmt: skip

_NICKNAMES = "config/nicknames.yml"
NAME_FILES = (_NICKNAMES, name_order.ARABIC_NAMES)  # what names are read by, beside this room
NAME_RULES = "17"  # changes with every change to how names are read, so that remembered ones are read again
MAYBE = "~"
GENERATION = "#"  # sorts before all letters
UNSURE = "?"
LONGEST_HANDLE = 15  # X takes no more

_NO_NAME = re.compile(r"[\d@_#/\\:]")
_GENERATIONS = {"sr": 1, "snr": 1, "senior": 1, "jr": 2, "jnr": 2, "junior": 2, "ii": 2, "filho": 2, "iii": 3, "iv": 4}
_GENERATION = re.compile(rf"\w[.,]*\s+({'|'.join(_GENERATIONS)})\b\.?\s*(?:,|$)", re.IGNORECASE)
_GERMAN_GENERATION = re.compile(r"(?<=\w )(?:(j)un|(s)en)\.(?=\s*(?:,|$))", re.IGNORECASE)
# A degree that says in what: Dr. med. dent., Dipl.-Kfm. In small letters, as nobody writes Phil or Nat.
_DEGREE = re.compile(
    r"\b(?:[Dd]{1,2}r|[Mm]{1,2}ag|[Dd]ipl|[Uu]niv|[Pp]riv)\.?(?:[ -]*(?:med\b\.?|(?:dent|vet|rer|nat|phil|jur|iur|theol"
    r"|techn|oec|pol|soc|agr|univ|habil|mult|h\. ?c|[Ii]ng|[Ii]nf|[Kk]fm|[Kk]ffr|[Pp]sych|[Pp]rof|[Dd]oz)\.))+"
)
_COUNTER = re.compile(r"\s+\d{1,2}$")  # an address book tells two of one name apart: Anna Smith 2
_WORD = re.compile(r"[a-z']+(?:-[a-z']+)*")
_INITIAL = re.compile(r"(?<!\w)[\u0370-\u058f](?!\w)")  # Greek, Cyrillic, Armenian: Yu. is a Y.
# John D. Smith, John D Smith; and not D'Angelo, v. d. Berg, or O Brien, as forms without an apostrophe write it.
_ALONE = re.compile(r"(?<![\w'])(?:[A-NP-Z](?![\w'])|O(?=\.))")
_HAN = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
# Letters that do not tell how a name is said: no vowels (Hebrew, Arabic, Indic, Thai), or signs of more than one language.
_UNSURE = re.compile(r"[\u0590-\u06ff\u0900-\u0eff\u3400-\u9fff]")
_DOTTED_TITLE = re.compile(r"\b(dott|prof|sig)\.? ?(?:ssa|ra|na)\b", re.IGNORECASE)
# Spellings of one sound in transliterations: Aleksandr and Alexandr, Mueller and Muller, Yulia and Julia.
_FOLDS = (("ou", "u"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("ks", "x"), ("kh", "h"), ("ph", "f"), ("ck", "k"),
          ("schtsch", "shch"), ("tsch", "ch"), ("sch", "sh"), ("c", "k"), ("w", "v"), ("y", "i"), ("j", "i"),
          ("z", "s"))  # fmt: skip
# A handle or a mail address writes these letters with two: Jürgen Böhm is juergen.boehm.
_TWO_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "å": "aa", "ø": "oe", "Ø": "Oe"}
)


@dataclass(frozen=True, slots=True)
class NameForm:
    """One name, taken apart; every part in lower-case Latin letters.

    Attributes:
        name: as the record shows it.
        given_name: the first given name or its initial; None where there is none ("Smith," is a family name alone).
        family_name: with its particles and without spaces ("vanderberg"); None for a single word.
        given_forms: the given name, its folded spelling and the names it is short for ("bob": bob, robert, …).
        family_forms: the family name, its folded spelling, and the parts of a compound one; with ``MAYBE`` before it what
            may be a second given name or the first of two family names (Juan García López); with ``GENERATION`` and a digit
            before it the family name of one of several who bear the name one after another (Sr. 1, Jr. 2, III. 3), or with a
            letter in place of the digit, of a Russian whose father's name begins with it (Иванов Иван Петрович); and with
            ``UNSURE`` before it one whose letters do not tell how it is written in Latin ones (佐藤 is Sato, or Zuoteng).
        middle_initials: the first letters of the names between (m for Betty M. Reed, or Betty Marie Reed).
        aliases: what a person of this name calls an account: annasmith, smithanna, also as cut off by X.
        short_aliases: those that tell less: asmith, smitha, annas.
        is_household: the name of several people together, who share what bears it.
    """

    name: str
    given_name: str | None = None
    family_name: str | None = None
    given_forms: tuple[str, ...] = ()
    family_forms: tuple[str, ...] = ()
    middle_initials: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    short_aliases: tuple[str, ...] = ()
    is_household: bool = False


def name_forms(shown: Iterable[str]) -> pa.Table:
    """Return one row a name, with the columns of ``NameForm``."""
    forms = [parse_name(name) for name in shown]
    return pa.table([pa.array(map(attrgetter(part.name), forms), part.type) for part in SCHEMA], schema=SCHEMA)


def parse_name(name: str) -> NameForm:
    """Take a display name apart; what is no name (a handle, an address, a number, a company) has no parts.

    A comma tells the family name first ("Smith, Anna"). Names in Han, Kana or Hangul start with it, too, and so do
    Vietnamese ones; ``name_order.family_first`` knows more. A household ("Familie Huber", "Hans & Anna Huber") is nobody
    in it.
    """
    named = _COUNTER.sub("", without_asides(name if name.isascii() else name.translate(_COMMAS)))
    if "," in named or named.endswith(".") or named[-2:].isupper():
        named = _without_credentials(named)
    if "." in named:
        named = _GERMAN_GENERATION.sub(r"\1\2r", named)
    if "." in named or " med " in named:
        named = _DEGREE.sub(" ", named)
    shown = _without_company(named)
    if _NO_NAME.search(shown) or is_nobody_in_signs(name) or not (words := _words(shown)) or is_nobody(shown, words):
        return NameForm(name)
    if is_household(shown, words):
        return NameForm(name, is_household=True)
    given, middle, family = _parts(shown, words)
    if not family:
        return NameForm(name, given, None, _given_forms(given))
    joined = "".join(family)
    family_name = joined.replace("-", "")
    if not given:
        return NameForm(name, None, family_name, (), _family_forms(joined, family))
    if len(family) == 1 and middle and middle[-1] in PARTICLES and f"{middle[-1]}." not in shown.lower():  # D Angelo
        family = [middle[-1] + family[0], *family]
    between = {MAYBE + word.replace("-", "") for word in middle if len(word) > 2} if "," not in shown else set()
    family_forms = {*_family_forms(joined, family), *between, *_marked_forms(named, family_name)}
    given_forms = _given_forms(given)
    if len(middle) == 1 and "," in shown:  # Mary Ann is Maryann, too
        given_forms = _sorted({*given_forms, given + middle[0]})
    aliases, short_aliases = _aliases(given, joined)
    if not shown.isascii() and (written := shown.translate(_TWO_LETTERS)) != shown:
        spelt = parse_name(written)
        aliases, short_aliases = _sorted({*aliases, *spelt.aliases}), _sorted({*short_aliases, *spelt.short_aliases})
        family_forms |= {spelt.family_name} if spelt.family_name else set()
    initials = _sorted({word[0] for word in set(middle) if _is_between(word, shown)})
    return NameForm(name, given, family_name, given_forms, _sorted(family_forms), initials, aliases, short_aliases)


def _without_credentials(shown: str) -> str:
    """Return a name without what a profession or an order writes behind it: Anna Smith, M.D., PhD; Kenneth Clarke QC."""
    while told := _CREDENTIALS_AT_END.search(shown, max(0, len(shown) - _LONGEST_CREDENTIAL)):
        before, behind = shown[: told.start()].rstrip(" ,"), told["dotted"] or told["word"]
        plain = re.sub(r"[^a-z]", "", behind.lower())
        is_sure = bool(told["comma"] or told["dotted"])
        is_capital = behind.isupper() and not before.isupper()
        known = plain in _CREDENTIALS or (is_sure and plain in _SHORT_CREDENTIALS)
        is_whole = sum(word.lower() not in PARTICLES for word in before.split()) > 1  # and not van der Berg J.D.
        if not (is_whole and known and (is_sure or is_capital)):
            break
        shown = before
    return shown


def _without_company(shown: str) -> str:
    """Return what stands before a comma, where no person stands behind it: Anna Smith, Acme Ltd; Smith, n/a; A. Hale, Jr."""
    before, comma, after = shown.partition(",")
    if not comma:
        return shown
    if len(_words(before)) > 1 and SUFFIXES.issuperset(words := _words(after)):
        return before if words else shown
    if before.strip() and (words := _words(after)) and is_nobody(after, words):
        if COMPANIES.issuperset(words):  # Acme Trading Co., Ltd.
            return after
        return before if len(_words(before)) > 1 else f"{before},"
    return shown


@functools.lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Return the spelling that transliterations of one sound share; doubled letters count once."""
    for spelling, sound in _FOLDS:
        word = word.replace(spelling, sound)
    return re.sub(r"(.)\1+", r"\1", word.replace("-", "").replace("'", ""))


def _words(name: str, *, is_part: bool = False) -> list[str]:
    """Return the words of a name, or of a part that is told to be the family name or the given ones."""
    if name.isascii() and (plain := name.replace(",", " ")).replace(" ", "").isalpha():  # as most names are
        words = plain.lower().split()
    else:
        written = name_order.from_kana(" ".join(name.replace("・", " ").split()))
        if _HAN.search(written) and " " not in written and not is_part:
            family = name_order.family_signs(written)
            pieces = (written[family:], name_order.korean_family(written[:family])) if len(written) > family else (written,)
            return [anyascii(piece).replace("-", "").lower() for piece in pieces]  # 王小明 is written WangXiaoMing
        if _HAN.search(written) and (is_part or written.count(" ") == 1):
            first, space, behind = written.partition(" ")
            first, behind = (first, behind) if is_part else name_order.korean_order(first, behind)
            written = name_order.korean_family(first) + space + behind
        written = _INITIAL.sub(lambda letter: anyascii(letter[0])[:1], name_order.without_patronymic(written))
        latin = anyascii(name_order.from_greek(name_order.from_arabic(written)))
        words = [word.replace("'", "") for word in _WORD.findall(_DOTTED_TITLE.sub(r"\1", latin).lower())]
        words = [word for word in words if word.strip("-")]
    while len(words) > 1 and words[0] in TITLES and not _is_name(words, is_part=is_part):
        words = words[1:]
    while len(words) > 1 and (words[-1] in SUFFIXES or words[-1] in (NOTES if len(words) > 2 else _SURE_NOTES)):
        words = words[:-1]
    return words


def _is_name(words: list[str], *, is_part: bool) -> bool:
    """Say whether a name begins with what is a title before others: Don Johnson, Pan Wei."""
    is_either = words[0] in _TITLES_OR_NAMES or (words[0] in _RANKS and not is_part)
    return (len(words) == 2 and is_either) or (words[0] in ("pan", "pak") and is_chinese(words[1:]))


def _parts(name: str, words: list[str]) -> tuple[str, list[str], list[str]]:
    """Return the given name, what stands between, and the words of the family name."""
    if "," in name:
        before = _words(name.split(",", 1)[0], is_part=True)
        after = _words(name.split(",", 1)[1], is_part=True)
        after = [word for word in after if word not in SUFFIXES] or after  # Hale, Jr., Samuel
        if before and after:
            if name_order.is_vietnamese(before, after):
                return name_order.vietnamese_given(after)[-1], [], before
            given, middle = name_order.with_compound(after[0], after[1:], is_whole=False)
            return given, middle, before
        if before and not name.split(",", 1)[1].strip():
            return "", [], before
    if len(words) == 1:
        return words[0], [], []
    if eastern := eastern_parts(name, words):
        return eastern
    if told := name_order.vietnamese(words):
        given_names, family = told
        return given_names[-1], [], [family]
    if first := name_order.family_first(name, words):
        given, middle = name_order.with_compound(words[first], words[first + 1 :], is_whole=False)
        return given, middle, words[:first]
    given, words = name_order.with_compound(words[0], words[1:], is_whole=True)
    if not words:
        return given, [], []
    start = len(words) - 1
    while start > 0 and words[start - 1] in PARTICLES and not _is_between(words[start - 1], name):
        start -= 1
    return given, words[:start], words[start:]


def _is_between(word: str, name: str) -> bool:
    """Say whether a word is a name between given and family name and no particle; a letter is where it stands alone.

    It stands in capitals there, where anything of the name does.
    """
    if len(word) > 1:
        return word not in PARTICLES
    return word.upper() in _ALONE.findall(anyascii(name.upper() if name.islower() else name))


def _marked_forms(named: str, family: str) -> list[str]:
    forms = []
    if told := _GENERATION.search(named):
        forms.append(f"{GENERATION}{_GENERATIONS[told[1].lower()]}{family}")
    if letter := "" if named.isascii() else name_order.father_letter(named):
        forms.append(f"{GENERATION}{letter}{family}")
    if not named.isascii() and _UNSURE.search(name_order.from_arabic(named)):
        forms.append(UNSURE + family)
    return forms


def _family_forms(joined: str, family: list[str]) -> tuple[str, ...]:
    pieces = [piece for word in family for piece in word.split("-") if len(piece) > 2 and piece not in PARTICLES]
    return _sorted({joined.replace("-", ""), fold(joined), *pieces, *map(fold, pieces)})


@functools.lru_cache(maxsize=100_000)
def _given_forms(given: str) -> tuple[str, ...]:
    whole = given.replace("-", "")
    if len(whole) == 1:
        return (whole,)
    known = {anyascii(form).lower() for form in _stands_for(whole)} | _familiar().get(whole, set())
    return _sorted({whole, fold(whole), *known})


def _stands_for(given: str) -> set[str]:
    """Return the names that a short form stands for; of two that stand for each other the longer one is the name."""
    return {
        name for name in _namer().canonicals_of(given) if len(name) > len(given) or given not in _namer().canonicals_of(name)
    }


def _aliases(given: str, family: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    given, family = given.replace("-", ""), family.replace("-", "")
    short = {given[0] + family, given + family[0], family + given[0]}
    if len(given) < 3 or len(family) < 3:
        return (), _sorted(short | {given + family, family + given})
    whole = {given + family, family + given}
    if len(given) + len(family) >= LONGEST_HANDLE:
        whole |= {alias[:length] for alias in whole for length in (LONGEST_HANDLE, LONGEST_HANDLE - 1)}  # with an underscore
    return _sorted(whole), _sorted(short)


def _sorted(values: set[str]) -> tuple[str, ...]:
    return tuple(sorted(filter(None, values)))


@functools.cache
def _familiar() -> dict[str, set[str]]:
    """Return the given names that each familiar form of ``config/nicknames.yml`` stands for."""
    stands_for: dict[str, set[str]] = {}
    for given, forms in load_yaml(PACKAGE_ROOT / _NICKNAMES).items():
        for form in forms:
            stands_for.setdefault(form, set()).add(given)
    return stands_for


@functools.cache
def _namer() -> NickNamer:
    return NickNamer()
