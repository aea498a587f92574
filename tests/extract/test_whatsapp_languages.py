# ruff: noqa: RUF001 - the letters and digits of many languages are what is tested
"""Chats from phones in languages whose words we do not have: what WhatsApp itself wrote is told by its marks and places."""

from datetime import UTC, datetime

import pytest

from pipelines.extract.parts.whatsapp import months
from tests.extract.exports import extracted
from tests.extract.test_whatsapp import NAME, SOURCE

LRM = "\u200e"
HEAD = "[20/11/2026, 10:00:00] "


def chat(folder, *lines, name=NAME):
    return extracted(folder, {name: "".join(f"{line}\r\n" for line in lines)}, SOURCE)


@pytest.mark.parametrize(
    ("body", "name", "text"),
    [
        (f"{LRM}obrázek vynechán", "", ""),
        (f"{LRM}видео отсутствует", "", ""),
        (f"{LRM}画像は含まれていません", "", ""),
        (f"{LRM}ไม่มีรูปภาพ", "", ""),
        (f"{LRM}GIF esclusa", "", ""),
        (f"look at this {LRM}đã bỏ qua hình ảnh", "", "look at this"),
        (f"Tent plan.txt {LRM}dokumen tidak disertakan", "Tent plan.txt", ""),
        (f"Tent plan.pdf • {LRM}ページ数: 2 {LRM}ドキュメントは含まれていません", "Tent plan.pdf", ""),
        (f"Tent plan.docx {LRM}document omitted", "Tent plan.docx", ""),
    ],
)
def test_a_mark_before_the_line_tells_of_a_file_in_any_language(tmp_path, body, name, text):
    outcome = chat(tmp_path, f"{HEAD}Ann Archer: hello", f"{LRM}{HEAD}Ann Archer: {body}")
    record = outcome.records[1]
    assert ([each.name for each in record.attachments], record.text) == ([name], text)


@pytest.mark.parametrize(
    ("body", "name", "text"),
    [
        ("<המדיה לא נכללה>", "", ""),
        ("< Média vynechána >", "", ""),
        ("<Hiányzó médiafájl>", "", ""),
        ("<Media omitted>\nTent plan.pdf", "Tent plan.pdf", ""),
        ("<Media omitted>\nTent plan.pdf\nas promised", "Tent plan.pdf", "as promised"),
        ("<Media omitted>\nlook at this", "", "look at this"),
        ("Tent plan.pdf (file attached)\nTent plan.pdf", "Tent plan.pdf", ""),
        ("Tent plan.pdf (soubor byl přiložen)", "Tent plan.pdf", ""),
        ("Tent plan.pdf (fișier atașat)\nas promised", "Tent plan.pdf", "as promised"),
        ("Tent plan.pdf (συνημμένο αρχείο)", "Tent plan.pdf", ""),
        ("Tent plan.pdf (tệp đính kèm)", "Tent plan.pdf", ""),
    ],
)
def test_on_android_words_alone_tell_of_a_file_and_a_documents_name_stands_below(tmp_path, body, name, text):
    (record,) = chat(tmp_path, f"20/11/2026, 10:00 - Ann Archer: {body}").records
    assert ([each.name for each in record.attachments], record.text) == ([name], text)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f"{HEAD}Ann Archer: видео отсутствует", id="no mark"),
        pytest.param(f"{HEAD}Ann Archer: {LRM}видео отсутствует", id="a mark before the words alone"),
        pytest.param(f"{LRM}{HEAD}Ann Archer: видео отсутствует", id="a mark before the line alone"),
        pytest.param(f"{LRM}{HEAD}Ann Archer: {LRM}видео отсутствует, почему?", id="a question"),
    ],
)
def test_words_without_both_marks_are_the_persons_own(tmp_path, line):
    record = chat(tmp_path, f"{HEAD}Ann Archer: hello", line).records[1]
    assert record.text.startswith("видео отсутствует")
    assert not record.attachments


def test_marks_tell_nothing_where_all_of_a_chat_has_them(tmp_path):
    outcome = chat(tmp_path, *[f"{LRM}{HEAD}Ann Archer: {LRM}{text}" for text in ("hello", "Archer it is", "bye")])
    assert outcome.texts == ["hello", "Archer it is", "bye"]


@pytest.mark.parametrize(
    "notice",
    [
        pytest.param("Zprávy a hovory jsou opatřeny koncovým šifrováním.", id="Czech"),
        pytest.param("Tin nhắn và cuộc gọi được mã hóa đầu cuối.", id="Vietnamese"),
        pytest.param("Τα μηνύματα και οι κλήσεις κρυπτογραφούνται πλήρως.", id="Greek"),
    ],
)
def test_the_first_line_of_an_iphones_chat_is_whatsapps_own_in_any_language(tmp_path, notice):
    outcome = chat(tmp_path, f"{HEAD}Ann Archer: {LRM}{notice}", f"{HEAD}Ann Archer: hello")
    assert outcome.texts == ["hello"]
    assert outcome.suppressed == {"a line that WhatsApp itself wrote": 1}


