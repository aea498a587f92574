"""Who is at the outside end of a Genesys session, and the channel it is to them."""

from pipelines.contract import Channel, Direction, Identifier
from pipelines.extract.parts.genesys.conversations import Participant, Session
from pipelines.extract.parts.phone.parties import caller_name
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import known, plain
from pipelines.extract.values.issues import UnreadableError
from pipelines.settings import Source

_SHORT = 8  # digits of a number that is none of E.164
_CHANNELS: dict[str, Channel] = {
    "voice": "voice",
    "video": "voice",
    "callback": "voice",
    "chat": "chat",
    "email": "email",
    "shown": "chat",
}
_PHONE, _VISITOR = "phone", "visitor"
# By kind of message: its channel, and who issues the address: a phone, a page's visit, or a platform's account.
_MESSAGES: dict[str, tuple[Channel, str]] = {
    "sms": ("sms", _PHONE),
    "whatsapp": ("chat", _PHONE),
    "webmessaging": ("chat", _VISITOR),
    "facebook": ("social", "messenger"),
    "instagram": ("social", "instagram"),
    "twitter": ("social", "x"),
    "line": ("social", "line"),
    "linkedin": ("social", "linkedin"),
    "telegram": ("chat", "telegram"),
    "kakao": ("chat", "kakao"),
    "viber": ("chat", "viber"),
    "wechat": ("chat", "wechat"),
    "apple": ("chat", "apple"),
    "open": ("chat", ""),  # a channel of the company's own: the source's name
    "unknown": ("chat", ""),
}


def channel_of(session: Session) -> Channel:
    """Return the channel; UnreadableError for a kind of message we have not seen."""
    return _message_of(session)[0] if session.medium == "message" else _CHANNELS[session.medium]


def address_of(session: Session, direction: Direction) -> str:
    """Return the outside end's number or address, as the export shows it: who called us, or whom we called."""
    has_called = direction == "inbound"
    if session.medium in ("voice", "video"):
        return session.addresses["ani" if has_called else "dnis"]
    if session.medium in ("email", "message"):
        return session.addresses["addressFrom" if has_called else "addressTo"]
    return next(iter(session.callback_numbers), "") if session.medium == "callback" else ""


def party_of(participant: Participant, session: Session, direction: Direction, source: Source) -> list[Identifier]:
    """Return who is at the outside end.

    The number and the address are delivered by the channel; the external contact is our own record of a person; the name
    of a chat or mail, and what somebody who wants to be called back gave, are typed. A caller's name is the network's and
    is often a place: it is left, and is none where it became the name of a wish to be called back.
    """
    found = [_at(session, address_of(session, direction), direction, source)]
    if participant.external_ref:
        found.append(identifiers.account(participant.external_ref, source.name, "reference"))
    if session.addresses["journeyCustomerIdType"] == "cookie":
        found.append(plain("visitor", session.addresses["journeyCustomerId"], "channel", source.name))
    if session.medium == "callback":
        found += [identifiers.phone(each, source.region, "claimed") for each in session.callback_numbers]
        found.append(caller_name(session.addresses["callbackUserName"]))
    elif session.medium not in ("voice", "video"):
        found.append(identifiers.name(participant.name, "claimed"))
    return known(*found)


def why_nobody(session: Session, direction: Direction) -> str:
    """Return why an outside end tells nothing of the person there."""
    number = _number(address_of(session, direction)).removeprefix("+")
    is_phone = session.medium in ("voice", "video") or session.message_type == "sms"
    return "short_code" if is_phone and number.isdigit() and len(number) <= _SHORT else "no_identifier"


def _at(session: Session, address: str, direction: Direction, source: Source) -> Identifier | None:
    if session.medium in ("voice", "video"):
        return _caller(address, source)
    if session.medium == "email":
        sender = identifiers.email(address, "channel")
        return identifiers.unproven(sender) if sender and direction == "inbound" else sender
    if session.medium == "message":
        issuer = _message_of(session)[1]
        if issuer == _PHONE:
            number = _number(address)
            is_bare = session.message_type == "whatsapp" and number.isdigit()  # which writes E.164 without its plus
            return identifiers.phone(f"+{number}" if is_bare else number, source.region, "channel")
        if issuer == _VISITOR:
            return plain("visitor", address, "channel", source.name)
        return identifiers.account(address, issuer or source.name, "channel")
    return None


def _caller(address: str, source: Source) -> Identifier | None:
    """Return a caller by number, or by SIP address where its user is none; a withheld number is "anonymous"."""
    number = _number(address)
    if not address.lower().startswith("sip:"):
        return identifiers.phone(number, source.region, "channel")
    if number.removeprefix("+").isdigit():
        return identifiers.phone(number, source.region, "channel")
    if not number or number.lower() in ("anonymous", "unknown", "unavailable", "restricted"):
        return None
    return identifiers.account(_without_scheme(address).lower(), "sip", "channel")


def _number(address: str) -> str:
    """Return what stands before the host: of ``sip:+4420…@198.51.100.1;user=phone`` the number."""
    return _without_scheme(address).partition("@")[0]


def _without_scheme(address: str) -> str:
    scheme, colon, rest = address.partition(":")
    inner = rest if colon and scheme.lower() in ("tel", "sip", "sips", "whatsapp") else address
    return inner.partition(";")[0].strip()


def _message_of(session: Session) -> tuple[Channel, str]:
    if session.message_type is None:
        raise UnreadableError("missing field 'messageType'")
    if session.message_type not in _MESSAGES:
        raise UnreadableError("field 'messageType' has a value we do not know")
    return _MESSAGES[session.message_type]
