"""The weeks ahead of an IDVA service (C-32): for its manager, before intake is raised."""

from __future__ import annotations

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse

from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.queries import colleagues
from drive.access.scopes import Scope
from drive.components.page import Standing
from drive.safety.queries.intake import past_of

from .. import queries
from ..forecast import AHEAD, BACK, FEWEST, NORM, forecast
from .acting import show


@page(Permission.TEAM_VIEW, "Weeks ahead", scope=Scope.VS_MANAGER, looks_at="desk")
def vs_forecast(request: ActorRequest) -> HttpResponse:
    """Who is expected to come and to leave, with what it rests on and what is not known."""
    service = request.actor.service_id
    if service is None:
        raise ObjectDoesNotExist
    today = local_today()
    workers = len(colleagues(service_id=service, roles=queries.WORKERS))
    return show(
        request,
        "advocacy/forecast.html",
        {
            "seen": forecast(past_of(service, today, weeks=BACK), today=today, workers=workers),
            "back": BACK,
            "ahead": AHEAD,
            "fewest": FEWEST,
            "norm": NORM,
            "standing": Standing("client", words="Client side", subject="Your service"),
        },
    )
