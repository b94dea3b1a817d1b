"""Addresses and numbers of the service user: written down here, used only by way of a plan of contact (S-14)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import redirect, render

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on

from .. import commands
from ..channel_forms import ChannelForm, EndChannelForm
from ..channels import channels
from .frame import case_frame


@page(Permission.CASE_RECORD, "Addresses and numbers", looks_at="su_case", key="case_id")
def case_channels(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """What is known, and one more. Saving says nothing about whose it may be besides (S-44)."""
    context = case_frame(request, case_id)
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            commands.add_channel(by=request.actor, case_id=case_id, **form.cleaned_data)
            messages.success(request, "Saved")
            return redirect("case_channels", case_id)
    return render(
        request,
        "casework/channels.html",
        {**context, "form": form, "problems": bool(form.errors), "channels": channels(case_id)},
    )


@page(Permission.CASE_RECORD, "No longer his", looks_at="su_case", key="case_id")
def case_end_channel(request: ActorRequest, case_id: UUID, channel_id: UUID) -> HttpResponse:
    """Say that an address or number is no longer his; it is kept, and still compared (S-14)."""
    context = case_frame(request, case_id)
    held = next((row for row in channels(case_id) if row.pk == channel_id and row.ended_on is None), None)
    if held is None:
        raise ObjectDoesNotExist
    form = EndChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        commands.end_channel(by=request.actor, case_id=case_id, channel_id=channel_id, **form.cleaned_data)
        messages.success(request, "Saved. It is kept as a former one.")
        return redirect("case_channels", case_id)
    return render(
        request,
        "casework/end_channel.html",
        {**context, "form": form, "problems": bool(form.errors), "held": held},
    )
