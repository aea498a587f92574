"""Text as a person wrote it: valid characters only, HTML to lines, and a reply's own words apart from quotes and signature.

Whoever can write to us chooses this input, so every function takes time in proportion to its length: no regular
expression here can go back over what it has read.
"""

import re
import unicodedata
from dataclasses import dataclass
from html import unescape

from selectolax.lexbor import LexborHTMLParser

from pipelines.extract.values import reply_words as words

_BLOCKS = (
    "address, article, aside, blockquote, dd, div, dl, dt, fieldset, figure, footer, form, h1, h2, h3, h4, h5, h6, "
    "header, li, main, nav, ol, p, pre, section, table, tr, ul"
)
_DROPPED = "script, style, head, title, template, noscript, object, svg"
_BREAK, _QUOTE, _UNQUOTE = "\ue000", "\ue001", "\ue002"  # private use: stand-ins while the tree is read
_STAND_INS = str.maketrans(dict.fromkeys((_BREAK, _QUOTE, _UNQUOTE), ""))
_NESTING = 1_000  # Outlook's worst is below 200; 100,000 levels took the parser 12 s
_PREFORMATTED = 100
_TAG = re.compile("<[^<>]*>")
_TAG_NAME = re.compile("<(/?)([a-zA-Z][a-zA-Z0-9]{0,9})")
# Elements that hold nothing, and those that the next of their kind closes.
_VOID = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr")
_UNNESTED = frozenset((*_VOID, "p", "li", "td", "th", "tr", "dd", "dt", "option"))
_DEPTH = 4  # quotes within quotes that are still told apart

# Controls, bidirectional marks and overrides, zero-width marks other than the joiners that scripts need, lone surrogates.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


@dataclass(slots=True)
class Parts:
    """A message's text: what the person wrote, what they quoted, and their signature; empty where there is none."""

    text: str
    quoted: str
    signature: str


def clean(text: str) -> str:
    """Return the text without control and bidirectional characters and lone surrogates; a line ends with a line feed."""
    if text.replace("\n", " ").isprintable():  # what most texts are, at a third of the time
        return text
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return the text cleaned, in NFC, its white space collapsed: names, subjects, references."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if " " in text else text
    return unicodedata.normalize("NFC", " ".join(_UNWANTED.sub("", " ".join(text.split())).split()))


