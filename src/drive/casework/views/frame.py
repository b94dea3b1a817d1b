"""What every page of a case has around it: whose it is, in which role one reads, and the ways about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.urls import reverse

from drive.access.drafts import KeptDraft, kept_draft, with_draft
from drive.access.models import AssignmentKind
from drive.access.pages import ActorRequest
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.components.dates import plain_date
from drive.components.page import Standing
from drive.safety.queries import with_links_that_go_on

from ..queries import CaseSummary, case_summary, own_assignment
from .words import WORDS, address_of

PLACES = (
    ("Overview", "case_page"),
    ("Timeline", "case_timeline"),
    ("Contact and sessions", "case_work"),
    ("Actions", "case_actions"),
    ("Research", "case_research"),
    ("Plan", "case_strategy"),
    ("Assessments", "case_assessments"),
    ("Closing", "case_close"),
)
"""The sub-navigation of a case: words and URL name."""


def case_frame(request: ActorRequest, case_id: UUID, here: str = "") -> dict[str, Any]:
    """The context of a page about one case: `summary`, `standing`, `places`, and where the shared pages are.

    Raises `SuCase.DoesNotExist`, which is the one 404.
    """
    summary = case_summary(case_id)
    with_links_that_go_on(summary.linked)
    return {
        **WORDS,
        "summary": summary,
        "case": summary.case,
        "standing": Standing("case", subject=summary.name, reading=_reading(request.actor, summary)),
        "places": [(words, reverse(name, args=[case_id]), name == here) for words, name in PLACES],
        "shared_urls": {
            person.pk: address_of("shared_page", link_id=person.link_id)
            for person in summary.linked
            if person.link_id
        },
        "stop_url": address_of("raise_stop_on_case", case_id=case_id),
        "danger_url": address_of("danger_on_case", case_id=case_id),
        "book_url": address_of("book_contact", case_id=case_id),
    }


def _reading(actor: Actor, summary: CaseSummary) -> str:
    role = actor.role_label.lower()
    if actor.scope is Scope.SU_MANAGER:
        return f"You read as: {role}, of this service"
    assignment = own_assignment(actor, summary.case.pk)
    if assignment is None:
        return f"You read as: {role}, in an emergency"
    kind = AssignmentKind(assignment.kind).label.lower()
    return f"You read as: {role}, {kind} since {plain_date(assignment.starts_on)}"


@dataclass(frozen=True, slots=True)
class Drafting:
    """Where a form's draft is kept, and what was kept of it."""

    form: str
    case_id: UUID
    kept_draft: KeptDraft | None

    @property
    def url(self) -> str:
        return reverse("keep_draft", args=[self.form, self.case_id])

    @property
    def kept(self) -> str:
        """The time of the draft line, or ""."""
        return self.kept_draft.kept if self.kept_draft else ""

    def start[F: BaseForm](self, form_class: type[F], **kwargs: Any) -> F:
        """The form as it was left, or fresh. What was kept stands over what a fresh form would begin with."""
        if self.kept_draft:
            kwargs.pop("initial", None)
        return with_draft(form_class, self.kept_draft, **kwargs)


def drafting(request: ActorRequest, name: str, case_id: UUID) -> Drafting:
    """The draft of one form on this case, the actor's own (S-48)."""
    form = f"su_case.{name}"
    return Drafting(form, case_id, kept_draft(request.actor, form, case_id))
