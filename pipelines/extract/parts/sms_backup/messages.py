"""A phone's texts: ``<sms>`` and, with parts and several people, ``<mms>``."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.contract import Attachment, Channel, Direction, Identifier, Interaction
from pipelines.extract.claims.claims import claims_of
from pipelines.extract.parts.sms_backup.records import Phone, contact_of, instant_of, thread_of
from pipelines.extract.values.fields import Fields, known, names
from pipelines.extract.values.keywords import keyword_consent
from pipelines.extract.values.text import clean, one_line

Box = tuple[Direction, str] | None

# Which way a text went and how far it got; None for a draft.
_TYPES: dict[str, Box] = {
    "1": ("inbound", "received"), "2": ("outbound", "sent"), "3": None, "4": ("outbound", "outbox"),
    "5": ("outbound", "failed"), "6": ("outbound", "queued"),
}  # fmt: skip
_FROM, _TO = "137", ("151", "130", "129")  # what an <addr> is of: sender, receiver, copies (OMA MMS encapsulation)
_ADDRESSES = {each: each for each in (_FROM, *_TO)}
_OURSELVES = "insert-address-token"  # what stands in the place of the phone's own number
_APART = "~"
_ROOM = re.compile(
    r"[^@~]+@rcs(?:-conference)?\.google\.com", re.IGNORECASE
)  # a group of Google Messages (RCS): no mail address
_LAYOUT = "application/smil"  # how the parts are shown
_NOT_FETCHED = "130"  # the network's note that there is a message, which the phone never fetched

_USUAL = names("contact_name")
_SMS_LEFT = names("""
    date_sent deletable group_id group_type hidden imdn_message_id locked protocol read readable_date sc_toa seen
    service_center sim_slot spam_report status sub_id subject thread_id toa
""")
_MMS_USUAL = names("addrs contact_name parts sub")
_MMS_LEFT = names("""
    _id app_id callback_set ct_cls ct_l ct_t creator d_rpt d_rpt_st d_tm date_sent deletable exp from_address hidden locked
    m_cls m_id m_retries m_size msg_id phone_id pri read read_status readable_date reserved resp_st resp_txt retr_st
    retr_txt retr_txt_cs rpt_a rr seen sim_id sim_imsi sim_slot spam_report st status sub_cs sub_id tc text_only tr_id
    using_mode v