@pytest.mark.parametrize(
    ("author", "notice"),
    [
        ("Ann Archer", "Kode keamanan Anda dengan Ann telah berubah."),
        ("~ Jo", "Ann Archer přidal uživatele ~ Jo"),
        ("+44 7700 900456", "انضم +44 7700 900456 باستخدام رابط المجموعة."),
    ],
)
def test_a_notice_that_names_whom_it_stands_under_is_whatsapps_own(tmp_path, author, notice):
    lines = (f"{HEAD}Ann Archer: hello", f"{HEAD}{author}: {LRM}{notice}", f"{HEAD}Ann Archer: Ann it is")
    assert chat(tmp_path, *lines).texts == ["hello", "Ann it is"]


@pytest.mark.parametrize(
    "phrase",
    [
        "Tato zpráva byla smazána.", "Tuto zprávu jste smazal/a.", "Pesan ini dihapus.", "Anda menghapus pesan ini.",
        "Tin nhắn này đã bị xóa.", "Bạn đã xoá tin nhắn này.", "ข้อความนี้ถูกลบแล้ว", "คุณได้ลบข้อความนี้",
        "Це повідомлення було видалено.", "Ви видалили це повідомлення.", "このメッセージを削除しました。",
        "لقد حذَفت هذه الرسالة.", "أنت حذفت هذه الرسالة.", "הודעה זו נמחקה", "यह मैसेज डिलीट कर दिया गया है.",
        "आपने यह मैसेज डिलीट किया.", "This message was deleted by admin Carl Cope.",
    ],
)  # fmt: skip
def test_a_deleted_message_has_no_text_in_any_of_these_languages(tmp_path, phrase):
    record = chat(tmp_path, f"{HEAD}Ann Archer: hello", f"{HEAD}Ann Archer: {LRM}{phrase}").records[1]
    assert (record.text, record.source_metadata) == ("", {"deleted": True})


@pytest.mark.parametrize(
    "phrase",
    ["Waiting for this message. This may take a while.", f"{LRM}Warte auf diese Nachricht. Dies kann eine Weile dauern."],
)
def test_a_message_that_the_phone_has_not_opened_yet_has_no_words(tmp_path, phrase):
    record = chat(tmp_path, f"{HEAD}Ann Archer: hello", f"{HEAD}Ann Archer: {phrase}").records[1]
    assert (record.text, record.source_metadata) == ("", {"waiting": True})


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("IMG-20261120-WA0012.jpg (soubor byl přiložen)", "IMG-20261120-WA0012.jpg"),
        (f"{LRM}PTT-20261120-WA0001.opus (tệp đính kèm)", "PTT-20261120-WA0001.opus"),
        ("<image omitted>", ""),
    ],
)
def test_a_file_is_told_by_the_name_that_android_gives_it_and_by_the_words_of_old_iphones(tmp_path, body, name):
    record = chat(tmp_path, f"20/11/2026, 10:00 - Ann Archer: {body}").records[0]
    assert ([each.name for each in record.attachments], record.text) == ([name], "")


@pytest.mark.parametrize(
    "body",
    [
        f"{LRM}The Lake (Castle Cary, United Kingdom): https://foursquare.com/v/4e89af95",
        "The Lake\nCastle Cary, United Kingdom\nhttps://foursquare.com/v/4e89af95",
    ],
)
def test_a_place_with_a_name_is_a_place(tmp_path, body):
    record = chat(tmp_path, f"{HEAD}Ann Archer: {body}").records[0]
    assert record.source_metadata == {"type": "location"}
    assert record.text.startswith("The Lake")


@pytest.mark.parametrize(
    ("head", "hour", "second"),
    [
        pytest.param("[20/11/2026 下午8:05:33] ", 20, 33, id="Hong Kong"),
        pytest.param("[2026/11/20 下午8:05:33] ", 20, 33, id="Taiwan"),
        pytest.param("[26/11/20 오후 8:05:33] ", 20, 33, id="Korea, two digits"),
        pytest.param("[2026-11-20 20 h 05 min 33 s] ", 20, 33, id="Quebec"),
        pytest.param("20.11.2026 ÖS 8:05 - ", 20, 0, id="Turkey"),
        pytest.param("2026/11/20, 8:05 nm. - ", 20, 0, id="Afrikaans"),
        pytest.param("20.11.2026, 8:05 дп - ", 8, 0, id="Ukraine"),
        pytest.param("[11/20/R8, 20:05:33] ", 20, 33, id="the Japanese era"),
    ],
)
def test_dates_and_clocks_of_many_places_are_read(tmp_path, head, hour, second):
    record = chat(tmp_path, f"{head}Ann Archer: hello").records[0]
    assert record.occurred_at.strftime("%Y-%m-%d %H:%M:%S") == f"2026-11-20 {hour:02}:05:{second:02}"


