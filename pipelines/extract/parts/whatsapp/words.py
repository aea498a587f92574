"""The words that WhatsApp itself writes into a chat, in the languages of the phones it is exported from.

What is missing here costs no message: a notice in another language is kept as if somebody had written it.
"""

import re

OF_WHATSAPP = re.compile(r"WhatsApp|واتس ?اب|ватсап", re.IGNORECASE)  # by which a title is not a person's name alone

_ENCRYPTED = """
    messages and calls|messages (?:to this (?:chat|group)|you send)|nachrichten und anrufe|nachrichten in diesem chat|
    los mensajes y las llamadas|les messages et les appels|i messaggi e le chiamate|as mensagens e a|
    berichten en (?:gesprekken|oproepen)|
    wiadomości i połączenia|mesajlar ve aramalar|сообщения и звонки|الرسائل والمكالمات|मैसेज(?:ेस)? और कॉल|メッセージと通話|
    消息和通话|訊息和通話|메시지 및|pesan dan panggilan|meddelanden och samtal
"""
_ABOUT_THE_CHAT = """
    this (?:chat|business|group)|dieser chat|dieses unternehmen|est[ae] (?:chat|empresa|conversa)|
    cette (?:discussion|entreprise)|
    quest[ao] (?:chat|attività)|deze chat|dit bedrijf|ten czat|ta firma|bu (?:sohbet|işletme)|
    your security code|deine? sicherheits(?:nummer|code)|tu código de seguridad|(?:ton|votre) code de sécurité|
    il tuo codice di sicurezza|(?:seu|o teu) código de segurança|je beveiligingscode|
    you (?:un)?blocked|you turned o(?:n|ff)|du hast (?:diesen kontakt|selbstlöschende)|(?:des)?bloqueaste|
    vous avez (?:dé)?bloqué|
    hai (?:s?bloccato)|você (?:des)?bloqueou
"""
# What it tells of a chat in somebody's name, on iPhones.
NOTICE = re.compile("".join(line.strip() for line in f"{_ENCRYPTED}|{_ABOUT_THE_CHAT}".splitlines()), re.IGNORECASE)

# What it tells of groups only.
GROUP = re.compile(
    r"created (?:this |the )?group\b|added you|you were added|joined using|messages to this group|"
    r"gruppe (?:\S+ )*erstellt|hat dich hinzugefügt|du wurdest hinzugefügt|"
    r"(?:creó|creaste) (?:el|este) grupo|te (?:añadió|agregó)|(?:a|avez) créé (?:le|ce) groupe|vous a ajouté|"
    r"(?:ha|hai) creato (?:il|questo) gruppo|ti ha aggiunto|criou (?:o|este) grupo|adicionou você|"
    r"groep (?:\S+ )*(?:aan)?gemaakt|heeft (?:je|jou) toegevoegd|utworzył\w* grupę|grubunu oluşturdu|"
    r"создал\w* группу|"
    r"グループ.*作成しました|创建了群组|建立了群組|그룹을 만들었습니다|أنشأ المجموعة",
    re.IGNORECASE,
)
# A group's name stands in such a line, and may hold a colon.
RENAMED = re.compile(
    r"(?:\bcreated (?:the )?group|changed the (?:subject|group|group name)|die gruppe|den (?:betreff|"
    r"gruppennamen)|el grupo|el asunto|"
    r"el nombre del grupo|le groupe|le sujet|il gruppo|l.oggetto|o grupo|o assunto|o nome do grupo|de groep|"
    r"het onderwerp|grupę)"
    r"(?: (?:from|to|von|zu|auf|de|del?|a|da|per|para|van|naar|in))? ?[\"“„«]",
    re.IGNORECASE,
)

