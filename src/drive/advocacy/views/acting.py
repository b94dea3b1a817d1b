"""How a page of a client's record asks, saves, refuses, and shows that somebody saved first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from drive.access.drafts import discard_draft, kept_draft, with_draft
from drive.access.pages import ActorRequest
from drive.access.refusal import Refusal, add_refusal
from drive.components.page import Standing
from drive.components.versions import differences
from drive.instruments.codelists import code_list

from .. import queries
from ..commands import SavedFirstError
from ..forms import RecordForm
from ..queries import Identity


def standing_of(who: Identity) -> Standing:
    """Where the reader of a client's record stands (W-31)."""
    return Standing("client", subject=who.name, reading=f"{who.reading}. No case manager can open this page")


TELL = {
    "engagement_change": "how the client is engaged now",
    "triggers": "what the check-in leaves open: triggers, topics to avoid",
}
"""What the case manager may need to hear after something was recorded (S-05): kind of item (K-60), and its words."""


def to_record(record_id: UUID, tell: str = "") -> HttpResponseRedirect:
    """To the record; with `tell`, of `TELL`, which asks there whether the case manager needs to know."""
    asked = f"?tell={tell}" if tell else ""
    return HttpResponseRedirect(reverse("client_page", kwargs={"record_id": record_id}) + asked)


KINDS = (
    ("Contact", "client_contact", "contact"),
    ("Check-in", "client_check_in", "check_in"),
    ("Engagement", "client_engagement", "engagement"),
    ("Informed", "client_informed", "informed"),
    ("Wish", "client_wish", "wish"),
    ("Safety measure", "client_measure", "measure"),
    ("Court", "client_court", "court"),
    ("Child", "client_child", "child"),
    ("Support", "client_support", "support"),
)
"""What *Record* offers, as one bar over each of these forms: label, address, form."""


def _places(record_id: UUID, form_name: str) -> list[tuple[str, str, bool]]:
    """The bar of kinds, where this form is one of them."""
    if form_name not in {name for _label, _address, name in KINDS}:
        return []
    return [
        (words, reverse(address, kwargs={"record_id": record_id}), name == form_name)
        for words, address, name in KINDS
    ]


def label(list_id: str, code: str) -> str:
    """A code in words."""
    return code_list(list_id).label(code)


def show(request: ActorRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page of this side, which says codes in words and knows today."""
    return render(request, template, {"label": label, "today": timezone.localdate(), **context})


def act[F: RecordForm](
    request: ActorRequest,
    record_id: UUID,
    form_class: type[F],
    *,
    initial: dict[str, Any] | None = None,
    then: Callable[[F], object] | None = None,
    history: list[tuple[str, str, str]] | None = None,
    context: dict[str, Any] | None = None,
    tell: str = "",
    **form_kwargs: Any,
) -> HttpResponse:
    """One form on one record. Saving goes back to the record; a refusal keeps every field and says why.

    `then` runs after the form has saved, in the same transaction; its refusal undoes both. `history` is
    (when, what, under) of what was recorded before; `tell`: what is asked on the record afterwards (`TELL`).
    """
    who = queries.identity(request.actor, record_id)
    draft_name = f"vs_record.{form_class.name}"
    draft = kept_draft(request.actor, draft_name, record_id) if request.method == "GET" else None
    clash: SavedFirstError | None = None
    if request.method == "POST":
        form = form_class(request.POST, **form_kwargs)
        if form.is_valid():
            try:
                check_writes(who)
                _save(form, request, record_id, then)
            except Refusal as refusal:
                add_refusal(form, refusal)
            except SavedFirstError as first:
                clash = first
            else:
                discard_draft(request.actor, draft_name, record_id)
                messages.success(request, "Saved.")
                return to_record(record_id, tell)
    elif draft is not None:
        form = with_draft(form_class, draft, **form_kwargs)
    else:
        form = form_class(initial={**form_class.start(), **(initial or {})}, **form_kwargs)
    return show(
        request,
        "advocacy/act.html",
        {
            "who": who,
            "standing": standing_of(who),
            "form": form,
            "problems": bool(form.is_bound and form.errors),
            "draft_name": draft_name,
            "kept": draft.kept if draft else "",
            "history": history or [],
            "places": _places(record_id, form_class.name),
            "clash": _clash(form, clash) if clash else None,
            **(context or {}),
        },
    )


def check_writes(who: Identity) -> None:
    """Say to somebody who only reads that they do (A-25, S-35); what decides is the row policy."""
    if not who.writes:
        raise Refusal(
            "You read this record and write nothing in it.",
            still_open="Tell whoever holds it.",
            rule="A-25",
        )


def _save[F: RecordForm](
    form: F, request: ActorRequest, record_id: UUID, then: Callable[[F], object] | None
) -> None:
    with transaction.atomic():
        form.save(request.actor, record_id)
        if then is not None:
            then(form)


def _clash(form: RecordForm, first: SavedFirstError) -> dict[str, Any]:
    """Both versions, answer by answer; the form goes on from the version that stands, and neither is lost
    (S-48).
    """
    theirs = first.theirs
    version = getattr(theirs, "version", 0)
    rows = []
    for field, label, mine in form.differing():
        standing = _in_words(getattr(theirs, field, ""))
        if standing != _in_words(mine):
            left, right = differences(standing, _in_words(mine))
            rows.append((label, left, right))
    return {
        "name": theirs.recorded_by.name,
        "at": theirs.recorded_at,
        "version": version,
        "rows": rows,
    }


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)
