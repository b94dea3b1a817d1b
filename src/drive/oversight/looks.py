"""Who has looked at this person, and were they on the case? Read from the audit, for supervisors and governance (S-36).

A record's looks are those at the record and, for its supervisor, those of their own side at what it shares: the links.
What the other side did with a link is the other side's event and is not seen here. Whether the reader was on the case
is answered for the moment of the look, by the assignment that the database found then, never by today's.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from functools import cache
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, Max, Min, Q, QuerySet

from drive.access.models import AssignmentKind, BreakGlass, CaseAssignment, ClientAssignment, Membership
from drive.access.role_table import addresses
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.advocacy.models import SealOpening
from drive.audit.models import AuditEvent
from drive.audit.record import Act
from drive.safety.models import CaseLink

PAGE = 50

WORDS = {
    Act.LOOKED: "Looked",
    Act.SEARCHED: "Searched",
    Act.WROTE: "Wrote",
    Act.EXPORTED: "Took out",
    Act.DISCLOSED: "Told another agency",
    Act.ERASED: "Erased it",
    Act.OPENED_SEAL: "Opened what was sealed",
    Act.BROKE_GLASS: "Opened in an emergency",
    Act.DENIED: "Was not let in",
}

IN_THE_RECORD = frozenset({Act.BROKE_GLASS.value, Act.OPENED_SEAL.value})
"""Acts whose reason stands in the record; the event has its key."""

FILTERS = {
    "all": "Everything",
    "off": "Not on the case",
    "emergency": "In an emergency",
    "wrote": "Written or told",
    "denied": "Not let in",
}
"""What the page can be narrowed to: code and words."""

SUPERVISORS = tuple(
    role.value for role in Role if role.entry.scopes[0] in (Scope.SU_MANAGER, Scope.VS_MANAGER)
)
"""Roles that read every record of their service by what they are."""

OFF_THE_CASE = Q(assignment_id=None) & (Q(act=Act.DENIED.value) | ~Q(role__in=(*SUPERVISORS, "")))
"""Somebody came to the record without an assignment, and not to supervise. The system itself has no role."""


@dataclass(frozen=True, slots=True)
class Look:
    """One act on one record."""

    at: datetime.datetime
    who: str
    """Name, or "Somebody of another site" where the reader of this page may not know them."""
    role: str
    organisation: str
    what: str
    through: str
    """The page, or the kind of thing written."""
    on_the_case: str
    """"Yes, holder" and the like, "Supervises", "In an emergency", "The system" or "No"; as it was at that moment."""
    reason: str


@dataclass(frozen=True, slots=True)
class Reader:
    """One person in one role, and how often they came."""

    membership_id: UUID | None
    who: str
    role: str
    organisation: str
    times: int
    off_the_case: int
    """Of these, without an assignment at that moment, and not as a supervisor."""
    first: datetime.datetime
    last: datetime.datetime


@dataclass(frozen=True, slots=True)
class Looks:
    """What the page shows. `older` is the time before which the next page begins, or None."""

    readers: list[Reader]
    looks: list[Look]
    older: datetime.datetime | None


def supervising(actor: Actor) -> Actor:
    """The actor where their role supervises: a manager's own service, the governance lead's site."""
    return replace(actor, scope=actor.role.entry.scopes[0])


def who_looked(
    actor: Actor,
    record_id: UUID,
    *,
    shown: str = "all",
    reader: UUID | None = None,
    before: datetime.datetime | None = None,
) -> Looks:
    """Acts on the record that the reader of this page may see, newest first, at most `PAGE`, older than `before`.

    `shown` is a code of `FILTERS`; `reader` narrows to one membership. Raises `ObjectDoesNotExist` when nothing at all
    is to be seen: a record that is not theirs to supervise, or no record.
    """
    events = AuditEvent.objects.filter(record_id__in=[record_id, *_links(actor, record_id)])
    events = events.exclude(kind="who_looked")
    readers = _readers(events)
    if not readers:
        raise ObjectDoesNotExist
    readings = list(BreakGlass.objects.filter(record_id=record_id))
    events = _narrowed(events, shown, readings)
    if reader is not None:
        events = events.filter(membership_id=reader)
    if before is not None:
        events = events.filter(at__lt=before)
    found = list(events.order_by("-at")[: PAGE + 1])
    page = found[:PAGE]
    members = _members({event.membership_id for event in page})
    kinds = _assignments(actor, {event.assignment_id for event in page})
    said = _reasons(actor, record_id, readings)
    return Looks(
        readers=readers,
        looks=[_look(event, members, kinds, readings, said) for event in page],
        older=page[-1].at if len(found) > PAGE else None,
    )


def _links(actor: Actor, record_id: UUID) -> list[UUID]:
    """The record's links, where the reader's scope has that side; nobody else may even ask."""
    side = {Scope.SU_MANAGER: "su_case_id", Scope.VS_MANAGER: "vs_record_id"}.get(actor.scope)
    if side is None:
        return []
    return list(CaseLink.objects.filter(**{side: record_id}).values_list("pk", flat=True))


def _readers(events: QuerySet[AuditEvent]) -> list[Reader]:
    """Everybody who came, those off the case most often first. One statement, and one for the names."""
    rows = list(
        events.order_by()
        .values("membership_id", "role")
        .annotate(
            times=Count("id"),
            off=Count("id", filter=OFF_THE_CASE),
            first=Min("at"),
            last=Max("at"),
        )
    )
    members = _members({row["membership_id"] for row in rows})
    readers = []
    for row in rows:
        who, organisation = _named(row["membership_id"], members)
        readers.append(
            Reader(
                membership_id=row["membership_id"], who=who, role=_role(row["role"]), organisation=organisation,
                times=row["times"], off_the_case=row["off"], first=row["first"], last=row["last"],
            )
        )  # fmt: skip
    return sorted(readers, key=lambda each: (each.off_the_case == 0, -each.last.timestamp()))


def _narrowed(events: QuerySet[AuditEvent], shown: str, readings: list[BreakGlass]) -> QuerySet[AuditEvent]:
    if shown == "off":
        return events.filter(OFF_THE_CASE)
    if shown == "wrote":
        return events.filter(act__in=[Act.WROTE.value, Act.DISCLOSED.value, Act.EXPORTED.value])
    if shown == "denied":
        return events.filter(act=Act.DENIED.value)
    if shown == "emergency":
        inside = Q(act=Act.BROKE_GLASS.value)
        for reading in readings:
            inside |= Q(
                membership_id=reading.membership_id, at__gte=reading.opened_at, at__lte=reading.expires_at
            )
        return events.filter(inside)
    return events


def _members(ids: set[UUID | None]) -> dict[UUID, Membership]:
    return Membership.objects.select_related("organisation").in_bulk([each for each in ids if each])


def _assignments(actor: Actor, ids: set[UUID | None]) -> dict[UUID, str]:
    """The kind of each assignment, where the reader's scope may read it; governance learns yes and no."""
    wanted = [each for each in ids if each]
    model: type[CaseAssignment] | type[ClientAssignment]
    if actor.scope is Scope.SU_MANAGER:
        model = CaseAssignment
    elif actor.scope is Scope.VS_MANAGER:
        model = ClientAssignment
    else:
        return {}
    return dict(model._default_manager.filter(pk__in=wanted).values_list("pk", "kind"))


