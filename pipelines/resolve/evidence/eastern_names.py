"""Names that put the family name first: Lim Wei Ling, Kim Min-su, Sato Kenta, Nagy László, Иванов Сергей, Ivanov S. P.

Nothing but the words tells the order there: a known family name before a word that can be a given name with it. Without this
the daughters Lim whose last syllable is Ling are one name, and all of a family Nagy have one given name.
"""

import re

from pipelines.extract.values.fields import names

_CHINESE = names("""
    wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie tang han feng
    deng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng su wei lu ding ren shen yao cui zhong tan fan jin shi
    fu chan wong cheung lau leung ng lam ho yip chow tsang kwok mak fung yeung lai tsai hsu hsieh chang chou chiu
    lim ong goh teo koh chua toh seah yeo low sim heng ang tay chong wee chia
""")
_KOREAN = names("""
    kim lee park choi jung jeong jeon kang cho yoon yun jang lim han oh seo shin kwon hwang ahn song ryu yoo hong ko
    moon yang son bae baek heo nam shim noh kwak sung cha joo koo min na jin eom cheon bang byun gim bak choe
""")
_JAPANESE = names("""
    sato suzuki takahashi tanaka watanabe ito yamamoto nakamura kobayashi kato yoshida yamada sasaki yamaguchi matsumoto
    inoue kimura shimizu hayashi saito yamazaki ikeda hashimoto ishikawa maeda fujita ogawa okada goto hasegawa murakami
    kondo ishii sakamoto endo aoki fujii nishimura fukuda ota miura fujiwara okamoto matsuda nakajima nakagawa nakano harada
    tamura takeuchi kaneko wada nakayama ishida ueda morita shibata miyazaki sakai kudo yokoyama miyamoto uchida takagi
""")
_HUNGARIAN = names("""
    nagy kovacs toth szabo horvath varga kiss molnar nemeth farkas balogh papp takacs juhasz lakatos meszaros olah racz
    fekete szilagyi torok feher szucs kocsis fodor szalai sipos lukacs gulyas biro halasz szekely
""")
_GIVEN_AS_WELL = names("min jin song yang han sun he ma su na ho lin yu xiao wei jia shi fu hu hong sung joo koo yoo ye")
_WESTERN_AS_WELL = names("kim lee ng oh")  # Kim Johnson, and not Kim Minsu

_CHINESE_SYLLABLE = "(?:(?:zh|ch|sh|ts|hs|kw|[bpmfdtnlgkhjqxrzcsyw])?[aeiou]{1,3}(?:ng|[nkmpthw])?|ng)"
_PINYIN = re.compile("(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?[aeiou]{1,3}(?:ng|n)?){1,2}")
_KOREAN_SYLLABLE = (
    "(?:b[aeiou]+[mnk]?|ch?[aeou]+[ln]?|d[aeou]+[ngk]*|g[aeiouy]+(?:ng|n|k)?|h[aeiouy]+(?:ng|n|k)?|j[aeiou]+(?:ng|n|k)?"
    "|k[aeiouy]+(?:ng|n)?|kwang|m[aeiouy]+(?:ng|n)?|n[aou]+m?|r[aiyou]+(?:ng|n)?|sh?[aeiou]+(?:ng|[nkpb])?|t[aeiou]+k?"
    "|w[aeoiu]+(?:ng|n|k)?|y[aeiou]+(?:ng|n|l)?|u[kn]?|ah?|ae|eu?n|i[ln]?|o[kn]?)"
)
_SYLLABLES = _CHINESE | _KOREAN
_SYLLABLE = re.compile(f"{_CHINESE_SYLLABLE}|{_KOREAN_SYLLABLE}")
# Family names, and what the other words are like where one of them stands first.
_PEOPLES = (
    (_CHINESE, 2, re.compile(f"{_CHINESE_SYLLABLE}-?(?:{_CHINESE_SYLLABLE})?")),
    (_KOREAN, 2, re.compile(f"{_KOREAN_SYLLABLE}-?{_KOREAN_SYLLABLE}")),
    (_JAPANESE, 2, re.compile("(?:(?:[kgsztdnhbpmr]y?|sh|ch|ts|j|f|w|y)?[aeiou]+n?){2,5}")),
    (_HUNGARIAN, 3, re.compile("[a-z]{3,}")),
)
_HYPHENED = re.compile(r"[A-Z][a-z]{1,5}-[a-z]{1,6}")  # Min-su, Ing-wen: a double family name has two capitals
_CYRILLIC_FAMILY = re.compile(r"(?!любов$)\w{3,}[оеё]ва?|\w{2,}(?:ск(?:ий|ая)|цк(?:ий|ая)|енко|швили)", re.IGNORECASE)
_LATIN_FAMILY = re.compile("(?!yakov|iakov|jakov|genoveva|l[yi]ubov$)[a-z]{3,}(?:ova?|eva|[aeiy]ev|skiy?|sky|skaya|enko)")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]+-?[\u0400-\u04ff]*")
_INITIALS = re.compile(r"(?:\w\.-?){2,3}|(?:\w\. ?){2,3}")

