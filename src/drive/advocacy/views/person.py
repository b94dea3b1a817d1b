"""Who the client is, and a record for a client who comes without Drive."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import HttpResponse

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.queries import colleagues
from drive.access.refusal import refusals_on
from drive.access.scopes import Scope
from drive.components.page import Standing

from .. import commands, forms, queries
from ..models import ClientProfile
from .acting import act, show, to_record


@page(Permission.CLIENT_RECORD, "Who the client is", looks_at="vs_record", key="record_id")
def client_profile(request: ActorRequest, record_id: UUID) -> HttpResponse:
    held = queries.newest(ClientProfile, record_id)
    return act(request, record_id, forms.ProfileForm, initial=forms.ProfileForm.initial_of(held))


@page(Permission.TEAM_VIEW, "A new client", scope=Scope.VS_MANAGER, looks_at="client list")
def client_new(request: ActorRequest) -> HttpResponse:
    """A record for a client of the service, the same for everybody: nothing in it says how the client came (S-47)."""
    actor = request.actor
    if actor.service_id is None:
        raise ObjectDoesNotExist
    form = forms.NewClientForm(
        request.POST or None, workers=colleagues(service_id=actor.service_id, roles=queries.WORKERS)
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            with transaction.atomic():
                record = commands.open_client(
                    by=actor,
                    service_id=actor.service_id,
                    site_id=actor.site_id,
                    holder_id=UUID(form.cleaned_data["holder"]),
                    profile=form.profile(),
                )
            messages.success(request, "The record is open.")
            return to_record(record.pk)
    return show(
        request,
        "advocacy/new_client.html",
        {
            "form": form,
            "problems": bool(form.is_bound and form.errors),
            "standing": Standing("client", words="Client side", subject="Your service"),
        },
    )
