"""The contact record behind an Amazon Connect chat: what it tells of the chat's messages, held in little room."""

from dataclasses import dataclass

import orjson

from pipelines.contract import Channel, Identifier
from pipelines.extract.parts.amazon_connect.contacts import Contact

_NEVER = -1e300  # which JSON can say; -inf it cannot


@dataclass(frozen=True, slots=True)
class Behind:
    """What a chat's messages take from its contact record (see ``Contact``).

    Attributes:
        updated_at: when the record was last changed, in seconds; below all others where it does not say.
    """

    conversation_ref: str
    channel: Channel
    party: list[Identifier]
    party_ref: str
    reason: str | None
    agent_ref: str | None
    team: str | None
    status: str
    updated_at: float

    def packed(self) -> bytes:
        """Return all of it as bytes, a third of the size."""
        party = [(each.kind, each.scope, each.value, each.evidence, each.is_verified) for each in self.party]
        packed = orjson.dumps((
            self.conversation_ref, self.channel, party, self.party_ref, self.reason, self.agent_ref, self.team, self.status,
            self.updated_at,
        ))  # fmt: skip
        return bytes(memoryview(packed))  # orjson's own keep a kilobyte each

    @staticmethod
    def unpacked(packed: bytes) -> "Behind":
        """Return what was packed."""
        conversation_ref, channel, party, *more = orjson.loads(packed)
        people = [
            Identifier(kind, scope, value, evidence, is_verified=is_verified)
            for kind, scope, value, evidence, is_verified in party
        ]
        return Behind(conversation_ref, channel, people, *more)


def behind(contact: Contact) -> Behind:
    """Return what a contact record tells of its chat's messages."""
    return Behind(
        contact.conversation_ref,
        contact.channel,
        contact.party,
        contact.party_ref,
        contact.reason,
        contact.agent_ref,
        contact.team,
        contact.status,
        contact.updated_at.timestamp() if contact.updated_at else _NEVER,
    )
