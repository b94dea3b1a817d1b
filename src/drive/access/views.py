"""Pages of the frame: cover screen, the choice of role, one's account, drafts, emergency reading."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from drive.config.menu import desk_address, menu_for

from . import commands, drafts, emergency
from .choosing import choose_membership, choose_scope
from .forms import EmergencyForm, ReviewForm, WorkPhoneForm
from .interrupted import find_interrupted, keep_what_was_typed
from .models import BreakGlass, EmergencyScope
from .pages import AccountRequest, ActorRequest, account_page, page, public_page
from .permissions import Permission
from .refusal import refusals_on
from .scopes import Scope
from .stepping import acting_as

PART_PAGES = {
    Scope.SU_WORKER: ("case_in_emergency", "case_id"),
    Scope.VS_WORKER: ("client_in_emergency", "record_id"),
}
"""The one page that an emergency reading of a part of a record opens."""

RECORD_PAGES = {Scope.SU_WORKER: ("case_page", "case_id"), Scope.VS_WORKER: ("client_page", "record_id")}
"""The page of a record on each side: URL name and argument."""


@public_page("Cover screen")
def cover(request: HttpRequest) -> HttpResponse:
    """A page with nothing on it, for cars and kitchens."""
    return render(request, "components/cover.html")


@public_page("Alive")
def health(_request: HttpRequest) -> HttpResponse:
    """Alive, nothing else."""
    return HttpResponse("ok", content_type="text/plain")


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token does not fit: its session ran out, or somebody signed in again in another window (S-48)."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"kept": ""}, status=403)
    if not request.user.is_authenticated:
        draft_id = keep_what_was_typed(request)
        ahead = reverse("interrupted", args=[draft_id]) if draft_id else "/"
        return redirect(f"{reverse('account_login')}?next={ahead}")
    fields = drafts.typed_fields(request.POST)
    return render(request, "access/send_again.html", _as_typed(request.get_full_path(), fields), status=403)


@account_page("After you were signed out")
def interrupted(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What was typed when the session ran out, to be sent or thrown away by the one who typed it."""
    found = find_interrupted(UUID(str(request.user.pk)), draft_id)
    if found is None:
        raise Http404
    membership, draft = found
    choose_membership(request, membership)
    if request.method == "POST":
        actor = membership.as_actor()
        with acting_as(actor):
            drafts.discard_interrupted(actor, str(draft_id))
        return redirect("home")
    shown = _as_typed(draft.content["path"], draft.content["fields"])
    return render(request, "access/interrupted.html", shown | {"draft": draft})


def _as_typed(path: str, fields: dict[str, list[str]]) -> dict[str, object]:
    """Every field for sending again; of the values, those with a space in them are words that somebody wrote."""
    pairs = [(name, value) for name, values in fields.items() for value in values]
    return {"path": path, "pairs": pairs, "words": [value for _name, value in pairs if " " in value.strip()]}


@account_page("Your desk")
@require_safe
def home(request: AccountRequest) -> HttpResponse:
    """To the desk of the role, or to the choice of role; a plain page where the role has no desk of its own."""
    if request.actor is None:
        return redirect("choose_role")
    desk = desk_address(request.actor.scope)
    if desk:
        return redirect(desk)
    with acting_as(request.actor):
        mine = drafts.my_drafts(request.actor)
    return render(request, "access/home.html", {"places": menu_for(request.actor), "drafts": mine})


@account_page("Choose your role")
def choose_role(request: AccountRequest) -> HttpResponse:
    """One click to a role, or to another desk of the same role (W-31)."""
    if request.method == "POST":
        chosen = request.POST.get("membership", "")
        membership = next((m for m in request.memberships if str(m.pk) == chosen), None)
        if membership is None:
            raise Http404
        choose_membership(request, membership)
        choose_scope(request, membership, request.POST.get("scope", ""))
        return HttpResponseRedirect(_own_address(request, request.POST.get("next", "")))
    places = [(m, [(s, s.meaning) for s in m.role_entry.desks]) for m in request.memberships]
    return render(
        request,
        "access/choose_role.html",
        {"places": places, "next": _own_address(request, request.GET.get("next", ""))},
    )


