"""Roles given and ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from drive.access.administration.commands import memberships as commands
from drive.access.administration.forms.accounts import MembershipForm, ReasonForm
from drive.access.administration.queries import accounts
from drive.access.models import User
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission

from .accounts import trail
from .answering import answered


@page(Permission.ACCOUNTS_MANAGE, "Give a role")
def give_membership(request: ActorRequest, account_id: UUID) -> HttpResponse:
    user = accounts.account(account_id)
    form = MembershipForm(request.POST or None)

    def give() -> None:
        given: dict[str, Any] = dict(form.cleaned_data)
        names = ("service_id", "team_id", "organisation_id", "site_id")
        place = commands.Place(**{name: UUID(given[name]) if given[name] else None for name in names})
        commands.give_membership(
            by=request.actor, account_id=account_id, place=place,
            role=given["role"], starts_on=given["starts_on"], last_day=given["last_day"],
        )  # fmt: skip

    return answered(
        request, form, give, done="Role given. The governance lead of the site can see it.",
        ahead=("account_page", account_id),
        context={"title": "Give a role", "lead": f"To {user.name}.", "words": "Give role", "trail": _about(user)},
    )  # fmt: skip


@page(Permission.ACCOUNTS_MANAGE, "End a role")
def end_membership(request: ActorRequest, membership_id: UUID) -> HttpResponse:
    held = accounts.membership(membership_id)
    user = accounts.account(held.user_id)
    form = ReasonForm(request.POST or None)
    lead = f"{user.name}: {held.role_entry.label} at {held.service or held.site}. Access ends with their next click."
    return answered(
        request, form,
        lambda: commands.end_membership(by=request.actor, membership_id=membership_id, **form.cleaned_data),
        done="Role ended. Access ended at once.", ahead=("account_page", user.pk),
        context={"title": "End a role", "lead": lead, "words": "End role", "trail": _about(user)},
    )  # fmt: skip


def _about(user: User) -> list[tuple[str, str]]:
    return trail((user.name, reverse("account_page", args=[user.pk])))
