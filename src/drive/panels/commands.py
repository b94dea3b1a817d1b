"""Planning a meeting of the panel, changing it, accepting its statement: one atomic function an act, row and event together."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from drive.access.models import Membership, local_today
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.facts import sent_before
from drive.referrals import queries as referral_queries

from . import queries, rules, statement
from .models import Acceptance, AgendaItem, AgendaState, Invitation, InvitationState, Meeting, MeetingWay


@transaction.atomic
def plan_meeting(
    *,
    by: Actor,
    held_on: datetime.date,
    way: str,
    place: str = "",
    members: Collection[UUID] = (),
    referrals: Collection[UUID] = (),
) -> Meeting:
    """Plan a meeting, invite members of agencies and put referrals that wait on its agenda (P-10). Sent twice: once.

    Raises `Refusal`, and `Membership.DoesNotExist` for somebody whom this site cannot invite.
    """
    rules.check_meeting(held_on=held_on, remote=way == MeetingWay.REMOTE, place=place, today=local_today())
    planned = {"site_id": by.site_id, "held_on": held_on, "way": way, "place": place.strip()}
    before = sent_before(Meeting, recorded_by_id=by.membership_id, **planned)
    if before is not None:
        return before
    meeting = Meeting.objects.create(recorded_by_id=by.membership_id, **planned)
    record_event(Act.WROTE, by=by, kind="panel_meeting", record_id=meeting.pk, fields=["planned"])
    change_meeting(by=by, meeting_id=meeting.pk, invite=members, put_on=referrals)
    return meeting


@transaction.atomic
def change_meeting(
    *,
    by: Actor,
    meeting_id: UUID,
    invite: Collection[UUID] = (),
    withdraw: Collection[UUID] = (),
    put_on: Collection[UUID] = (),
    take_off: Collection[UUID] = (),
) -> None:
    """Invite and withdraw members, put referrals on the agenda and take them off. What is so already is left as it is.

    Raises `Refusal`, `Meeting.DoesNotExist` when it is out of sight, `Membership.DoesNotExist` for somebody whom this site
    cannot invite.
    """
    meeting = Meeting.objects.get(pk=meeting_id)
    rules.may_change(held_on=meeting.held_on, today=local_today())
    referral_queries.lock_site_lists(meeting.site_id)
    invited = queries.invited_to([meeting.pk])[meeting.pk]
    listed = queries.agenda_of([meeting.pk])[meeting.pk]
    called, added = set(invite) - invited, set(put_on) - listed
    if not called <= {member.pk for member in queries.agency_members(by.site_id)}:
        raise Membership.DoesNotExist
    rules.may_list(added, waiting=referral_queries.before_panel())
    common = {"meeting": meeting, "site_id": meeting.site_id, "recorded_by_id": by.membership_id}
    for keys, said in (
        (called, InvitationState.INVITED),
        (set(withdraw) & invited, InvitationState.WITHDRAWN),
    ):
        for key in sorted(keys):
            Invitation.objects.create(member_id=key, state=said, **common)
            record_event(
                Act.WROTE,
                by=by,
                kind="panel_meeting",
                record_id=meeting.pk,
                fields=["invitation"],
                reason=said,
            )
    for keys, put in ((added, AgendaState.LISTED), (set(take_off) & listed, AgendaState.TAKEN_OFF)):
        for key in sorted(keys):
            AgendaItem.objects.create(referral_id=key, state=put, **common)
            record_event(Act.WROTE, by=by, kind="referral", record_id=key, fields=["agenda"], reason=put)


@transaction.atomic
def accept_statement(*, by: Actor, meeting_id: UUID) -> Acceptance:
    """Record that the actor accepted the confidentiality statement for one meeting: its papers open (S-28). Twice is once.

    Raises `Meeting.DoesNotExist` when the actor is not invited, or the meeting is over.
    """
    meeting = queries.meeting_inviting(by, meeting_id)
    before = sent_before(Acceptance, recorded_by_id=by.membership_id, meeting=meeting)
    before = before or queries.acceptance_of(by, meeting_id)
    if before is not None:
        return before
    accepted = Acceptance.objects.create(
        meeting=meeting, site_id=meeting.site_id, recorded_by_id=by.membership_id, statement=statement.VERSION
    )
    record_event(
        Act.WROTE,
        by=by,
        kind="panel_meeting",
        record_id=meeting.pk,
        fields=["statement"],
        reason=statement.VERSION,
    )
    return accepted
