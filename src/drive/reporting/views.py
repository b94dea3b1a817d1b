"""The performance return: on screen, as a picture, as a file."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.audit.record import Act, record_event
from drive.components.page import Standing

from . import chart, spreadsheet
from .forms import PeriodForm
from .performance import PerformanceReturn, default_period, performance_return


def _sees_exact(request: ActorRequest) -> bool:
    """Exact numbers only to managers, on screen, for records they may open (S-40)."""
    return request.actor.role is Role.SERVICE_MANAGER


def _asked(request: ActorRequest) -> PeriodForm:
    if "first" in request.GET:
        return PeriodForm(request.GET)
    first, last = default_period(local_today())
    return PeriodForm({"first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"})


@page(Permission.RETURN_VIEW, "Performance return", scope=Scope.REPORT, looks_at="return")
def the_return(request: ActorRequest) -> HttpResponse:
    form = _asked(request)
    made: PerformanceReturn | None = None
    query = ""
    if form.is_valid():
        made = performance_return(
            form.cleaned_data["first"], form.cleaned_data["last"], exact=_sees_exact(request)
        )
        query = urlencode({"first": f"{made.first:%d/%m/%Y}", "last": f"{made.last:%d/%m/%Y}"})
    return render(
        request,
        "reporting/return.html",
        {
            "standing": Standing(
                "reports", words="Reports", subject=f"Performance return, {request.actor.site}"
            ),
            "form": form,
            "made": made,
            "chart_url": f"{reverse('return_chart')}?{query}",
            "file_url": f"{reverse('return_file')}?{query}",
        },
    )


@page(Permission.RETURN_VIEW, "Picture of the performance return", scope=Scope.REPORT, looks_at="return")
def return_chart(request: ActorRequest) -> HttpResponse:
    form = _asked(request)
    if not form.is_valid():
        return HttpResponse(status=400)
    made = performance_return(
        form.cleaned_data["first"], form.cleaned_data["last"], exact=_sees_exact(request)
    )
    return HttpResponse(chart.draw(made.severity), content_type="image/svg+xml")


@page(Permission.RETURN_VIEW, "File of the performance return", scope=Scope.REPORT)
def return_file(request: ActorRequest) -> HttpResponse:
    """XLSX. A file is a release, so its numbers are always protected, whoever asks (S-40)."""
    form = _asked(request)
    if not form.is_valid():
        return HttpResponse(status=400)
    made = performance_return(form.cleaned_data["first"], form.cleaned_data["last"], exact=False)
    record_event(
        Act.EXPORTED,
        by=request.actor,
        kind="return",
        fields=[f"{sum(len(s.rows) for s in made.sections)} rows"],
        reason="performance return",
    )
    answer = HttpResponse(
        spreadsheet.workbook(made, site_label=request.actor.site),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="performance-return.xlsx"'
    return answer
