"""Whether coded data may go to evaluators: one question and what was said before (P-20)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on

from .. import commands, queries
from ..sharing_form import SharingForm
from .frame import case_frame


@page(Permission.CASE_RECORD, "Data for evaluators", looks_at="su_case", key="case_id")
def case_sharing(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """The answer in force and those before it; a new answer takes their place from the day it was said."""
    context = case_frame(request, case_id)
    words = context["summary"].short_name
    form = SharingForm(request.POST or None, name=words)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            commands.record_sharing(by=request.actor, case_id=case_id, **form.cleaned_data)
            messages.success(request, "Answer recorded")
            return redirect("case_page", case_id)
    return render(
        request,
        "casework/sharing.html",
        {**context, "form": form, "problems": bool(form.errors), "answers": queries.sharing(case_id)},
    )
