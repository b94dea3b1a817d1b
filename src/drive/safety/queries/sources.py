"""What a plan may rest on: the items that came from the client's side, and what still stands in the way of each."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from drive.instruments.codelists import code_list

from ..models import FROM_CLIENT, IndependentSource, PlannedAction, RiskItem, UseAgreement
from ..naming import names_of
from ..position import item_refusal
from ..rules import ITEM_REFUSALS

CITEABLE = datetime.timedelta(days=365)
"""How far back items are offered to be cited."""


@dataclass(frozen=True, slots=True)
class Source:
    """One item and how far it may be acted on."""

    item: RiskItem
    refusal: str
    sources: list[tuple[str, str]]
    agreed: dict[str, UseAgreement]
    names: dict[UUID, str]

    @property
    def words(self) -> str:
        """What stands in the way, and what would open it; empty where nothing does."""
        return " ".join(ITEM_REFUSALS[self.refusal]) if self.refusal else ""


def source_of(item: RiskItem) -> Source:
    """How far one item may be acted on, and what has been found and agreed about it."""
    sources = list(IndependentSource.objects.filter(item=item).order_by("recorded_at"))
    agreed = {one.side: one for one in UseAgreement.objects.filter(item=item)}
    return Source(
        item=item,
        refusal=item_refusal(item.pk),
        sources=[(code_list("K-45").label(one.agency), one.knows) for one in sources],
        agreed=agreed,
        names=names_of(one.recorded_by_id for one in agreed.values()),
    )


def citeable_items(case_id: UUID) -> list[RiskItem]:
    """What came from the client's side about this case within a year, newest first: what a plan may rest on, or may not yet."""
    since = timezone.now() - CITEABLE
    found = RiskItem.objects.filter(FROM_CLIENT, su_case_id=case_id, recorded_at__gte=since)
    return list(found.order_by("-recorded_at")[:40])


def planned_actions(case_id: UUID) -> list[PlannedAction]:
    """Actions planned and neither done nor dropped, the soonest first."""
    return list(PlannedAction.objects.filter(case_id=case_id, end__isnull=True).order_by("on", "recorded_at"))


def planned_action_of(case_id: UUID, planned_id: UUID) -> PlannedAction:
    """Raises `PlannedAction.DoesNotExist`."""
    return PlannedAction.objects.get(pk=planned_id, case_id=case_id)


def newest_from_client(case_id: UUID) -> RiskItem | None:
    """The latest thing that came from the client's side: what he may put together with what is planned (S-12)."""
    return RiskItem.objects.filter(FROM_CLIENT, su_case_id=case_id).order_by("-recorded_at").first()
