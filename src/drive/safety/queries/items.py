"""Risk items, and reviews called for."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Prefetch, When

from drive.access.stepping import Actor

from ..models import (
    ItemAcknowledgement,
    ReviewCall,
    RiskItem,
)


def unread_items(actor: Actor, *, limit: int = 50) -> list[RiskItem]:
    """Items from the other side that nobody on the actor's side has acknowledged: urgent first, then the
    oldest.
    """
    seen = ItemAcknowledgement.objects.filter(item=OuterRef("pk"))
    unread = RiskItem.objects.exclude(side=actor.side.value).filter(~Exists(seen)).select_related("link")
    order = Case(When(urgency="urgent", then=0), When(urgency="soon", then=1), default=2)
    return list(unread.order_by(order, "recorded_at")[:limit])


def items_for(link_id: UUID, *, limit: int = 50) -> list[RiskItem]:
    """The newest items of one link, both directions; each with its acknowledgements."""
    seen = Prefetch("acknowledgements", ItemAcknowledgement.objects.order_by("recorded_at"), to_attr="seen")
    return list(
        RiskItem.objects.filter(link_id=link_id).prefetch_related(seen).order_by("-recorded_at")[:limit]
    )


def review_calls(link_id: UUID) -> list[ReviewCall]:
    """What calls for a joint review on one link, newest first."""
    return list(ReviewCall.objects.filter(link_id=link_id).order_by("-recorded_at"))
