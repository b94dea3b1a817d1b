"""How a page of the bridge knows its reader, asks, saves and refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from drive.access.drafts import discard_draft, kept_draft, with_draft
from drive.access.emergency import readings_of
from drive.access.pages import ActorRequest
from drive.access.refusal import Refusal, add_refusal
from drive.access.scopes import Side
from drive.access.stepping import Actor
from drive.components.page import OwnSide, Standing
from drive.instruments.codelists import code_list

from .. import commands, queries
from ..models import CaseLink
from ..naming import initials_of_links, names_of_case, names_of_record
from ..ringing import Worker
from ..rules import LAPSE_CAUSES, URGENCIES, VOICE, is_old


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of a link as one reader may name them."""

    link: CaseLink
    service_user: str
    client: str
    case_manager: str
    idva: str
    own_side: str
    own_url: str
    workers: list[Worker]
    """Whom the reader rings on the other side, first at the head (A-25)."""
    one_of_several: str = ""
    """The client's initials where the case has two or more links, on the case manager's side; empty otherwise (S-04)."""

    @property
    def mark(self) -> str:
        """What tells the pages of two links of one case apart, behind a heading: " (W.P.)" or nothing."""
        return f" ({self.one_of_several})" if self.one_of_several else ""

    @property
    def other(self) -> str:
        """The worker on the other side."""
        return self.idva if self.own_side == Side.SERVICE_USER else self.case_manager

    @property
    def readers(self) -> str:
        """Who reads what stands here."""
        return f"Read by {self.case_manager} (case manager) and {self.idva} (IDVA)"

    @property
    def own_subject(self) -> str:
        """Whose record the reader comes from: the service user, or the client by initials."""
        return f"{self.service_user}{self.mark}" if self.own_side == Side.SERVICE_USER else self.client


NOBODY_YET = "nobody yet"


def ends_of(actor: Actor, link_id: UUID) -> Ends:
    """Name both ends, each by what crosses (S-03, W-09). Raises `CaseLink.DoesNotExist`."""
    link = queries.link_of(link_id)
    if actor.side is Side.SERVICE_USER:
        names = names_of_case(link.su_case_id)
        client = next((c for c in queries.client_summaries(link.su_case_id) if c.link_id == link.pk), None)
        return Ends(
            link,
            service_user=names.subject,
            client=client.initials if client else "",
            case_manager=names.holder or NOBODY_YET,
            idva=(client.idva if client else "") or NOBODY_YET,
            own_side=actor.side,
            own_url=address("case_page", case_id=link.su_case_id),
            one_of_several=initials_of_links([link.su_case_id]).get(link.pk, ""),
            workers=client.workers if client else [],
        )
    names = names_of_record(link.vs_record_id)
    case = next((c for c in queries.case_summaries(link.vs_record_id) if c.link_id == link.pk), None)
    return Ends(
        link,
        service_user=case.service_user if case else "",
        client=names.subject,
        case_manager=(case.case_manager if case else "") or NOBODY_YET,
        idva=names.holder or NOBODY_YET,
        own_side=actor.side,
        own_url=address("client_page", record_id=link.vs_record_id),
        workers=case.workers if case else [],
    )


def address(name: str, **keys: object) -> str:
    """The address of a page of one side; the desk where that side has no such page."""
    try:
        return reverse(name, kwargs=keys)
    except NoReverseMatch:
        return "/"


def standing(ends: Ends) -> Standing:
    """White paper, both rails, the reader's own colour (W-31)."""
    own: OwnSide = "case" if ends.own_side == Side.SERVICE_USER else "client"
    return Standing("bridge", subject=ends.readers, reading=ends.own_subject, own=own)


def code_label(list_id: str, code: str) -> str:
    """A code in words; empty for no code."""
    return code_list(list_id).label(code) if code else ""


def show(
    request: ActorRequest, template: str, ends: Ends, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of one link, with the live concerns of that link above it, and the strip of an emergency reading (S-35)."""
    own = ends.link.su_case_id if request.actor.side is Side.SERVICE_USER else ends.link.vs_record_id
    reading, by_others = readings_of(request.actor, own)
    return render(
        request,
        template,
        {
            "ends": ends,
            "standing": standing(ends),
            "label": code_label,
            "causes": dict(LAPSE_CAUSES),
            "voices": dict(VOICE),
            "urgencies": dict(URGENCIES),
            "is_old": is_old,
            "today": timezone.localdate(),
            "stops": queries.live_stops(link_id=ends.link.pk),
            "side": request.actor.side.value,
            "emergency": reading,
            "read_by_others": by_others,
            **context,
        },
        status=status,
    )


def to_shared(link_id: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("shared_page", kwargs={"link_id": link_id}))


def act[F: forms.Form](
    request: ActorRequest,
    ends: Ends,
    form_class: type[F],
    do: Callable[[F], object],
    *,
    draft: str,
    template: str = "safety/act.html",
    heading: str,
    button: str,
    lead: str = "",
    initial: dict[str, Any] | None = None,
    done: str = "",
    to: str = "",
    context: dict[str, Any] | None = None,
    **form_kwargs: Any,
) -> HttpResponse:
    """One form about one link. A refusal keeps every field and says why; what is typed is kept as a draft
    (S-48).
    """
    draft_name = f"case_link.{draft}"
    kept = kept_draft(request.actor, draft_name, ends.link.pk) if request.method == "GET" else None
    if request.method == "POST":
        form = form_class(request.POST, **form_kwargs)
        if form.is_valid():
            try:
                do(form)
                discard_draft(request.actor, draft_name, ends.link.pk)
                messages.success(request, done or "Saved.")
                return HttpResponseRedirect(to) if to else to_shared(ends.link.pk)
            except Refusal as refusal:
                add_refusal(form, refusal)
                if request.actor.side is Side.SERVICE_USER and refusal.rule in ("S-07", "S-10"):
                    commands.note_clash(by=request.actor, case_id=ends.link.su_case_id, kind="source_check")
    elif kept is not None:
        form = with_draft(form_class, kept, **form_kwargs)
    else:
        form = form_class(initial=initial or {}, **form_kwargs)
    return show(
        request,
        template,
        ends,
        {
            "form": form,
            "heading": heading + ends.mark,
            "lead": lead,
            "button_words": button,
            "problems": bool(form.is_bound and form.errors),
            "draft_name": draft_name,
            "kept": kept.kept if kept else "",
            **(context or {}),
        },
    )
