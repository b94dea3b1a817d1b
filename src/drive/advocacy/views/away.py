"""Being away and cover: the worker says when, the manager names who covers (V-17, S-46)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.queries import colleagues
from drive.access.refusal import refusals_on
from drive.access.scopes import Scope
from drive.components.page import Standing

from .. import commands, forms, queries
from .acting import show


@page(Permission.DESK_VIEW, "When you are away", scope=Scope.VS_WORKER, looks_at="desk")
def vs_away(request: ActorRequest) -> HttpResponse:
    """One's own absences, and one more. It gives nobody access: the manager names who covers."""
    actor = request.actor
    if actor.service_id is None:
        raise ObjectDoesNotExist
    if "withdraw" in request.POST:
        return _withdraw(request, "vs_away")
    form = forms.AwayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            commands.declare_absence(by=actor, **form.cleaned_data)
            messages.success(request, "Saved. Your manager names who covers.")
            return redirect("vs_away")
    return show(
        request,
        "advocacy/away.html",
        {
            "form": form,
            "heading": "When you are away",
            "lead": "Your manager sees it and names who covers.",
            "button_words": "Save",
            "problems": bool(form.is_bound and form.errors),
            "absences": queries.absences(actor.service_id, [actor.membership_id]),
            "initials": {},
            "standing": Standing("client", words="Client side", subject="Your work with clients"),
        },
    )


@page(Permission.TEAM_VIEW, "Away and cover", scope=Scope.VS_MANAGER, looks_at="desk")
def vs_cover(request: ActorRequest) -> HttpResponse:
    """Who is away, what falls due meanwhile, and who covers."""
    actor = request.actor
    if actor.service_id is None:
        raise ObjectDoesNotExist
    if "withdraw" in request.POST:
        return _withdraw(request, "vs_cover")
    workers = colleagues(service_id=actor.service_id, roles=queries.WORKERS)
    form = forms.CoverForm(request.POST or None, workers=workers)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        with refusals_on(form):
            with transaction.atomic():
                done = commands.cover_absence(
                    by=actor,
                    membership_id=UUID(given.pop("membership")),
                    cover_id=UUID(given.pop("cover")),
                    **given,
                )
            messages.success(request, f"Covered: {done.given} client{'' if done.given == 1 else 's'}.")
            if done.barred:
                messages.warning(
                    request, f"{done.barred} could not be given to this person. Find somebody else for them."
                )
            return redirect("vs_cover")
    rows = queries.absences(actor.service_id)
    return show(
        request,
        "advocacy/away.html",
        {
            "form": form,
            "heading": "Away and cover",
            "lead": "Whoever covers has the clients from the first day to the last, and on no other.",
            "button_words": "Name the cover",
            "problems": bool(form.is_bound and form.errors),
            "absences": rows,
            "initials": queries.initials_of(record for row in rows for record in row.uncovered),
            "standing": Standing("client", words="Client side", subject="Your service"),
        },
    )


def _withdraw(request: ActorRequest, then: str) -> HttpResponse:
    """Not away after all; cover for it ends with the same click."""
    try:
        asked = UUID(request.POST["withdraw"])
    except ValueError as error:
        raise ObjectDoesNotExist from error
    commands.withdraw_absence(by=request.actor, absence_id=asked)
    messages.success(request, "Taken back. Cover for it has ended.")
    return redirect(then)
