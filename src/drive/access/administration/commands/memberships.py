"""Memberships: who works where, in which role, from when to when. What they open is decided by row policies alone."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from drive.access.administration.rules import check_dates, check_place
from drive.access.models import OPEN, Membership, Service, Team, User, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.stepping import Actor

from .recording import record_change


@dataclass(frozen=True, slots=True)
class Place:
    """Where a membership holds: a service, for a role on a side; an organisation at a site, for every other."""

    service_id: UUID | None = None
    team_id: UUID | None = None
    organisation_id: UUID | None = None
    site_id: UUID | None = None


@transaction.atomic
def give_membership(
    *, by: Actor, account_id: UUID, role: Role, place: Place, starts_on: datetime.date, last_day: datetime.date | None
) -> Membership:  # fmt: skip
    """Give a role, from a day on and, if said, up to and with another.

    Raises `Refusal` for one's own account (another administrator must do it), for a role that does not fit the place,
    for a closed account and for dates the wrong way round; `ObjectDoesNotExist` for an account or place that is not there.
    """
    user = User.objects.defer("password").get(pk=account_id)
    if user.pk == by.user_id:
        raise Refusal(
            "Nobody gives a role to their own account.",
            why="Another administrator must do it, so that no one comes by access to cases alone.",
            rule="S-46",
        )
    if not user.is_active:
        raise Refusal("This account is closed.", still_open="Open it again first.")
    service = Service.objects.get(pk=place.service_id) if place.service_id else None
    team = Team.objects.get(pk=place.team_id) if place.team_id else None
    check_place(
        role, service=service, team=team, organisation_id=place.organisation_id, site_id=place.site_id
    )
    check_dates(starts_on, last_day)
    site_id = service.site_id if service else place.site_id
    organisation_id = service.organisation_id if service else place.organisation_id
    assert site_id is not None  # check_place refuses a place without either
    assert organisation_id is not None
    made = Membership.objects.create(
        user=user,
        name=user.name,
        role=role.value,
        side=role.entry.side.value,
        organisation_id=organisation_id,
        site_id=site_id,
        service=service,
        team=team,
        starts_on=starts_on,
        ends_on=last_day + datetime.timedelta(days=1) if last_day else OPEN,
    )
    record_change(
        "membership",
        made.pk,
        by=by,
        fields=["role", "site", "service", "team", "starts_on", "ends_on"],
        site_id=site_id,
        service_id=made.service_id,
    )
    return made


@transaction.atomic
def end_membership(*, by: Actor, membership_id: UUID, reason: str) -> Membership:
    """End a membership now, and its assignments: access ends with the next request, on open pages too (S-46).

    What it held waits on the manager's page of records that nobody can work.

    Raises `Refusal` for one's own, `Membership.DoesNotExist` for one that is not there or has ended.
    """
    today = local_today()
    held = Membership.objects.get(pk=membership_id, ends_on__gt=today)
    if held.user_id == by.user_id:
        raise Refusal("Nobody ends their own role.", why="Ask another administrator.", rule="S-46")
    Membership.objects.filter(pk=held.pk).update(ends_on=max(held.starts_on, today))
    end_assignments_of_leavers()
    record_change(
        "membership",
        held.pk,
        by=by,
        fields=["ends_on", "assignments"],
        site_id=held.site_id,
        service_id=held.service_id,
        reason=reason,
    )
    return held


def end_assignments_of_leavers() -> None:
    """End what is still assigned to whoever has left; the database finds them, since this scope reads no assignment."""
    with connection.cursor() as cursor:
        cursor.execute("select access.end_assignments_of_leavers()")
