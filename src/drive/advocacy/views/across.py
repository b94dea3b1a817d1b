"""What the pages of this side ask of the bridge: links, what crosses, the case's summary. Nothing else
crosses.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from drive.access.scopes import Side
from drive.access.stepping import Actor
from drive.instruments.codelists import code_list
from drive.safety.commands import send_risk_item
from drive.safety.models import CaseLink, ItemAcknowledgement, RiskItem

from ..forms import CheckInForm

PURPOSE = "Monitoring check-in: the client's safety, and whether the plan of contact still holds"


def links_of(record_id: UUID) -> list[CaseLink]:
    """The links of a record to Drive cases, as far as this side may see them."""
    return list(CaseLink.objects.filter(vs_record_id=record_id).order_by("-is_index", "recorded_at"))


def linked(record_ids: list[UUID]) -> set[UUID]:
    """Those of the records that belong to a Drive case."""
    return set(CaseLink.objects.filter(vs_record_id__in=record_ids).values_list("vs_record_id", flat=True))


def tell_check_in(by: Actor, links: list[CaseLink], form: CheckInForm) -> None:
    """Send the summary of a check-in to each linked case at once (V-11). A rise in risk is urgent."""
    given = form.cleaned_data
    for link in links:
        send_risk_item(
            by=by,
            link_id=link.pk,
            kind="check_in_summary",
            purpose=PURPOSE,
            text=given["summary"],
            urgency="urgent" if given["outcome"] == "higher" else "soon",
            work_out=given["work_out"],
            use_rule=given["use_rule"],
        )


@dataclass(frozen=True, slots=True)
class Crossing:
    """One risk item, as a line of the record or the desk."""

    item: RiskItem
    from_you: bool
    kind: str
    use_rule: str
    who: str
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class Across:
    """What a client's page shows of the bridge."""

    linked: bool
    items: list[Crossing]
    tell_url: str = ""
    stop_url: str = ""
    danger_url: str = ""
    shared_url: str = ""


def crossing(link_ids: list[UUID], *, limit: int) -> list[Crossing]:
    """The newest items of these links, in two statements."""
    items = list(
        RiskItem.objects.filter(link_id__in=link_ids)
        .select_related("recorded_by")
        .order_by("-recorded_at")[:limit]
    )
    read = set(
        ItemAcknowledgement.objects.filter(item__in=[item.pk for item in items]).values_list(
            "item_id", flat=True
        )
    )
    return [
        Crossing(
            item,
            item.side == Side.CLIENT.value,
            code_list("K-60").label(item.kind),
            code_list("K-47").label(item.use_rule),
            item.recorded_by.name,
            item.pk in read,
        )
        for item in items
    ]


def across(record_id: UUID) -> Across:
    """What the client's page shows of the bridge."""
    links = links_of(record_id)
    return Across(bool(links), crossing([link.pk for link in links], limit=5))


def bulletins(record_ids: list[UUID]) -> list[tuple[UUID, Crossing]]:
    """What case managers sent and nobody on this side has acknowledged, with the record it belongs to."""
    of_link = dict(CaseLink.objects.filter(vs_record_id__in=record_ids).values_list("pk", "vs_record_id"))
    return [
        (of_link[one.item.link_id], one)
        for one in crossing(list(of_link), limit=60)
        if not one.from_you and not one.acknowledged
    ]
