"""Where a culture puts which name: Vietnamese and Russian order, given names of two words, family names of two signs."""

import functools
import re

from anyascii import anyascii

from pipelines.extract.values.fields import names
from pipelines.extract.values.identifiers import SIGNS
from pipelines.settings import PACKAGE_ROOT, load_yaml

# Given names that are one name in two words: who is called Maria Teresa is not Maria Carmen.
_COMPOUND = {
    "maria": "teresa carmen jose luisa isabel pilar angeles dolores mercedes antonia elena josefa jesus victoria cristina"
    " soledad belen rosario paz eugenia fernanda clara eduarda luiza cecilia julia helena vitoria alice beatriz aparecida"
    " fatima lourdes conceicao gracas",
    "ma": "teresa carmen jose luisa isabel pilar angeles dolores mercedes antonia elena josefa victoria cristina",
    "joao": "pedro paulo lucas vitor victor gabriel miguel carlos marcos felipe guilherme henrique antonio manuel luis",
    "jose": "luis antonio maria manuel miguel angel ignacio ramon javier francisco carlos alberto enrique"
    " eduardo roberto augusto",
    "juan": "carlos jose antonio manuel luis ramon pablo francisco miguel ignacio",
    "luis": "miguel alberto fernando antonio manuel carlos felipe filipe henrique eduardo",
    "luiz": "carlos felipe gustavo henrique fernando eduardo otavio antonio",
    "carlos": "eduardo alberto henrique augusto manuel andres",
    "pedro": "henrique lucas miguel paulo pablo",
    "paulo": "henrique roberto sergio cesar",
    "marco": "antonio aurelio tulio",
    "francisco": "javier jose",
    "miguel": "angel",
    "ana": "maria isabel belen cristina clara paula julia luiza luisa carolina beatriz laura lucia sofia",
}
_COMPOUND_WITH_FAMILY = {  # these second names are family names as well: Hans Peter may be Mr Peter
    "hans": "peter jurgen juergen joachim georg dieter werner ulrich",
    "karl": "heinz",
    "jean": "pierre paul claude luc marc michel jacques francois louis baptiste",
    "marie": "claire christine louise france therese helene",
    "eva": "maria",
}
_SECOND = {first: frozenset(second.split()) for first, second in (_COMPOUND | _COMPOUND_WITH_FAMILY).items()}
_BETWEEN = frozenset(("de", "del", "la", "las", "los", "da", "das"))  # María de los Ángeles, Maria das Graças

