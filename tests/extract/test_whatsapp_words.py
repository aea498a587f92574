# ruff: noqa: RUF001 - the letters and digits of many languages are what is tested
"""What WhatsApp itself writes, on phones of many languages: marks, notices, calls, and the dates of its lines."""

import gzip
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from time import process_time

import pytest

from pipelines.contract import Attachment
from pipelines.extract import whatsapp
from pipelines.extract.files.inbox import SourceFile
from tests.extract.exports import extracted, party, source_of
from tests.extract.test_whatsapp import NAME, SOURCE, chat_of

LRM = "\u200e"
FILE = [Attachment("", None, "")]


def said(folder, body, *, head="[20/11/2026, 10:00:00] "):
    chat = f"{head}Ann Archer: hello\n{head}Ann Archer: {body}\n"
    return extracted(folder, {NAME: chat}, SOURCE)


@pytest.mark.parametrize(
    "phrase",
    [
        "<Media omitted>", "<Medien ausgeschlossen>", "<Multimedia omitido>", "<Médias omis>", "<Media omessi>",
        "<Mídia oculta>", "<Arquivo de mídia oculto>", "<Media weggelaten>", "<Pominięto multimedia>",
        "<Medya dahil edilmedi>", "<Без медиафайлов>", "<تم استبعاد الوسائط>", "<メディアなし>",
        f"{LRM}image omitted", f"{LRM}Bild weggelassen", f"{LRM}vídeo omitido",
        f"{LRM}image absente", f"{LRM}immagine omessa", f"{LRM}imagem ocultada", f"{LRM}afbeelding weggelaten",
        f"{LRM}Contact card omitted", f"{LRM}video note omitted",
    ],
)  # fmt: skip
def test_media_left_out_of_the_export_is_an_attachment_in_every_language(tmp_path, phrase):
    record = said(tmp_path, phrase).records[1]
    assert (record.text, record.attachments) == ("", FILE)
    captioned = said(tmp_path / "b", f"{phrase}\nlook at this").records[1]
    assert (captioned.text, captioned.attachments) == ("look at this", FILE)


@pytest.mark.parametrize(
    ("body", "name", "text"),
    [
        (f"{LRM}<attached: 0012-PHOTO.jpg>", "0012-PHOTO.jpg", ""),
        (f"{LRM}<Anhang: 0012-PHOTO.jpg>", "0012-PHOTO.jpg", ""),
        (f"{LRM}<pièce jointe : 0012-PHOTO.jpg>", "0012-PHOTO.jpg", ""),
        (f"{LRM}<wort das wir nicht kennen: 0012-PHOTO.jpg>", "0012-PHOTO.jpg", ""),
        (f"see this {LRM}<attached: 0012-PHOTO.jpg>", "0012-PHOTO.jpg", "see this"),
        (f"Offer.pdf • {LRM}2 pages {LRM}<attached: 0001-Offer.pdf>", "0001-Offer.pdf", ""),
        (f"Offer.docx {LRM}<attached: 0001-Offer.docx>", "0001-Offer.docx", ""),
        (f"Offer.pdf • {LRM}2 pages {LRM}document omitted", "Offer.pdf", ""),
        ("IMG-1.jpg (file attached)", "IMG-1.jpg", ""),
        (f"{LRM}IMG-1.jpg (Datei angehängt)\nvon gestern", "IMG-1.jpg", "von gestern"),
        ("IMG-1.jpg (archivo adjunto)", "IMG-1.jpg", ""),
        ("IMG-1.jpg (fichier joint)", "IMG-1.jpg", ""),
        ("IMG-1.jpg (file allegato)", "IMG-1.jpg", ""),
        ("IMG-1.jpg (arquivo anexado)", "IMG-1.jpg", ""),
        ("IMG-1.jpg (bestand bijgevoegd)", "IMG-1.jpg", ""),
        ("Carl Cope.vcf (załączony plik)", "Carl Cope.vcf", ""),
        ("../../IMG-1.jpg (dosya ekli)", "IMG-1.jpg", ""),
    ],
)
def test_a_file_is_named_in_every_language_and_by_its_last_part(tmp_path, body, name, text):
    record = said(tmp_path, body).records[1]
    assert ([each.name for each in record.attachments], record.text) == ([name], text)


@pytest.mark.parametrize(
    "mark",
    [
        "This message was edited", "Diese Nachricht wurde bearbeitet.", "Se editó este mensaje.",
        "Ce message a été modifié",
        "Questo messaggio è stato modificato", "Mensagem editada", "Dit bericht is bewerkt",
        "Ta wiadomość została zmieniona",
        "Bu mesaj düzenlendi",
    ],
)  # fmt: skip
def test_an_edit_is_noted_and_is_no_part_of_the_text(tmp_path, mark):
    record = said(tmp_path, f"on Monday {LRM}<{mark}>").records[1]
    assert (record.text, record.source_metadata) == ("on Monday", {"edited": True})


