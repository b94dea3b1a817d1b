"""Risk items, and reviews called for."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Prefetch, QuerySet, When
from django.utils import timezone

from drive.access.models import CaseAssignment, ClientAssignment
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.components.some import Some, first_of

from ..models import (
    BOUNDARY_CONTACT,
    ItemAcknowledgement,
    NeedToHear,
    ReviewCall,
    RiskItem,
)
from ..naming import names_of


def unread_items(actor: Actor, *, link_id: UUID | None = None, limit: int = 50) -> Some[RiskItem]:
    """Items from the other side, of one link or of all, that nobody on the actor's side has acknowledged: urgent first,
    then the oldest. That a case has ended is itself such an item, so they wait whatever became of case and record.

    A worker's list keeps what only somebody who never worked the record has read: a manager who reads ends the
    escalation, and whoever holds or covers reads it all the same (S-02, S-17).
    """
    seen = ItemAcknowledgement.objects.filter(item=OuterRef("pk"))
    if actor.scope is Scope.SU_WORKER:
        seen = seen.filter(Exists(_worked(CaseAssignment, case_id=OuterRef("su_case_id"))))
    elif actor.scope is Scope.VS_WORKER:
        seen = seen.filter(Exists(_worked(ClientAssignment, record_id=OuterRef("vs_record_id"))))
    unread = RiskItem.objects.exclude(side=actor.side.value).filter(~Exists(seen)).select_related("link")
    if link_id:
        unread = unread.filter(link_id=link_id)
    order = Case(When(urgency="urgent", then=0), When(urgency="soon", then=1), default=2)
    return first_of(unread.order_by(order, "recorded_at"), limit)


def _worked[A: (CaseAssignment, ClientAssignment)](assignment: type[A], **of: OuterRef) -> QuerySet[A]:
    """Assignments, past ones too, of whoever wrote the outer row."""
    return assignment._default_manager.filter(membership=OuterRef("recorded_by"), **of)


def items_for(link_id: UUID, *, limit: int = 50) -> list[RiskItem]:
    """The newest items of one link, both directions; each with its acknowledgements."""
    seen = Prefetch("acknowledgements", ItemAcknowledgement.objects.order_by("recorded_at"), to_attr="seen")
    return list(
        RiskItem.objects.filter(link_id=link_id).prefetch_related(seen).order_by("-recorded_at")[:limit]
    )


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What one check-in told the case manager, and who has acknowledged it; empty while nobody has (V-11, R-71)."""

    item: RiskItem
    acknowledged_by: str
    acknowledged_at: datetime.datetime | None


def bulletins(link_ids: Iterable[UUID], *, limit: int = 6) -> list[Bulletin]:
    """What check-ins told across these links, newest first, with the state that both sides see."""
    seen = Prefetch("acknowledgements", ItemAcknowledgement.objects.order_by("recorded_at"), to_attr="seen")
    found = RiskItem.objects.filter(link_id__in=list(link_ids), kind="check_in_summary", side="vs")
    rows = list(found.prefetch_related(seen).order_by("-recorded_at")[:limit])
    first = {row.pk: next(iter(row.seen), None) for row in rows}
    names = names_of(one.recorded_by_id for one in first.values() if one)
    return [
        Bulletin(row, names[one.recorded_by_id] if one else "", one.recorded_at if one else None)
        for row in rows
        for one in [first[row.pk]]
    ]


PAUSED_FOR = datetime.timedelta(days=28)
"""How long an asked pause of topics is shown where contact is planned: the usual gap between joint reviews (C-15)."""


def topic_pauses(case_id: UUID) -> list[RiskItem]:
    """Topics that the client's side asked to leave out lately, newest first: while contact with her is found again."""
    since = timezone.now() - PAUSED_FOR
    asked = RiskItem.objects.filter(su_case_id=case_id, side="vs", kind="topic_pause", recorded_at__gte=since)
    return list(asked.order_by("-recorded_at"))


RANG_LATELY = datetime.timedelta(days=14)
"""For so long a service manager's desk says that a client rang a case manager."""


def boundary_contacts(*, limit: int = 50) -> Some[RiskItem]:
    """Clients who rang a case manager lately (V-16), newest first; each with its acknowledgements in `seen`."""
    seen = Prefetch("acknowledgements", ItemAcknowledgement.objects.order_by("recorded_at"), to_attr="seen")
    since = timezone.now() - RANG_LATELY
    found = RiskItem.objects.filter(kind=BOUNDARY_CONTACT, recorded_at__gt=since).prefetch_related(seen)
    return first_of(found.order_by("-recorded_at"), limit)


def boundary_contact_of(record_id: UUID, item_id: UUID) -> RiskItem:
    """One of them, about this client. Raises `RiskItem.DoesNotExist`."""
    return RiskItem.objects.get(pk=item_id, vs_record_id=record_id, kind=BOUNDARY_CONTACT)


def review_calls(link_id: UUID) -> list[ReviewCall]:
    """What calls for a joint review on one link, newest first."""
    return list(ReviewCall.objects.filter(link_id=link_id).order_by("-recorded_at"))


def needs_to_hear(link_ids: Iterable[UUID]) -> dict[UUID, dict[str, NeedToHear]]:
    """What each side of these links asked to be told last, by link and side (S-05)."""
    rows = NeedToHear.objects.filter(link__in=list(link_ids)).order_by("link_id", "side", "-recorded_at")
    found: dict[UUID, dict[str, NeedToHear]] = {}
    for row in rows.distinct("link_id", "side"):
        found.setdefault(row.link_id, {})[row.side] = row
    return found