_VIETNAMESE = names("nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly trinh dinh truong luong")
_VIETNAMESE_MIDDLE = frozenset(("thi", "van"))  # what nearly every woman, or man, is called as well
_SYLLABLE = re.compile(r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?")
_PATRONYMIC = re.compile(r"[\u0430-\u044f\u0451]{2,}(?:ович|евич|ьич|овна|евна|ична)$", re.IGNORECASE)
_CYRILLIC = re.compile(r"[\u0430-\u044f\u0451]+", re.IGNORECASE)
_LONGER_FAMILIES = names("""
    欧阳 歐陽 司徒 司马 司馬 上官 诸葛 諸葛 皇甫 令狐 慕容 端木 夏侯 尉迟
    佐佐木 長谷川 佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 山本 中村 小林 加藤 吉田 山田 松本 井上 木村 清水 斎藤 斉藤 山口
    池田 橋本 阿部 石川 前田 藤田 小川 岡田 後藤 村上 近藤 石井 坂本 遠藤 青木 藤井 西村 福田 太田 三浦 藤原 岡本 松田
    中川 中野 原田 小野 竹内 金子 和田 中山 石田 上田 森田 酒井 柴田 宮崎 宮本 大野 横山 高木 安藤 谷口 今井 工藤 丸山
    増田 村田 武田 平野 大塚 남궁 황보 선우 제갈 독고 사공
""")
_SIGNS = re.compile(SIGNS)
# Korean family names as those who bear them write them in Latin letters.
_KOREAN = {
    "이": "lee", "김": "kim", "박": "park", "최": "choi", "정": "jung", "조": "cho", "윤": "yoon",
    "임": "lim", "안": "ahn", "류": "ryu", "유": "yoo", "노": "noh", "신": "shin", "오": "oh",
    "우": "woo", "전": "jeon", "황": "hwang", "권": "kwon", "고": "ko", "문": "moon", "심": "shim",
    "허": "heo", "구": "koo", "주": "joo", "백": "baek", "현": "hyun", "변": "byun", "여": "yeo",
}  # fmt: skip
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_KANA = re.compile(r"[\u3041-\u30fa]")
_KANA_WORD = re.compile(r"[\u3041-\u30fa\u30fc]+")
_GLIDE = re.compile(r"([\u3041-\u30fa])([\u3083\u3085\u3087\u30e3\u30e5\u30e7])")  # shi and a small yo are sho
# Letters that Greeks write as two say one sound, and are written so in passports (ELOT 743): Παπαδοπούλου is Papadopoulou.
_GREEK = re.compile(r"[\u0370-\u03ff]")
_GREEK_PAIRS = (
    (re.compile("ο[υύ]"), "ou"),  # noqa: RUF001
    (re.compile("([αεη])[υύ](?=[αάεέηήιίοόυύωώβγδζλμνρ])"), r"\1v"),
    (re.compile("([αεη])[υύ]"), r"\1f"),
    (re.compile("γγ"), "ng"),  # noqa: RUF001
    (re.compile("γχ"), "nch"),
    (re.compile(r"\bμπ"), "b"),
)
_LONG_VOWEL = re.compile(r"ou(?!e)|oo|uu|-")
_REPEATED = re.compile(r"(.)\u3005")

# A family name may begin with these, and hardly any given name does: Le Gall Anne, Van Damme Jean.
_FAMILY_BEGINS = names("""
    de del dela delos della dello dei degli di da das dos du des el la le lo van vande vanden vander von den der ter ten op
""")

_SERVANT = names("abdul abdel abdal abdoul abdur abdus abd")  # of one of God's names, which follows

ARABIC_NAMES = "config/arabic_names.yml"
_ARABIC = re.compile(r"[\u0621-\u064a]+")
_VOWEL_MARKS = re.compile(r"[\u0640\u064b-\u0652\u0670]")
_ONE_LETTER = str.maketrans("أإآٱىة", "اااايه")


def with_compound(given: str, rest: list[str], *, is_whole: bool) -> tuple[str, list[str]]:
    """Join a given name of two words: María Teresa, José Luis, Hans Peter.

    Args:
        rest: the words behind ``given``.
        is_whole: these are all words there are; none is left for a family name.

    Returns:
        The given name, and the words behind it.
    """
    if given in _SERVANT and len(rest) > is_whole:  # Abdul Salam Hassan, whose name is Abdulsalam
        return given + rest[0], rest[1:]
    at = next((at for at, word in enumerate(rest) if word not in _BETWEEN), len(rest))
    if at == len(rest) or rest[at] not in _SECOND.get(given, ()):
        return given, rest
    if is_whole and at + 1 == len(rest) and given in _COMPOUND_WITH_FAMILY:
        return given, rest
    return ("maria" if given == "ma" else given) + rest[at], rest[at + 1 :]


def vietnamese(words: list[str]) -> tuple[list[str], str] | None:
    """Return the given names and the family name of a Vietnamese name of three words or more, in either order.

    The given name that people are called by is the last before Western order put the family name there: Nguyễn Thị Minh
    Anh is Minh Anh Nguyen, and called Anh. None for any other name.
    """
    if len(words) < 3 or not all(map(_SYLLABLE.fullmatch, words)):
        return None
    is_first, is_last = words[0] in _VIETNAMESE, words[-1] in _VIETNAMESE
    if is_first == is_last:
        return None
    given = words[1:] if is_first else words[:-1]
    return vietnamese_given(given), words[0] if is_first else words[-1]


def vietnamese_given(words: list[str]) -> list[str]:
    """Return the given names without the middle names Thị and Văn, unless there is no other."""
    return [word for word in words if word not in _VIETNAMESE_MIDDLE] or words


def is_vietnamese(family: list[str], given: list[str]) -> bool:
    """Say whether names that were told apart are Vietnamese ones, with more than one given name."""
    return (
        len(family) == 1 and len(given) > 1 and family[0] in _VIETNAMESE and all(map(_SYLLABLE.fullmatch, given))
    )  # fmt: skip


def without_patronymic(name: str) -> str:
    """Return a Russian name that ends with the father's in Western order: Иванов Сергей Петрович is Сергей Иванов.

    Сергей Петрович, as people introduce themselves, is a Сергей.
    """
    words = name.split()
    if len(words) == 2 and _PATRONYMIC.fullmatch(words[1]) and _CYRILLIC.fullmatch(words[0]):
        return words[0]
    if len(words) == 3 and _PATRONYMIC.fullmatch(words[2]) and all(map(_CYRILLIC.fullmatch, words[:2])):
        return f"{words[1]} {words[0]}"
    return name


def father_letter(name: str) -> str:
    """Return the first letter of the father's name in a Russian one, whole or as an initial: p for Иванов И. П."""
    words = name.replace(".", " ").split()
    if len(words) != 3 or not all(map(_CYRILLIC.fullmatch, words)):
        return ""
    told = [word for word in words if _PATRONYMIC.fullmatch(word)]
    if not told and 1 == len(words[0]) == len(words[1]) < len(words[2]):
        told = [words[1]]
    if not told and 1 == len(words[1]) == len(words[2]) < len(words[0]):
        told = [words[2]]
    return anyascii(told[0])[:1].lower() if told else ""


def family_signs(name: str) -> int:
    """Return how many signs of a name in Han are the family name: one, but for some, most of them Japanese."""
    return next((length for length in (3, 2) if name[:length] in _LONGER_FAMILIES), 1)


def korean_family(signs: str) -> str:
    """Return a Korean family name as it is usually written in Latin letters (이 is Lee), any other as it stands."""
    return _KOREAN.get(signs, signs)


def korean_order(first: str, behind: str) -> tuple[str, str]:
    """Return the family name and the given one of a Korean name in two parts; 민지 김 is in Latin order."""
    is_last = len(first) == 2 and len(behind) == 1 and first not in _LONGER_FAMILIES and _HANGUL.fullmatch(first + behind)
    return (behind, first) if is_last else (first, behind)


def family_first(name: str, words: list[str]) -> int:
    """Return how many of a name's first words are its family name; 0 where nothing says that it stands first.

    It does in Han, Kana and Hangul; where it alone is in capitals (DUPONT Jean-Pierre); and where it begins as only family
    names do, before another word (Le Gall Anne).

    Args:
        name: as shown.
        words: its words, without titles, in lower-case Latin letters.
    """
    shown = name.split()
    if all(map(_SIGNS.match, shown)):
        return int(len(shown) > 1)
    shown = shown[-len(words) :]
    if words[0] not in _FAMILY_BEGINS and not shown[0].isupper():  # as in most names
        return 0
    in_capitals = next((at for at, word in enumerate(shown) if not word.isupper()), len(shown))
    letters = sum(map(str.isalpha, "".join(shown[:in_capitals])))
    is_word = any(sum(map(str.isalpha, word)) > 1 for word in shown[:in_capitals])  # J. R. R. Tolkien
    if in_capitals < len(shown) == len(words) and letters > 2 and is_word and not any(map(str.isupper, shown[in_capitals:])):
        return in_capitals
    begins = next((at for at, word in enumerate(words) if word not in _FAMILY_BEGINS), len(words))
    return begins + 1 if 0 < begins < len(words) - 1 else 0


def from_kana(name: str) -> str:
    """Write Kana as Japanese write their names in Latin letters (Shota, not shiyouta), and the sign that 々 repeats."""
    name = _REPEATED.sub(r"\1\1", name)
    if not _KANA.search(name):
        return name
    return _KANA_WORD.sub(lambda word: _LONG_VOWEL.sub(_shortened, anyascii(_GLIDE.sub(_glided, word[0]))), name)


def from_greek(name: str) -> str:
    """Write the pairs of Greek letters that say one sound as Greeks write them in Latin letters; the others stay."""
    if not _GREEK.search(name):
        return name
    name = name.lower()
    for pair, sound in _GREEK_PAIRS:
        name = pair.sub(sound, name)
    return name


def _shortened(vowel: re.Match[str]) -> str:
    return vowel[0][0].strip("-")


def _glided(signs: re.Match[str]) -> str:
    begin, vowel = anyascii(signs[1])[:-1], anyascii(signs[2])
    return begin + (vowel[1:] if begin in ("sh", "ch", "j") else vowel)


def from_arabic(name: str) -> str:
    """Write known names in Arabic letters, which leave short vowels out, as they are usually written in Latin ones."""
    if not _ARABIC.search(name):
        return name
    bare = _VOWEL_MARKS.sub("", name).translate(_ONE_LETTER).replace("عبد ال", "عبدال")
    return _ARABIC.sub(lambda word: _latin(word[0]), bare)


def _latin(word: str) -> str:
    known = _arabic_names()
    if word in known:
        return known[word]
    if word.startswith("ال") and word[2:] in known:
        return "al-" + known[word[2:]]
    return word


@functools.cache
def _arabic_names() -> dict[str, str]:
    """Return the Latin spelling of each name of ``config/arabic_names.yml``."""
    told = load_yaml(PACKAGE_ROOT / ARABIC_NAMES)
    return {arabic.translate(_ONE_LETTER): latin for latin, arabic in told.items()}
