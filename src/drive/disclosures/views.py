"""Pages of subject access (W-25): requests, one bundle, and what is handed out."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on
from drive.access.scopes import Scope

from . import commands, queries
from .forms import AskForm, DecideForm
from .printing import as_pdf, can_print


@page(Permission.SUBJECT_ACCESS, "Subject access", scope=Scope.GOVERNANCE, looks_at="subject_request_list")
def subject_access(request: ActorRequest) -> HttpResponse:
    """What was asked for, and a new request."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = commands.ask_for_bundle(by=request.actor, **form.cleaned_data)
            messages.success(request, "Bundle made. A second person reads it before it goes out.")
            return redirect("subject_bundle", made.pk)
    return render(
        request,
        "disclosures/requests.html",
        {"form": form, "requests": queries.requests(), "problems": form.is_bound and not form.is_valid()},
    )


@page(
    Permission.SUBJECT_ACCESS, "Subject access bundle", scope=Scope.GOVERNANCE, looks_at="subject_request", key="request_id"
)  # fmt: skip
def subject_bundle(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """The bundle as it would go out, and the second person's decision."""
    asked = queries.request(request_id)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            commands.decide_bundle(by=request.actor, request_id=request_id, **form.cleaned_data)
            messages.success(request, "Recorded.")
            return redirect("subject_bundle", request_id)
    return render(
        request,
        "disclosures/bundle_page.html",
        {
            "asked": asked,
            "release": getattr(asked.bundle, "release", None),
            "made_by_reader": asked.bundle.recorded_by.user_id == request.actor.user_id,
            "content": commands.read_bundle(asked),
            "can_print": can_print(),
            "form": form,
            "problems": form.is_bound and not form.is_valid(),
            "who_looked_url": "",
        },
    )


@page(Permission.SUBJECT_ACCESS, "Take a bundle out", scope=Scope.GOVERNANCE)
@require_POST
def take_bundle_out(request: ActorRequest, request_id: UUID, form: str) -> HttpResponse:
    """The file, after its release. Its name says nothing of whose it is."""
    if form not in ("html", "pdf") or (form == "pdf" and not can_print()):
        raise Http404
    html, digest = commands.take_out(by=request.actor, request_id=request_id, form=form)
    content = html.encode() if form == "html" else as_pdf(html)
    kind = "text/html; charset=utf-8" if form == "html" else "application/pdf"
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="subject-access.{form}"'
    answer["X-Content-SHA256"] = digest
    return answer