def html_to_text(html: str) -> str:
    """Return what a reader of the page sees: blocks as lines, links by their text, quoted blocks with ``> ``."""
    html = clean(html).translate(_STAND_INS)
    if _is_deep(html):
        return _lines(unescape(_TAG.sub(_BREAK, html)))
    tree = LexborHTMLParser(html)
    for node in tree.css(_DROPPED):
        node.decompose()
    for node in tree.css("pre")[:_PREFORMATTED]:
        node.replace_with(_BREAK + node.text().replace("\n", _BREAK) + _BREAK)
    for node in tree.css("blockquote"):
        node.insert_before(_QUOTE)
        node.insert_after(_UNQUOTE)
    for node in tree.css("br, hr"):
        node.replace_with(_BREAK)
    for node in tree.css(_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    for node in tree.css("td, th"):
        node.insert_after(" ")
    body = tree.body
    return _lines(body.text() if body is not None else "")


def _is_deep(html: str) -> bool:
    """Tell whether elements nest deeper than any mail's do: the parser's time grows with depth times length."""
    if html.count("<") <= _NESTING:
        return False
    depth = 0
    for tag in _TAG_NAME.finditer(html):
        if tag[2].lower() not in _UNNESTED:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
            if depth > _NESTING:
                return True
    return False


def _lines(marked: str) -> str:
    flat = " ".join(marked.split())
    flat = flat.replace(_QUOTE, _BREAK + _QUOTE + _BREAK).replace(_UNQUOTE, _BREAK + _UNQUOTE + _BREAK)
    lines: list[str] = []
    depth = 0
    for line in flat.split(_BREAK):
        depth += (line == _QUOTE) - (line == _UNQUOTE)
        shown = line.translate(_STAND_INS).strip()
        if shown:
            lines.append("> " * min(depth, _DEPTH) + shown)
        elif lines and lines[-1]:
            lines.append("")
    return "\n".join(lines).strip()


_ATTRIBUTION_LINES = 3  # programs wrap it at 72 characters
_ATTRIBUTION_LENGTH = 400
_COLONS = (":", "\uff1a")
# "On Fri, 20", "Am 20", "Le vendredi 20": so begin attributions wherever on a line they stand.
_BEGINNING = re.compile(r"(?<!\S)(?:On|Am|Le|El|Il|Op|Em|Den|På) (?:[^\W\d_]{2,12}[.,]{0,2} ){0,2}\d")
# In the digits of Arabic, Persian, Hindi and Bengali, too.
_YEAR = re.compile(
    r"(?:[1\u0661\u06f1\u0967\u09e7][9\u0669\u06f9\u096f\u09ef]|[2\u0662\u06f2\u0968\u09e8][0\u0660\u06f0\u0966\u09e6])\d\d"
)
_CLOCK = re.compile(r"\d[:.]\d\d")
_ADDRESS = re.compile(r"[<(][^\s<>()@]{1,64}@[^\s<>()@]{1,255}[>)]")
_BARE_ADDRESS = re.compile(r"\s[^\s<>()@]{1,64}@[^\s<>()@:]{1,255}:")
_GROUPWISE = re.compile(r">>> [^\n>]{1,200}>? [^\n>]{0,40}\d[:.]\d\d(?: [AP]M)? >>>")

_LABELLED = re.compile(r"\s{0,9}\*{0,2}[^\W\d_][^\W\d_ ]{0,14}(?: [^\W\d_]{1,14})?\*{0,2} ?[:\uff1a]\*{0,2} ?\S")

_TABLE_HEAD = 10  # lines above Notes' table in which its time is looked for
_DAY_AND_CLOCK = re.compile(r"\d[./-]\d\d?[./-]\d\d+,?\s\d\d?[:.]\d\d")

# Drawn lines, with words in them or without; some programs draw them with the dashes of typesetters.
_RULES = ("--", "__", "==", "##", "**", "\u2010\u2010", "\u2013\u2013", "\u2014\u2014")
_DRAWN = "-_=*:# \u2010\u2013\u2014\uff1a"
_HEADER_LENGTH = 14
_DEVICE_LENGTH = 80
_DASHES = ("--", "—", "- --")  # RFC 3676 4.3, and what programs make of it
_SIGNATURE_LINES = 15  # a longer "signature" is somebody's text under a dashed line


def split_reply(text: str) -> Parts:
    """Set quotes and the signature apart from what the person wrote.

    A line that introduces a quote ("On … wrote:") takes the ``>`` lines under it along, and where none follow,
    everything: an answer below its quote stays the person's own. Lines under "-----Original Message-----" or under a
    block of From/Sent/To lines are all quoted.
    """
    text, table = _split_table(clean(text))
    lines = text.split("\n")
    own, quoted = (lines, []) if _quotes_nothing(text, lines) else _split_quotes(text, lines)
    quoted += table
    own, signature = _split_signature(own)
    return Parts("\n".join(own).strip(), "\n".join(quoted).strip(), "\n".join(signature).strip())


def _split_table(text: str) -> tuple[str, list[str]]:
    """Set apart what Lotus Notes quotes: under a name, a time and a table whose labels stand each on a line of its own."""
    found = words.TABLE.search(text) if any(copy in text for copy in words.TABLE_HINTS) else None
    if not found:
        return text, []
    above = text[: found.start()].split("\n")
    dated = (at for at in range(len(above) - 1, max(len(above) - _TABLE_HEAD, -1), -1) if _DAY_AND_CLOCK.search(above[at]))
    start = next(dated, len(above) - 1)
    while start and above[start - 1].strip():
        start -= 1
    return "\n".join(above[:start]), [*above[start:-1], *text[found.start() :].split("\n")]


def _quotes_nothing(text: str, lines: list[str]) -> bool:
    """Tell whether nothing in a text can begin a quote, as in most: it has no colon, and lines begin with words."""
    if any(colon in text for colon in _COLONS):
        return False
    return all(not line or line[0].isalnum() for line in lines)


def _split_quotes(text: str, lines: list[str]) -> tuple[list[str], list[str]]:
    """Return a text's lines apart: those of the person's own, and the quoted ones."""
    colon = ":" if "\uff1a" not in text else ""  # a line without it begins nothing; each may where wide ones are about
    colons = {at for at, line in enumerate(lines) if colon in line and line.rstrip().endswith(_COLONS)}
    near = {at - before for at in colons for before in range(_ATTRIBUTION_LINES)}  # an attribution may begin only there
    own: list[str] = []
    quoted: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        first = line[:1]
        # As most lines are: no beginning of a quote.
        if not first or ((first == ">" or first.isalnum()) and at not in near and colon not in line):
            (quoted if first == ">" else own).append(line)
            at += 1
            continue
        line = line.strip()
        if line and (at in near or colon in line or line.startswith(_RULES)):
            introduced = (_attribution_lines(lines, at, colons) if at in near else 0) or int(_is_drawn_attribution(line))
            if introduced and (before := _words_before(lines[at : at + introduced])):
                own.append(lines[at][:before])
                lines[at] = lines[at][before:]
            if (
                _is_divider(line)
                or _is_header_block(lines, at)
                or (introduced and not _quote_follows(lines, at + introduced))
            ):
                while own and not own[-1].strip("_- "):  # the line that Outlook draws above
                    quoted.append(own.pop())
                quoted += lines[at:]
                break
            if introduced:
                quoted += lines[at : at + introduced]
                at += introduced
                continue
        (quoted if line.startswith((">", "|>")) else own).append(lines[at])
        at += 1
    return own, quoted


def _attribution_lines(lines: list[str], at: int, colons: set[int]) -> int:
    """Return over how many lines an attribution runs that begins here; 0 where none does.

    It holds a verb that we know and tells who or when; or, in any language, an address in brackets, a year and a time.
    """
    end = next(end for end in range(at, at + _ATTRIBUTION_LINES) if end in colons)
    if not all(line.strip() for line in lines[at : end + 1]) or any(map(_BEGINNING.match, lines[at + 1 : end + 1])):
        return 0
    joined = " ".join(line.strip() for line in lines[at : end + 1]).replace("< ", "<")
    if len(joined) > _ATTRIBUTION_LENGTH:
        return 0
    folded = joined.casefold()
    begins = folded.startswith(words.ATTRIBUTION_STARTS) or folded[:4].isdigit() or _is_dated(lines[at])
    if end == at:
        begins = begins or folded[:1].isdigit() or "@" in joined or _quote_follows(lines, at + 1)
    elif _is_dated(joined) and _ADDRESS.search(lines[at]):
        begins = begins or _has_verb(lines[at].casefold())  # Bob <bob@shop.example> wrote on Fri, 20
    is_told = _has_verb(folded) and ("@" in joined or any(map(str.isdigit, joined)))
    is_shown = _ADDRESS.search(joined) or (_BARE_ADDRESS.search(joined) and _quote_follows(lines, end + 1))
    return end - at + 1 if begins and (is_told or (_is_dated(joined) and is_shown)) else 0


def _words_before(attribution: list[str]) -> int:
    """Return how many letters of its first line stand before an attribution: some programs write it behind an answer."""
    line = attribution[0]
    if _BEGINNING.match(line):
        return 0
    for found in reversed(list(_BEGINNING.finditer(line))):
        rest = " ".join([line[found.start() :], *attribution[1:]])
        if _is_dated(rest) and _has_verb(rest.casefold()):
            return found.start() if line[: found.start()].strip("> " + _DRAWN) else 0
    return 0


def _is_dated(line: str) -> bool:
    return bool(_YEAR.search(line) and _CLOCK.search(line))


def _quote_follows(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 3] if line.strip()), "")
    return following.lstrip().startswith(">")


