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
from ..forms.planning import BookingForm, ChangeForm, offer_items
from ..naming import names_of_case
from ..rules import STILL_OPEN
from .acting import address, code_label


def _show(
    request: ActorRequest, case_id: UUID, form: forms.Form, template: str, **more: object
) -> HttpResponse:
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
            **more,
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
    return _show(request, case_id, form, "safety/book.html", recent=queries.came_lately(case_id))


@page(Permission.CASE_VIEW, "Planned contact", looks_at="su_case", key="case_id")
def bookings(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """What is planned, suspended or lapsed; each to be continued, set aside or cancelled."""
    queries.case_seen(case_id)
    return _show(request, case_id, forms.Form(), "safety/bookings.html")


CHANGES = {
    "suspend": ("Set contact aside", commands.suspend_booking),
    "cancel": ("Cancel contact", commands.cancel_booking),
}


@page(Permission.CASE_RECORD, "Change planned contact", looks_at="su_case", key="case_id")
def booking_step(request: ActorRequest, case_id: UUID, booking_id: UUID) -> HttpResponse:
    """Continue, set aside or cancel one booking; the last two ask how it will look to him (S-11, S-23)."""
    booking = queries.booking_of(case_id, booking_id)
    step = request.POST.get("step", "") or request.GET.get("step", "")
    if step == "continue" and request.method == "POST":
        try:
            commands.continue_booking(by=request.actor, booking_id=booking_id)
        except Refusal as refusal:
            _note(request, case_id, refusal)
            messages.error(request, str(refusal))
        return redirect("bookings", case_id=case_id)
    if step not in CHANGES:
        raise Http404
    words, change = CHANGES[step]
    recent = queries.lately_on_her_side(case_id)
    form = ChangeForm(request.POST or None, so_soon=recent is not None, cancels=step == "cancel")
    if request.method == "POST" and form.is_valid():
        try:
            change(by=request.actor, booking_id=booking_id, how=commands.Stepping(**form.cleaned_data))
        except Refusal as refusal:
            _note(request, case_id, refusal)
            add_refusal(form, refusal)
        else:
            messages.success(request, "Saved.")
            return redirect("bookings", case_id=case_id)
    return _show(
        request,
        case_id,
        form,
        "safety/change_booking.html",
        booking=booking,
        step=step,
        heading=words,
        recent=recent,
    )