@pytest.mark.parametrize(
    "phrase",
    [
        "This message was deleted", "You deleted this message", "Diese Nachricht wurde gelöscht.",
        "Se eliminó este mensaje.",
        "Ce message a été supprimé", "Questo messaggio è stato eliminato", "Mensagem apagada", "Esta mensagem foi apagada",
        "Dit bericht is verwijderd", "Ta wiadomość została usunięta", "Bu mesaj silindi", "تم حذف هذه الرسالة",
    ],
)  # fmt: skip
def test_a_deleted_message_has_no_text(tmp_path, phrase):
    for body in (phrase, LRM + phrase):
        record = said(tmp_path, body).records[1]
        assert (record.text, record.source_metadata) == ("", {"deleted": True})


@pytest.mark.parametrize(
    ("body", "call", "status", "seconds"),
    [
        (f"{LRM}Missed voice call, {LRM}Tap to call back", "voice", "missed", None),
        ("Missed video call", "video", "missed", None),
        ("Verpasster Sprachanruf", "voice", "missed", None),
        ("Videollamada perdida", "video", "missed", None),
        ("Appel vocal manqué", "voice", "missed", None),
        ("Chiamata vocale persa. Tocca per richiamare", "voice", "missed", None),
        ("Chamada de voz perdida", "voice", "missed", None),
        ("Gemiste spraakoproep", "voice", "missed", None),
        ("Cevapsız sesli arama", "voice", "missed", None),
        ("Voice call, 3 min", "voice", "answered", 180.0),
        (f"{LRM}Video call, {LRM}1 hr 5 min", "video", "answered", 3900.0),
        (f"{LRM}Videollamada. 12 minutos", "video", "answered", 720.0),
        (f"{LRM}Sprachanruf, 40 Sek.", "voice", "answered", 40.0),
        ("Voice call, No answer", "voice", "no_answer", None),
        (f"{LRM}Silenced voice call. {LRM}Focus mode", "voice", "missed", None),
        ("Silenced video call, Focus mode", "video", "missed", None),
        ("Voice call, Answered on other device", "voice", "answered elsewhere", None),
    ],
)
def test_a_call_stays_in_the_chat_with_its_outcome_and_length(tmp_path, body, call, status, seconds):
    record = said(tmp_path, body).records[1]
    assert (record.channel, record.text, record.source_metadata) == ("voice", "", {"call": call})
    assert (record.status, record.duration_seconds) == (status, seconds)


@pytest.mark.parametrize("body", ["Video call", "Voice call, if you like", "a missed voice call", "Llamada, por favor"])
def test_words_about_a_call_are_no_call(tmp_path, body):
    record = said(tmp_path, body).records[1]
    assert (record.text, record.status) == (body, None)


def test_a_missed_call_that_bears_no_name_is_the_other_persons(tmp_path):
    chat = chat_of("20/11/2026") + "20/11/2026, 10:05 - Missed voice call\n20/11/2026, 10:06 - Ann Archer is a contact\n"
    outcome = extracted(tmp_path, {NAME: chat}, SOURCE)
    assert [(r.direction, r.party_ref, r.status) for r in outcome.records] == [
        ("inbound", "Ann Archer", None),
        ("inbound", "Ann Archer", "missed"),
    ]
    assert outcome.suppressed.total() == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (f"{LRM}POLL:\nWhen?\n{LRM}OPTION: Monday ({LRM}2 votes)\n{LRM}OPTION: Friday ({LRM}0 votes)", "poll"),
        ("UMFRAGE:\nWann?\nOPTION: Montag (1 Stimme)", "poll"),
        (f"{LRM}Location: https://maps.google.com/?q=51.5,-0.1", "location"),
        ("Standort: https://maps.google.com/?q=51.5,-0.1", "location"),
    ],
)
def test_a_poll_and_a_place_keep_their_words_and_are_noted(tmp_path, body, kind):
    record = said(tmp_path, body).records[1]
    assert record.source_metadata == {"type": kind}
    assert record.text == body.replace(LRM, "")


def test_a_list_is_no_poll_and_what_is_seen_once_is_a_file(tmp_path):
    assert said(tmp_path, "Shopping: bread\nShopping: milk (2 bottles)").records[1].source_metadata == {}
    record = said(tmp_path / "b", f"{LRM}View once message omitted").records[1]
    assert (record.attachments, record.source_metadata) == (FILE, {"view_once": True})