EDITED = re.compile(
    r"<(?:This message was edited|Diese Nachricht wurde bearbeitet|Se editó este mensaje|Ce message a été modifié|"
    r"Questo messaggio è stato modificato|Messaggio modificato|Mensagem editada|Esta mensagem foi editada|"
    r"Dit bericht is bewerkt|"
    r"Ta wiadomość została (?:zmieniona|edytowana)|Bu mesaj düzenlendi|Данное сообщение изменено|Сообщение изменено|"
    r"تم تعديل هذه الرسالة|ההודעה נערכה|यह मैसेज एडिट किया गया|"
    r"このメッセージは編集されました|此消息已编辑|이 메시지는 수정되었습니다)[.。]?>\s*$",
    re.IGNORECASE,
)
DELETED = re.compile(
    r"(?:This message was deleted(?: by admin [^\n]{1,100})?|You deleted this message(?: as admin)?|"
    r"Diese Nachricht wurde gelöscht|Du hast diese Nachricht gelöscht|"
    r"Se eliminó este mensaje|Este mensaje fue eliminado|Eliminaste este mensaje|Ce message a été supprimé|"
    r"(?:Vous avez|Tu as) supprimé ce message|Questo messaggio è stato eliminato|Hai eliminato questo messaggio|"
    r"(?:Ess?t?a )?mensagem (?:foi )?(?:apagada|eliminada)|(?:Você )?(?:apagou|eliminou) esta mensagem|"
    r"Dit bericht is verwijderd|"
    r"(?:Je|U) hebt dit bericht verwijderd|Ta wiadomość została usunięta|Usunięto tę wiadomość|Bu mesaj silindi|"
    r"Bu mesaj\u0131 sildiniz|"
    r"Это сообщение было удалено|Данное сообщение удалено|Вы удалили (?:это|данное) сообщение|"
    r"Це повідомлення було видалено|Ви видалили це повідомлення|Tato zpráva byla smazána|Tuto zprávu jste smazal(?:/?a)?|"
    r"Pesan ini (?:telah )?dihapus|(?:Anda|Kamu) (?:telah )?menghapus pesan ini|"
    r"Tin nhắn này đã bị x[oó][aá]|Bạn đã x[oó][aá] tin nhắn này|ข้อความนี้ถูกลบแล้ว|คุณได้?ลบข้อความนี้(?:แล้ว)?|"
    r"(?:لقد حذ[َ]?فت|أنت حذفت) هذه الرسالة|تم حذف هذه الرسالة|הודעה זו נמחקה|מחקת (?:את ההודעה הזו|הודעה זו)|"
    r"यह मैसेज डिलीट कर दिया गया(?: है)?|आपने यह मैसेज डिलीट किया(?: है)?|"
    r"このメッセージは削除されました|このメッセージを削除しました|"
    r"此消息已删除|此訊息已刪除|이 메시지는 삭제되었습니다|삭제된 메시지입니다)[.。।]?",
    re.IGNORECASE,
)

# Android writes it before the name of a file, iPhones behind: "IMG-1.jpg (file attached)", "<attached: 01-PHOTO.jpg>".
_FILE_ATTACHED = (
    r"file attached|Datei angehängt|archivo adjunt(?:o|ado)|fichier joint|file allegato|arquivo anexado|"
    r"ficheiro anexado|"
    r"bestand bijgevoegd|załączony plik|plik załączony|dosya ekli|файл (?:добавлен|прикреплен)|файл додано|"
    r"الملف مرفق|קובץ מצורף|"
    r"फ़?ाइल (?:संलग्न|अटैच कर दी गई है)|fil vedhæftet|vedlagt fil|bifogad fil|liitetiedosto|"
    r"添付ファイル有り|文件附件|附件檔案|파일 첨부됨|lêer aangeheg|fayl əlavə olunub|fayl biriktirildi|прикачен фа[йј]л|"
    r"прикачена датотека|қосымша файл|arxiu adjunt|soubor byl přiložen|súbor pripojený|datoteka u privitku|"
    r"priložena datoteka|fájl csatolva|fișier atașat|byla prisegta|pievienots fails|fail lisatud|skedë e ngjitur|"
    r"συνημμένο αρχείο|file terlampir|fail dilampirkan|nakalakip na file|faili limeambatanishwa|tệp đính kèm|ไฟล์ที่แนบ|"
    r"ফাইল সংযুক্ত হয়েছে|फाइल अटैच कर दी गई है|ਫਾਈਲ ਅਟੈਚ ਕੀਤੀ|ફાઇલ જોડાયેલ|ఫైల్ జోడించబడినది|ಕಡತ ಸೇರಿಸಲಾಯಿತು|ഫയൽ ചേർത്തു|پیوستہ فائل"
)
_ATTACHED = (
    r"attached|angehängt|Anhang|adjunto|anexado|anexo|joint|pièce jointe|allegato|bijgevoegd|bijlage|"
    r"załączon[oy]|eklendi|"
    r"прикреплено|додано|المُرفق|מצורף|अटैच किया गया|vedhæftet|vedlagt|bifogat|liite|添付ファイル|附件|첨부됨"
)
# A mark before the bracket is WhatsApp's own, in whichever language the word is; so is the name that Android gives a file.
ATTACHED = re.compile(
    rf"\u200e<[^<>:\n]{{1,40}}: ?([^<>\n]{{1,255}})>|<(?:{_ATTACHED}): ?([^<>\n]{{1,255}})>|"
    rf"^\u200e?([^\n]{{1,255}}) \((?:{_FILE_ATTACHED})\)[ \t]*$|"
    r"^\u200e?([A-Z]{3}-\d{8}-WA\d{4,6}\.\w{2,5}) \([^()\n]{2,60}\)[ \t]*$",
    re.MULTILINE,
)