""")
_PART_USUAL = names("text")
_PART_LEFT = names("cd chset cid ctt_s ctt_t sef_type seq sub_id")
_ADDR_LEFT = names("charset")


@dataclass(frozen=True, slots=True)
class Text:
    """What one text says, whichever element it stood in.

    Attributes:
        others: everybody in it but ourselves, as the phone writes them.
        sender: who of them wrote; "" where we did.
        contact: the address book's name for the one person in it.
        room: the address or name that a group has of its own; "" where it has none.
        told: what else is told of it.
    """

    direction: Direction
    status: str
    moment: datetime
    text: str
    others: list[str]
    sender: str
    contact: Identifier | None
    subject: str | None = None
    attachments: list[Attachment] = field(default_factory=list)
    room: str = ""
    channel: Channel = "sms"
    quoted: str = ""
    told: dict[str, Any] = field(default_factory=dict)


def parse_sms(fields: Fields, phone: Phone, at: str) -> Interaction | None:
    """Map one ``<sms>``, None for a draft; UnreadableError where it is not what we know."""
    address, moment = fields.text_or_null("address"), instant_of(fields)
    box = fields.choice("type", _TYPES)
    text = fields.text_or_null("body")
    contact = _contact(fields, address, phone)
    phone.drift.tell(fields, _SMS_LEFT, usual=_USUAL)
    if box is None:
        return None
    direction, status = box
    others, room = others_of(address.split(_APART), phone), _room(address)
    sender = others[0] if direction == "inbound" and others and not room else ""
    ref = phone.refs.ref(address, moment, direction, text)
    return interaction_of(Text(direction, status, moment, text, others, sender, contact, room=room), phone, at, ref)


def parse_mms(fields: Fields, phone: Phone, at: str) -> Interaction | None:
    """Map one ``<mms>``, None for a draft; UnreadableError where it is not what we know."""
    address, moment = fields.text_or_null("address"), instant_of(fields)
    box = fields.choice("msg_box", _TYPES)
    contact = _contact(fields, address, phone)
    subject = one_line(fields.maybe_string("sub") or "") or None
    unfetched = {"not_fetched": True} if fields.maybe_string("m_type") == _NOT_FETCHED else {}
    text, attachments = _parts(fields, phone)
    sender, receivers = _addresses(fields, phone)
    phone.drift.tell(fields, _MMS_LEFT, usual=_MMS_USUAL)
    if box is None:
        return None
    direction, status = box
    room = _room(address)
    if address and not room:
        everybody = address.split(_APART)
    elif direction == "inbound":  # one of several receivers is ourselves, whose number the phone does not tell
        everybody = [sender, *receivers] if len(receivers) > 1 or room else [sender]
    else:
        everybody = receivers
    others = others_of(everybody, phone)
    if direction != "inbound":
        sender = ""
    elif not sender or phone.ends.own.is_ref(sender):
        sender = others[0] if others else ""
    told = text + "".join(f" [{each.name} {each.sha256}]" for each in attachments)
    ref = phone.refs.ref(room or _APART.join(sorted(everybody)), moment, direction, told)
    said = Text(direction, status, moment, text, others, sender, contact, subject, attachments, room, told=unfetched)
    return interaction_of(said, phone, at, ref)


def interaction_of(said: Text, phone: Phone, at: str, ref: str, chat: str = "") -> Interaction:
    """Return a text as an interaction.

    Args:
        chat: its name, where nobody else in it is told by number.
    """
    ends = phone.ends
    is_group = len(said.others) > 1 or bool(said.room)
    shown = said.sender or _APART.join(said.others)
    party, reason = ends.party_of(shown) if said.sender or not is_group else ([], "group")
    thread = chat or said.room or _APART.join(sorted(thread_of(each, ends) for each in said.others))
    if thread and said.channel == "chat":  # who texts the phone as well has another thread there
        thread = f"whatsapp:{thread}"
    if is_group:  # the sender is told, as one of many
        reason = "group"
    elif reason is None:
        party = known(*party, said.contact)
    text = clean(said.text).strip()
    is_asked = said.direction == "inbound" and not is_group
    return Interaction(
        source=ends.source.name,
        source_ref=ref,
        conversation_ref=thread or ref,
        channel=said.channel,
        direction=said.direction,
        occurred_at=said.moment,
        file=ends.file,
        position=at,
        party=known(*party, *claims_of(text, ends.source)) if is_asked and reason is None else party,
        party_ref=one_line(shown or chat),
        subject=said.subject,
        text=text,
        quoted_text=clean(said.quoted).strip() or None,
        attachments=said.attachments,
        status=said.status,
        consent=keyword_consent(text, said.channel, party) if is_asked and reason != "own_address" else [],
        reason=reason,
        source_metadata=said.told,
    )


def _contact(fields: Fields, address: str, phone: Phone) -> Identifier | None:
    addresses = address.split(_APART)
    if len(addresses) == 1:
        return contact_of(fields)
    return contact_of(fields, addresses, next(iter(others_of(addresses, phone)), ""))


def _room(address: str) -> str:
    return address if _ROOM.fullmatch(address) else ""


def others_of(addresses: list[str], phone: Phone) -> list[str]:
    """Return everybody but ourselves, each once; ourselves where nobody else is there."""
    kept = {thread_of(each, phone.ends): each for each in addresses if each.strip()}
    others = [each for each in kept.values() if not phone.ends.own.is_ref(one_line(each))]
    return others or list(kept.values())[:1]


def _parts(fields: Fields, phone: Phone) -> tuple[str, list[Attachment]]:
    """Take the parts: the text of those that are text, and the others as the files that came with it."""
    texts: list[str] = []
    attachments: list[Attachment] = []
    for each in _within(fields, "parts", "part", phone):
        part = Fields({name: None if value == "null" else value for name, value in each.items()})
        kind = part.string("ct").partition(";")[0].strip().lower()
        text = part.maybe_string("text")
        shown = [part.maybe_string(name) for name in ("cl", "name", "fn")]
        media = part.maybe_fields("data") if part.has("data") else None
        phone.drift.tell(part, _PART_LEFT, usual=_PART_USUAL)
        if kind == _LAYOUT:
            continue
        if kind == "text/plain" and media is None:
            texts += [text] if text else []
            continue
        name = one_line(next((each for each in shown if each), "")).replace("\\", "/").rpartition("/")[2]
        size = media.maybe_number("size") if media else None
        digest = (media.maybe_string("sha256") if media else None) or ""
        if size is None:
            why = "not in the backup" if media is None else "not base64"
            phone.ends.issues.warn(file=phone.ends.file, reason=f"media that is {why}: only its name is kept")
        attachments.append(Attachment(name, size, digest))
    return "\n".join(texts), attachments


def _addresses(fields: Fields, phone: Phone) -> tuple[str, list[str]]:
    """Take the addresses: the sender's ("" for ourselves, or where none is told) and the receivers'."""
    sender, receivers = "", []
    for each in _within(fields, "addrs", "addr", phone):
        one = Fields(each)
        address, role = one.text_or_null("address"), one.choice("type", _ADDRESSES)
        phone.drift.tell(one, _ADDR_LEFT)
        if address in ("", "null", _OURSELVES):
            continue
        if role == _FROM:
            sender = address
        else:
            receivers.append(address)
    return sender, receivers


def _within(fields: Fields, container: str, name: str, phone: Phone) -> list[dict[str, Any]]:
    """Take the elements ``name`` within the one element ``container``."""
    found: list[dict[str, Any]] = []
    for each in fields.maybe_items(container):
        within = Fields(each)
        found += within.maybe_items(name)
        phone.drift.tell(within, frozenset())
    return found