@pytest.mark.parametrize(
    "notice",
    [
        "Messages and calls are end-to-end encrypted. No one outside of this chat can read them.",
        "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.",
        "Los mensajes y las llamadas están cifrados de extremo a extremo.",
        "Les messages et les appels sont chiffrés de bout en bout.",
        "I messaggi e le chiamate sono crittografati end-to-end.",
        "As mensagens e as chamadas são protegidas com a criptografia de ponta a ponta",
        "Berichten en gesprekken worden end-to-end versleuteld.",
        "Wiadomości i połączenia są w pełni zaszyfrowane.",
        "Mesajlar ve aramalar uçtan uca şifrelidir.",
        "الرسائل والمكالمات مشفرة تمامًا بين الطرفين",
        "Your security code with Ann Archer changed.",
        "This business works with other companies to manage this chat.",
        "Ann Archer hat die Nummer gewechselt.",
    ],
)
def test_a_notice_in_a_persons_name_is_left_out_in_every_language(tmp_path, notice):
    outcome = said(tmp_path, LRM + notice)
    assert outcome.texts == ["hello"]
    assert outcome.suppressed == {"a line that WhatsApp itself wrote": 1}


def test_a_marked_text_that_we_do_not_know_is_kept(tmp_path):
    assert said(tmp_path, f"{LRM}so it goes").texts == ["hello", "so it goes"]


@pytest.mark.parametrize(
    "line",
    [
        'Carl created group "Tents: all"', 'Carl hat die Gruppe "Zelte: alle" erstellt',
        'Carl creó el grupo "Tiendas: todas"', "Carl a créé le groupe « Tentes : toutes »",
        'Carl ha creato il gruppo "Tende: tutte"', 'Carl criou o grupo "Tendas: todas"',
        'Carl heeft de groep "Tenten: alle" gemaakt', "You were added", "Carl added you",
    ],
)  # fmt: skip
def test_a_group_is_told_by_what_founded_it(tmp_path, line):
    chat = f"20/11/2026, 09:00 - {line}\n" + chat_of("20/11/2026")
    outcome = extracted(tmp_path, {NAME: chat}, SOURCE)
    assert [record.reason for record in outcome.records] == ["group"]
    assert outcome.suppressed.total() == 1


def test_on_iphones_a_groups_notices_bear_its_name(tmp_path):
    chat = (
        f"[20/11/2026, 09:00:00] Tents: {LRM}Messages and calls are end-to-end encrypted.\n"
        f"[20/11/2026, 09:00:01] Tents: {LRM}Carl hat etwas getan, das wir nicht kennen\n"
        "[20/11/2026, 09:01:00] Carl: hello\n"
        f"[20/11/2026, 09:02:00] Carl: {LRM}Carl left\n"
    )
    outcome = extracted(tmp_path, {"WhatsApp Chat - Tents/_chat.txt": chat}, SOURCE)
    assert [(record.reason, record.text) for record in outcome.records] == [("group", "hello")]
    assert outcome.suppressed.total() == 3


@pytest.mark.parametrize(
    ("head", "hour"),
    [
        ("2026/11/20 午後1:00 - ", 13),
        ("[2026/11/20 午前10:00:00] ", 10),
        ("2026/11/20 上午10:00 - ", 10),
        ("[26. 11. 20. 오후 1:00:00] ", 13),
        ("2026. 11. 20. 오전 10:00 - ", 10),
        ("26. 11. 20., PM 1:00 - ", 13),
        ("20.11.26, 1:00\u202fm.d. - ", 13),
        ("\u200f٢٠\u200f/١١\u200f/٢٠٢٦، ١:٠٠ م - ", 13),
        ("[۲۰۲۶/۱۱/۲۰،\u200f ۱۰:۰۰:۰۰] ", 10),
        ("20/11/2026, 1:00 p.\u00a0m. - ", 13),
        ("20/11/2026, 10:00 π.μ. - ", 10),
        ("2026-11-20 13 h 00 - ", 13),
        ("20.11.2026, 1:00 nachm. - ", 13),
        ("20/11/2569 10:00 - ", 10),
        ("10:00, 20/11/2026 - ", 10),
        ("[10:00:00 20/11/2026] ", 10),
        ("20.11.2026 г., 10:00 ч. - ", 10),
        ("20/11/2026, 10:00 xx - ", None),
        ("20/11/2026, 10:00:00: ", 10),
        ("20/11/2026, 10:00 \u2013 ", 10),
        ("20.11.2026 um 10.00 - ", 10),
        ("20/11/2026 às 10:00 - ", 10),
    ],
)
def test_the_heads_of_lines_in_many_languages_are_understood(tmp_path, head, hour):
    outcome = extracted(tmp_path, {NAME: f"{head}Ann Archer: hello: you\n"}, SOURCE)
    if hour is None:  # one that we have not seen is never taken for another
        assert outcome.records == []
        assert "no WhatsApp chat" in outcome.quarantined[0][1]
        return
    (record,) = outcome.records
    assert (record.occurred_at, record.text) == (datetime(2026, 11, 20, hour, tzinfo=UTC), "hello: you")


