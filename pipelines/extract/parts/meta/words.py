"""The words that Meta itself writes into a thread in somebody's name: that a file was sent, a message liked, a chat begun.

They come in the language of whoever downloads. What is missing here costs no message: it is kept as if somebody had
written it.
"""

import re

_SOMEBODY = r"(?:([^\n]{1,100}) )?"  # who is named as the others call them, so that the name may be a nickname

# Stands beside a link or file that was sent, and says no more than that.
SENT = re.compile(
    rf"{_SOMEBODY}(?:sent an attachment|hat einen Anhang gesendet|a envoyé une pièce jointe|"
    r"(?:envió|ha enviado) un archivo adjunto|ha inviato un allegato|enviou um anexo|"
    r"heeft een bijlage (?:verzonden|gestuurd)|wysłał(?:a|\(a\))? załącznik|skickade en bilaga)\.?",
    re.IGNORECASE,
)
_REACTED = re.compile(
    rf"{_SOMEBODY}(?:liked a message|reacted \S{{1,20}} to (?:your|a) message|a aimé un message|"
    r"a réagi (?:avec )?\S{1,20} à (?:votre|ton) message|curtiu uma mensagem|reagiu com \S{1,20} à sua mensagem|"
    r"gefällt eine Nachricht|hat mit \S{1,20} auf deine Nachricht reagiert|le gustó un mensaje|"
    r"(?:reaccionó|ha reaccionado) con \S{1,20} a tu mensaje|ha messo \"mi piace\" a un messaggio|"
    r"ha reagito con \S{1,20} al tuo messaggio|heeft met \S{1,20} op je bericht gereageerd|vindt een bericht leuk)\.?\s*",
    re.IGNORECASE,
)
_BEGUN = re.compile(
    r"You are now connected on Messenger\.?|Say hi to your new (?:Facebook friend|connection), [^\n]{1,100}|"
    r"You can now (?:message and )?call each other(?: and see info(?:rmation)? (?:like|such as) "
    r"[Aa]ctive [Ss]tatus and when you(?:['\u2019]ve| have) read messages)?\.?|"
    r"(?:New m|M)essages and calls are secured with end-to-end encryption\."
    r"(?: Only people in this chat can read, listen to,? or share them\.)?(?: Learn more\.?)?"
)
_CALL = "(?:audio call|video call|video chat|call)"
# What whoever it stands for did to the chat; a call that begins among it, and what is done in it: how long it was stands
# at its end, which is a message of its own.
_DONE = re.compile(
    rf"(You|[^\n]{{1,100}}) (?:started an? {_CALL}|joined the {_CALL}|(?:started|stopped) sharing video|"
    r"changed the (?:chat )?theme(?: using AI)?(?: to [^\n]{1,100})?|changed the (?:chat colou?rs|group photo)|"
    r"(?:un)?pinned a message|set the (?:quick reaction|emoji) to [^\n]{1,100}|"
    r"set (?:the nickname for [^\n]{1,100}|(?:his|her|their|your) own nickname|your nickname) to [^\n]{1,100}|"
    r"cleared (?:the nickname for [^\n]{1,100}|(?:his|her|their) own nickname|your nickname)|"
    r"(?:changed|turned o(?:n|ff)) disappearing messages"
    r"(?:\. Messages will disappear \d{1,4} [a-z]{3,8} after they['\u2019]re sent)?)\.?"
)
# What stands in a page's chats and its visitors do not see: by what somebody came, what labels and helpers of Meta's did.
_CAME = re.compile(
    r"([^\n]{1,100}) replied to (?:an ad|your automated welcome message)\.?"
    r"(?: To change or remove this greeting, visit Messaging settings\.?)?"
)
_OF_PAGE = re.compile(
    r"Lead stage set to [^\n]{1,100}|Auto-label added: [^\n]{1,100}|Transfer requested\.?|"
    r"Messenger automatically created a transfer request\.[^\n]{0,100}|"
    r"You requested [^\n]{1,40} [^\n]{1,100} can review and confirm this order\.?|"
    r"Your AI agent will respond\.|You took over this chat from your AI agent\.|"
    r"Your AI agent transferred this chat to you[. ][^\n]{0,200}|"
    r"This message was automatically moved to spam\.|The calling window has been reset to [^\n]{1,100}|"
    # the comment that a private answer is to, in any language: words, and the last of them with its address
    r"[^\n]{1,300} [^\s()\]]{1,40}\(https?://(?:www\.|m\.|web\.)?(?:facebook|messenger|fb)\.com/[^\s()]{1,2000}\)"
)
_UNNOTIFIED = re.compile(r"[^\n]{1,100} wasn['\u2019]t notified about this message because they['\u2019]re in quiet mode\.?")
# One of which that is all that is told.
_MISSED = re.compile(rf"(You|[^\n]{{1,100}}) missed (?:an? {_CALL}(?: (?:from|with) [^\n]{{1,100}})?|your {_CALL})\.?")
# Told until 2019 of one that was taken; of any other the line above is.
_CALLED = re.compile(r"You called ([^\n]{1,100})\.|([^\n]{1,100}) called you\.")
_ENDED = re.compile(r"(?:The a|A)udio call ended\.?|(?:The v|V)ideo (?:call|chat) ended\.?")


def call_told(text: str, person: str) -> str | None:
    """Say how a call ended of which Meta tells in words; None where they are somebody's.

    Args:
        person: whom the thread is with, who may have missed it; so may "You".
    """
    if _names(_MISSED.fullmatch(text), person):
        return "missed"
    return "completed" if _ENDED.fullmatch(text) or _names(_CALLED.fullmatch(text), person) else None


def tells_of_file(text: str, author: str) -> bool:
    """Say whether a text tells that its author, who is named in it, sent something, and no more than that."""
    return _names(SENT.fullmatch(text), author)


def notice_of(text: str, author: str, person: str) -> str | None:
    """Say what Meta tells in a message that nobody wrote; None where somebody did.

    Args:
        author: in whose name it stands, who is "You" or named in it.
        person: whom the thread is with; "" where it is not with one.
    """
    if _REACTED.fullmatch(text):
        return "a reaction, told as a message"
    is_told = (
        (person and author != person and _OF_PAGE.fullmatch(text))
        or (person and _names(_CAME.fullmatch(text), person))
        or _names(_DONE.fullmatch(text), author)
        or _BEGUN.fullmatch(text)
        or _UNNOTIFIED.fullmatch(text)
    )
    return "a line that Meta itself wrote" if is_told else None


def _names(told: re.Match[str] | None, person: str) -> bool:
    """Say whether a line tells of somebody, by the name or its first words, of "You" or of "A contact" without one."""
    named = told[told.lastindex] if told and told.lastindex else None
    return named is not None and (named in ("You", "A contact") or f"{person} ".startswith(f"{named} "))