Parts = tuple[str, list[str], list[str]]  # the given name, what stands between, the words of the family name


def eastern_parts(shown: str, words: list[str]) -> Parts | None:
    """Take a name apart whose words tell that the family name is the first, or that given names are syllables of one.

    Args:
        shown: as the record shows it.
        words: its words, without titles, in lower-case Latin letters.

    Returns:
        None for any other name.
    """
    return _with_initials(shown, words) or _cyrillic(shown, words) or _syllables(words) or _family_first(shown, words)


def is_chinese(words: list[str]) -> bool:
    """Say whether words can be a Chinese given name: Pan Wei, and not Pan Nowak, a Polish Mr."""
    return all(map(_PINYIN.fullmatch, words))


def _with_initials(shown: str, words: list[str]) -> Parts | None:
    """Иванов Ю. П., Smith J.A.: what two initials stand behind is the family name; one behind what ends as only they do."""
    family = next((at for at, word in enumerate(words) if len(word) == 1), len(words))
    behind = words[family:]
    if not behind or not family or any(len(word) > 1 for word in behind):
        return None
    last = shown.split()[-1]
    is_cyrillic = _CYRILLIC.match(shown) is not None
    if len(behind) > 1 and (is_cyrillic or _INITIALS.fullmatch(last)):
        return behind[0], [], words[:family]
    if is_cyrillic and family == 1 and _CYRILLIC_FAMILY.fullmatch(shown.split()[0]):
        return behind[0], [], words[:1]
    return None


def _cyrillic(shown: str, words: list[str]) -> Parts | None:
    told = shown.split()
    if len(told) != 2 or len(words) != 2 or not all(map(_CYRILLIC.fullmatch, told)):
        return None
    if _CYRILLIC_FAMILY.fullmatch(told[0]) and not _CYRILLIC_FAMILY.fullmatch(told[1]):
        return words[1], [], words[:1]
    return None


def _syllables(words: list[str]) -> Parts | None:
    is_first, is_last = words[0] in _SYLLABLES, words[-1] in _SYLLABLES
    if len(words) != 3 or not (is_first or is_last):
        return None
    is_first = is_first and not (is_last and words[0] in _GIVEN_AS_WELL and words[2] not in _GIVEN_AS_WELL)
    given, family = (words[1:], words[:1]) if is_first else (words[:2], words[2:])
    if all(len(word) > 1 and _SYLLABLE.fullmatch(word) for word in given):
        return "".join(given), [], family
    return None


def _family_first(shown: str, words: list[str]) -> Parts | None:
    for families, most, given in _PEOPLES:
        if words[0] in families and words[-1] not in families and 1 < len(words) <= most:
            is_western = words[0] in _WESTERN_AS_WELL and words[1].endswith("son")
            if not is_western and all(map(given.fullmatch, words[1:])):
                return words[1], words[2:], words[:1]
    if len(words) == 2 and _LATIN_FAMILY.fullmatch(words[0]) and not _LATIN_FAMILY.fullmatch(words[1]) and len(words[1]) > 2:
        return words[1], [], words[:1]
    if len(words) == 2 and _HYPHENED.fullmatch(shown.split()[-1]):
        return words[1], [], words[:1]
    return None