def test_a_year_of_another_calendar_is_set_aside(tmp_path):
    outcome = extracted(tmp_path, {NAME: "1405/08/29, 10:00 - Ann Archer: hello\n"}, SOURCE)
    assert outcome.records == []
    assert "a year before WhatsApp" in outcome.quarantined[0][1]


@pytest.mark.parametrize(
    ("title", "author", "expected"),
    [
        ("+44 7700 900123", "~ Ann", {("phone", "", "+447700900123"), ("name", "", "Ann")}),
        ("+44 7700 900123", "\u202a+44\u00a07700\u00a0900123\u202c", {("phone", "", "+447700900123")}),
        ("@ann.archer", "@ann.archer", {("handle", "whatsapp", "ann.archer")}),
        ("GB.1349120865530", "GB.1349120865530", {("account", "whatsapp:whatsapp", "GB.1349120865530")}),
        ("Ann", "Ann", {("account", "whatsapp", "Ann"), ("name", "", "Ann")}),
    ],
)  # fmt: skip
def test_a_person_is_a_number_a_user_name_an_id_of_the_business_or_a_name(tmp_path, title, author, expected):
    chat = f"[20/11/2026, 10:00:00] {author}: hello\n[20/11/2026, 10:00:01] The Shop: yes\n"
    for record in extracted(tmp_path, {f"WhatsApp Chat - {title}.txt": chat}, SOURCE).records:
        assert party(record) == expected


def test_who_writes_under_a_number_and_under_what_she_calls_herself_is_one(tmp_path):
    chat = (
        f"[20/11/2026, 09:00:00] +44 7700 900123: {LRM}Messages and calls are end-to-end encrypted.\n"
        "[20/11/2026, 10:00:00] ~ Ann: hello\n"
    )
    (record,) = extracted(tmp_path, {"WhatsApp Chat - +44 7700 900123/_chat.txt": chat}, SOURCE).records
    assert (record.reason, party(record)) == (None, {("phone", "", "+447700900123"), ("name", "", "Ann")})


def test_files_that_came_along_have_their_size_and_hash(tmp_path):
    chat = f"[20/11/2026, 10:00:00] Ann Archer: {LRM}<attached: 01-PHOTO.jpg>\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("_chat.txt", chat)
        archive.writestr("01-PHOTO.jpg", b"\xff\xd8\xff")
        archive.writestr("notes.txt", "milk and bread")
        archive.writestr("__MACOSX/._chat.txt", b"\0\5\x16\7")
    photo = {"_chat.txt": chat.encode(), "01-PHOTO.jpg": b"\xff\xd8\xff"}
    files = {"WhatsApp Chat - Ann Archer.zip": packed.getvalue(), **{f"Ann/{name}": each for name, each in photo.items()}}
    outcome = extracted(tmp_path, files, SOURCE)
    known = [Attachment("01-PHOTO.jpg", 3, sha256(b"\xff\xd8\xff").hexdigest())]
    assert [(r.conversation_ref, r.attachments) for r in outcome.records] == [
        ("Ann", known),
        ("WhatsApp Chat - Ann Archer", known),
    ]
    assert outcome.suppressed == {
        "a picture or another file beside the chat": 3, "a file that macOS or Windows leaves in folders": 1
    }  # fmt: skip
    assert not outcome.quarantined


@pytest.mark.parametrize("name", ["WhatsApp Chat with Ann Archer.txt", "WhatsApp Chat with Ann Archer/_chat.txt"])
def test_a_chat_that_was_gzipped_is_the_same_chat(tmp_path, name):
    chat = "20/11/2026, 10:00 - Ann Archer: hello\n"
    (plain,) = extracted(tmp_path / "1", {name: chat}, SOURCE).records
    (gzipped,) = extracted(tmp_path / "2", {f"{name}.gz": gzip.compress(chat.encode())}, SOURCE).records
    assert replace(gzipped, file=plain.file) == plain