_OMITTED = (
    r"<(?:Media omitted|Medien ausgeschlossen|Medien weggelassen|Multimedia omitido|Archivo omitido|Médias omis|"
    r"Fichier omis|"
    r"Media omess[io]|Mídia (?:oculta|omitida)|Arquivo de mídia oculto|Multimédia omitido|Ficheiro não revelado|"
    r"Media weggelaten|"
    r"Pominięto multimedia|Pliki pominięto|Medya dahil edilmedi|Medya atlanm\u0131ş|Без медиафайлов|"
    r"Медиафайлы отсутствуют|Файл пропущен|"
    r"медіа пропущено|تم استبعاد الوسائط|मीडिया के बिना|メディアなし|"
    r"メディアは含まれていません|忽略多媒體檔|省略多媒体文件|미디어 파일 제외됨|"
    r"media tidak disertakan|media utelämnat|media utelatt|medier udeladt|media jätettiin pois|"
    r"media har utelämnats|uten vedlegg|mediefil udeladt|media jätetty pois|המדיה לא נכללה|המדיה הוסרה|מדיה הושמטה|"
    r" ?média vynechán[ay] ?|médiá vynechané|hiányzó médiafájl|conținut media omis|εξαίρεση πολυμέσων|без файл|без фајл|"
    r"медији \u0441\u0443 изостављени|medijski zapis izostavljen|medij izpuščen|praleistas medijos turinys|bez multivides|"
    r"meedia ära jäetud|media weggelaat|media imerukwa|walang kalakip na media|media disingkirkan|mitjans omesos|"
    r"media hequr|media ç\u0131xar\u0131lm\u0131şd\u0131r|файл қосылған жоқ|fayl o['\u2018\u2019]tkazib yuborildi|"
    r"bỏ qua media|สื่อถูกลบ|ບໍ່ລວມມີເດຍ|মিডিয়া বাদ দেওয়া হয়েছে|मीडिया वगळले|મીડિયા અવગણવામાં આવ્યા|ਮੀਡੀਆ ਛਡਿਆ ਗਿਆ|"
    r"میڈیا ہٹا دیا گیا| ?پيوست نما/آهنگ حذف شد ?| ?ஊடகங்கள் நீக்கப்பட்டது ?|మాధ్యమం విస్మరించబడింది|"
    r"ಮಾಧ್ಯಮ ಕೈಬಿಡಲಾಗಿದೆ|മീഡിയ ഒഴിവാക്കി|미디어 파일을 생략한 대화내용)>|"
    r"<?(?:(?:image|video|video note|video message|voice message|audio|sticker|GIF|document|contact card) omitted|"
    r"(?:Bild|Video|Videonachricht|Audio|Sticker|GIF|Dokument|Kontaktkarte) weggelassen|"
    r"(?:imagen|tarjeta de contacto) omitida|(?:v[ií]deo|[áa]udio|sticker|GIF|documento) (?:omitido|ocultado)|"
    r"(?:image|vidéo) (?:absente|omise)|(?:audio|sticker|autocollant|document|GIF) omis|GIF retiré|"
    r"fiche contact omise|"
    r"(?:immagine|scheda contatto|GIF) omessa|(?:video|audio|adesivo|documento) omesso|sticker non incluso|"
    r"imagem (?:ocultada|oculta|omitida)|figurinha (?:omitida|não incluída)|autocolante não incluído|"
    r"cartão do contato omitido|"
    r"(?:afbeelding|video|audio|GIF|sticker|document|contactkaart) weggelaten)>?"
)
VIEW_ONCE = re.compile(
    r"<?(?:view once (?:voice )?message(?: omitted)?|you received a view once [^\n]{0,120}|"
    r"einmalansicht[^\n]{0,40}weggelassen)[>.]?",
    re.IGNORECASE,
)
# Stands in the place of a message that the phone has not been able to open yet.
WAITING = re.compile(
    r"(?:waiting for this message\. this may take a while|warte auf diese nachricht\. dies kann eine weile dauern|"
    r"aguardando mensagem\. essa ação pode levar alguns instantes)\.?",
    re.IGNORECASE,
)
# Alone on the first line, or behind a mark at its end, after a file's name or what was written under a picture.
OMITTED = re.compile(rf"(?:^\s*|(?<=\u200e))(?:{_OMITTED})\s*(?=\n|$)", re.IGNORECASE)
# What an iPhone writes at the end of a line that has a mark before it, in whatever language: a file was left out.
LEFT_OUT = re.compile(r"\u200e[^\u200e\n<>:/?!@#\d]{2,60}(?=\n|$)")
DOCUMENT = re.compile(
    r"[^\n]{1,250}\.(?:pdf|docx?|xlsx?|pptx?|txt|rtf|csv|od[tsp]|pages|numbers|key|zip|rar|7z|json|xml|html?|eml|msg|ics|"
    r"vcf|epub|apk|jpe?g|png|gif|heic|webp|svg|mp[34]|m4a|mov|wav|opus)",
    re.IGNORECASE,
)

