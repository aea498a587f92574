"""The two ends of a Twilio record: which is ours, who is at the other one, and which way it went."""

from dataclasses import dataclass
from typing import Literal

from pipelines.contract import Channel, Direction, Identifier
from pipelines.extract.parts.phone.parties import Ends
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import known
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import one_line

Way = Literal["inbound", "outbound"]

# What stands before an address, by the channel it is on; a plain number or code has none.
CHANNELS: dict[str, Channel] = {
    "": "sms", "rcs": "sms", "sim": "sms", "whatsapp": "chat", "messenger": "social",
    "sip": "voice", "sips": "voice", "client": "voice",
}  # fmt: skip
_OUR_SIP = ".twilio.com"  # a SIP domain that Twilio hosts for us: our own desk phones


@dataclass(frozen=True, slots=True)
class End:
    """One end.

    Attributes:
        shown: the address as Twilio writes it, without its scheme.
        is_ours: our number or address, a browser or app that we gave a name (``client:``), a phone of our SIP domain.
        staff: the name of such a browser or phone.
        party, reason: who is there where it is not ours, or why nobody is.
    """

    scheme: str
    shown: str
    is_ours: bool
    staff: str | None
    party: list[Identifier]
    reason: str | None

    @property
    def is_person(self) -> bool:
        """Whether it is not ours and shows somebody."""
        return not self.is_ours and bool(self.party)


def end_of(value: str, ends: Ends) -> End:
    """Read one end; UnreadableError where it is of a kind that we do not know."""
    scheme, address = _parts(one_line(value))
    if scheme not in CHANNELS:
        raise UnreadableError("an address of a kind we do not know")
    user = address.partition("@")[0]
    is_ours = ends.own.is_ref(value) or ends.own.is_ref(address)
    if scheme == "client":
        return End(scheme, address, True, address, [], "internal")
    if scheme in ("sip", "sips"):
        host = address.partition("@")[2].partition(";")[0].partition(":")[0].lower()
        if is_ours or host.endswith(_OUR_SIP) or ends.own.is_ref(user):
            return End(scheme, address, True, user, [], "internal")
        number = identifiers.phone(user, ends.source.region, "channel")
        return _person(scheme, user if number else address, number or identifiers.account(address, "sip", "channel"))
    if is_ours:
        return End(scheme, address, True, None, [], "own_address")
    if scheme in ("", "rcs", "sim"):
        party, reason = ends.party_of(address)
        return End(scheme, address, False, None, party, reason)
    number = identifiers.phone(address, ends.source.region, "channel") if scheme == "whatsapp" else None
    return _person(scheme, address, number or identifiers.account(address, scheme, "channel"))


def sides(caller: End, called: End, way: Way, *, is_leg: bool = False, is_passed_on: bool = False) -> tuple[End, Direction]:
    """Return the end that is not ours, and which way the record went; ``internal`` where both ends are ours.

    Twilio's own end is always ours: the called one of what comes in, the caller of what goes out. Two are exceptions.
    A call that comes in from a browser or phone of ours goes out to whom it calls. A leg that ``<Dial>`` adds to a call
    shows the person's own number when it brings them to one of us.

    Args:
        is_leg: whether ``<Dial>`` added it to a call.
        is_passed_on: whether the call that it was added to came from the same number.
    """
    if is_leg and not caller.is_ours and (is_passed_on or called.is_ours):
        return caller, "inbound"
    if way == "inbound" and caller.staff and called.is_person:
        return called, "outbound"
    outside = caller if way == "inbound" else called
    return outside, "internal" if outside.is_ours else way


def _parts(value: str) -> tuple[str, str]:
    scheme, colon, address = value.partition(":")
    return (scheme.lower(), address.strip()) if colon else ("", value)


def _person(scheme: str, shown: str, identifier: Identifier | None) -> End:
    return End(scheme, shown, False, None, known(identifier), None if identifier else "no_identifier")
