"""Alerts: what waits for an answer, and one of them."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on
from drive.access.stepping import acting_as

from ..alerts import SHOWN, list_alerts, one_alert
from ..commands import answer_alert
from ..forms import AlertForm
from ..looks import supervising


@page(Permission.AUDIT_WHO_LOOKED, "Alerts", looks_at="alert_list")
@require_safe
def alert_list(request: ActorRequest) -> HttpResponse:
    """Looks that somebody is asked about, newest first."""
    asked = request.GET.get("show", "open")
    shown = asked if asked in SHOWN else "open"
    supervisor = supervising(request.actor)
    with acting_as(supervisor):
        rows, older = list_alerts(
            supervisor, shown=shown, before=parse_datetime(request.GET.get("before", ""))
        )
    return render(
        request,
        "oversight/alerts.html",
        {
            "rows": rows,
            "filters": [(words, f"?show={code}", code == shown) for code, words in SHOWN.items()],
            "older_url": f"?{urlencode({'show': shown, 'before': older.isoformat()})}" if older else "",
        },
    )


@page(Permission.AUDIT_WHO_LOOKED, "Alert", looks_at="alert", key="alert_id")
def alert_item(request: ActorRequest, alert_id: UUID) -> HttpResponse:
    """One alert: who, why, what was found; and the answer."""
    supervisor = supervising(request.actor)
    form = AlertForm(request.POST or None)
    with acting_as(supervisor):
        row = one_alert(supervisor, alert_id)
        if request.method == "POST" and form.is_valid():
            with refusals_on(form):
                answer_alert(by=supervisor, alert_id=alert_id, **form.cleaned_data)
                messages.success(request, "Answer recorded.")
                return redirect("alert_list")
    problems = form.is_bound and not form.is_valid()
    return render(
        request,
        "oversight/alert.html",
        {"row": row, "form": form, "problems": problems, "who_looked_url": ""},
    )