@pytest.mark.parametrize(
    "head",
    [
        "Dec 31, 2015, 8:05 PM - ", "Dec 31, 2015 20:05 - ", "dec 31, 2015, 8:05 pm - ", "[Dec 31, 2015, 8:05:00 PM] ",
        "31 Dec 2015, 20:05 - ", "31 Dec 2015 8:05 pm - ", "20:05, 31 Dec 2015 - ", "8:05pm, 31 Dec 2015 - ",
        "31-Dec-2015 20:05 - ", "December 31, 2015, 20:05 - ", "31 December 2015 at 20:05: ",
        "31. Dez. 2015, 20:05 - ", "31. Dezember 2015 20:05 - ", "20:05, 31. Dez. 2015 - ", "31 déc. 2015 à 20:05 - ",
        "31 dic. 2015, 20:05 - ", "31 dic. 2015 8:05 p. m. - ", "31 de dic. de 2015, 20:05 - ", "31 de dez de 2015 20:05 - ",
        "20:05, 31 de dez de 2015 - ", "31 dic 2015, 20:05 - ", "31 dec. 2015 20:05 - ", "31. dec. 2015 20.05 - ",
        "31 gru 2015, 20:05 - ", "31 Ara 2015 20:05 - ", "31 Ara 2015 ÖS 8:05 - ", "31 дек. 2015 г., 20:05 - ",
        "31 декабря 2015 г. в 20:05 - ", "31 груд. 2015 р., 20:05 - ", "31 дек. 2015 20:05 - ", "31 Δεκ 2015, 8:05 μ.μ. - ",
        "31 ديسمبر، 2015 8:05 م - ", "31 दिस॰ 2015, 8:05 pm - ", "31 ธ.ค. 2558 20:05 - ", "31 Des 2015 20.05 - ",
        "2015. dec. 31., 20:05 - ", "31 בדצמ׳ 2015, 20:05 - ", "31 thg 12, 2015 20:05 - ", "31 ARALIK 2015 20:05 - ",
        "31 joulukuuta 2015 klo 20.05 - ",
        "31 jouluk. 2015 klo 20.05 - ",
        "2015年12月31日 下午8:05 - ", "2015年12月31日 20:05 - ", "2015년 12월 31일 오후 8:05 - ",
        "\u200e[31 дек. 2015 г., 20:05:00] ",
    ],
)  # fmt: skip
def test_months_in_words_are_read(tmp_path, head):
    first, second = chat(tmp_path, f"{head}Ann Archer: hello: you, Nov 30, 2015", f"{head}Ann Archer: again").records
    assert first.occurred_at == second.occurred_at == datetime(2015, 12, 31, 20, 5, tzinfo=UTC)
    assert (first.text, second.text) == ("hello: you, Nov 30, 2015", "again")


def test_no_word_is_two_months():
    number_of = {word: months.month_of(word.upper()) for word in months.WORDS}
    assert set(number_of.values()) == set(range(1, 13))
    assert all(number_of[word] == number for number, words in enumerate(months._WORDS, start=1) for word in words.split())


@pytest.mark.parametrize("head", ["Dec 31, 8:05 PM - ", "31 Dec 20:05 - ", "20:05, 31 Dec - ", "31. Dez., 20:05 - "])
def test_a_date_without_a_year_is_never_given_one(tmp_path, head):
    with_year = head.replace("Dec 31", "Dec 31, 2014").replace("31 Dec", "31 Dec 2014").replace("Dez.", "Dez. 2014")
    outcome = chat(tmp_path, f"{with_year}Ann Archer: old", f"{head}Ann Archer: new", "more of it")
    assert outcome.texts == ["old"]
    ((position, reason),) = outcome.quarantined
    assert position == "line 2"
    assert "without a year" in reason
    assert "newer WhatsApp" in reason


@pytest.mark.parametrize("head", ["31. pro 2015. 20:05 - ", "31. lip 2015. 20:05 - ", "2015 m. gruodžio 31 d. 20:05 - "])
def test_months_that_are_not_known_are_told_with_what_helps(tmp_path, head):
    outcome = chat(tmp_path, f"{head}Ann Archer: hello")
    ((_, reason),) = outcome.quarantined
    assert outcome.records == []
    assert "English" in reason


@pytest.mark.parametrize(
    "name",
    [
        "Чат WhatsApp с контактом Ann Archer.txt", "Chat WhatsApp s uživatelem Ann Archer.txt",
        "Chat WhatsApp dengan Ann Archer.txt",
    ],
)  # fmt: skip
def test_whom_a_chat_is_with_is_in_its_name_in_more_languages(tmp_path, name):
    record = chat(tmp_path, f"{HEAD}The Shop: hello", name=name).records[0]
    assert record.party_ref == "Ann Archer"
