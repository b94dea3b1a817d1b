"""Referrals and meetings as tests want them: planned by the coordinator, accepted by a member."""

from __future__ import annotations

import datetime
from uuid import uuid4

from drive.access.models import Membership, local_today
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.panels import commands
from drive.panels.models import Meeting
from drive.referrals.models import Referral, ReferralParty
from tests.cast import seeding


def refer(
    by: Membership, given: str = "Ambrose", family: str = "Pikestaff", *, days_ago: int = 3
) -> Referral:
    """A referral as a saved list leaves it, at the site of `by`."""
    with seeding():
        made = Referral.objects.create(
            site_id=by.site_id, recorded_by=by, identity=uuid4().hex, source="marac",
            referred_on=local_today() - datetime.timedelta(days=days_ago), relationship="ex_partner", concerns="Knows where she shops.",
        )  # fmt: skip
        for role, first, last in (("service_user", given, family), ("victim_survivor", "Lettice", "Crumb")):
            ReferralParty.objects.create(
                referral=made, site_id=by.site_id, recorded_by=by, role=role, match_key=f"{role}{first}{last}",
                person_key=uuid4(), identity_digest="", given_names=first, family_name=last,
                folded_name=f"{last} {first}".lower(), gender="unknown",
            )  # fmt: skip
    return made


def plan(by: Membership, *referrals: Referral, invite: tuple[Membership, ...] = (), days: int = 3) -> Meeting:
    """A meeting so many days from now that puts these referrals before these members."""
    actor = by.as_actor(Scope.PANEL)
    with acting_as(actor, Scope.PANEL):
        return commands.plan_meeting(
            by=actor, held_on=local_today() + datetime.timedelta(days=days), way="remote", place=f"in {days} days",
            members=[each.pk for each in invite], referrals=[each.pk for each in referrals],
        )  # fmt: skip


def change(by: Membership, meeting: Meeting, **changes: list[object]) -> None:
    actor = by.as_actor(Scope.PANEL)
    with acting_as(actor, Scope.PANEL):
        commands.change_meeting(
            by=actor,
            meeting_id=meeting.pk,
            **{name: [each.pk for each in those] for name, those in changes.items()},  # type: ignore[attr-defined]  # rows
        )


def accept(member: Membership, meeting: Meeting) -> None:
    actor = member.as_actor()
    with acting_as(actor, Scope.PANEL):
        commands.accept_statement(by=actor, meeting_id=meeting.pk)


def open_papers(by: Membership, member: Membership, *referrals: Referral, days: int = 3) -> Meeting:
    """A meeting that puts these referrals before one member, who accepted its statement."""
    made = plan(by, *referrals, invite=(member,), days=days)
    accept(member, made)
    return made
