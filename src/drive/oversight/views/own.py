"""What a worker says of themselves, so that a look at their own family is noticed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on

from ..commands import keep_own_channel
from ..forms import OwnChannelForm


@page(Permission.DESK_VIEW, "Your own address and phone", never_kept=("value",))
def own_channels(request: ActorRequest) -> HttpResponse:
    """Keeps digests; shows nothing of what was given before, to nobody."""
    form = OwnChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            keep_own_channel(by=request.actor, **form.cleaned_data)
            messages.success(request, "Kept as a digest. Nobody can read it.")
            return redirect("own_channels")
    problems = form.is_bound and not form.is_valid()
    return render(request, "oversight/own_channels.html", {"form": form, "problems": problems})
