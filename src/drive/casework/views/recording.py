"""Writing down what happened: contact, session, agency action, case update, research.

Past days always save (S-43).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from drive.access.drafts import discard_draft
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on
from drive.safety import commands as safety
from drive.safety.queries import client_summaries, link_of, what_may_happen_now
from drive.safety.source_check import check_names_nobody_else

from .. import commands, queries
from ..forms import (
    ActionForm,
    CaseForm,
    ContactForm,
    EnquiryForm,
    ResearchForm,
    SessionForm,
    UpdateForm,
)
from ..models import Action, ResearchNote
from ..research import enquiries_of
from ..work import session_written
from .frame import case_frame, drafting

KINDS = (
    ("Contact", "record_contact"),
    ("Session", "record_session"),
    ("Agency action", "record_action"),
    ("Case update", "record_update"),
)
"""The bar above every record form: words and URL name."""


def _record(
    request: ActorRequest,
    case_id: UUID,
    *,
    name: str,
    form_class: type[CaseForm],
    write: Callable[[CaseForm], object],
    saved: str,
    initial: dict[str, Any] | None = None,
    then: Callable[[object], str] | None = None,
) -> HttpResponse:
    """Show one record form, or write what was sent and go on. A refusal or a problem keeps every field."""
    context = case_frame(request, case_id)
    draft = drafting(request, name.removeprefix("record_"), case_id)
    words = context["summary"].short_name
    if request.method == "POST":
        form = form_class(request.POST, name=words)
        if form.is_valid():
            with refusals_on(form):
                row = write(form)
                discard_draft(request.actor, draft.form, case_id)
                messages.success(request, saved)
                if "another" in request.POST:
                    return redirect(name, case_id)
                return redirect(
                    then(row) if then and "update" in request.POST else reverse("case_page", args=[case_id])
                )
    else:
        form = draft.start(form_class, name=words, initial=initial)
    return render(
        request,
        f"casework/{name}.html",
        {
            **context,
            "form": form,
            "draft": draft,
            "problems": bool(form.errors),
            "kinds": [(label, reverse(url, args=[case_id]), url == name) for label, url in KINDS],
            "may_now": what_may_happen_now(case_id),
            "idvas": sorted({client.idva for client in client_summaries(case_id) if client.idva}),
        },
    )


@page(Permission.CASE_RECORD, "Record contact", looks_at="su_case", key="case_id")
def record_contact(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """03a. Outside a decision it saves all the same, and a practice incident is opened without blame (S-41)."""

    def write(form: CaseForm) -> object:
        return safety.record_contact(by=request.actor, case_id=case_id, **form.cleaned_data)

    return _record(
        request, case_id, name="record_contact", form_class=ContactForm, write=write, saved="Contact recorded"
    )


@page(Permission.CASE_RECORD, "Record session", looks_at="su_case", key="case_id")
def record_session(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """03b. A session is a contact that took place, so the contact is written with it, and what crosses is
    sent.
    """

    def write(form: CaseForm) -> object:
        values = dict(form.cleaned_data)
        tell, key = values.pop("tell_idva"), values.pop("key")
        if already := session_written(case_id, key):
            return already  # sent twice: nothing crosses twice
        contact = safety.record_contact(
            by=request.actor,
            case_id=case_id,
            happened_on=values["held_on"],
            happened_at=values["starts_at"],
            outcome="spoke",
            channel="video" if values["place"] == "remote" else "face_to_face",
            started_by="us",
            place=values["place"],
            key=key,
        )
        session = commands.record_session(
            by=request.actor, case_id=case_id, contact_id=contact.pk, key=key, **values
        )
        if tell.strip() or values["check_in_asked"]:
            for client in client_summaries(case_id):
                check_names_nobody_else(link_of(client.link_id), side=request.actor.side, tell_idva=tell)
                safety.send_risk_item(
                    by=request.actor,
                    link_id=client.link_id,
                    kind="session_held",
                    purpose="The client’s safety after this session.",
                    text=tell.strip() or "A session took place. Please look in afterwards.",
                    urgency="soon" if values["check_in_asked"] else "routine",
                    work_out="Nothing in it comes from the client.",
                    details={"check_in_asked": values["check_in_asked"]},
                )
        return session

    return _record(
        request, case_id, name="record_session", form_class=SessionForm, write=write, saved="Session recorded"
    )


@page(Permission.CASE_RECORD, "Record agency action", looks_at="su_case", key="case_id")
def record_action(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """03c. Open from allocation whatever the strategy says (S-21)."""

    def write(form: CaseForm) -> object:
        assert isinstance(form, ActionForm)  # the class given below
        return commands.record_action(by=request.actor, case_id=case_id, **form.values())

    def as_update(row: object) -> str:
        assert isinstance(row, Action)  # what `write` gives
        return f"{reverse('record_update', args=[case_id])}?after={row.pk}"

    return _record(
        request,
        case_id,
        name="record_action",
        form_class=ActionForm,
        write=write,
        saved="Action recorded",
        initial={"purpose": request.GET.get("for", "")},
        then=as_update,
    )


@page(Permission.CASE_RECORD, "Record case update", looks_at="su_case", key="case_id")
def record_update(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """Telling another agency; begun from an action, it starts with that action's words and nothing is saved
    yet.
    """

    def write(form: CaseForm) -> object:
        assert isinstance(form, UpdateForm)  # the class given below
        return commands.record_action(by=request.actor, case_id=case_id, **form.values())

    return _record(
        request,
        case_id,
        name="record_update",
        form_class=UpdateForm,
        write=write,
        saved="Case update recorded",
        initial=_words_of(case_id, request.GET.get("after", "")),
    )


def _words_of(case_id: UUID, action_id: str) -> dict[str, Any]:
    row = queries.action_of(case_id, action_id)
    return {"done": row.done, "done_on": row.done_on} if row else {}


@page(Permission.CASE_VIEW, "Background research", looks_at="su_case", key="case_id")
def case_research(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """Who was asked what, how long ago, and what they said; and a short form for the next question."""
    context = case_frame(request, case_id, "case_research")
    enquiry = _enquiry(case_id, request.GET.get("enquiry", ""))
    form_class = EnquiryForm if enquiry else ResearchForm
    draft = drafting(request, f"enquiry:{enquiry.enquiry_id}" if enquiry else "research", case_id)
    may_write = request.actor.may(Permission.CASE_RECORD)
    if request.method == "POST" and may_write:
        form: ResearchForm = form_class(request.POST)
        if form.is_valid():
            values = dict(form.cleaned_data)
            values.setdefault("topic", enquiry.topic if enquiry else "")
            values.setdefault("agency", enquiry.agency if enquiry else "")
            with refusals_on(form):
                commands.add_research(
                    by=request.actor,
                    case_id=case_id,
                    enquiry_id=enquiry.enquiry_id if enquiry else None,
                    **values,
                )
                discard_draft(request.actor, draft.form, case_id)
                messages.success(request, "Research recorded")
                return redirect("case_research", case_id)
    else:
        form = draft.start(form_class)
    return render(
        request,
        "casework/research.html",
        {
            **context,
            "form": form,
            "draft": draft,
            "problems": bool(form.errors),
            "enquiry": enquiry,
            "enquiries": enquiries_of(context["case"]),
            "may_write": may_write,
        },
    )


def _enquiry(case_id: UUID, asked: str) -> ResearchNote | None:
    """The enquiry that is carried on, or None for a new one.

    Raises `DoesNotExist` for one that is not of this case.
    """
    if not asked:
        return None
    return queries.first_of_enquiry(case_id, asked)
