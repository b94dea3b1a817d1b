"""Releases: what was asked for and decided, asking for an extract, writing it, and the second person's desk (S-40, W-23)."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import IO
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import Refusal, refusals_on
from drive.access.scopes import Scope
from drive.components.page import Standing
from drive.reporting.performance import PerformanceReturn
from drive_evaluation.errors import EvaluationError

from . import commands, queries
from .forms import AnswerForm, ExtractForm, KeyForm
from .models import ReleaseKind, ReleaseOutcome, ReleaseRequest
from .pseudonyms import StudyKeyError, draw_key, read_key
from .tables import LEFT_OUT

STANDING = Standing("reports", words="Reports", subject="Releases")


@page(Permission.RELEASE_ASK, "Releases", scope=Scope.REPORT, looks_at="release")
def release_list(request: ActorRequest) -> HttpResponse:
    """What was asked for at the site and what became of it, the newest first."""
    return render(
        request,
        "extract/releases.html",
        {
            "standing": STANDING, "releases": queries.releases(), "page_name": "release_page",
            "may_extract": request.actor.may(Permission.EXTRACT_WRITE),
        },
    )  # fmt: skip


@page(Permission.EXTRACT_WRITE, "Ask for an extract", scope=Scope.REPORT)
def extract_ask(request: ActorRequest) -> HttpResponse:
    """Study, days, for whom and what for. Nothing is written before another person has released it."""
    form = ExtractForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            asked = commands.ask_for_extract(by=request.actor, **form.cleaned_data)
            messages.success(request, "Asked for. The governance lead decides.")
            return redirect("release_page", asked.pk)
    return render(
        request,
        "extract/ask.html",
        {"standing": STANDING, "form": form, "problems": bool(form.errors), "left_out": LEFT_OUT.items()},
    )


@page(Permission.RELEASE_ASK, "Release", scope=Scope.REPORT, looks_at="release", key="request_id")
def release_page(request: ActorRequest, request_id: UUID) -> HttpResponseBase:
    """One release. Who writes extracts gives the study's key here, once it is released, and gets the package."""
    asked = queries.release(request_id)
    answer = asked.decision
    writable = (
        asked.kind == ReleaseKind.EXTRACT
        and answer is not None
        and answer.outcome == ReleaseOutcome.RELEASED
        and request.actor.may(Permission.EXTRACT_WRITE)
    )
    form = KeyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and writable and form.is_valid():
        try:
            return _package(
                request, asked, read_key(form.cleaned_data["key"].read(200).decode(errors="replace"))
            )
        except (Refusal, StudyKeyError) as refusal:
            form.add_error("key", str(refusal))
        except EvaluationError as error:
            form.add_error(None, str(error))
    return render(
        request,
        "extract/release.html",
        {
            "standing": STANDING, "asked": asked, "answer": answer, "files": queries.files_of(asked), "form": form,
            "writable": writable, "problems": bool(form.is_bound and form.errors),
        },
    )  # fmt: skip


def _package(request: ActorRequest, asked: ReleaseRequest, key: bytes) -> FileResponse:
    """The package as a ZIP. It leaves once the transaction with its event stands, because bytes are sent after that."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it when it was sent
    with tempfile.TemporaryDirectory(prefix="drive-extract-") as folder:
        package = Path(folder) / "package"
        commands.write_extract(by=request.actor, request_id=asked.pk, key=key, folder=package)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for each in sorted(package.iterdir()):
                archive.write(each, f"{asked.study}/{each.name}")
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{asked.study}.zip", content_type="application/zip"
    )


@page(Permission.EXTRACT_WRITE, "Key of a new study", scope=Scope.REPORT)
def study_key(request: ActorRequest) -> HttpResponse:
    """A key drawn now, for whoever will keep it. No copy stays."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    answer = HttpResponse(draw_key() + "\n", content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="study-key.txt"'
    return answer


@page(Permission.RELEASE_ANSWER, "Releases to decide on", scope=Scope.GOVERNANCE, looks_at="release")
def release_desk(request: ActorRequest) -> HttpResponse:
    """What waits for a second person, and what was decided before."""
    return render(
        request,
        "extract/releases.html",
        {
            "standing": STANDING,
            "releases": queries.releases(),
            "page_name": "release_decide",
            "may_extract": False,
        },
    )


@page(
    Permission.RELEASE_ANSWER,
    "Decide on a release",
    scope=Scope.GOVERNANCE,
    looks_at="release",
    key="request_id",
)
def release_decide(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """What is asked for, for whom and what for; of a return, every number that would leave. Then release it, or not."""
    asked = queries.release(request_id)
    answer = asked.decision
    made = PerformanceReturn.from_data(asked.content) if asked.content else None
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            commands.answer_release(by=request.actor, request_id=request_id, **form.cleaned_data)
            messages.success(request, "Decision recorded.")
            return redirect("release_desk")
    return render(
        request,
        "extract/decide.html",
        {
            "standing": STANDING, "asked": asked, "answer": answer, "files": queries.files_of(asked), "form": form,
            "open": answer is None, "made": made, "problems": bool(form.is_bound and form.errors),
        },
    )  # fmt: skip
