"""Telling the other worker, and acknowledging what they told (S-02, S-05)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on

from .. import commands, queries
from ..forms.planning import SourceForm
from ..forms.telling import BoundaryContactForm, ItemForm, NeedToHearForm, UseForm
from .acting import NOBODY_YET, act, ends_of, show, to_shared


@page(Permission.RISK_ITEM_SEND, "Tell the other worker", looks_at="case_link", key="link_id")
def tell(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """One thing they must know to keep somebody safe; no attachment, no copied notes."""
    ends = ends_of(request.actor, link_id)
    asked = queries.needs_to_hear([link_id]).get(link_id, {})
    theirs = next((row for side, row in asked.items() if side != request.actor.side), None)
    kind = request.GET.get("kind", "")
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
        initial={"kind": kind} if kind in dict(ItemForm.base_fields["kind"].choices) else {},  # type: ignore[attr-defined]  # ours
        context={"asked_for": theirs.words if theirs else ""},
    )


@page(Permission.RISK_ITEM_SEND, "What you need to hear", looks_at="case_link", key="link_id")
def need_to_hear(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """What one's own side asks the other worker to tell (S-05)."""
    ends = ends_of(request.actor, link_id)
    mine = queries.needs_to_hear([link_id]).get(link_id, {}).get(request.actor.side)
    return act(
        request,
        ends,
        NeedToHearForm,
        lambda form: commands.say_need_to_hear(by=request.actor, link_id=link_id, **form.cleaned_data),
        draft="need_to_hear",
        heading="What you need to hear",
        lead=f"{ends.other} reads this beside everything that may be worth telling.",
        button="Write it down",
        initial={"words": mine.words if mine else ""},
    )


@page(Permission.CASE_RECORD, "The client rang", looks_at="case_link", key="link_id")
def boundary_contact(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """The client rang the case manager (V-16): what was said is passed on, and kept on no page of his case."""
    ends = ends_of(request.actor, link_id)
    reader = "the IDVA manager" if ends.other == NOBODY_YET else ends.other
    return act(
        request,
        ends,
        BoundaryContactForm,
        lambda form: commands.record_boundary_contact(by=request.actor, link_id=link_id, **form.words()),
        draft="rang",
        heading=f"{'The client' if ends.mark else ends.client or 'The client'} rang you",
        lead="If somebody is in danger now, 999 comes first and this page can wait. "
        f"What was said goes to {reader} and to no page of the service user’s case.",
        button="Pass it on",
        done=f"Passed on to {reader}. Your service manager sees that the client rang.",
        initial=BoundaryContactForm.start(),
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


@page(Permission.RISK_ITEM_SEND, "Use of shared risk information", looks_at="case_link", key="link_id")
def item_use(request: ActorRequest, link_id: UUID, item_id: UUID) -> HttpResponse:
    """Whether a plan may rest on one item; who else knows it, and what the two workers agree (S-08, S-09)."""
    ends = ends_of(request.actor, link_id)
    item = queries.item_on(link_id, item_id)
    source = queries.source_of(item)
    naming = "name_source" in request.POST
    source_form = SourceForm(request.POST if naming else None)
    if naming and source_form.is_valid():
        with refusals_on(source_form):
            commands.name_source(by=request.actor, item_id=item.pk, **source_form.cleaned_data)
            messages.success(request, "Recorded. A plan may rest on it now.")
            return HttpResponseRedirect(request.path)
    context = {"item": item, "source": source, "source_form": source_form, "may_agree": item.from_client}
    if naming:
        return show(
            request, "safety/item_use.html", ends, context | {"form": UseForm(), "draft_name": "", "kept": ""}
        )
    return act(
        request,
        ends,
        UseForm,
        lambda form: commands.agree_use(by=request.actor, item_id=item.pk, **form.cleaned_data),
        draft="use",
        template="safety/item_use.html",
        heading="May a plan rest on this?",
        lead="An agency that knows it for itself opens it; so do both of you, with a plan for the client’s safety.",
        button="Agree its use",
        done=f"Recorded. It takes {ends.other}’s word too.",
        to=request.path,
        context=context,
    )
