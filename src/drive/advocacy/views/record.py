"""The page of one client's record."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.scopes import Scope
from drive.safety.queries import cases_to_link_again

from .. import queries
from ..models import LinkedAgain
from .across import across
from .acting import TELL, label, show, standing_of


@page(Permission.CLIENT_VIEW, "Client record", looks_at="vs_record", key="record_id")
def client_page(request: ActorRequest, record_id: UUID) -> HttpResponse:
    shown = queries.overview(request.actor, record_id)
    rule = shown.safe_contact
    bridge = across(request.actor, record_id)
    channels = [label("K-18", code) for code in rule.channels] if rule else []
    return show(
        request,
        "advocacy/client_page.html",
        {
            "shown": shown,
            "who": shown.who,
            "standing": standing_of(shown.who),
            "across": bridge,
            "linked_again": queries.history(LinkedAgain, record_id) if bridge.linked else [],
            "to_link": cases_to_link_again(record_id) if request.actor.scope is Scope.VS_MANAGER else [],
            "rule_channels": channels,
            "tell": request.GET.get("tell", "") if request.GET.get("tell", "") in TELL else "",
            "tell_words": TELL.get(request.GET.get("tell", ""), ""),
        },
    )