_VOICE = (
    r"(?:group )?voice call|sprachanruf|llamada(?: de voz)?|appel vocal|chiamata vocale|(?:chamada|"
    r"ligação) de voz|spraakoproep|"
    r"spraakgesprek|połączenie głosowe|poł\. głosowe|sesli arama|аудиозвонок|голосовой звонок|مكالمة صوتية|"
    r"वॉइस कॉल|音声通話|语音通话|語音通話|음성 ?통화"
)
_VIDEO = (
    r"(?:group )?video call|videoanruf|videollamada|appel vidéo|videochiamata|(?:chamada|ligação) de vídeo|"
    r"video-oproep|videogesprek|"
    r"połączenie wideo|görüntülü arama|видеозвонок|مكالمة فيديو|वीडियो कॉल|ビデオ通話|视频通话|視訊通話|영상 ?통화"
)
_MISSED_BEFORE = r"missed|silenced|verpasster|gemiste?|nieodebrane|cevaps\u0131z|пропущенный|मिस्ड|未接|부재중"
_MISSED_BEHIND = r"perdida|manqué|persa|فائتة|不在着信|の不在着信"
CALL = re.compile(
    rf"(?P<missed>(?:{_MISSED_BEFORE}) ?)?(?:(?P<video>{_VIDEO})|"
    rf"(?P<voice>{_VOICE}))(?P<lost> ?(?:{_MISSED_BEHIND}))?"
    r"(?:[.,] ?(?P<rest>[^\n]{0,60}))?[.]?",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"answered on other device", re.IGNORECASE)
NO_ANSWER = re.compile(
    r"no answer|keine antwort|sin respuesta|sans réponse|nessuna risposta|sem resposta|geen antwoord|cevap yok",
    re.IGNORECASE,
)
_UNITS = (
    (3600, r"h|hrs?|hours?|std|stunden?|horas?|heures?|or[ae]|uur|saat|sa|godz|ч"),
    (60, r"m|min|mins?|minutes?|minuten?|minutos?|minut[oi]|dk|dakika|мин"),
    (1, r"s|secs?|seconds?|sek|sekunden?|seg|segundos?|secondes?|second[oi]|sn|saniye|сек"),
)
_AMOUNT = re.compile(r"(\d{1,5}) ?([^\W\d_]+)")
_POLL_LINE = re.compile(r"([^\W\d_]{4,14}): ?(.*)")
_KIND_LIMIT = 10_000  # characters
_LOCATION = re.compile(
    r"\u200e?(?:[^\n:]{1,40}: https://(?:maps\.google\.com/\?q=|maps\.app\.goo\.gl/)|"
    r"[^\n]{1,200}: https://foursquare\.com/v/|[^\n]{1,100}\n[^\n]{1,200}\nhttps://foursquare\.com/v/)\S+\s*"
)


def seconds_of(text: str) -> float | None:
    """Return how long a call was: of "3 min" it is 180; None where it does not say."""
    total, known = 0, False
    for amount, unit in _AMOUNT.findall(text):
        each = next((size for size, words in _UNITS if re.fullmatch(words, unit, re.IGNORECASE)), None)
        if each is None:
            return None
        total, known = total + int(amount) * each, True
    return float(total) if known else None


def kind_of(body: str) -> str | None:
    """Say what a message is that WhatsApp shows as something else than text: a poll or a place."""
    if len(body) > _KIND_LIMIT or not ("\n" in body or "https://" in body):
        return None
    if _LOCATION.fullmatch(body):
        return "location"
    lines = [_POLL_LINE.fullmatch(line.lstrip("\u200e").rstrip()) for line in body.rstrip().split("\n")]
    options = [line for line in lines[1:] if line and line[1].isupper() and _is_counted(line[2])]
    return "poll" if lines[0] and lines[0][1].isupper() and options and lines[-1] in options else None


def _is_counted(option: str) -> bool:
    """Say whether a poll's option ends with its votes: "On Monday (3 votes)"."""
    votes = option.rpartition("(")[2].lstrip("\u200e")
    return option.endswith(")") and votes[:1].isdigit()
