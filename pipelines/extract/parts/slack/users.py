"""Slack's users: the side file that says who wrote, and what of it tells ours from people outside."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from pipelines.contract import Identifier
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, known, names
from pipelines.extract.values.identifiers import Own
from pipelines.settings import Source

Side = Literal["ours", "outside", "bot"]
SLACKBOT = "USLACKBOT"

_USUAL = names("deleted is_bot name team_id")
# What a row of somebody whose account is closed, or of an app, comes without.
_USUAL_OF_MEMBERS = _USUAL | names("""
    is_admin is_email_confirmed is_owner is_primary_owner is_restricted is_ultra_restricted
""")
_LEFT = names("""
    color has_2fa has_files is_active is_app_user is_connector_bot is_enterprise_admin is_enterprise_owner
    is_forgotten is_invited_user is_org_admin is_profile_only_user is_workflow_bot locale presence real_name teams
    two_factor_type tz tz_label tz_offset updated who_can_share_contact_card
""")
_PROFILE_USUAL = names("display_name email phone real_name")
_PROFILE_LEFT = names("""
    always_active api_app_id avatar_color avatar_hash bot_id display_name_normalized fields first_name guest_channels
    guest_expiration_ts guest_invited_by huddle_state huddle_state_call_id huddle_state_expiration_ts image_1024 image_192
    image_24 image_32 image_48 image_512 image_72 image_original is_custom_image last_name membership_expiration pronouns
    real_name_normalized skype start_date status_emoji status_emoji_display_info status_emoji_url status_expiration
    status_text status_text_canonical team title who_can_share_contact_card
""")


@dataclass(frozen=True, slots=True)
class User:
    """One person or app of an export.

    Attributes:
        user_ref: Slack's id; the same wherever the person is seen.
        team, enterprise: the workspace whose account it is, and the organisation that has it among others; "" where the
            export does not tell.
        username, real_name, display_name, email, phone: as Slack shows them; "" where it does not.
        is_confirmed: whether Slack has seen proof of the address.
        is_bot: an app.
        is_guest: let in to some channels only.
        is_stranger: of another workspace (Slack Connect).
        is_lead: an owner or admin, and so of our workspace.
        is_closed: the account was closed; its row no longer tells whether it was a guest's.
    """

    user_ref: str
    team: str = ""
    enterprise: str = ""
    username: str = ""
    real_name: str = ""
    display_name: str = ""
    email: str = ""
    phone: str = ""
    is_confirmed: bool = False
    is_bot: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    is_lead: bool = False
    is_closed: bool = False

    @property
    def shown(self) -> str:
        """The name under which others see them."""
        return self.display_name or self.real_name or self.username or self.user_ref


def is_user(record: Any) -> bool:
    """Say whether a record of an export is a user's row."""
    return isinstance(record, dict) and "profile" in record and "ts" not in record


def parse_user(record: Any, drift: Drift | None = None) -> User:
    """Map one user's row; UnreadableError where it is not what we know."""
    fields = Fields(record)
    profile = fields.fields("profile")
    enterprise = fields.maybe_fields("enterprise_user")
    is_closed, is_app = fields.maybe_boolean("deleted") or False, fields.maybe_boolean("is_bot") or False
    leads = [fields.maybe_boolean(name) for name in ("is_primary_owner", "is_owner", "is_admin")]
    guest = [fields.maybe_boolean(name) for name in ("is_restricted", "is_ultra_restricted")]
    user = User(
        user_ref=fields.ref("id"),
        team=fields.maybe_string("team_id") or "",
        enterprise=enterprise.maybe_string("enterprise_id") or "",
        username=fields.maybe_string("name") or "",
        real_name=profile.maybe_string("real_name") or "",
        display_name=profile.maybe_string("display_name") or "",
        email=profile.maybe_string("email") or "",
        phone=profile.maybe_string("phone") or "",
        is_confirmed=fields.maybe_boolean("is_email_confirmed") or False,
        is_bot=is_app,
        is_guest=any(guest),
        is_stranger=fields.maybe_boolean("is_stranger") or False,
        is_lead=any(leads),
        is_closed=is_closed,
    )
    if drift:
        drift.tell(fields, _LEFT, usual=_USUAL if is_closed or is_app else _USUAL_OF_MEMBERS)
        drift.tell(profile, _PROFILE_LEFT, usual=frozenset() if is_app else _PROFILE_USUAL)
    return user