@account_page("Your account")
def your_account(request: AccountRequest) -> HttpResponse:
    """Role, work telephone, password, second factor, where one is signed in."""
    actor = request.actor
    held = next((m for m in request.memberships if actor and m.pk == actor.membership_id), None)
    form = WorkPhoneForm(request.POST or None, initial={"work_phone": held.work_phone if held else ""})
    if request.method == "POST" and held is not None and form.is_valid():
        commands.say_work_phone(membership=held, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("your_account")
    return render(
        request, "access/your_account.html", {"count": len(request.memberships), "form": form, "held": held}
    )


def _own_address(request: HttpRequest, wanted: str) -> str:
    """`wanted` when it leads to this site, else home."""
    if wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return reverse("home")


@page(Permission.DESK_VIEW, "Keep draft")
@require_POST
def keep_draft(request: ActorRequest, form: str, record_id: UUID) -> HttpResponse:
    """Autosave, and the button "Keep draft" without JavaScript."""
    try:
        kept = drafts.keep_draft(request.actor, form, record_id, drafts.typed_fields(request.POST))
    except ValueError as error:
        return HttpResponse(str(error), status=413, content_type="text/plain")
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"kept": kept.kept})
    messages.success(request, f"Draft kept {kept.kept}. Only you can see it.")
    return HttpResponseRedirect(_own_address(request, request.headers.get("Referer", "")))


@page(Permission.DESK_VIEW, "Throw a draft away")
@require_POST
def discard_draft(request: ActorRequest, form: str, record_id: UUID) -> HttpResponse:
    drafts.discard_draft(request.actor, form, record_id)
    messages.success(request, "Draft thrown away.")
    return HttpResponseRedirect(_own_address(request, request.headers.get("Referer", "")))


@page(Permission.BREAK_GLASS_USE, "Emergency reading")
def ask_in_emergency(request: ActorRequest) -> HttpResponse:
    """Says what it means before it happens; confirms nothing until it is used (12a)."""
    actor = request.actor
    form = EmergencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        scope = emergency.WORKER_SCOPES[actor.side]
        with refusals_on(form):
            with acting_as(actor, scope):
                reading = commands.open_in_emergency(by=actor, **form.cleaned_data)
            choose_scope(request, None, scope.value)
            return HttpResponseRedirect(_record_address(scope, reading))
    now = datetime.datetime.now(datetime.UTC)
    with acting_as(actor, emergency.WORKER_SCOPES[actor.side]):
        open_now = emergency.my_readings(actor)
        reviewers = emergency.reviewers(actor.side, actor.service_id) if actor.service_id else []
    return render(
        request,
        "access/emergency.html",
        {
            "form": form,
            "until": now + emergency.LASTS,
            "review_by": emergency.review_due(now.date(), emergency.review_within(actor.site_id)),
            "reviewers": [member.name for member in reviewers if member.pk != actor.membership_id],
            "problems": form.is_bound and not form.is_valid(),
            "open_now": [
                (each, _record_address(emergency.WORKER_SCOPES[actor.side], each)) for each in open_now
            ],
        },
        status=200,
    )


def _record_address(scope: Scope, reading: BreakGlass) -> str:
    pages = RECORD_PAGES if reading.scope == EmergencyScope.WHOLE else PART_PAGES
    name, argument = pages[scope]
    try:
        return reverse(name, kwargs={argument: reading.record_id})
    except NoReverseMatch:
        return reverse("ask_in_emergency")


@page(Permission.BREAK_GLASS_USE, "Finish an emergency reading")
@require_POST
def finish_emergency(request: ActorRequest, reading_id: UUID) -> HttpResponse:
    with acting_as(request.actor, emergency.WORKER_SCOPES[request.actor.side]):
        commands.finish_reading(by=request.actor, reading_id=reading_id)
    messages.success(request, "You have finished. The record is closed to you again.")
    return redirect("home")


@page(Permission.AUDIT_WHO_LOOKED, "Emergency readings to review", looks_at="emergency_readings")
@require_safe
def emergency_reviews(request: ActorRequest) -> HttpResponse:
    """What waits for this reviewer, each with its reason."""
    return render(
        request, "access/emergency_reviews.html", {"waiting": emergency.readings_to_review(request.actor)}
    )


@page(
    Permission.AUDIT_WHO_LOOKED, "Review an emergency reading", looks_at="emergency_reading", key="reading_id"
)
def review_emergency(request: ActorRequest, reading_id: UUID) -> HttpResponse:
    waiting = emergency.reading_to_review(request.actor, reading_id)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        commands.review_reading(by=request.actor, reading_id=reading_id, **form.cleaned_data)
        messages.success(request, "Review recorded.")
        return redirect("emergency_reviews")
    problems = form.is_bound and not form.is_valid()
    return render(
        request, "access/review_emergency.html", {"waiting": waiting, "form": form, "problems": problems}
    )
