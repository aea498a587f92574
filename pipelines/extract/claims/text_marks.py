"""What stands in a text at all, found at a fraction of what a regular expression takes.

Most texts name nobody. Whatever looks for something in a text asks here first whether, and between which places, it can be.
"""

# What begins a decimal digit in UTF-8: 0 to 9 themselves, and the first bytes of U+0640 to U+1FFF, and of all from
# U+A000 on. No script has its digits below, or between: punctuation, symbols, Han characters.
DIGIT_BYTES = bytes([*range(0x30, 0x3A), *range(0xD9, 0xE2), *range(0xEA, 0xF5)])
SIGNS = "@/_"  # of addresses, links and handles
_SIGN_BYTES = SIGNS.encode()
_OTHER_BYTES = bytes(sorted(set(range(256)) - set(DIGIT_BYTES + _SIGN_BYTES)))
# Beside its two cases an i or an s has these, to a regular expression that ignores case.
ODD_CASES = "\u0130\u0131\u017f"


class Marks:
    """What is known of a text before it is read.

    Attributes:
        text: the text.
        signs: which of ``SIGNS`` are in it.
        digits: between which places its digits stand: that of the first, and the one behind the last; None if it has none.
        has_plain_digits: whether these are all 0 to 9.
    """

    __slots__ = ("_folded", "digits", "has_plain_digits", "signs", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded: str | None = None
        self.signs: list[str] = []
        self.digits: tuple[int, int] | None = None
        self.has_plain_digits = True
        marks = text.encode("utf-8", "surrogatepass").translate(None, _OTHER_BYTES)
        if not marks:  # as in most texts
            return
        digits = marks.translate(None, _SIGN_BYTES)
        if len(digits) < len(marks):
            self.signs = [sign for sign in SIGNS if sign in text]
        if digits.isdigit():
            self.digits = text.find(chr(digits[0])), text.rfind(chr(digits[-1])) + 1
        elif digits:
            self.digits = 0, len(text)
            self.has_plain_digits = False

    @property
    def folded(self) -> str:
        """The text in lower case."""
        if self._folded is None:
            self._folded = self.text.lower()
        return self._folded

    @property
    def is_folded_alike(self) -> bool:
        """Whether ``folded`` has every letter in its place, and no letter of the text is another case of a to z."""
        return self.text.isascii() or not any(odd in self.text for odd in ODD_CASES)
