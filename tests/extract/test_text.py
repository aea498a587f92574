"""Text: what the person wrote, apart from what surrounds it, in time that grows with its length alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.values.text import Parts, clean, html_to_text, one_line, split_reply
from tests.growth import assert_work_grows_with_length


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<p>Hello</p><p>there</p>", "Hello\n\nthere", id="paragraphs"),
        pytest.param("Hello<br>there", "Hello\n\nthere".replace("\n\n", "\n"), id="a line break"),
        pytest.param("see <a href='http://x.example/?q'>our page</a> now", "see our page now", id="a link keeps its words"),
        pytest.param("<style>p {}</style><script>alert(1)</script><title>t</title>Hello", "Hello", id="styles and scripts"),
        pytest.param("a &amp; b &lt;c&gt; &eacute;", "a & b <c> é", id="entities"),
        pytest.param("<table><tr><td>one</td><td>two</td></tr></table>", "one two", id="cells stay apart"),
        pytest.param("fat <b>wo</b>rd", "fat word", id="no break within a word"),
        pytest.param("<ul><li>one<li>two</ul>", "one\n\ntwo".replace("\n\n", "\n"), id="a list that nobody closed"),
        pytest.param("<pre>one\n  two</pre>", "one\ntwo", id="lines laid out by hand"),
        pytest.param("mine<blockquote>theirs<br>too</blockquote>", "mine\n\n> theirs\n> too", id="a quote is marked"),
        pytest.param("", "", id="nothing"),
        pytest.param("a\x00b\u202ec\ud800d", "abcd", id="what must not be in a text"),
        pytest.param("<!-- secret -->shown", "shown", id="a comment"),
    ],
)
def test_html_is_read_as_it_is_seen(html, text):
    lines = [line for line in html_to_text(html).split("\n") if line]
    assert lines == [line for line in text.split("\n") if line]


REPLIES = [
    pytest.param("On 3 May 2026, at 10:00, Bob <bob@x.example> wrote:", id="English"),
    pytest.param(
        "On Fri, 20 Nov 2026 at 09:00, A rather long name of somebody\n<somebody@field.example> wrote:", id="wrapped"
    ),
    pytest.param("Am 03.05.2026 um 10:00 schrieb Max Muster <max@x.example>:", id="German"),
    pytest.param("Le lun. 3 mai 2026 à 10:00, Luc <luc@x.example> a écrit :", id="French"),
    pytest.param("El 3 may 2026, a las 10:00, Ana <ana@x.example> escribió:", id="Spanish"),
    pytest.param("Il giorno 3 mag 2026, alle ore 10:00, Ugo ha scritto:", id="Italian"),
    pytest.param("Op 3 mei 2026 om 10:00 schreef Jan <jan@x.example>:", id="Dutch"),
    pytest.param("W dniu 03.05.2026 o 10:00, Ola napisał(a):", id="Polish"),
    pytest.param("Em 3 de mai. de 2026, às 10:00, Rui <rui@x.example> escreveu:", id="Portuguese"),
    pytest.param("2026年5月3日 10:00 Li <li@x.example> 写道\uff1a", id="Chinese"),
    pytest.param("-----Original Message-----", id="Outlook's line"),
    pytest.param("-----Original-Nachricht-----", id="T-Online's line"),
    pytest.param("-----Ursprüngliche Nachricht-----", id="Outlook's line in German"),
    pytest.param("---------- Forwarded message ---------", id="forwarded"),
    pytest.param("From: Bob\nSent: Monday, 3 May 2026 10:00\nTo: us\nSubject: Hi", id="Outlook's block of headers"),
    pytest.param(
        "________________________________\nFrom: Bob\nSent: Monday\nTo: us\nSubject: Hi", id="Outlook's drawn line"
    ),
    pytest.param("Von: Bob\nGesendet: Montag\nAn: uns\nBetreff: Hallo", id="the block in German"),
    pytest.param("De : Luc\nEnvoyé : lundi\nÀ : nous\nObjet : Bonjour", id="the block in French"),
    pytest.param(
        "Saatja: Bob <bob@x.example>\nSaadetud: 3. mai 2026 10:00\nAdressaat: us@shop.example\nTeema: Tere",
        id="the block in a language that we do not know",
    ),
    pytest.param("发件人\uff1aLi\n发送时间\uff1a2026年5月3日\n收件人\uff1a我们\n主题\uff1a你好", id="wide colons"),
    pytest.param("差出人: Aoi\n送信日時: 2026年5月3日\n宛先: 私\n件名: 注文", id="the block in Japanese"),
    pytest.param("보낸 사람: Jin\n보낸 날짜: 2026년 5월 3일\n받는 사람: 우리\n제목: 주문", id="the block in Korean"),
    pytest.param("Lähettäjä: Ilo\nLähetetty: ma\nVastaanottaja: me\nAihe: Hei", id="the block in Finnish"),
    pytest.param("Od: Jan\nOdesláno: po\nKomu: nám\nPředmět: Ahoj", id="the block in Czech"),
    pytest.param("Feladó: Pál\nElküldve: hétfő\nCímzett: mi\nTárgy: Szia", id="the block in Hungarian"),
    pytest.param("Gönderen: Can\nGönderildi: Pazar\nKime: biz\nKonu: Selam", id="the block in Turkish"),
    pytest.param("2026年5月3日(日) 10:00 Aoi <aoi@x.example>:", id="Gmail in Japanese: no verb"),
    pytest.param("вс, 3 мая 2026, 10:00, Ян <yan@x.example>:", id="Gmail in Russian: no verb"),
    pytest.param('03.05.2026, 10:00, "Ян" <yan@x.example>:', id="Yandex"),
    pytest.param("2026-05-03 10:00 GMT+01:00 Bob <bob@x.example>:", id="a date and who"),
    pytest.param(
        "در تاریخ یکشنبه \u06f3 مهٔ \u06f2\u06f0\u06f2\u06f6،‏ \u06f1\u06f0:\u06f0\u06f0 باب <bob@x.example> نوشت:",
        id="in Persian digits",
    ),
    pytest.param(
        "রবি, ৩ মে, ২\u09e6২৬ তারিখে \u09e7\u09e6:\u09e6\u09e6 AM এ বব <bob@x.example> লিখেছেন:", id="in Bengali digits"
    ),
    pytest.param("2026-05-03 10:00 GMT+01:00 Bob <\na.rather.long.address.of.bob@x.example>:", id="wrapped in an address"),
    pytest.param("Em nu 2026 u 10:00 Bob Ngo (bob@x.example) skriblis:", id="a language that we do not know"),
    pytest.param("su 3. toukokuuta 2026 klo 10.00 Ilo Aho\n<ilo@x.example> kirjoitti:", id="Finnish, wrapped"),
    pytest.param("Op 3 mei 2026, om 10:00 heeft Jan <jan@x.example> het volgende geschreven:", id="Apple in Dutch"),
    pytest.param("W dniu 03.05.2026 o 10:00, Ola pisze:", id="Thunderbird in Polish"),
    pytest.param("---- On Sun, 03 May 2026 10:00:00 +0100 bob@x.example wrote ----", id="Zoho"),
    pytest.param("------On 05/03/2026 10:00 AM, Bob wrote-----", id="drawn at both ends, without an address"),
    pytest.param("Bob <bob@x.example> schrieb am So., 3.\nMai 2026, 10:00:", id="wrapped behind who wrote it"),
    pytest.param("--- Please reply above this line ---", id="a help desk's line"),
    pytest.param("---- Bob Archer wrote ----", id="drawn at both ends, without a time"),
    pytest.param(
        "Bob Archer <bob@x.example> \nSent by: Bob <bob@x.example>\n03.05.26 10:00\nPlease respond to\nBob Archer\n\n\nTo\n"
        "Ann Field <ann@field.example>\ncc\n\nSubject\nYour lamp",
        id="Notes, which draws a table",
    ),
    pytest.param(
        "Bob Archer/Shop/DE@SHOP\n03.05.2026 10:00\n\nAn\nann@field.example\nKopie\n\nThema\nIhre Lampe", id="in German"
    ),
    pytest.param("-----Antwort Nachricht-----", id="an answer's line in German"),
    pytest.param("\u2010\u2010\u2010\u2010\u2010 Original Message \u2010\u2010\u2010\u2010\u2010", id="Proton's dashes"),
    pytest.param("-------- Message d\u2019origine --------", id="a typesetter's apostrophe"),
    pytest.param("-------- Oprindelig besked --------", id="Samsung in Danish"),
    pytest.param("------------------ 原始邮件 ------------------", id="QQ"),
    pytest.param("------------------ Original ------------------", id="QQ in English"),
    pytest.param("----- Mail original -----\nDe: Luc\nObjet: Bonjour", id="Zimbra in French"),
    pytest.param(
        "---- Replied Message ----\n| From | Bob<bob@x.example> |\n| Date | 05/03/2026 10:00 |", id="NetEase, with a table"
    ),
    pytest.param("---- 回复的原邮件 ----\n| 发件人 | Bob<bob@x.example> |", id="NetEase in Chinese"),
    pytest.param("จาก: Bob\nส่ง: 3 พฤษภาคม 2569 10:00\nถึง: us\nเรื่อง: Hi", id="the block in Thai"),
    pytest.param("प्रेषक: Bob\nभेजा गया: 3 मई 2026 10:00\nप्रति: us\nविषय: Hi", id="the block in Hindi"),
    pytest.param(">>> Bob Archer <bob@x.example> 05/03/26 10:00 AM >>>", id="GroupWise"),
    pytest.param('>>> "Bob Archer" 03.05.2026 10:00 >>>', id="GroupWise, without the address"),
]


@pytest.mark.parametrize("introduction", REPLIES)
def test_what_was_quoted_without_marks_is_set_apart(introduction):
    parts = split_reply(f"It broke again.\n\nAnn\n\n{introduction}\n\nHave you tried switching it off?\nBob")
    assert parts.text == "It broke again.\n\nAnn"
    assert parts.quoted.endswith("Have you tried switching it off?\nBob")


def test_an_answer_below_or_between_quotes_is_the_persons_own():
    parts = split_reply("On 3 May 2026 Bob <bob@x.example> wrote:\n> Does it glow?\n\nIt does.\n\n> And hum?\n\nNo.")
    assert parts.text == "It does.\n\n\nNo."
    assert parts.quoted == "On 3 May 2026 Bob <bob@x.example> wrote:\n> Does it glow?\n> And hum?"


@pytest.mark.parametrize(
    ("line", "own"),
    [
        pytest.param("It does. On Sun, 3 May 2026 at 10:00, Bob <bob@x.example> wrote:", "It does.", id="English"),
        pytest.param("Sieben Am 3. Mai 2026 um 10:00 schrieb Bob:", "Sieben", id="German"),
        pytest.param("Yes\nI do On Sun, 3 May 2026 at 10:00, Bob Archer\n<bob@x.example> wrote:", "Yes\nI do", id="wrapped"),
        pytest.param("Am Tag geht es.\nAm 3. Mai 2026 um 10:00 schrieb Bob:", "Am Tag geht es.", id="a line above"),
        pytest.param("Bob Am <am3@x.example> wrote on 3 May 2026 at 10:00:", "", id="a name like the word that begins one"),
        pytest.param("On Sun, 3 May 2026 at 10:00, Bob Le 3 <bob@x.example> wrote:", "", id="in a line that begins with it"),
        pytest.param("Bob <bob@x.example> wrote On 3 May 2026 at 10:00:", "", id="no verb behind"),
    ],
)
def test_words_before_an_attribution_on_its_line_are_the_persons_own(line, own):
    parts = split_reply(f"{line}\n> Does it glow?")
    assert parts.text == own
    assert parts.quoted == f"{line}\n> Does it glow?".removeprefix(own).strip()


def test_marks_before_an_attribution_are_the_quotes():
    parts = split_reply("It does.\n\n> On 3 May 2026, at 10:00, Bob <bob@x.example> wrote:\n> \n> Does it glow?")
    assert parts.text == "It does."


def test_an_answer_below_a_drawn_attribution_and_its_quote_is_the_persons_own():
    parts = split_reply("---- Bob Archer wrote ----\n> Does it glow?\n\nIt does.")
    assert parts.text == "It does."


def test_an_attribution_without_brackets_or_a_verb_is_the_quotes_above_one():
    line = "3 May 2026 at 10:00 by bob@x.example:"
    assert split_reply(f"It does.\n\n{line}\n> Does it glow?").text == "It does."
    assert split_reply(f"It does.\n\n{line}\nlost").text == f"It does.\n\n{line}\nlost"


def test_the_line_before_a_drawn_attribution_is_the_quotes():
    parts = split_reply("It does.\n\n ---- On Sun, 03 May 2026 10:00:00 +0100  Bob <bob@x.example> wrote --- \n > Does it?")
    assert parts.text == "It does."


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param("-- \nAnn Field\n020 7946 0123", id="the usual dashes"),
        pytest.param("Sent from my iPhone", id="iPhone"),
        pytest.param("Von meinem iPhone gesendet", id="iPhone in German"),
        pytest.param("Sent with [Proton Mail](https://proton.me/) secure email.", id="Proton"),
        pytest.param("Gesendet mit Proton Mail E-Mail.", id="Proton in German"),
        pytest.param("Envoyé de mon iPhone", id="iPhone in French"),
        pytest.param("Get Outlook for Android", id="Outlook's advertisement"),
        pytest.param("Obter o Outlook para iOS", id="the advertisement in Portuguese"),
        pytest.param("iPhoneから送信", id="iPhone in Japanese"),
        pytest.param("发自我的 iPhone", id="iPhone in Chinese"),
    ],
)
def test_a_signature_is_set_apart(signature):
    parts = split_reply(f"It broke.\n\n{signature}")
    assert parts.text == "It broke."
    assert parts.signature == signature.removeprefix("-- \n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("I wrote:\n- a letter\n- a cheque", id="a list after 'wrote:'"),
        pytest.param("From: the depot, I mean\nthat was quick", id="one line like a header"),
        pytest.param("Note:\nOn Monday 3 May I called you.", id="a sentence that begins with a date"),
        pytest.param(
            "I said it\n--\n" + "\n".join(f"reason {n}" for n in range(20)), id="a line of dashes above a long text"
        ),
        pytest.param("It was sent from my house\nwith care and then\nit broke", id="a sentence about sending"),
        pytest.param("It broke.\nThat is Outlook on Android.", id="a last line about a mail app"),
        pytest.param("At 10:00 the courier said:\nnobody home", id="a time, and no address"),
        pytest.param("I wrote to you on 3 May:\nit broke", id="what the person says that they wrote"),
        pytest.param("Write to <ann@x.example> or:\ncall me", id="an address, and no time"),
        pytest.param(
            "Kunde: Ann <ann@x.example>\nDatum: 3.5.2026 10:00\nBestellung: 4711\nBetrag: 20 EUR", id="a form's lines"
        ),
        pytest.param("--- my list ---\nOn the shelf: a lamp", id="a drawn line of one's own"),
        pytest.param("To\nbe\nor\ncc\nnot", id="a line that says To"),
        pytest.param("--- what you wrote about ---\nOn the shelf: a lamp", id="a drawn line with a verb in it"),
    ],
)
def test_what_only_looks_like_a_quote_stays(text):
    assert split_reply(text).text == text


@given(st.text(max_size=400))
def test_every_line_goes_to_exactly_one_part(text):
    parts = split_reply(text)
    kept = [
        line.strip() for part in (parts.text, parts.quoted, parts.signature) for line in part.split("\n") if line.strip()
    ]
    given_lines = [line.strip() for line in clean(text).split("\n") if line.strip()]
    assert sorted(kept) == sorted(line for line in given_lines if line not in ("--", "—", "- --")) or sorted(kept) == sorted(
        given_lines
    )


@given(st.text(max_size=300))
def test_what_comes_out_is_text_that_the_lake_can_hold(text):
    for made in (clean(text), one_line(text), html_to_text(text), *_parts(split_reply(text))):
        made.encode("utf-8")  # raises on a lone surrogate
        assert not set(made) & {"\x00", "\u202e", "\u200e", "\ufeff", "\r"}
    assert "\n" not in one_line(text)


def _parts(parts: Parts) -> tuple[str, str, str]:
    return parts.text, parts.quoted, parts.signature


@pytest.mark.parametrize(
    ("length", "text"),
    [
        pytest.param(100_000, lambda n: "<div>" * n, id="divs a hundred thousand deep"),
        pytest.param(80_000, lambda n: "<blockquote>" * n, id="quotes within quotes"),
        pytest.param(100_000, lambda n: "<pre>" * n, id="layouts within layouts"),
        pytest.param(80_000, lambda n: "<b><i>" * n, id="misnested letters"),
        pytest.param(1_000_000, lambda n: "<" * n, id="brackets only"),
        pytest.param(500_000, lambda n: "&#" * n, id="half entities"),
        pytest.param(400_000, lambda n: "<a " + "b " * n, id="a tag that never ends"),
        pytest.param(200_000, lambda n: "<br>" * n, id="line breaks only"),
        pytest.param(300_000, lambda n: "--\n" * n, id="signature dashes only"),
        pytest.param(100_000, lambda n: "On 1 May\n" * n, id="beginnings of quotes only"),
        pytest.param(100_000, lambda n: "x wrote:\n" * n, id="ends of quotes only"),
        pytest.param(100_000, lambda n: "From: a\n" * n, id="header lines only"),
        pytest.param(50_000, lambda n: "To\ncc\n" * n, id="beginnings of Notes' tables only"),
        pytest.param(20_000, lambda n: "From: <a@b.example> 2026 10:00\n" * n, id="header lines with an address only"),
        pytest.param(20_000, lambda n: "x On 1 May 2026 10:00 On 1 wrote:\n" * n, id="attributions behind words only"),
        pytest.param(50_000, lambda n: "Sent from my iPhone\n" * n, id="phone signatures only"),
        pytest.param(1_000_000, lambda n: ">" * n, id="a quote mark a million times"),
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(length, text):
    assert_work_grows_with_length(text, html_to_text, length)
    assert_work_grows_with_length(text, split_reply, length)


def test_how_a_telephones_line_ends_is_a_text_where_no_telephone_is_named():
    assert split_reply("umdan gönderildi").text == "umdan gönderildi"
    assert split_reply("Merhaba\n\niPhone'umdan gönderildi").text == "Merhaba"
