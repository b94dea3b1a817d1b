"""Sealed values: the only page on which one is ever shown (S-06)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import Refusal
from drive.access.scopes import Scope
from drive.safety import commands as bridge
from drive.safety.queries.channels import known_to_him

from .. import commands, forms, queries
from ..models import SafeContactRule
from .acting import act, label, show, standing_of


@page(Permission.CLIENT_SEALED, "Sealed", scope=Scope.VS_WORKER, looks_at="vs_record", key="record_id")
def client_sealed(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """What is sealed, without content; a POST with a reason opens one value.

    The value stands in the answer to that POST and nowhere else: not in an address, a session or a page
    that could be reloaded without another event.
    """
    reader = replace(
        request.actor, scope=Scope.VS_WORKER
    )  # a manager reads here as one of the workers, or not at all
    form = forms.OpenSealForm(request.POST or None)
    opened: tuple[UUID, str] | None = None
    closed: tuple[UUID, str] | None = None
    if request.method == "POST" and form.is_valid():
        value_id, channel = form.cleaned_data["value_id"], form.cleaned_data["channel"]
        try:
            with transaction.atomic():
                value = _opened(request, record_id, form.cleaned_data)
            opened = (value_id, value)
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
            if refusal.rule == "S-14":
                bridge.note_channel(by=request.actor, record_id=record_id)
                closed = (value_id, channel)
    who = queries.identity(reader, record_id)
    rule = queries.newest(SafeContactRule, record_id)
    return show(
        request,
        "advocacy/sealed.html",
        {
            "who": who,
            "standing": standing_of(who),
            "seals": queries.seals(reader, record_id),
            "form": form,
            "opened": opened,
            "closed": closed,
            "channel": form.cleaned_data.get("channel", "") if form.is_bound and form.is_valid() else "",
            "rule": rule,
            "channels": [label("K-18", code) for code in rule.channels] if rule else [],
            "his": {one.value_id for one in known_to_him([record_id])},
            "problems": bool(form.errors) and form.is_bound,
        },
    )


def _opened(request: ActorRequest, record_id: UUID, given: dict[str, Any]) -> str:
    """To reach the client by way of the comparison and her rule (S-14); for anything else with the reason alone."""
    if given["channel"]:
        return bridge.open_to_reach(
            by=request.actor,
            record_id=record_id,
            value_id=given["value_id"],
            channel=given["channel"],
            although=given["although"],
        )
    return commands.open_sealed_value(
        by=request.actor, record_id=record_id, value_id=given["value_id"], reason=given["reason"]
    )


@page(
    Permission.CLIENT_SEALED, "Seal a value", scope=Scope.VS_WORKER, looks_at="vs_record", key="record_id",
    never_kept=("value",),
)  # fmt: skip
def client_seal(request: ActorRequest, record_id: UUID) -> HttpResponse:
    return act(request, record_id, forms.SealForm)


@page(
    Permission.CLIENT_SEALED,
    "End a sealed value",
    scope=Scope.VS_WORKER,
    looks_at="vs_record",
    key="record_id",
)
def client_end_sealed(request: ActorRequest, record_id: UUID, value_id: UUID) -> HttpResponse:
    """Say that a sealed value no longer holds. It is not opened, and is kept: he may still go there (S-14)."""
    reader = replace(request.actor, scope=Scope.VS_WORKER)
    who = queries.identity(reader, record_id)
    value = next((each for each in queries.seals(reader, record_id).values if each.id == value_id), None)
    if value is None or value.ended_on:
        raise ObjectDoesNotExist
    form = forms.EndSealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        commands.end_sealed(by=request.actor, record_id=record_id, value_id=value_id, **form.cleaned_data)
        messages.success(request, "Recorded. It stays sealed, as a former one.")
        return redirect("client_sealed", record_id)
    return show(
        request,
        "advocacy/end_sealed.html",
        {
            "who": who,
            "standing": standing_of(who),
            "value": value,
            "form": form,
            "problems": bool(form.errors),
        },
    )
