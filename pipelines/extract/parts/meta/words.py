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


def notice_of(text: str) -> str | None:
    """Say what Meta tells in a message that nobody wrote; None where somebody did."""
    if _REACTED.fullmatch(text):
        return "a reaction, told as a message"
    return "a line that Meta itself wrote" if _BEGUN.fullmatch(text) else None
