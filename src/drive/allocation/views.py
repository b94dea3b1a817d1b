"""Giving accepted referrals to workers: what waits, and one of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from drive.access.drafts import typed_fields, with_draft
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on
from drive.access.scopes import Scope, Side
from drive.components.page import Standing
from drive.instruments.codelists import code_list
from drive.referrals import queries as referral_queries

from . import commands, queries
from .forms import AllocationForm

STANDING = Standing("case", words="Case side", subject="Allocation")


@page(Permission.ALLOCATION_DECIDE, "Allocation", scope=Scope.ALLOCATION, looks_at="referral")
def allocation_list(request: ActorRequest) -> HttpResponse:
    """What waits for workers, the longest waiting first."""
    site = request.actor.site_id
    return render(
        request,
        "allocation/list.html",
        {
            "standing": STANDING,
            "waiting": queries.waiting(site),
            "straight_from_marac": referral_queries.straight_from_marac(site),
            "label": _label,
        },
    )


@page(
    Permission.ALLOCATION_DECIDE,
    "Allocate a referral",
    scope=Scope.ALLOCATION,
    looks_at="referral",
    key="referral_id",
)
def allocation_item(request: ActorRequest, referral_id: UUID) -> HttpResponse:
    """One referral: who could take it and what they hold; or, once allocated, to whom it was given."""
    row = referral_queries.referral(referral_id)
    made = queries.allocation_of(referral_id)
    context = {"standing": STANDING, "row": row, "made": made, "label": _label}
    if made is not None:
        if request.method == "POST":
            messages.error(request, "This referral has been allocated already. Nothing was changed.")
        return render(request, "allocation/made.html", context)
    site, said = request.actor.site_id, request.POST
    choices: Any = {
        "case_workers": queries.offered(
            Side.SERVICE_USER, site, words=said.get("su_look", ""), chosen=said.get("su_holder", "")
        ),
        "record_workers": queries.offered(
            Side.CLIENT, site, words=said.get("vs_look", ""), chosen=said.get("vs_holder", "")
        ),
        "known": queries.open_already(row),
    }
    if (
        request.method == "POST" and "look" in said
    ):  # nothing is asked yet: the same form, with those looked for
        form = with_draft(AllocationForm, typed_fields(said), **choices)
    elif request.method == "POST":
        form = AllocationForm(request.POST, **choices)
        if form.is_valid():
            with refusals_on(form):
                with transaction.atomic():
                    commands.allocate(by=request.actor, referral_id=referral_id, **form.choice())
                messages.success(request, "Allocated. Both workers have it on their desks.")
                return HttpResponseRedirect(reverse("allocation_item", kwargs={"referral_id": referral_id}))
    else:
        form = AllocationForm(**choices)
    return render(
        request,
        "allocation/item.html",
        context
        | {
            "form": form,
            "problems": bool(form.is_bound and form.errors),
            "why_not": queries.why_not(row),
        },
    )


def _label(list_id: str, code: str) -> str:
    return code_list(list_id).label(code)
