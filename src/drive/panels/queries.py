"""What the panel's pages ask. Row policies decide who sees what: an agency's member what their meeting puts before them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from drive.access.models import Membership, local_today
from drive.access.roles import Role
from drive.access.stepping import Actor
from drive.referrals import queries as referral_queries
from drive.referrals.queries import ReferralRow

from .models import Acceptance, AgendaItem, AgendaState, Invitation, InvitationState, Meeting

LATELY_DAYS = 28
PAGE = 40

CRITERIA = (
    "Risk: how recent, how often, how grave",
    "A safe lever: something that could bring change without harm to anyone",
    "Risk to workers",
    "Whether work on behaviour would be safe",
    "Enough known to plan on",
    "Very severe mental ill-health: say which",
    "Heavy other offending managed elsewhere",
    "Living out of the area",
)
"""What a panel weighs (P-08): advice, never a sum. Being hard to engage is no ground to refuse (P-07)."""


@dataclass(frozen=True, slots=True)
class Item:
    """A referral before the panel, and for how long: since it was referred, or since it was to come back."""

    row: ReferralRow
    since: datetime.date
    days: int


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting that is not over: what still waits on its agenda, the longest first, as far as it is in sight; whom it
    invites, and who accepted its statement when. To a member: themselves alone."""

    meeting: Meeting
    items: list[Item] = field(default_factory=list)
    invited: list[Membership] = field(default_factory=list)
    accepted: dict[UUID, datetime.datetime] = field(default_factory=dict)
    """By membership."""


@dataclass(frozen=True, slots=True)
class BeforeThePanel:
    meetings: list[Sitting]
    """The next one first."""
    new: list[Item]
    """On no coming agenda, like those to come back."""
    to_come_back: list[Item]
    more: bool
    """Whether more wait than are shown; those shown have waited longest."""


def before_the_panel() -> BeforeThePanel:
    """What waits for a decision: by the meeting that hears it, and what is on no agenda yet; the longest waiting first."""
    waiting = set(referral_queries.before_panel())
    meetings = coming_meetings()
    agendas = agenda_of([meeting.pk for meeting in meetings])
    listed = set[UUID]().union(*agendas.values()) & waiting
    items = _items(listed)
    invited = invited_to([meeting.pk for meeting in meetings])
    members = Membership.objects.select_related("organisation").in_bulk(
        list(set[UUID]().union(*invited.values()))
    )
    accepted = acceptances([meeting.pk for meeting in meetings])
    others = _items(waiting - listed, most=PAGE + 1)
    return BeforeThePanel(
        [
            Sitting(
                meeting,
                [item for item in items if item.row.referral.pk in agendas[meeting.pk]],
                sorted(
                    (members[key] for key in invited[meeting.pk] if key in members),
                    key=lambda each: each.name,
                ),
                accepted[meeting.pk],
            )
            for meeting in meetings
        ],
        [item for item in others[:PAGE] if item.row.decision is None],
        [item for item in others[:PAGE] if item.row.decision is not None],
        len(others) > PAGE,
    )


def _items(keys: Collection[UUID], *, most: int = 0) -> list[Item]:
    """These referrals, those that wait longest first; at most so many, or all."""
    today = local_today()
    items = [
        Item(row, since, (today - since).days)
        for row in referral_queries.rows_of(list(keys), most=most or len(keys))
        for since in [row.decision.decided_on if row.decision else row.referral.referred_on]
    ]
    return sorted(items, key=lambda item: item.since)


def coming_meetings() -> list[Meeting]:
    """Meetings in sight that are not over, the next one first."""
    return list(Meeting.objects.filter(held_on__gte=local_today()).order_by("held_on", "recorded_at", "id"))


