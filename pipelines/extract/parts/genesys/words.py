"""The words of Genesys Cloud's sessions, which their transcripts bring and the conversations need."""

from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.parts.genesys.conversations import Conversation
from pipelines.extract.parts.genesys.survey import Known, digest, rank_of, transcripts_of
from pipelines.extract.parts.talks.talks import Talk, Talks, Words


class Spoken:
    """The words of sessions, read from their files when a conversation comes by."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._talks = Talks(self._read)

    def of(self, conversation: Conversation) -> dict[str, Talk]:
        """Return what was said in each session of a conversation that there is a transcript of (see ``heard``)."""
        if not self._known.copies:
            return {}
        ref, told = conversation.conversation_ref, self._known.heard(conversation)
        talks = {session: [self._of(digest(ref, each)) for each in heard] for session, heard in told.items() if heard}
        return {session: Talk("\n".join(talk.text for talk in found if talk)) for session, found in talks.items()}

    def _of(self, key: int) -> Talk | None:
        return self._talks.of(str(key), self._known.copies[key].file)

    def _read(self, file: SourceFile) -> Words:
        words = Words()
        for transcript in transcripts_of(file):
            key = digest(transcript.conversation_ref, transcript.session_ref)
            copy = self._known.copies.get(key)
            if copy and copy.file.name == file.name and copy.rank == rank_of(transcript):
                words.add(str(key), transcript.talk)
        words.pack()
        return words
