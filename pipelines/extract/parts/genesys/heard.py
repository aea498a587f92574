"""Which transcripts tell what was said in which session: a recording may be of the customer's end, or of ours."""

from collections.abc import Callable

from pipelines.extract.parts.genesys.conversations import Conversation, Session

OURS = ""  # stands for the session of a conversation among ourselves


def heard(conversation: Conversation, has_words: Callable[[str], bool]) -> dict[str, list[str]]:
    """Return for each session that is an interaction the sessions whose transcripts are its words, in their order.

    An outside session's own transcript; where it has none, those of the sessions at its other end. Of a conversation
    among ourselves (under ``OURS``) the first there is.

    Args:
        has_words: whether there is a transcript of a session.
    """
    outside, ours = conversation.legs("outside"), conversation.legs("ours")
    inside = ours + conversation.legs("machine") if outside else ours
    told = sorted(
        (session for _, session in inside if has_words(session.session_ref)),
        key=lambda session: (conversation.start_of(session), session.session_ref),
    )
    if not outside:
        return {OURS: [session.session_ref for session in told[:1]]}
    found = {each.session_ref: [each.session_ref] if has_words(each.session_ref) else [] for _, each in outside}
    is_own = {ref for ref, sessions in found.items() if sessions}
    for session in told:
        other = _other_end(session, [each for _, each in outside])
        if other and other.session_ref not in is_own:
            found[other.session_ref].append(session.session_ref)
    return found


def _other_end(session: Session, outside: list[Session]) -> Session | None:
    """Return the outside session that one of ours was with: the one it names, else the only one that may be meant."""
    if session.peer_ref:
        meant = [each for each in outside if each.session_ref == session.peer_ref]
    else:
        naming = [each for each in outside if each.peer_ref == session.session_ref]
        meant = naming or [each for each in outside if each.medium == session.medium and not each.peer_ref]
    return meant[0] if len(meant) == 1 else None
