"""Accounts: listed, opened, closed, let in again."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from drive.access.administration.commands import accounts as commands
from drive.access.administration.forms.accounts import AccountForm, ReasonForm
from drive.access.administration.links import one_time_path
from drive.access.administration.queries import accounts
from drive.access.models import User
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on

from .answering import answered, shown


def trail(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way back: administration, accounts, and what else."""
    return [("Administration", reverse("administration")), ("Accounts", reverse("account_list")), *more]


@page(Permission.ACCOUNTS_MANAGE, "Accounts", looks_at="account_list")
@require_safe
def account_list(request: ActorRequest) -> HttpResponse:
    """Accounts by name, from a letter on."""
    letter = request.GET.get("from", "").strip()[:1].upper()
    try:
        after = UUID(request.GET.get("after", ""))
    except ValueError:
        after = None
    found = accounts.accounts(letter, after)
    return shown(request, "accounts.html", {"found": found, "letter": letter, "trail": trail()[:1]})


@page(Permission.ACCOUNTS_MANAGE, "Open an account")
def add_account(request: ActorRequest) -> HttpResponse:
    """Opens the account and shows its one-time link, this once."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            user = commands.open_account(by=request.actor, **form.cleaned_data)
            return _link_shown(request, user)
    context = {"title": "Open an account", "lead": "It can do nothing until it is given a role.",
               "words": "Open account", "trail": trail(), "form": form}  # fmt: skip
    return shown(request, "form.html", context)


@page(Permission.ACCOUNTS_MANAGE, "Account", looks_at="account", key="account_id")
@require_safe
def account_page(request: ActorRequest, account_id: UUID) -> HttpResponse:
    """One account: its roles today and before, and what can be done."""
    return shown(
        request,
        "account.html",
        {
            "account": accounts.account(account_id),
            "ended": accounts.ended_memberships(account_id),
            "own": account_id == request.actor.user_id,
            "trail": trail(),
        },
    )


@page(Permission.ACCOUNTS_MANAGE, "Close an account")
def close_account(request: ActorRequest, account_id: UUID) -> HttpResponse:
    user = accounts.account(account_id)
    form = ReasonForm(request.POST or None)
    return answered(
        request, form, lambda: commands.close_account(by=request.actor, account_id=account_id, **form.cleaned_data),
        done="Account closed. Access ended at once.", ahead=("account_page", account_id),
        context={"title": "Close an account", "lead": f"{user.name} is signed out with their next click, and every role ends today.",
                 "words": "Close account", "trail": _about(user)},
    )  # fmt: skip


@page(Permission.ACCOUNTS_MANAGE, "Open an account again")
def reopen_account(request: ActorRequest, account_id: UUID) -> HttpResponse:
    user = accounts.account(account_id)
    form = ReasonForm(request.POST or None)
    return answered(
        request, form, lambda: commands.reopen_account(by=request.actor, account_id=account_id, **form.cleaned_data),
        done="Account open again, without any role.", ahead=("account_page", account_id),
        context={"title": "Open an account again", "lead": f"{user.name} can sign in again. Each role is given anew.",
                 "words": "Open account again", "trail": _about(user)},
    )  # fmt: skip


@page(Permission.ACCOUNTS_MANAGE, "Start sign-in anew")
def reset_sign_in(request: ActorRequest, account_id: UUID) -> HttpResponse:
    """Takes password and second factor away and shows a one-time link, this once."""
    user = accounts.account(account_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            user = commands.reset_sign_in(by=request.actor, account_id=account_id, **form.cleaned_data)
            return _link_shown(request, user)
    lead = f"Takes away {user.name}’s password and second step, and signs them out. They set both anew with a one-time link."
    context = {
        "title": "Start sign-in anew",
        "lead": lead,
        "words": "Start anew",
        "trail": _about(user),
        "form": form,
    }
    return shown(request, "form.html", context)


def _link_shown(request: ActorRequest, user: User) -> HttpResponse:
    if not user.is_active:
        return redirect("account_page", user.pk)
    link = request.build_absolute_uri(one_time_path(user))
    return shown(request, "link.html", {"account": user, "link": link, "trail": _about(user)})


def _about(user: User) -> list[tuple[str, str]]:
    return trail((user.name, reverse("account_page", args=[user.pk])))
