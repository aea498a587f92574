"""The words by which a quote, a forwarded mail or a phone's signature is known, in the languages of the mail programs.

All in lower case, as ``str.casefold`` gives them.
"""

import re

# "On 3 May 2026, at 10:00, Bob <bob@shop.example> wrote:": how such a line begins, and the verb it holds.
ATTRIBUTION_STARTS = (
    "on ", "am ", "le ", "el ", "il ", "op ", "em ", "a ", "den ", "på ", "w dniu ", "dnia ", "dne ", "dňa ", "в ", "на ",
    "în ", "at ", "in data ", "στις ", "pada ", "tarihinde ", "vào ", "missatge de ", "quoting ", "zitat von ",
)  # fmt: skip
ATTRIBUTION_VERBS = (
    "wrote", "writes:", "schrieb", "a écrit", "escribió", "ha scritto", "schreef", "geschreven:", "escreveu", "va escriure",
    "skrev", "kirjoitti", "napisał", "pisze:", "napsal", "napísal", "napisao", "napisala", "написал", "пишет", "написав",
    "пише:", "написа:", "έγραψε", "yazd\u0131", "írta", "a scris", "rašė", "rakstīja", "kirjutas", "menulis:",
    "写道", "寫道", "のメール", "のメッセージ", "書きました", "작성", "쓴 글",
    "đã viết", "เขียนว่า", "כתב", "كتب", "quoting", "zitat von",
)  # fmt: skip

# Under a drawn line: "-----Original Message-----", "---------- Forwarded message ---------".
DIVIDERS = (
    "original message", "reply message", "originalnachricht", "original-nachricht", "ursprüngliche nachricht",
    "antwort nachricht", "message d'origine", "message original",
    "mensaje original", "messaggio originale", "oorspronkelijk bericht", "mensagem original", "missatge original",
    "oprindelig meddelelse", "oprindelig besked", "opprinnelig melding", "ursprungligt meddelande", "alkuperäinen viesti",
    "wiadomość oryginalna", "oryginalna wiadomość", "původní zpráva", "původní e-mail", "pôvodná správa", "eredeti üzenet",
    "mesaj original", "orijinal mesaj", "исходное сообщение", "оригинальное сообщение", "αρχικό μήνυμα",
    "原始邮件", "原始郵件", "原邮件", "元のメッセージ", "원본 메시지", "원본 메일",
    "forwarded message", "forwarded by ", "begin forwarded message", "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht", "message transféré", "message transmis", "début du message réexpédié",
    "mensaje reenviado", "messaggio inoltrato", "inizio messaggio inoltrato", "doorgestuurd bericht",
    "begin doorgestuurd bericht", "mensagem encaminhada", "videresendt meddelelse", "videresendt besked",
    "videresendt melding", "vidarebefordrat meddelande", "välitetty viesti", "wiadomość przekazana", "przekazana wiadomość",
    "přeposlaná zpráva", "preposlaná správa", "továbbított üzenet", "mesaj redirecționat", "yönlendirilmiş mesaj",
    "пересылаемое сообщение", "пересланное сообщение", "переслане повідомлення", "转发邮件", "轉寄郵件", "转发的邮件",
    "転送されたメッセージ", "전달된 메시지", "reply above this line", "please type your reply above",
    "please reply above", "replied message", "回复的原邮件", "mail original",
)  # fmt: skip
WHOLE_DIVIDERS = ("original",)  # of words that begin other lines, too

