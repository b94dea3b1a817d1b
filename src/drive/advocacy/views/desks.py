"""The IDVA's desk (W-08) and the IDVA manager's (W-17)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from drive.access.drafts import my_drafts
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.scopes import Scope
from drive.components.page import Standing
from drive.safety.queries import proportions, without_word

from .. import queries
from .across import desk_across, service_across
from .acting import show

STANDING = Standing(
    "client",
    words="Client side",
    subject="Your work with clients",
    reading="Clients are shown by initials on lists",
)


@page(Permission.DESK_VIEW, "Desk", scope=Scope.VS_WORKER, looks_at="desk")
def vs_desk(request: ActorRequest) -> HttpResponse:
    shown = queries.desk(request.actor)
    bridge = desk_across(request.actor, shown.record_ids)
    silent = [one for one in without_word() if one.vs_record_id in shown.initials]
    return show(
        request,
        "advocacy/desk.html",
        {
            "shown": shown,
            "initials": shown.initials | queries.initials_of(bridge.records - shown.initials.keys()),
            "standing": STANDING,
            "today": timezone.localdate(),
            "drive": len(bridge.drive - shown.check_ins_only),
            "other": len(set(shown.record_ids) - bridge.drive - shown.check_ins_only),
            "bridge": bridge,
            "silent": [(one, shown.initials[one.vs_record_id]) for one in silent],
            "drafts": my_drafts(request.actor),
            "away": queries.absences(request.actor.service_id, [request.actor.membership_id])
            if request.actor.service_id
            else [],
        },
    )


@page(Permission.TEAM_VIEW, "Service", scope=Scope.VS_MANAGER, looks_at="desk")
def vs_manager_desk(request: ActorRequest) -> HttpResponse:
    bridge, silent = service_across(request.actor), without_word()
    initials = queries.initials_of(bridge.records | {one.vs_record_id for one in silent})
    return show(
        request,
        "advocacy/manager_desk.html",
        {
            "initials": initials,
            "silent": [(one, initials.get(one.vs_record_id, "")) for one in silent],
            "alike": proportions().words,
            "service": queries.service_desk(request.actor),
            "bridge": bridge,
            "away": queries.absences(request.actor.service_id) if request.actor.service_id else [],
            "standing": Standing(
                "client", words="Client side", subject="Your service", reading=STANDING.reading
            ),
            "today": timezone.localdate(),
        },
    )
