"""The words that Meta itself writes into a thread in somebody's name: that a file was sent, a message liked, a chat begun.

They come in the language of whoever downloads. What is missing here costs no message: it is kept as if somebody had
written it.
"""

import re

_SOMEBODY = r"(?:[^\n]{1,100} )?"  # who is named as the others call them, so that the name may be a nickname

# Stands beside a link or file that was sent, and says no more than that.
SENT = re.compile(
    rf"{_SOMEBODY}(?:sent an attachment|hat einen Anhang gesendet|a envoyé une pièce jointe|"
    r"(?:envió|ha enviado) un archivo adjunto|ha inviato un allegato|enviou um anexo|"
    r"heeft een bijlage (?:verzonden|gestuurd)|wysłał(?:a|\(a\))? załącznik|skickade en bilaga)\.?",
    re.IGNORECASE,
)
_REACTED = re.compile(
    rf"{_SOMEBODY}(?:liked a message|reacted \S{{1,20}} to (?:your|a) message|a aimé un message|"
    r"a réagi \S{1,20} à votre message|curtiu uma mensagem)\.?\s*",
    re.IGNORECASE,
)
_BEGUN = re.compile(
    r"You are now connected on Messenger\.?|Say hi to your new (?:Facebook friend|connection), [^\n]{1,100}|"
    r"You can now (?:message and )?call each other and see info(?:rmation)? (?:like|such as) "
    r"Active Status and when you['\u2019]ve read messages\.?"
)
# A call that begins; how long it was stands at its end, which is a message of its own.
_CALLED = re.compile(r"(You|[^\n]{1,100}) started an? (?:audio call|video call|video chat|call)\.?")


def notice_of(text: str, author: str) -> str | None:
    """Say what Meta tells in a message that nobody wrote; None where somebody did.

    Args:
        author: in whose name it stands, who is "You" or named in it.
    """
    if _REACTED.fullmatch(text):
        return "a reaction, told as a message"
    called = _CALLED.fullmatch(text)
    has_called = called is not None and (called[1] == "You" or f"{author} ".startswith(f"{called[1]} "))
    return "a line that Meta itself wrote" if has_called or _BEGUN.fullmatch(text) else None
