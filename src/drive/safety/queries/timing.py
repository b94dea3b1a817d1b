"""What happened lately on a client's side that he could put down to her, as the case manager's side may know it (S-11, S-12)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from drive.access.models import local_today
from drive.components.dates import days, local_date

from ..models import BOUNDARY_CONTACT, CaseLink, ReviewCall, RiskItem
from ..rules import TIMING_DAYS
from .asking import ask
from .sources import newest_from_client


@dataclass(frozen=True, slots=True)
class Lately:
    """Something on a client's side within `TIMING_DAYS`. Why stays on that side (S-03)."""

    days: int
    what: str

    @property
    def words(self) -> str:
        """What and when: "The client rang 3 days ago"."""
        return f"{self.what} {days(self.days) + ' ago' if self.days else 'today'}"


def lately_on_her_side(case_id: UUID) -> Lately | None:
    """The latest change of a client's engagement, or call of a client to the case manager, within `TIMING_DAYS` (S-11)."""
    today = local_today()
    since = today - datetime.timedelta(days=TIMING_DAYS)
    changed = [
        row["engaged_since"]
        for row in ask("select * from safety.client_summary(%s)", case_id)
        if row["engaged_since"] and row["engagement"] != "not_yet_tried"
    ]
    calls = ReviewCall.objects.filter(su_case_id=case_id, cause="engagement")
    changed += [local_date(at) for at in calls.values_list("recorded_at", flat=True)]
    back = CaseLink.objects.filter(su_case_id=case_id, number__gt=1)  # she came back (ADR 24)
    changed += [local_date(at) for at in back.values_list("recorded_at", flat=True)]
    rang = RiskItem.objects.filter(su_case_id=case_id, kind=BOUNDARY_CONTACT)
    found = [
        *(Lately((today - day).days, "A client’s engagement changed") for day in changed if day >= since),
        *(
            Lately((today - local_date(at)).days, "A client rang you")
            for at in rang.values_list("recorded_at", flat=True)
            if local_date(at) >= since
        ),
    ]
    return min(found, key=lambda one: one.days, default=None)


def came_lately(case_id: UUID) -> Lately | None:
    """Whatever came from a client's side within `TIMING_DAYS`: he may put what is planned down to it (S-12)."""
    newest = newest_from_client(case_id)
    if newest is None:
        return None
    age = (local_today() - local_date(newest.recorded_at)).days
    return Lately(age, "Something came from the IDVA") if age <= TIMING_DAYS else None
