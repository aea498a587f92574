"""What stands around a person's name in a display name, and what stands there in a person's place."""

import re
import unicodedata

from pipelines.extract.values.fields import names

# A company says what it is: in any place, or as the last word written in capitals (Maria Sá is no S.A.).
COMPANIES = names(
    "ltd limited llc llp plc inc corp gmbh mbh ohg gbr kgaa sarl eurl srl srls snc sprl lda ltda kft zrt ehf oyj aps bvba"
    " pty spzoo eood pte sdn bhd pvt ooo oao zao pao"
)
_LAST_IN_CAPITALS = names("AG KG UG SA SL SLU SAS SPA SpA AB AS BV NV OY")
_DOTTED_COMPANY = re.compile(
    r"\b(?:S\. ?[AL]|S\. ?A\. ?S|S\. ?L\. ?U|S\. ?[pr]\. ?[AlL]|[BN]\. ?V|e\. ?V|z o\. ?o|s\. ?r\. ?o|d\. ?o\. ?o"
    r"|S\. ?n\. ?c|F\. ?(?:lli|LLI))\b\.?"
)
# Departments and machines, which no one bears as a given name: a name that begins with one is theirs.
_DEPARTMENTS = names("""
    info office support helpdesk reception purchasing accounting noreply postmaster webmaster kundenservice kundendienst
    buchhaltung einkauf verkauf vertrieb verwaltung empfang sekretariat ventas compras contabilidad recepcion administracion
    pedidos facturacion comptabilite biuro recepcja ufficio segreteria receptie inkoop verkoop
    achats compta accueil secretariat atelier etablissements ets garage menuiserie boulangerie acquisti amministrazione
    magazzino officine officina autofficina aankoop boekhouding magazijn bouwbedrijf zakupy ksiegowosc sekretariat
    zamowienia zaklady phu pphu fhu
""")
# What is typed where no name is known. As a part of a name each may be one: nobody is named by these alone.
_FILLERS = names("""
    accounts billing booking bookings customer customers department desk front help mail marketing online order orders
    post sales service services shop staff store team warehouse care
    test tester testing unknown unbekannt desconocido desconocida inconnu inconnue sconosciuto onbekend nieznany
    kunde kundin cliente client klant klient guest gast visitor besucher anonymous anonym anonimo anonyme
    none null na nn nobody niemand name vorname nachname firstname lastname nombre apellido nom prenom
    caller anrufer user username private number withheld new neu xx xxx xxxx asdf
    no in walk walkin walk-in cash sale counter retail dummy default laufkunde laufkundschaft barkunde barverkauf diverse
    kunden sammelkunde consumidor final generico generica varios mostrador contado publico en general sin nao
    identificado balcao padrao comptoir passage divers de occasionale banco detaliczny osoba prywatna nihai tuketici
    perakende musteri particulier contante losse verkoop roznichnyy pokupatel chastnoe fizicheskoe litso gost
""")
_INVENTED = names("mustermann musterfrau")  # as a form's own example has it
_JOHN_DOE = (["john", "doe"], ["jane", "doe"])
_SIGNS = re.compile(
    "株式会社|有限会社|合同会社|[(\uff08]株[)\uff09]|㈱|公司|商店|주식회사|[(\uff08]주[)\uff09]|㈜|^(?:散客|匿名|测试|測試|顾客|客户|ゲスト|お客|고객|손님|비회원)$"
)
# What is said behind a name to honour who bears it (王先生 is a Mr Wang), and before it in Thai.
_HONOUR = re.compile(
    r"(?<=\w)\s*(?:様|さま|さん|殿|先生|女士|小姐|고객님|님|씨)$|^(?:คุณ|นางสาว|นาย|นาง)\s*(?=[\u0e00-\u0e7f]{2})"
)
_NO_PERSON = _DEPARTMENTS | COMPANIES | _FILLERS
_FAMILIES = names("familie fam family familia famille famiglia familjen perhe rodzina rodina ailesi")
_AND = frozenset(("and", "und", "et", "u"))
_TOGETHER = re.compile(r"\s*[&+]\s*|\s+(?:and|und|et|u\.)\s+", re.IGNORECASE)
# What follows tells for whom, by what way, where, or how somebody was called before.
_ASIDE = re.compile(
    r"(?<=\w)[.)\"]?(?:\s+(?:[Oo]n [Bb]ehalf [Oo]f|im Auftrag(?: von)?|en nombre de|em nome de|namens|via|c/o|p/o|für"
    r"|pour|per conto d[ei]|w imieniu|geb\.|geborene|née?|nee)\s|\s+[|\u2022\u00b7\u2013\u2014-]\s+|\s*\|).*", re.DOTALL,
)  # fmt: skip
_ODD = re.compile(r"[^\w\s.,;'-]")  # most names have none of it
_BRACKETED = re.compile(r"\([^()]*(?:\)|$)|\[[^\[\]]*(?:\]|$)|\{[^{}]*(?:\}|$)|<[^<>]*(?:>|$)")
_NOTHING = re.compile(r"\bn ?/ ?a\b", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")


def without_asides(name: str) -> str:
    """Return the name that a display name shows: without pictures, what stands in brackets, and words about others.

    What is nothing but an aside is kept: "(Anna)" may be how somebody writes their name.
    """
    if not name.isascii():
        name = _HONOUR.sub("", name.strip())
    if _ODD.search(name):
        plain = _NOTHING.sub("na", name if name.isascii() else "".join(map(_letter, name)))
        if not (named := _BRACKETED.sub(" ", plain).strip()):
            return plain.strip(" ()[]{}<>")
    else:
        named = name.strip()
    return _ASIDE.sub("", named).strip() or named


def is_nobody_in_signs(name: str) -> bool:
    """Say whether a company, or a filler, is shown in Han, Kana or Hangul."""
    return not name.isascii() and _SIGNS.search(name.strip()) is not None


def is_nobody(name: str, words: list[str]) -> bool:
    """Say whether a company, a department or a form's filler stands where a person's name would.

    Args:
        name: as shown.
        words: its words, in lower-case Latin letters.
    """
    if not COMPANIES.isdisjoint(words) or not _INVENTED.isdisjoint(words) or words in _JOHN_DOE:
        return True
    if _NO_PERSON.issuperset(words) or ("." in name and _DOTTED_COMPANY.search(name)):
        return True
    if words[-1].upper() in _LAST_IN_CAPITALS and not name.isupper():
        shown = _WORDS.findall(name)
        if len(shown) > 1 and shown[-1] in _LAST_IN_CAPITALS:
            return True
    return "," not in name and words[0] in _DEPARTMENTS


def is_household(name: str, words: list[str]) -> bool:
    """Say whether several people share what bears this name: "Familie Huber", "Hans & Anna Huber", "Mr and Mrs Smith"."""
    if not _FAMILIES.isdisjoint((words[0], words[-1])) and len(words) > 1:
        return True
    if "&" not in name and "+" not in name and _AND.isdisjoint(words):
        return False
    return len([part for part in _TOGETHER.split(name) if _WORDS.search(part)]) > 1


def _letter(sign: str) -> str:
    kind = unicodedata.category(sign)
    return " " if kind == "So" or (kind == "Sk" and sign > "\uffff") else sign
