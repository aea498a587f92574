"""Control characters of text from outside, as signs: in a terminal they move the cursor or hide what follows."""

_VISIBLE = (
    {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"}
    | {0x7F: "\u2421"}
    | dict.fromkeys(range(0x80, 0xA0), "\ufffd")
)


def visible(text: str) -> str:
    """Return a text with signs for its control characters; lines and tabs stay."""
    return text if text.isprintable() else text.translate(_VISIBLE)
