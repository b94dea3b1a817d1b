"""Lists of what was done on a case: contacts with sessions, and actions. Paged by day."""

from __future__ import annotations

import datetime
from uuid import UUID

from .models import Action, Contact, Session, SuCase

PAGE = 50


def contact_work_of(case: SuCase, before: datetime.date | None) -> tuple[list[Contact], datetime.date | None]:
    """Contacts and attempts with the session that a contact was, newest first; and the day the next page
    goes on from.
    """
    rows = (
        Contact.objects.filter(case=case)
        .select_related("session", "recorded_by")
        .order_by("-happened_on", "-id")
    )
    if before:
        rows = rows.filter(happened_on__lt=before)
    found = list(rows[: PAGE + 1])
    return _cut(found, [row.happened_on for row in found])


def actions_of(case: SuCase, before: datetime.date | None) -> tuple[list[Action], datetime.date | None]:
    """Actions, newest first; and the day the next page goes on from."""
    rows = Action.objects.filter(case=case).select_related("recorded_by").order_by("-done_on", "-id")
    if before:
        rows = rows.filter(done_on__lt=before)
    found = list(rows[: PAGE + 1])
    return _cut(found, [row.done_on for row in found])


def _cut[R](found: list[R], days: list[datetime.date]) -> tuple[list[R], datetime.date | None]:
    """A page ends at the end of a day, so that the next can begin before it; of a day with more than a page,
    one page.
    """
    if len(found) <= PAGE:
        return found, None
    last = days[PAGE]
    whole = [row for row, day in zip(found, days, strict=True) if day > last]
    if whole:
        return whole, last + datetime.timedelta(days=1)
    return found[:PAGE], last


def session_written(case_id: UUID, key: UUID) -> Session | None:
    """The session that a form with this key has already written, if it was sent twice."""
    return Session.objects.filter(case_id=case_id, pk=key).first()
