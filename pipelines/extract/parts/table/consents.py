"""What columns say about being contacted: ``consent.<channel>`` and ``opt_out.<channel>``, of which the yes is a no."""

import re
from contextlib import suppress
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pipelines.contract import ConsentSignal, Identifier
from pipelines.extract.parts.table.layout import CONSENTS, REFUSAL, Layout
from pipelines.extract.parts.table.values import boolean
from pipelines.extract.values.fields import names
from pipelines.extract.values.instants import DateOrder, parse_instant
from pipelines.extract.values.issues import UnreadableError

CONTACTS = {"email": "email", "sms": "phone", "voice": "phone"}  # the kind that a channel reaches
# What programs call the state of a subscription (Mailchimp, Klaviyo, Shopify, Pipedrive, Dynamics and their like), without
# spaces and hyphens: it was given, it was refused, or neither, so that nobody may write; or nobody was asked, as if empty.
_GIVEN = names("active allow allowed confirmed optedin optin subscribed")
_REFUSED = names("""
    blacklisted blocklisted canceled cancelled complained donotallow junk notallowed optedout optout spam spamcomplaint
    suppressed unsubscribed
""")
_NEITHER = names("""
    archived bounced cleaned deleted held inactivated inactive invalid neversubscribed noconsent nonsubscribed notactivated
    notoptedin notseen notsubscribed pending pendingdoubleoptin redacted removed seen transactional unconfirmed
""")
_AS_NAMED = names("active canceled cancelled confirmed inactivated inactive")  # of what? Its column's name tells
_UNASKED = names("notset notspecified unknown")
_STATES = _GIVEN | _REFUSED | _NEITHER
# Names of columns that say the contrary of a consent: HasOptedOutOfEmail, Do Not Call, Unsubscribed from all email.
REFUSES = re.compile(
    r"opt(?:ed)?[\W_]*out|unsubscri|do[\W_]*not|don['\u2019]?t|bl(?:ack|ock)[\W_]*list|suppress|\bdnc\b", re.IGNORECASE
)
_GAPS = re.compile(r"[\s_-]+")
_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy")
_UTC = ZoneInfo("UTC")


class Asked(NamedTuple):
    """A column that says whether a person may be reached in a channel.

    Attributes:
        is_refusal: its yes is a no ("Email opt out"), and its no says nothing: who has not refused has not agreed.
    """

    place: int
    channel: str
    is_refusal: bool

    def allowed(self, text: str, layout: Layout) -> bool | None:
        """Return whether a person may be reached; None where the column says nothing.

        The state of a subscription says the same in either column, unless it may be that of the refusal ("Opt out: active").
        A time in one that tells of refusals is since when.

        Raises:
            UnreadableError: it says nothing that is known.
        """
        state = _GAPS.sub("", text.lower())
        if state in _UNASKED:
            return None
        is_open = self.is_refusal and state in _AS_NAMED and REFUSES.search(layout.columns[self.place])
        if state in _STATES and not is_open:
            return (False if state in _REFUSED else None) if self.is_refusal else state in _GIVEN
        if not self.is_refusal:
            return boolean(text, layout, self.place)
        return False if _is_time(text) or boolean(text, layout, self.place) else None


class Consents:
    """What the columns say, for each contact point that the row has in the channel."""

    def __init__(self, layout: Layout, mapping: dict[str, list[str]]) -> None:
        self._layout = layout
        self.steps = [
            Asked(place, name.partition(".")[2], name.startswith(REFUSAL))
            for name in sorted(mapping)
            if name.startswith(CONSENTS)
            for place in layout.places(name)
        ]

    def signals(self, texts: list[str], party: list[Identifier]) -> list[ConsentSignal]:
        """Return a row's signals; without a value where it has no contact point in the channel."""
        signals: list[ConsentSignal] = []
        for asked in self.steps:
            allowed = asked.allowed(texts[asked.place], self._layout)
            if allowed is None:
                continue
            kind = CONTACTS.get(asked.channel)
            points = [each.value for each in party if each.kind == kind]
            signals += [ConsentSignal(asked.channel, "marketing", allowed, point) for point in points or [""]]
        return signals


def _is_time(text: str) -> bool:
    for order in _ORDERS:
        with suppress(UnreadableError):
            parse_instant(text, _UTC, order)
            return True
    return False
