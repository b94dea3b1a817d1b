"""Referrals: the lists they come on, each of them, and for the governance lead who may be one person in two roles."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from drive.access.pages import ActorRequest, found_by_searching, page
from drive.access.permissions import Permission
from drive.access.scopes import Scope
from drive.components.page import Standing
from drive.instruments.codelists import code_list

from . import commands, queries
from .forms import ANSWERS, IdentityDecisionForm, MatchAnswerForm, UploadForm, preview_answers
from .lists.problems import ListRefused
from .lists.reading import MAX_BYTES
from .preview_page import preview_page

IMPORTING = Standing(
    "reports",
    words="Referrals",
    subject="List, not yet saved",
    reading="Victim/survivor details go straight to the sealed side",
)
TOO_LARGE = "The file is larger than 10 MB, too large for a list. Remove pictures and old sheets."
STATES = (
    ("", "All"),
    ("undecided", "Undecided"),
    ("bring_back", "To come back"),
    ("accept", "Accepted"),
    ("reject", "Not accepted"),
)


@page(Permission.REFERRAL_VIEW, "Referrals", scope=Scope.REFERRALS, looks_at="referral")
def referral_list(request: ActorRequest) -> HttpResponse:
    """Referrals of the site, newest first. Words to look for are posted, so that no name stands in an address."""
    state = request.GET.get("state", "")
    state = state if state in dict(STATES) else ""
    words = request.POST.get("words", "").strip()[:120]
    older = request.GET.get("after", "")
    try:
        found = queries.referrals(search=words, state=state, older_than=older)
    except queries.UnknownPageError:
        return HttpResponseRedirect(reverse("referral_list"))
    if words:
        found_by_searching(request)
    imports = request.actor.may(Permission.REFERRAL_IMPORT)
    return render(
        request,
        "referrals/list.html",
        {
            "found": found,
            "words": words,
            "state": state,
            "states": STATES,
            "imports": imports,
            "lists": queries.recent_lists() if imports else [],
            "label": _label,
        },
    )


@page(Permission.REFERRAL_VIEW, "Referral", scope=Scope.REFERRALS, looks_at="referral", key="referral_id")
@require_safe
def referral_page(request: ActorRequest, referral_id: UUID) -> HttpResponse:
    """One referral: both people as referred, who the service user may be, what was decided."""
    return _referral(request, referral_id)


@page(
    Permission.REFERRAL_IMPORT,
    "Answer on a possible match",
    scope=Scope.REFERRALS,
    looks_at="possible_match",
    key="match_id",
)
@require_POST
def referral_match_answer(request: ActorRequest, match_id: UUID) -> HttpResponse:
    """Same, different, or left open. Merges nothing."""
    match = queries.possible_match(match_id)
    form = MatchAnswerForm(request.POST)
    if not form.is_valid():
        return _referral(request, match.referral_id, (match_id, form))
    commands.answer_match(by=request.actor, match_id=match_id, **form.cleaned_data)
    messages.success(request, "Answer recorded. Nothing was merged.")
    return HttpResponseRedirect(reverse("referral_page", kwargs={"referral_id": match.referral_id}))


def _referral(
    request: ActorRequest, referral_id: UUID, wrong: tuple[UUID, MatchAnswerForm] | None = None
) -> HttpResponse:
    matches = [
        (match, wrong[1] if wrong and wrong[0] == match.pk else MatchAnswerForm(auto_id=f"id_{number}_%s"))
        for number, match in enumerate(queries.possible_matches(referral_id))
    ]
    return render(
        request,
        "referrals/referral.html",
        {
            "row": queries.referral(referral_id),
            "history": queries.decisions(referral_id),
            "matches": matches,
            "wrong": wrong[1] if wrong else None,
            "problems": wrong is not None,
            "answers": request.actor.may(Permission.REFERRAL_IMPORT),
            "panel": request.actor.may(Permission.PANEL_VIEW),
            "label": _label,
        },
    )


@page(Permission.REFERRAL_IMPORT, "Bring in a list", scope=Scope.REFERRALS, looks_at="referral_list")
def referral_import(request: ActorRequest) -> HttpResponse:
    """Upload a list. It is kept sealed and judged; nothing is created."""
    form = UploadForm()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if "file" not in request.FILES and int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
            form.add_error(
                "file", TOO_LARGE
            )  # the handler dropped it unread: nothing of a list stands in /tmp
        elif form.is_valid():
            sent = form.cleaned_data["file"]
            try:
                kept, _ = commands.upload_list(
                    by=request.actor, file_bytes=sent.read(MAX_BYTES + 1), filename=sent.name
                )
            except ListRefused as refused:
                form.add_error("file", refused.text)
            else:
                return HttpResponseRedirect(reverse("referral_import_preview", kwargs={"list_id": kept.pk}))
    return render(
        request,
        "referrals/import.html",
        {"standing": IMPORTING, "form": form, "problems": bool(form.errors), "lists": queries.recent_lists()},
    )


@page(
    Permission.REFERRAL_IMPORT, "Check a list", scope=Scope.REFERRALS, looks_at="referral_list", key="list_id"
)
@require_safe
def referral_import_preview(request: ActorRequest, list_id: UUID) -> HttpResponse:
    """What saving the list would do, judged against what the site holds now."""
    kept = queries.referral_list(list_id)
    shown = preview_page(kept, commands.judge_kept(kept))
    saved = queries.saved(kept)
    return render(
        request,
        "referrals/preview.html",
        {
            "standing": Standing("reports", words="Referrals", subject="List, saved") if saved else IMPORTING,
            "shown": shown,
            "saved": saved,
            "mine": kept.recorded_by_id == request.actor.membership_id,
            "answers": ANSWERS,
        },
    )


@page(Permission.REFERRAL_IMPORT, "Save a list", scope=Scope.REFERRALS)
@require_POST
def referral_import_save(request: ActorRequest, list_id: UUID) -> HttpResponse:
    """Save the accepted lines with the answers given. A second time saves nothing and says so."""
    kept = queries.referral_list(list_id)
    before = queries.saved(kept)
    if before is None:
        done = commands.save_list(by=request.actor, kept=kept, answers=preview_answers(request.POST.dict()))
        messages.success(request, f"{done.created + done.matched} lines saved.")
    else:
        messages.error(request, "This list was saved already. Nothing was saved twice.")
    return HttpResponseRedirect(reverse("referral_import_preview", kwargs={"list_id": list_id}))


@page(Permission.REFERRAL_IMPORT, "Lines that need an answer", scope=Scope.REFERRALS)
@require_safe
def referral_import_refused(request: ActorRequest, list_id: UUID) -> HttpResponse:
    """The refused lines as a file, for the one who uploaded the list."""
    content = commands.export_refused(by=request.actor, kept=queries.referral_list(list_id))
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="refused-lines.csv"',
            "Cache-Control": "no-store",
        },
    )


@page(
    Permission.GOVERNANCE_MATCHES,
    "Possible matches across",
    scope=Scope.GOVERNANCE,
    looks_at="identity_match",
)
@require_safe
def governance_matches(request: ActorRequest) -> HttpResponse:
    """The same name and birth date in two roles or at two sites; nobody else is told (S-33)."""
    try:
        found = queries.identity_matches(older_than=request.GET.get("after", ""))
    except queries.UnknownPageError:
        return HttpResponseRedirect(reverse("governance_matches"))
    return render(request, "referrals/matches.html", {"found": found})


@page(
    Permission.GOVERNANCE_MATCHES,
    "Decide on a match",
    scope=Scope.GOVERNANCE,
    looks_at="identity_match",
    key="match_id",
)
def governance_match(request: ActorRequest, match_id: UUID) -> HttpResponse:
    """One match: who the two are, what was decided, and what each side is told."""
    named = queries.identity_match(match_id)
    form = IdentityDecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        commands.decide_identity(by=request.actor, match_id=match_id, **form.cleaned_data)
        messages.success(request, "Decision recorded. Nobody was told by the system.")
        return HttpResponseRedirect(reverse("governance_matches"))
    return render(
        request,
        "referrals/match.html",
        {"named": named, "form": form, "problems": bool(form.is_bound and form.errors)},
    )


def _label(list_id: str, code: str) -> str:
    return code_list(list_id).label(code)
