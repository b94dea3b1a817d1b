"""Whether the service user is told of the client's support (S-10): each side says for itself."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission

from .. import commands, queries
from ..forms.telling import OpennessForm
from .acting import act, ends_of


@page(Permission.DECISION_VIEW_GIVE, "Told of the client’s support", looks_at="case_link", key="link_id")
def support_openness(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """How it stands, and what one's own side says. He may be told only where both say so."""
    ends = ends_of(request.actor, link_id)
    return act(
        request,
        ends,
        OpennessForm,
        lambda form: commands.say_openness(by=request.actor, link_id=link_id, **form.cleaned_data),
        draft="openness",
        template="safety/openness.html",
        heading="Is he told that the client has support?",
        lead="By default he is told nothing: not that there is an IDVA, not that one is wanted, not that it ended.",
        button="Write it down",
        done="Written down. The other worker reads it.",
        to=request.path,
        context={"openness": queries.openness(ends.link)},
    )