def user_of_message(user_ref: str, profile: Fields, team: str) -> User:
    """Return the author as a message shows them (``user_profile``): those of other workspaces may have no row."""
    guest = [profile.maybe_boolean(name) for name in ("is_restricted", "is_ultra_restricted")]
    return User(
        user_ref=user_ref,
        team=team or profile.maybe_string("team") or "",
        username=profile.maybe_string("name") or "",
        real_name=profile.maybe_string("real_name") or "",
        display_name=profile.maybe_string("display_name") or "",
        is_guest=any(guest),
    )


def merged(row: User | None, seen: User | None) -> User | None:
    """Return what a row and a message tell of one person: the row, and of a closed account whether it was a guest's."""
    if row is None or seen is None or not row.is_closed:
        return row or seen
    return replace(row, is_guest=row.is_guest or seen.is_guest)


def home_teams(users: Collection[User]) -> frozenset[str]:
    """Return the ids of our own workspace, that of most owners and admins (else of most members), and its organisation's."""
    people = [user for user in users if user.team and not user.is_bot and not user.is_stranger]
    counted = Counter((user.team, user.enterprise) for user in [user for user in people if user.is_lead] or people)
    if not counted:
        return frozenset()
    team, enterprise = min(counted, key=lambda home: (-counted[home], home))
    if not enterprise:
        return frozenset({team})
    return frozenset({team, enterprise, *(user.team for user in people if user.enterprise == enterprise)})


def lists_staff(users: Collection[User], home: frozenset[str], own: Own) -> bool:
    """Say whether ``own`` lists the staff: members by id or address, who without it would be taken for ours as well."""
    return any(
        not own.domains and (own.is_ref(user.user_ref) or own.is_ref(user.email))
        for user in users
        if not user.is_bot and not _is_let_in(user, home)
    )


def side_of(user: User, home: frozenset[str], own: Own, *, has_staff: bool = False) -> Side:
    """Say on which side a user stands.

    What ``own`` of the source lists (ids, addresses, names, a team's id) is ours. Where it lists domains, any other
    address is outside; where it lists the staff (``has_staff``), anybody else. Else guests and members of other
    workspaces are.
    """
    if user.is_bot or user.user_ref == SLACKBOT:
        return "bot"
    if any(own.is_ref(value) for value in (user.user_ref, user.email, user.team, user.real_name, user.username)):
        return "ours"
    return "outside" if has_staff or _is_let_in(user, home) or (own.domains and user.email) else "ours"


def _is_let_in(user: User, home: frozenset[str]) -> bool:
    """Say whether the export shows somebody as a guest, or as one of another workspace."""
    is_foreign = bool(home and user.team) and home.isdisjoint((user.team, user.enterprise))
    return user.is_guest or user.is_stranger or is_foreign


def party_of(user: User, source: Source) -> list[Identifier]:
    """Return what identifies a person outside: the account, and what its profile shows.

    Slack delivers the address; until it has seen proof of it, it is weaker. A number in a profile is what somebody typed.
    """
    return list(_party(user, source.name, source.region))


@lru_cache(maxsize=1 << 14)
def _party(user: User, issuer: str, region: str | None) -> tuple[Identifier, ...]:
    """The same, cached: the same few people talk in a channel."""
    scope = f"slack:{user.team or issuer}"
    address = identifiers.email(user.email, "channel")
    if address and not user.is_confirmed:
        address = identifiers.unproven(address)
    party = known(
        identifiers.account(user.user_ref, scope, "channel"),
        address,
        identifiers.handle(user.username, scope, "channel"),
        identifiers.name(user.real_name or user.display_name, "channel"),
        identifiers.phone(user.phone, region, "claimed"),
    )
    return tuple(party)
