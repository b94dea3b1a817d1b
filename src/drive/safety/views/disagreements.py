"""Where the two sides see it differently: talk, line managers, the panel. No formal dispute; nothing here opens contact."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission

from .. import commands, queries
from ..forms.reviews import DifferingForm
from .acting import act, ends_of


@page(Permission.DECISION_VIEW_GIVE, "Where you differ", looks_at="case_link", key="link_id")
def differing(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """What stands between the two sides, what was done about it, and the next step written down."""
    ends = ends_of(request.actor, link_id)
    return act(
        request,
        ends,
        DifferingForm,
        lambda form: commands.record_differing_step(by=request.actor, link_id=link_id, **form.cleaned_data),
        draft="differing",
        template="safety/differing.html",
        heading="Where you differ",
        lead="Talk first; then line managers; then the panel. Meanwhile the more cautious view holds.",
        button="Write it down",
        initial=DifferingForm.start(),
        done="Written down. Both of you and both managers read it.",
        to=request.path,
        context={"standing_differences": queries.differing(link_id), "steps": queries.steps_of(link_id)},
    )