def _is_divider(line: str) -> bool:
    """Tell whether a drawn line, or one that ends with a colon, says that an older mail follows."""
    if len(line) <= _DEVICE_LENGTH and line.endswith(_COLONS):
        return _told(line).startswith(words.DIVIDERS)
    if not line.startswith(_RULES) or len(line) > _ATTRIBUTION_LENGTH:
        return False
    told = _told(line)
    return len(line) <= _DEVICE_LENGTH and (told.startswith(words.DIVIDERS) or told in words.WHOLE_DIVIDERS)


def _is_drawn_attribution(line: str) -> bool:
    """Tell whether an attribution is drawn into a line: "---- On Fri, 20 Nov 2026 10:00:00 +0100 Bob wrote ----".

    Zoho writes it so, and some telephones' programs, which leave out the time; GroupWise between ``>>>``.
    """
    if _GROUPWISE.fullmatch(line):
        return True
    if not (line.startswith(_RULES) and line.endswith(_RULES) and len(line) <= _ATTRIBUTION_LENGTH):
        return False
    told = _told(line)
    is_short = len(line) <= _DEVICE_LENGTH and told.endswith(words.ATTRIBUTION_VERBS)
    return is_short or (_is_dated(told) and _has_verb(told))


def _has_verb(folded: str) -> bool:
    return any(verb in folded for verb in words.ATTRIBUTION_VERBS)


def _told(line: str) -> str:
    return line.strip(_DRAWN).casefold().replace("\u2019", "'")


def _is_header_block(lines: list[str], at: int) -> bool:
    """Tell whether three or more header lines (From, Sent, To …) begin here, as Outlook puts above a quote.

    In a language that we do not know, four lines with a word and a colon are a block if the first shows a sender, and the
    others another address and a time.
    """
    if not (_is_header(lines[at]) or _ADDRESS.search(lines[at])):
        return False
    following = [line for line in lines[at : at + 8] if line.strip()][:4]
    if sum(map(_is_header, following)) >= 3:
        return True
    below = "\n".join(following[1:])
    return len(following) == 4 and all(map(_LABELLED.match, following)) and "@" in below and _is_dated(below)


def _is_header(line: str) -> bool:
    if ":" not in line and "\uff1a" not in line:
        return False
    label, _, value = line.replace("\uff1a", ":").strip().strip("*").partition(":")
    return bool(value.strip()) and len(label) < _HEADER_LENGTH and label.strip(" *\u00a0").casefold() in words.HEADERS


def _split_signature(own: list[str]) -> tuple[list[str], list[str]]:
    lines = [line.strip() for line in own]
    filled = len(lines) - lines.count("")  # lines with words from here to the end
    for at, line in enumerate(lines):
        if not line:
            continue
        if line in _DASHES and filled <= _SIGNATURE_LINES:
            return own[:at], own[at + 1 :]
        is_last = not any(lines[at + 1 : at + 4])
        if is_last and len(line) <= _DEVICE_LENGTH and _is_devices(line.casefold()):
            return own[:at], own[at:]
        filled -= 1
    return own, []


def _is_devices(folded: str) -> bool:
    """Tell whether a telephone or a mail app wrote this line under the mail, not the person."""
    return folded.startswith(words.DEVICE_STARTS) or (folded.endswith(words.DEVICE_ENDS) and folded not in words.DEVICE_ENDS)