def agenda_of(meetings: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The referrals that stand on the agenda of each meeting, as far as they are in sight."""
    rows = AgendaItem.objects.filter(meeting_id__in=meetings).order_by("recorded_at", "id")
    newest = {(row.meeting_id, row.referral_id): row.state for row in rows}
    found = defaultdict[UUID, set[UUID]](set)
    for (meeting_id, referral_id), state in newest.items():
        if state == AgendaState.LISTED:
            found[meeting_id].add(referral_id)
    return found


def invited_to(meetings: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The memberships that each meeting invites; to a member, their own."""
    rows = Invitation.objects.filter(meeting_id__in=meetings).order_by("recorded_at", "id")
    newest = {(row.meeting_id, row.member_id): row.state for row in rows}
    found = defaultdict[UUID, set[UUID]](set)
    for (meeting_id, member_id), state in newest.items():
        if state == InvitationState.INVITED:
            found[meeting_id].add(member_id)
    return found


def acceptances(meetings: Collection[UUID]) -> dict[UUID, dict[UUID, datetime.datetime]]:
    """Who accepted each meeting's statement, and when."""
    found = defaultdict[UUID, dict[UUID, datetime.datetime]](dict)
    for row in Acceptance.objects.filter(meeting_id__in=meetings):
        found[row.meeting_id][row.recorded_by_id] = row.recorded_at
    return found


def agency_members(site_id: UUID) -> list[Membership]:
    """The agencies' members of the site's panel today, whom a meeting can invite; by agency and name."""
    today = local_today()
    return list(
        Membership.objects.filter(
            site_id=site_id, role=Role.PANEL_MEMBER, starts_on__lte=today, ends_on__gt=today
        )
        .select_related("organisation")
        .order_by("organisation__name", "name", "id")
    )


def meeting(meeting_id: UUID) -> Meeting:
    """Raises `Meeting.DoesNotExist` when it is out of sight."""
    return Meeting.objects.get(pk=meeting_id)


def meeting_inviting(actor: Actor, meeting_id: UUID) -> Meeting:
    """Raises `Meeting.DoesNotExist` unless it invites the actor and is not over."""
    found = Meeting.objects.get(pk=meeting_id, held_on__gte=local_today())
    if actor.membership_id not in invited_to([meeting_id])[meeting_id]:
        raise Meeting.DoesNotExist
    return found


def acceptance_of(actor: Actor, meeting_id: UUID) -> Acceptance | None:
    """When the actor accepted the meeting's statement, if they did."""
    return Acceptance.objects.filter(meeting_id=meeting_id, recorded_by_id=actor.membership_id).first()


@dataclass(frozen=True, slots=True)
class Offered:
    """What a meeting may put before whom: everybody whom it can invite, everything that waits, and what it holds now."""

    members: list[Membership]
    items: list[Item]
    """All that wait or are on the agenda, the longest waiting first."""
    elsewhere: dict[UUID, datetime.date]
    """The day of another coming meeting whose agenda holds the referral."""
    invited: set[UUID]
    listed: set[UUID]
    accepted: dict[UUID, datetime.datetime]


def offered(actor: Actor, meeting_id: UUID | None = None) -> Offered:
    """What can be put into a meeting that is being planned, or into this one."""
    coming = {each.pk: each for each in coming_meetings()}
    agendas = agenda_of(coming)
    listed = agendas.pop(meeting_id, set()) if meeting_id else set()
    invited = invited_to([meeting_id])[meeting_id] if meeting_id else set()
    members = agency_members(actor.site_id)
    gone = invited - {member.pk for member in members}
    return Offered(
        [*members, *Membership.objects.select_related("organisation").filter(pk__in=gone)],
        _items(listed | set(referral_queries.before_panel())),
        {key: coming[other].held_on for other, keys in agendas.items() for key in keys},
        invited,
        listed,
        acceptances([meeting_id])[meeting_id] if meeting_id else {},
    )


def decided_lately() -> list[ReferralRow]:
    """What was accepted or not accepted in the last four weeks, the newest first; nothing for a panel member."""
    keys = referral_queries.decided_lately(local_today() - datetime.timedelta(days=LATELY_DAYS))
    by_key = {row.referral.pk: row for row in referral_queries.rows_of(keys)}
    return [by_key[key] for key in keys if key in by_key]


def can_be_decided(row: ReferralRow) -> bool:
    """Whether the panel's word is still asked: not allocated, and not accepted already."""
    return not row.allocated and (row.decision is None or row.decision.outcome != "accept")
