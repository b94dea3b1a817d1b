"""Settings of a site."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from drive.access.administration.commands import settings as commands
from drive.access.administration.forms.settings import SettingForm
from drive.access.administration.queries import places, settings
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on

from .answering import shown


@page(Permission.ACCOUNTS_MANAGE, "Setting")
def setting_page(request: ActorRequest, site_id: UUID, code: str) -> HttpResponse:
    """What holds, every change before, and the form for the next (C-30)."""
    site = places.site(site_id)
    held = settings.setting_of(site_id, code)
    form = SettingForm(request.POST or None, setting=held.setting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            commands.change_setting(
                by=request.actor, site_id=site_id, code=code, value=form.value, **form.about_the_change
            )
            messages.success(request, "Setting changed.")
            return redirect("site_setting", site_id, code)
    trail = [
        ("Administration", reverse("administration")),
        (site.name, reverse("administration_site", args=[site_id])),
    ]
    return shown(request, "setting.html", {"site": site, "held": held, "form": form, "trail": trail})
