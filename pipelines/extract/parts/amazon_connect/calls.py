"""The words of Amazon Connect's calls, which their transcripts bring and the calls' records need."""

from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.parts.amazon_connect.survey import Known, readable
from pipelines.extract.parts.amazon_connect.transcripts import head_of, is_transcript, talk_of
from pipelines.extract.parts.talks.talks import Talk, Talks, Words
from pipelines.extract.values.issues import UnreadableError


class Calls:
    """The words of calls, read from their files when a call's record comes by."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._talks = Talks(self._read)

    def of(self, contact_ref: str) -> Talk | None:
        """Return the words of a call; None where no transcript of it can be read."""
        copy = self._known.get(contact_ref)
        return None if copy is None or copy.is_chat else self._talks.of(contact_ref, copy.file)

    def _read(self, file: SourceFile) -> Words:
        words = Words()
        for _, record in readable([file], b'"Transcript"'):
            try:
                head = head_of(record) if is_transcript(record) else None
                if head and not head.is_chat and self._known[head.contact_ref].is_of(head):
                    words.add(head.contact_ref, talk_of(record))
            except (UnreadableError, KeyError):
                continue
        words.pack()
        return words
