"""The page behind a one-time link."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from drive.access.administration.commands.accounts import set_own_password
from drive.access.administration.forms.accounts import OwnPasswordForm
from drive.access.administration.links import holds
from drive.access.administration.queries.accounts import account_of_link
from drive.access.pages import public_page


@public_page("Set your password")
@never_cache
def set_password(request: HttpRequest, account_id: UUID, token: str) -> HttpResponse:
    """Choose a password, once. Every link that does not hold gets one answer, whether the account exists or not."""
    user = account_of_link(account_id)
    if user is None or not holds(user, token):
        return render(request, "administration/link_gone.html", status=404)
    form = OwnPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        set_own_password(
            user=user, password=form.cleaned_data["password"], origin=request.META.get("REMOTE_ADDR", "")
        )
        messages.success(request, "Your password is set. Sign in with it.")
        return redirect("account_login")
    return render(request, "administration/set_password.html", {"form": form})
