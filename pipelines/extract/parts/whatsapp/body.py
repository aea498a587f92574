"""What a WhatsApp message says, apart from what WhatsApp notes of it: files, edits, deletions, calls."""

from dataclasses import dataclass, field

from pipelines.contract import Attachment
from pipelines.extract.parts.whatsapp.files import file_name
from pipelines.extract.parts.whatsapp.lines import MARKS
from pipelines.extract.parts.whatsapp.words import (
    ATTACHED,
    CALL,
    DELETED,
    DOCUMENT,
    EDITED,
    ELSEWHERE,
    LEFT_OUT,
    NO_ANSWER,
    OMITTED,
    VIEW_ONCE,
    WAITING,
    kind_of,
    seconds_of,
)
from pipelines.extract.values.text import clean


@dataclass(slots=True)
class Body:
    """A message's content.

    Attributes:
        text: what the person wrote; empty for a deleted message, one not opened yet, a mere file, a call.
        metadata: "edited", "deleted", "waiting", "view_once"; "call" (voice or video); "type" (poll or location).
        status, seconds: of a call, its outcome and how long it was.
    """

    text: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    metadata: dict[str, str | bool] = field(default_factory=dict)
    status: str | None = None
    seconds: float | None = None

    @property
    def is_shown(self) -> bool:
        """Whether WhatsApp shows it in words of its own, which are no notice about the chat."""
        return bool(self.attachments or self.metadata)


def parse_body(raw: str, *, has_file: bool = False) -> Body:
    """Part a message, WhatsApp's marks still in it.

    Args:
        has_file: whether a mark before the line tells that a file was sent (``Entry.has_file``): what WhatsApp writes in its
            place is then understood in any language.
    """
    metadata: dict[str, str | bool] = {}
    plain = MARKS.sub("", raw).strip()
    if DELETED.fullmatch(plain):
        return Body(metadata={"deleted": True})
    if WAITING.fullmatch(plain):
        return Body(metadata={"waiting": True})
    if VIEW_ONCE.fullmatch(plain):
        return Body(attachments=[Attachment("", None, "")], metadata={"view_once": True})
    call = _call(raw, plain)
    if call:
        return call
    if kind := kind_of(raw):
        metadata["type"] = kind
    text = EDITED.sub("", raw)
    if text != raw:
        metadata["edited"] = True
    attachments = [Attachment(file_name(next(filter(None, found))), None, "") for found in ATTACHED.findall(text)]
    if attachments:
        text = _beside(ATTACHED.sub("", text), attachments[-1].name)
    elif omitted := OMITTED.search(text) or (LEFT_OUT.search(text) if has_file and not kind else None):
        name, _, rest = f"{text[: omitted.start()]}{text[omitted.end() :]}".partition("\n")
        document = _document(MARKS.sub("", name).strip())
        text = (name if not document else "") + "\n" + rest
        if not document and not name.strip():  # Android has a document's name below
            below, _, after = rest.partition("\n")
            document = _document(below.strip())
            text = after if document else rest
        attachments = [Attachment(file_name(document), None, "")]
    return Body(clean(text).strip(), attachments, metadata)


def _document(shown: str) -> str:
    """Return the name of a document by what stands before WhatsApp's words for it: "Offer.pdf • 2 pages", "Offer.pdf"."""
    name, bullet, _ = shown.partition(" \u2022 ")
    return name if bullet or DOCUMENT.fullmatch(name) else ""


def _beside(text: str, name: str) -> str:
    """Drop a document's own name, which iPhones write before it ("Offer.pdf • 2 pages"), and Android below."""
    first, newline, rest = text.partition("\n")
    below, _, after = rest.partition("\n")
    if not first.strip() and below.strip() == name:
        return after
    shown = MARKS.sub("", first).partition(" \u2022 ")[0].strip()
    return rest if shown and name.endswith(shown) else first + newline + rest


def _call(raw: str, plain: str) -> Body | None:
    """Return a call; None where it is none, or may just as well be typed: two words without a mark and a comma."""
    told = CALL.fullmatch(plain)
    if not told:
        return None
    is_missed = bool(told["missed"] or told["lost"])
    rest = told["rest"] or ""
    if not (is_missed or rest or MARKS.match(raw)):
        return None
    seconds = seconds_of(rest)
    is_elsewhere, is_unanswered = bool(ELSEWHERE.fullmatch(rest)), bool(NO_ANSWER.search(rest))
    if rest and seconds is None and not (is_missed or is_elsewhere or is_unanswered or MARKS.match(raw)):
        return None
    status = (
        "missed" if is_missed else "answered" if seconds is not None
        else "answered elsewhere" if is_elsewhere else "no_answer" if is_unanswered else None
    )  # fmt: skip
    return Body(metadata={"call": "video" if told["video"] else "voice"}, status=status, seconds=seconds)