@pytest.mark.parametrize(
    ("name", "together"),
    [
        ("wa/2026-11-20/WhatsApp Chat with Ann.txt", "wa/2026-11-20/WhatsApp Chat with Ann.txt"),
        ("wa/2026-11-20/WhatsApp Chat with Ann.txt.gz", "wa/2026-11-20/WhatsApp Chat with Ann.txt.gz"),
        ("wa/2026-11-20/WhatsApp Chat - Ann.zip", "wa/2026-11-20/WhatsApp Chat - Ann.zip"),
        ("wa/2026-11-20/Ann/_chat.txt", "wa/2026-11-20/Ann"),
        ("wa/2026-11-20/Ann/01-PHOTO.jpg", "wa/2026-11-20/Ann"),
        ("wa/2026-11-20/01-PHOTO.jpg", "wa/2026-11-20/01-PHOTO.jpg"),
    ],
)
def test_a_chat_is_read_with_its_pictures_and_no_other_chat(name, together):
    assert whatsapp.group(SourceFile(name, 1, None, name)) == together


def test_an_edited_message_is_a_further_one_in_the_next_export(tmp_path):
    (before,) = extracted(tmp_path / "1", {NAME: "20/11/2026, 10:00 - Ann Archer: on Moday\n"}, SOURCE).records
    edited = "20/11/2026, 10:00 - Ann Archer: on Monday <This message was edited>\n"
    (after,) = extracted(tmp_path / "2", {NAME: edited}, SOURCE).records
    assert before.source_ref != after.source_ref
    assert (before.occurred_at, before.party_ref) == (after.occurred_at, after.party_ref)


# --- cut off, and too much ---


@pytest.mark.parametrize(
    "shape",
    [
        "[20/11/2026, 10:00:0{}] Ann Archer: ", "20/11/2026, 10:0{} - Ann Archer: ",
        "Nov 20, 2015, 10:0{} AM - Ann Archer: ", "20 de nov. de 2015, 10:0{} - Ann Archer: ",
    ],
)  # fmt: skip
def test_a_chat_cut_off_anywhere_within_a_line_is_told(tmp_path, shape):
    whole = "".join(shape.format(number) + f"hello number {number}\n" for number in range(3))
    for cut in range(1, len(whole)):
        if whole[cut - 1] == "\n":
            continue
        outcome = extracted(tmp_path, {NAME: whole[:cut]}, SOURCE)
        assert outcome.quarantined or outcome.warnings["the last line has no end: it may be cut off"], whole[:cut]


def test_a_message_of_an_iphone_cut_off_after_one_of_its_lines_is_told(tmp_path):
    chat = "[20/11/2026, 10:00:00] Ann Archer: one\r\n[20/11/2026, 10:00:01] Ann Archer: two\nthree\r\n"
    assert not extracted(tmp_path / "1", {NAME: chat}, SOURCE).warnings
    assert extracted(tmp_path / "2", {NAME: chat.removesuffix("three\r\n")}, SOURCE).warnings


def test_a_line_too_long_costs_its_message_alone(tmp_path):
    head = "20/11/2026, 10:00 - Ann Archer: "
    chat = f"{head}one\n{head}two\n{'x' * (17 << 20)}\n{head}three\n{head}{'y' * (17 << 20)}\nand more\n{head}four\n"
    outcome = extracted(tmp_path, {NAME: chat}, SOURCE)
    assert outcome.texts == ["one", "three", "four"]
    assert outcome.quarantined == [("line 2", "a record longer than 16 MB"), ("line 5", "a record longer than 16 MB")]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(" " * 200_000 + "x", id="spaces"),
        pytest.param("\n" * 50_000 + "x", id="empty lines"),
        pytest.param("<attached: " * 20_000, id="beginnings of files"),
        pytest.param("POLL:" + "\nOPTION: (1 " * 20_000, id="beginnings of options"),
        pytest.param("gruppe " * 30_000, id="words of notices"),
        pytest.param(("x" * 254 + " (file attached\n") * 800, id="files that are none"),
        pytest.param("\u200e" * 100_000, id="marks"),
        pytest.param("Voice call, " * 10_000, id="calls"),
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(tmp_path, body):
    started = process_time()
    assert len(said(tmp_path, body + "end").records) == 2
    assert process_time() - started < 5


def test_a_source_of_its_own_names_scopes_ids_of_the_business(tmp_path):
    source = source_of(format="whatsapp", name="wa_spain", own=["The Shop"], timezone="Europe/Madrid")
    chat = "[20/11/2026, 10:00:00] ES.13491208655302741918: hola\n"
    (record,) = extracted(tmp_path, {"WhatsApp Chat - ES.13491208655302741918.txt": chat}, source).records
    assert party(record) == {("account", "whatsapp:wa_spain", "ES.13491208655302741918")}