def _reasons(actor: Actor, record_id: UUID, readings: list[BreakGlass]) -> dict[str, str]:
    """The words behind what an event keeps by key alone: they stand in the record and are erased with it."""
    said = {f"reading {each.pk}": each.reason for each in readings}
    if actor.scope is Scope.VS_MANAGER:
        openings = SealOpening.objects.filter(record_id=record_id).values_list("pk", "reason")
        said |= {f"opening {key}": reason for key, reason in openings}
    return said


def _look(
    event: AuditEvent,
    members: dict[UUID, Membership],
    kinds: dict[UUID, str],
    readings: list[BreakGlass],
    said: dict[str, str],
) -> Look:
    who, organisation = _named(event.membership_id, members)
    return Look(
        at=event.at,
        who=who,
        role=_role(event.role),
        organisation=organisation,
        what=WORDS.get(Act(event.act), event.act.capitalize()),
        through=_through(event),
        on_the_case=_on_the_case(event, kinds, readings),
        reason=said.get(event.reason, "" if event.act in IN_THE_RECORD else event.reason),
    )


def _named(membership_id: UUID | None, members: dict[UUID, Membership]) -> tuple[str, str]:
    if membership_id is None:
        return "The system", ""
    member = members.get(membership_id)
    return (member.name, member.organisation.name) if member else ("Somebody of another site", "")


def _role(role: str) -> str:
    return Role(role).entry.label if role else ""


def _on_the_case(event: AuditEvent, kinds: dict[UUID, str], readings: list[BreakGlass]) -> str:
    if event.assignment_id:
        kind = kinds.get(event.assignment_id)
        return f"Yes, {AssignmentKind(kind).label.lower()}" if kind else "Yes"
    for reading in readings:
        if (
            reading.membership_id == event.membership_id
            and reading.opened_at <= event.at <= reading.expires_at
        ):
            return "In an emergency"
    if not event.role:
        return "The system"
    if event.role in SUPERVISORS and event.act != Act.DENIED:
        return "Supervises"
    return "No"


def _through(event: AuditEvent) -> str:
    if event.act in (Act.LOOKED, Act.DENIED) and event.fields:
        return titles().get(event.fields[0], event.kind.replace("_", " "))
    return event.kind.replace("_", " ").replace("su case", "case").replace("vs record", "client record")


@cache
def titles() -> dict[str, str]:
    """The title of each page by its URL name: a look keeps the name."""
    return {one.name: one.page.title for one in addresses()}
