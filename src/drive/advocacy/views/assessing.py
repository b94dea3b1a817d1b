"""Intake, abuse grid and exit forms: asked from their definitions, submitted once, amended beside (R-10)."""

from __future__ import annotations

import functools
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from drive.access.drafts import discard_draft, kept_draft, with_draft
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import Refusal
from drive.instruments.answers import Mode
from drive.instruments.forms import InstrumentForm, form_class, initial_answers
from drive.instruments.library import instrument

from .. import commands, queries
from ..models import Assessment, Point
from ..questionnaire import ID as OWN
from ..questionnaire import Ending, as_ended, how_it_ended
from .acting import check_writes, show, standing_of, to_record


def _ask(request: ActorRequest, record_id: UUID, instrument_id: str) -> HttpResponse:
    """One instrument on one record. `?amends=` names the submitted form that this one takes the place of."""
    who = queries.identity(request.actor, record_id)
    amended = _amended(request, record_id, instrument_id)
    definition = instrument(instrument_id)
    asked = form_class(definition)
    name = f"vs_record.{instrument_id}"
    draft = (
        kept_draft(request.actor, name, record_id) if request.method == "GET" and amended is None else None
    )
    today = timezone.localdate()
    reason = request.POST.get("amend_reason", "")
    refused = ""
    form: InstrumentForm
    if request.method == "POST":
        form = asked(request.POST, mode=Mode.SUBMIT, today=today)
        if form.is_valid() and form.validated is not None:
            try:
                check_writes(who)
                _submit(request, record_id, form, amended, reason)
            except (Refusal, commands.SavedFirstError) as error:
                refused = (
                    str(error)
                    if isinstance(error, Refusal)
                    else "Somebody amended this form first. Open it again."
                )
            else:
                discard_draft(request.actor, name, record_id)
                messages.success(request, "Submitted. It can be amended, never changed.")
                return to_record(record_id)
    elif draft is not None:
        form = with_draft(asked, draft)
    elif amended is not None and (before := amended.validated) is not None:
        form = asked(initial=initial_answers(before))
    else:
        form = asked(initial=_said_already(record_id) if instrument_id == "idva_exit_form" else None)
    return show(
        request,
        "advocacy/assessment_form.html",
        {
            "who": who,
            "standing": standing_of(who),
            "form": form,
            "definition": definition,
            "problems": bool(form.is_bound and form.errors) or bool(refused),
            "refused": refused,
            "amended": amended,
            "begins_anew": amended is not None and amended.validated is None,
            "amend_reason": reason,
            "draft_name": name,
            "kept": draft.kept if draft else "",
        },
    )


def _said_already(record_id: UUID) -> dict[str, str]:
    """What the exit form may begin with: how the client's own questionnaire ended, where there is one."""
    own = queries.submitted(record_id, OWN)
    answers = own.validated if own else None
    if answers is None:
        return {}
    required = [item.id for item in answers.definition.items if item.required]
    return {"questionnaire": how_it_ended({one: answers[one].missing for one in required})}


def _amended(request: ActorRequest, record_id: UUID, instrument_id: str) -> Assessment | None:
    wanted = request.GET.get("amends", "")
    if not wanted:
        return None
    try:
        key = UUID(wanted)
    except ValueError as error:
        raise Assessment.DoesNotExist from error
    return queries.assessment(record_id, key, instrument_id)


def _submit(
    request: ActorRequest, record_id: UUID, form: InstrumentForm, amended: Assessment | None, reason: str
) -> None:
    assert form.validated is not None  # is_valid() said so
    submit = functools.partial(
        commands.submit_assessment,
        by=request.actor,
        record_id=record_id,
        answers=form.validated,
        amends_id=amended.pk if amended else None,
        amend_reason=reason,
    )
    match form.definition.id:
        case "idva_intake_form":
            commands.submit_intake(**submit.keywords)
        case "idva_exit_form":
            commands.submit_exit(**submit.keywords)
        case _:
            submit(point=amended.point if amended else Point.REVIEW, as_of=timezone.localdate())


@page(Permission.CLIENT_RECORD, "Intake form", looks_at="vs_record", key="record_id")
def client_intake(request: ActorRequest, record_id: UUID) -> HttpResponse:
    return _ask(request, record_id, "idva_intake_form")


@page(Permission.CLIENT_RECORD, "Exit form", looks_at="vs_record", key="record_id")
def client_exit_form(request: ActorRequest, record_id: UUID) -> HttpResponse:
    return _ask(request, record_id, "idva_exit_form")


@page(Permission.CLIENT_RECORD, "Abuse experienced", looks_at="vs_record", key="record_id")
def client_grid(request: ActorRequest, record_id: UUID) -> HttpResponse:
    return _ask(request, record_id, "abuse_experienced")


@page(Permission.CLIENT_RECORD, "Questions", looks_at="vs_record", key="record_id")
def client_questionnaire(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """The client's own questionnaire, on the worker's device and in the client's sight: no name, no menu, nothing of
    anybody, not even what Drive is called (S-22). After it stands a page of thanks, so that no record opens before them.
    """
    who = queries.identity(request.actor, record_id)
    definition = instrument(OWN)
    asked = form_class(definition)
    name = f"vs_record.{OWN}"
    refused = ""
    form: InstrumentForm
    if request.method == "POST":
        pressed = request.POST.get("ending", "")
        ending = Ending(pressed) if pressed in list(Ending) else Ending.DONE
        form = asked(as_ended(definition, request.POST, ending), mode=Mode.SUBMIT, today=timezone.localdate())
        if form.is_valid() and form.validated is not None:
            try:
                check_writes(who)
                commands.submit_assessment(
                    by=request.actor, record_id=record_id, answers=form.validated, point=Point.EXIT,
                    as_of=timezone.localdate(),
                )  # fmt: skip
            except Refusal as refusal:
                refused = str(refusal)
            else:
                discard_draft(request.actor, name, record_id)
                return redirect(
                    reverse("client_questionnaire", kwargs={"record_id": record_id}) + "?thanks=1"
                )
        kept = None
    else:
        kept = kept_draft(request.actor, name, record_id)
        form = with_draft(asked, kept) if kept else asked()
    for item in definition.items:
        if "not_asked" in item.missing:  # what stopping means, and nothing to choose in front of the client
            form.fields[item.id].choices = [c for c in form.fields[item.id].choices if c[0] != "not_asked"]  # type: ignore[attr-defined]  # tiles
    return show(
        request,
        "advocacy/questionnaire.html",
        {
            "who": who,
            "form": form,
            "thanks": "thanks" in request.GET,
            "refused": refused,
            "problems": bool(form.is_bound and form.errors) or bool(refused),
            "draft_name": name,
            "kept": kept.kept if kept else "",
        },
    )


@page(Permission.CLIENT_VIEW, "A submitted form", looks_at="vs_record", key="record_id")
def client_assessment(request: ActorRequest, record_id: UUID, assessment_id: UUID) -> HttpResponse:
    who = queries.identity(request.actor, record_id)
    form = queries.assessment(record_id, assessment_id)
    return show(
        request,
        "advocacy/assessment.html",
        {
            "who": who,
            "standing": standing_of(who),
            "form": form,
            "answers": queries.answered(form),
            "fits": form.validated is not None,
        },
    )
