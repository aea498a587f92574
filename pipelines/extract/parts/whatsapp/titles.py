"""How phones name the file or zip of a chat, in the languages of WhatsApp: words around whom it is with."""

import re

from pipelines.extract.values.text import one_line

# The name stands for "…"; newer phones put a word between, as to whether it is a person or a group.
_TITLES = """
    WhatsApp Chat - … / WhatsApp Chat with … / WhatsApp Chat mit … / WhatsApp Chat met … / WhatsApp chat med …
    WhatsApp chatt med … / WhatsApp samtale med … / WhatsApp Gesprek met … / WhatsApp keskustelu henkilön … kanssa
    Chat de WhatsApp con … / Chat di WhatsApp con … / Chat WhatsApp con … / Xat de WhatsApp amb …
    Discussion WhatsApp avec … / Conversa do WhatsApp com … / Conversa no WhatsApp com … / Chat do WhatsApp com …
    Conversație WhatsApp cu … / Czat WhatsApp z użytkownikiem … / Czat WhatsApp z grupą … / Czat WhatsApp z …
    Chat WhatsApp s uživatelem … / WhatsApp chat s používateľom … / WhatsApp klepet z … / WhatsApp razgovor s …
    WhatsApp csevegés vele: … / WhatsApp pokalbis su … / WhatsApp sarakste ar … / WhatsApp'i vestlus kontaktiga …
    Biseda me … në WhatsApp / Чат WhatsApp \u0441 контактом … / Чат WhatsApp \u0441 группой … / Чат WhatsApp \u0441 …
    Чат WhatsApp з … / Бесіда WhatsApp з … / WhatsApp Чат \u0441 … / WhatsApp чат: …
    WhatsApp разговор \u0441\u043e … / WhatsApp Ћаскање \u0441\u0430 … / Συνομιλία WhatsApp με …
    … ile WhatsApp Sohbeti / … ilə WhatsApp Söhbəti / … bilan WhatsApp chati / Chat WhatsApp dengan …
    Sembang WhatsApp dengan … / WhatsApp Chat kay … / Soga za WhatsApp na … / Trò chuyện WhatsApp với …
    แชท WhatsApp กับ … / צ'אט WhatsApp עם … / دردشة واتساب مع … / گفتگوی WhatsApp با … / … کے ساتھ WhatsApp بات چیت
    … के साथ WhatsApp चैट / … सोबतच्या WhatsApp गप्पा / … এর সাথে WhatsApp চ্যাট / … ਨਾਲ WhatsApp ਗੱਲਬਾਤ
    … સાથેની WhatsApp વાત / … உடன் WhatsApp உரையாடல் / … తో WhatsApp సంభాషణ / … ಜೊತೆ WhatsApp ಸಂಭಾಷಣೆ
    … മായുള്ള WhatsApp ചാറ്റുകൾ / …とのWhatsAppチャット / …님과의 WhatsApp 대화 / WhatsApp 与 … 的对话 / WhatsApp 與 … 的對話
"""


def _expression(title: str) -> re.Pattern[str]:
    """Return what matches a title around a name, whichever way its words are apart."""
    around = [re.sub(r"\\ |\\-", "[ _-]", re.escape(words)) for words in title.split("…")]
    return re.compile("(.+)".join(around), re.IGNORECASE)


_EXPRESSIONS = [_expression(title.strip()) for line in _TITLES.strip().splitlines() for title in line.split(" / ")]


def named_in(title: str) -> str:
    """Return whom a chat is with by its file's name; "" where that is not one that a phone gives."""
    title = one_line(title)
    return next((match[1] for each in _EXPRESSIONS if (match := each.fullmatch(title))), "")
