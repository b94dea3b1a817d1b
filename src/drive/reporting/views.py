"""The performance return: exact on the manager's own screen, released to everybody else (S-40)."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on
from drive.access.scopes import Scope
from drive.components.page import Standing
from drive.extract.commands import record_file
from drive.extract.queries import released_return as find_released
from drive.extract.queries import released_returns as list_released

from . import chart, spreadsheet
from .commands import ask_for_return
from .forms import AskForm, PeriodForm
from .performance import PerformanceReturn, default_period, performance_return


def _standing(request: ActorRequest) -> Standing:
    return Standing("reports", words="Reports", subject=f"Performance return, {request.actor.site}")


def _asked(request: ActorRequest) -> PeriodForm:
    if "first" in request.GET:
        return PeriodForm(request.GET)
    first, last = default_period(local_today())
    return PeriodForm({"first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"})


def _exact(request: ActorRequest, form: PeriodForm) -> PerformanceReturn:
    """Exact numbers of the manager's own service, without cases that they are barred from: what they may open (S-40)."""
    days = form.cleaned_data
    return performance_return(days["first"], days["last"], exact=True, service_id=request.actor.service_id)


@page(Permission.RETURN_EXACT, "Performance return", scope=Scope.REPORT, looks_at="return")
def the_return(request: ActorRequest) -> HttpResponse:
    form = _asked(request)
    made: PerformanceReturn | None = None
    query = ""
    if form.is_valid():
        made = _exact(request, form)
        query = urlencode({"first": f"{made.first:%d/%m/%Y}", "last": f"{made.last:%d/%m/%Y}"})
    return render(
        request,
        "reporting/return.html",
        {
            "standing": _standing(request), "form": form, "made": made, "chart_url": f"{reverse('return_chart')}?{query}",
            "ask_url": f"{reverse('return_ask')}?{query}",
        },
    )  # fmt: skip


@page(Permission.RETURN_EXACT, "Picture of the performance return", scope=Scope.REPORT, looks_at="return")
def return_chart(request: ActorRequest) -> HttpResponse:
    form = _asked(request)
    if not form.is_valid():
        return HttpResponse(status=400)
    return HttpResponse(chart.draw(_exact(request, form).severity), content_type="image/svg+xml")


@page(Permission.RELEASE_ASK, "Ask for a release of the return", scope=Scope.REPORT)
def return_ask(request: ActorRequest) -> HttpResponse:
    """Which days, for whom and what for. Nothing is shown of the numbers: the second person reads them first."""
    start = {name: request.GET.get(name, "") for name in ("first", "last")}
    form = AskForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            asked = ask_for_return(by=request.actor, **form.cleaned_data)
            messages.success(request, "Asked for. The governance lead decides.")
            return redirect("release_page", asked.pk)
    return render(
        request,
        "reporting/ask.html",
        {"standing": _standing(request), "form": form, "problems": bool(form.is_bound and form.errors)},
    )


@page(Permission.RETURN_VIEW, "Released returns", scope=Scope.REPORT, looks_at="return")
def released_returns(request: ActorRequest) -> HttpResponse:
    return render(
        request,
        "reporting/released.html",
        {
            "standing": _standing(request), "returns": list_released(),
            "may_ask": request.actor.may(Permission.RELEASE_ASK),
        },
    )  # fmt: skip


@page(Permission.RETURN_VIEW, "Released return", scope=Scope.REPORT, looks_at="return", key="request_id")
def released_return(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """The numbers as the second person read them, whatever was recorded since."""
    asked = find_released(request_id)
    return render(
        request,
        "reporting/released_return.html",
        {
            "standing": _standing(request), "asked": asked, "made": PerformanceReturn.from_data(asked.content or {}),
            "chart_url": reverse("released_chart", args=[request_id]), "file_url": reverse("released_file", args=[request_id]),
        },
    )  # fmt: skip


@page(
    Permission.RETURN_VIEW,
    "Picture of a released return",
    scope=Scope.REPORT,
    looks_at="return",
    key="request_id",
)
def released_chart(request: ActorRequest, request_id: UUID) -> HttpResponse:
    made = PerformanceReturn.from_data(find_released(request_id).content or {})
    return HttpResponse(chart.draw(made.severity), content_type="image/svg+xml")


@page(Permission.RETURN_VIEW, "File of a released return", scope=Scope.REPORT)
def released_file(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """XLSX of the released numbers."""
    asked = find_released(request_id)
    made = PerformanceReturn.from_data(asked.content or {})
    content = spreadsheet.workbook(made, site_label=request.actor.site)
    record_file(by=request.actor, request_id=request_id, rows=made.rows_by_section, content=content)
    answer = HttpResponse(
        content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="performance-return.xlsx"'
    return answer
