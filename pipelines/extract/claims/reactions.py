"""Reactions that a phone sends as a text: "Liked “…”", "👍 to “…”". What stands between the marks is what was reacted to."""

import re

from pipelines.extract.values.text import clean

_EMOJI = "[\u203c\u2049\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]{1,16}"
_REACTION = re.compile(
    r"(?:(?:dis)?liked|loved|laughed at|emphasi[sz]ed|questioned|reacted (?:\S{1,20}|with a sticker) to"
    rf"|removed an? [a-z ]{{3,20}} from|{_EMOJI} (?:to|zu|à|a|su|op|till|til))\s*[\"“„«].*[\"”“»]",
    re.IGNORECASE | re.DOTALL,
)


def is_reaction(text: str) -> bool:
    """Tell whether a text is a phone's words for a reaction to another, which stands in it: none of it is its sender's."""
    return _REACTION.fullmatch(clean(text).strip()) is not None