# Above a quote as Outlook writes it: "From: …", "Sent: …", "To: …", "Subject: …".
HEADERS = frozenset((
    "from", "sent", "to", "subject", "date", "cc", "reply-to",
    "von", "gesendet", "an", "betreff", "datum",
    "de", "envoyé", "à", "objet",
    "enviado", "enviado el", "enviado em", "enviada em", "para", "asunto", "assunto", "fecha", "data", "enviat", "assumpte",
    "da", "inviato", "a", "oggetto",
    "van", "verzonden", "aan", "onderwerp",
    "fra", "sendt", "til", "emne", "dato", "från", "skickat", "till", "ämne",
    "lähettäjä", "lähetetty", "vastaanottaja", "aihe", "päiväys",
    "od", "wysłano", "wysłane", "do", "temat",
    "odesláno", "komu", "předmět", "odoslané", "predmet", "poslano", "zadeva",
    "feladó", "elküldve", "küldve", "címzett", "tárgy", "dátum",
    "trimis", "către", "subiect", "de la",
    "gönderen", "kimden", "gönderildi", "gönderilme", "tarih", "kime", "konu",
    "от", "отправлено", "дата", "кому", "тема", "від", "надіслано", "изпратено", "до", "относно",
    "από", "στάλθηκε", "προς", "θέμα", "ημερομηνία",
    "发件人", "发送时间", "发送日期", "收件人", "主题", "抄送", "日期",
    "寄件者", "寄件人", "寄件日期", "傳送時間", "收件者", "主旨", "副本",
    "差出人", "送信者", "送信元", "送信日時", "送信日", "宛先", "件名", "日付", "日時",
    "보낸 사람", "보낸사람", "보낸 날짜", "보낸날짜", "날짜", "받는 사람", "받는사람", "제목", "참조",
    "מאת", "נשלח", "אל", "נושא", "תאריך", "من", "إلى", "الموضوع", "تاريخ", "التاريخ", "تم الإرسال",
    "từ", "đã gửi", "tới", "đến", "chủ đề", "ngày", "dari", "dikirim", "kepada", "subjek",
    "จาก", "ส่ง", "ส่งเมื่อ", "วันที่", "ถึง", "เรื่อง", "หัวเรื่อง", "प्रेषक", "भेजा गया", "प्रति", "विषय",
))  # fmt: skip

# Notes draws a table above a quote: "To", a line with whom, "cc", another, "Subject". One of the hints is in all of them.
TABLE_HINTS = ("\ncc", "\nCC", "\nCc", "\nKopie")
TABLE = re.compile(
    r"^[ \t]*+(?:to|an|à|a|para|per|aan|til|till|宛先)[ \t]*+\n(?:[^\n]*+\n){1,6}?"
    r"[ \t]*+(?:cc|kopie)[ \t]*+\n(?:[^\n]*+\n){1,4}?"
    r"[ \t]*+(?:subject|thema|objet|asunto|assunto|oggetto|onderwerp|emne|ämne|件名)[ \t]*+$",
    re.IGNORECASE | re.MULTILINE,
)

# "Sent from my iPhone", and what mail apps write under a mail for themselves.
DEVICE_STARTS = (
    "sent from ", "sent via ", "sent with proton", "sent with [proton", "get outlook for ", "outlook für ",
    "télécharger outlook pour ",
    "obtenir outlook pour ", "obtener outlook para ", "obter o outlook para ", "baixar o outlook para ",
    "scarica outlook per ", "ottieni outlook per ", "download outlook voor ", "hämta outlook för ", "hent outlook til ",
    "von meinem ", "gesendet von ", "gesendet mit der ", "gesendet mit proton",
    "diese nachricht wurde von mein", "envoyé de ", "envoyé depuis ", "envoyé à partir d", "enviado desde ",
    "enviado a partir d", "enviado através d", "enviado do ", "inviato da ", "inviato dal ", "verzonden vanaf ",
    "verzonden met ", "verstuurd vanaf ", "skickat från ", "sendt fra ", "lähetetty iphone", "wysłane z ", "odesláno z ",
    "odoslané z ", "trimis de pe ", "отправлено \u0441 ", "отправлено из ", "надіслано з ", "发自我的", "發自我的",
    "從我的 iphone", "從我的 ipad",
)  # fmt: skip
DEVICE_ENDS = ("から送信", "에서 보냄", "umdan gönderildi")
