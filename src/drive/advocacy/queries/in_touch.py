"""What the logged contacts say about being in touch, beside what the IDVA says (V-09)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from drive.access.models import local_today

from ..models import CheckInPlan, ClientContact, EngagementEntry, InformedEntry, RecordExit, SafeContactRule
from ..rules import Logged, Picture, contradictions, logged
from .newest import newest

MANY = 2000
"""Contacts that are counted, newest first: more than a worker could have in the years of one record."""


@dataclass(frozen=True, slots=True)
class InTouch:
    """The counts of the log, and what does not fit together."""

    logged: Logged
    prompts: list[str]


def in_touch(record_id: UUID) -> InTouch:
    """What the log says of one record and which of its words contradict it, in seven statements."""
    today = local_today()
    rows = ClientContact.objects.filter(record_id=record_id).order_by("-happened_at")
    said = logged(
        [
            (timezone.localdate(at), outcome if in_person else "passed_on")
            for at, outcome, in_person in rows.values_list("happened_at", "outcome", "in_person")[:MANY]
        ],
        today,
    )
    engagement = newest(EngagementEntry, record_id)
    plan = newest(CheckInPlan, record_id)
    informed = newest(InformedEntry, record_id)
    rule = newest(SafeContactRule, record_id)
    closed = RecordExit.objects.filter(record_id=record_id).first()
    picture = Picture(
        engagement=engagement.value if engagement else "",
        engaged_since=engagement.since if engagement else None,
        last_contact=said.last,
        attempts=int(said.ever_tried and said.last is None),
        check_in_due=plan.due_on if plan else None,
        informed=informed.state if informed else "",
        informed_review_on=informed.review_on if informed else None,
        safe_contact_review_on=rule.review_on if rule else None,
        closed_on=closed.exited_on if closed else None,
    )
    return InTouch(said, contradictions(picture, today))


CONTACTS = 60
"""Contacts and attempts shown beside the form that records the next."""


def contacts(record_id: UUID) -> list[ClientContact]:
    """Contacts and attempts of one record, newest first, with who recorded them."""
    rows = ClientContact.objects.filter(record_id=record_id).select_related("recorded_by")
    return list(rows.order_by("-happened_at")[:CONTACTS])
