"""Telling the other worker, and acknowledging what they told (S-02, S-05)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission

from .. import commands, queries
from ..forms import ItemForm
from .acting import act, ends_of, to_shared


@page(Permission.RISK_ITEM_SEND, "Tell the other worker", looks_at="case_link", key="link_id")
def tell(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """One thing they must know to keep somebody safe; no attachment, no copied notes."""
    ends = ends_of(request.actor, link_id)
    return act(
        request,
        ends,
        ItemForm,
        lambda form: commands.send_risk_item(by=request.actor, link_id=link_id, **form.cleaned_data),
        draft="item",
        heading=f"Tell {ends.other}",
        lead="What they must know to keep somebody safe, and no more. Good news too.",
        button="Send",
        done=f"Sent to {ends.other}.",
    )


@page(Permission.RISK_ITEM_SEND, "Acknowledge")
def acknowledge(request: ActorRequest, link_id: UUID, item_id: UUID) -> HttpResponse:
    """Say by name that one has read it."""
    if request.method != "POST":
        raise Http404
    queries.item_on(link_id, item_id)
    commands.acknowledge_item(by=request.actor, item_id=item_id)
    messages.success(request, "Acknowledged.")
    return to_shared(link_id)
