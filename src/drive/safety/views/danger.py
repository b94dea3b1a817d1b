"""Immediate danger (S-31): never blocked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on
from drive.components.page import Standing

from .. import commands, queries
from ..forms.telling import EmergencyForm
from ..naming import names_of_case, names_of_record
from .acting import address


def _own_side(
    request: ActorRequest,
    form: forms.Form,
    do: Callable[[], object],
    *,
    to: str,
    done: str,
    context: dict[str, Any],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            do()
            messages.success(request, done)
            return HttpResponseRedirect(to)
    problems = bool(form.is_bound and form.errors)
    return render(
        request, "safety/own_side.html", {"form": form, "problems": problems, "back": to, **context}
    )


TOLD = "Recorded. A joint review is called for."
RING = (
    "Ring first. Police 999. Nothing here holds you up, "
    "and no decision or concern stands in the way of telling them."
)


def _emergency(
    request: ActorRequest, standing: Standing, to: str, tell: Callable[[EmergencyForm], object]
) -> HttpResponse:
    form = (
        EmergencyForm(request.POST)
        if request.method == "POST"
        else EmergencyForm(initial=EmergencyForm.start())
    )
    context = {
        "standing": standing,
        "heading": "Immediate danger",
        "lead": RING,
        "button_words": "Record whom I told",
        "back_words": standing.subject,
    }
    return _own_side(request, form, lambda: tell(form), to=to, done=TOLD, context=context)


@page(Permission.CASE_RECORD, "Immediate danger", looks_at="su_case", key="case_id")
def danger_on_case(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """From a case: write down that a statutory service was told."""
    queries.case_seen(case_id)
    return _emergency(
        request,
        Standing("case", subject=names_of_case(case_id).subject),
        address("case_page", case_id=case_id),
        lambda form: commands.tell_emergency_from_case(by=request.actor, case_id=case_id, **form.words()),
    )


@page(Permission.CLIENT_RECORD, "Immediate danger", looks_at="vs_record", key="record_id")
def danger_on_record(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """From a client's record: the same."""
    queries.record_seen(record_id)
    return _emergency(
        request,
        Standing("client", subject=names_of_record(record_id).subject),
        address("client_page", record_id=record_id),
        lambda form: commands.tell_emergency_from_record(
            by=request.actor, record_id=record_id, **form.words()
        ),
    )
