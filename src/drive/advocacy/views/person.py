"""Who the client is, and a record for a client who comes without Drive, or comes back."""

from __future__ import annotations

from collections.abc import Callable
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
from drive.safety.commands import link_again
from drive.safety.queries import cases_to_link_again

from .. import commands, forms, queries
from ..models import ClientProfile, VsRecord
from .acting import act, label, show, standing_of, to_record


@page(Permission.CLIENT_RECORD, "Who the client is", looks_at="vs_record", key="record_id")
def client_profile(request: ActorRequest, record_id: UUID) -> HttpResponse:
    held = queries.newest(ClientProfile, record_id)
    return act(request, record_id, forms.ProfileForm, initial=forms.ProfileForm.initial_of(held))


@page(Permission.TEAM_VIEW, "A new client", scope=Scope.VS_MANAGER, looks_at="client list")
def client_new(request: ActorRequest) -> HttpResponse:
    """A record for a client of the service, the same for everybody: nothing in it says how the client came (S-47)."""
    actor, service_id = request.actor, request.actor.service_id
    if service_id is None:
        raise ObjectDoesNotExist
    workers = colleagues(service_id=service_id, roles=queries.WORKERS)
    form = forms.NewClientForm(request.POST or None, workers=workers)
    return _new_record(
        request,
        form,
        lambda holder_id: commands.open_client(
            by=actor,
            service_id=service_id,
            site_id=actor.site_id,
            holder_id=holder_id,
            profile=form.profile(),
        ),
    )


@page(
    Permission.TEAM_VIEW,
    "A client who is back",
    scope=Scope.VS_MANAGER,
    looks_at="vs_record",
    key="record_id",
)
def client_again(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """A new record from a closed one: the same page for every closed record, whatever it was linked to (S-47, ADR 24)."""
    actor = request.actor
    who = queries.identity(actor, record_id)
    if actor.service_id is None or who.closed_on is None:
        raise ObjectDoesNotExist
    workers = colleagues(service_id=actor.service_id, roles=queries.WORKERS)
    form = forms.AgainForm(request.POST or None, workers=workers)
    return _new_record(
        request,
        form,
        lambda holder_id: commands.open_again(by=actor, earlier_id=record_id, holder_id=holder_id),
        who,
    )


def _new_record(
    request: ActorRequest,
    form: forms.NewClientForm | forms.AgainForm,
    opens: Callable[[UUID], VsRecord],
    who: queries.Identity | None = None,
) -> HttpResponse:
    """The form, or the record that `opens` makes for the worker chosen; `who`: of the earlier record, where there is one."""
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            with transaction.atomic():
                record = opens(UUID(form.cleaned_data["holder"]))
            messages.success(request, "The record is open.")
            return to_record(record.pk)
    return show(
        request,
        "advocacy/new_client.html",
        {
            "form": form,
            "problems": bool(form.is_bound and form.errors),
            "who": who,
            "standing": standing_of(who)
            if who
            else Standing("client", words="Client side", subject="Your service"),
        },
    )


@page(
    Permission.TEAM_VIEW, "Link to Drive again", scope=Scope.VS_MANAGER, looks_at="vs_record", key="record_id"
)
def client_drive(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """Link the record of a client who came back to the Drive case of the earlier one. Absent where there is none."""
    cases = cases_to_link_again(record_id)
    if not cases:
        raise ObjectDoesNotExist
    return act(
        request,
        record_id,
        forms.LinkAgainForm,
        cases=[
            (str(one.link_id), f"{one.service_user}: {label('K-16', one.status).lower()}") for one in cases
        ],
        then=lambda form: link_again(
            by=request.actor,
            record_id=record_id,
            earlier_link_id=UUID(form.cleaned_data["link"]),
            reason=form.cleaned_data["reason"],
        ),
    )
