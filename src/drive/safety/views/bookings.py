"""Planning contact with the service user. On the case manager's side only; the IDVA sees when, on the
shared page.
"""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import Refusal, add_refusal
from drive.casework.channels import in_use
from drive.components.page import Standing
from drive.instruments.codelists import code_list

from .. import commands, queries
from ..forms import BookingForm, ToldForm, offer_items
from ..naming import names_of_case
from ..rules import STILL_OPEN
from .acting import address, code_label


def _show(request: ActorRequest, case_id: UUID, form: forms.Form, template: str) -> HttpResponse:
    name = names_of_case(case_id).subject
    return render(
        request,
        template,
        {
            "standing": Standing("case", subject=name),
            "name": name,
            "case_id": case_id,
            "case_url": address("case_page", case_id=case_id),
            "form": form,
            "problems": bool(form.is_bound and form.errors),
            "may": queries.what_may_happen_now(case_id),
            "bookings": queries.bookings_for(case_id),
            "stops": queries.live_stops(case_id=case_id),
            "pauses": queries.topic_pauses(case_id),
            "still_open": STILL_OPEN,
            "label": code_label,
        },
    )


def _note(request: ActorRequest, case_id: UUID, refusal: Refusal) -> None:
    """Who asks often for a place or a channel that is somebody else's is seen (S-25, S-14), and whose words were read
    as leading to somebody (S-07, S-10)."""
    if refusal.rule == "S-25" and refusal.field == "place":
        commands.note_clash(by=request.actor, case_id=case_id)
    elif str(refusal).startswith("This channel"):
        commands.note_clash(by=request.actor, case_id=case_id, kind="channel_clash")
    elif refusal.rule in ("S-07", "S-10"):
        commands.note_clash(by=request.actor, case_id=case_id, kind="source_check")


@page(Permission.CASE_RECORD, "Plan contact", looks_at="su_case", key="case_id")
def book(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """What a joint decision covers can be planned; otherwise why not, and what remains open (S-21)."""
    queries.case_seen(case_id)
    now = queries.what_may_happen_now(case_id)
    form = BookingForm(request.POST or None)
    form.fields["sent_to"].choices = [  # type: ignore[attr-defined]  # ours
        (str(one.pk), f"{one.get_kind_display()}: {one.value}" + (f" ({one.label})" if one.label else ""))
        for one in in_use(case_id)
    ]
    offer_items(form, queries.citeable_items(case_id))
    if now.places:
        form.fields["place"].choices = [(c, code_list("K-57").label(c)) for c in now.places]  # type: ignore[attr-defined]  # a choice field
    if request.method == "POST" and form.is_valid():
        try:
            commands.book_contact(by=request.actor, case_id=case_id, **form.words())
        except Refusal as refusal:
            _note(request, case_id, refusal)
            add_refusal(form, refusal)
        else:
            messages.success(request, "Planned.")
            return redirect("bookings", case_id=case_id)
    return _show(request, case_id, form, "safety/book.html")


@page(Permission.CASE_VIEW, "Planned contact", looks_at="su_case", key="case_id")
def bookings(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """What is planned, suspended or lapsed; each to be continued, set aside or cancelled."""
    queries.case_seen(case_id)
    return _show(request, case_id, ToldForm(), "safety/bookings.html")


@page(Permission.CASE_RECORD, "Change planned contact", looks_at="su_case", key="case_id")
def booking_step(request: ActorRequest, case_id: UUID, booking_id: UUID) -> HttpResponse:
    """Continue, set aside or cancel one booking."""
    if request.method != "POST":
        raise Http404
    queries.booking_of(case_id, booking_id)
    step = request.POST.get("step", "")
    form = ToldForm(request.POST if step == "cancel" else None)
    try:
        if step == "continue":
            commands.continue_booking(by=request.actor, booking_id=booking_id)
        elif step == "suspend":
            commands.suspend_booking(by=request.actor, booking_id=booking_id)
        elif step == "cancel":
            if not form.is_valid():
                return _show(request, case_id, form, "safety/bookings.html")
            commands.cancel_booking(by=request.actor, booking_id=booking_id, told=form.cleaned_data["told"])
        else:
            raise Http404
    except Refusal as refusal:
        _note(request, case_id, refusal)
        messages.error(request, str(refusal))
    return redirect("bookings", case_id=case_id)
