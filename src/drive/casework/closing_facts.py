"""What a closing is judged by: the case's dates, its engagement, and which exit forms are there."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from drive.access.models import SiteSetting
from drive.instruments.definitions import Unit
from drive.instruments.library import assessment_set, instrument

from .models import Assessment, CaseHistory, LinkedPerson, StateEntry, SuCase
from .rules import EARLIEST_CLOSURE_MONTHS, PLANNED_END_MONTHS, ClosureFacts


def case_length(case: SuCase) -> tuple[int, int]:
    """Earliest closure and planned end in months, by the site's setting when the case began (C-05)."""
    found: Any = setting(case.site_id, "C-05", case.starts_on) or {}
    return int(found.get("earliest", EARLIEST_CLOSURE_MONTHS)), int(found.get("planned", PLANNED_END_MONTHS))


FOLLOW_UP_MONTHS = {"first": 3, "second": 6, "third": 12}
"""Default of C-24."""


def follow_up_months(site_id: UUID, closed_on: datetime.date) -> list[int]:
    """After how many months somebody looks again at a case that closes on a day, by the site's setting (C-24)."""
    found: Any = FOLLOW_UP_MONTHS | (setting(site_id, "C-24", closed_on) or {})
    return sorted({int(found[name]) for name in FOLLOW_UP_MONTHS})


def setting(site_id: UUID, code: str, on: datetime.date) -> Any:
    """The value of a site's setting as it stood on a day, or None: the handbook's default holds."""
    return (
        SiteSetting.objects.filter(site_id=site_id, code=code, applies_from__lte=on)
        .order_by("-applies_from", "-recorded_at")
        .values_list("value", flat=True)
        .first()
    )


def closure_facts(case: SuCase, status: str | None) -> ClosureFacts:
    """Read what `rules.check_closure` asks."""
    engaged = StateEntry.objects.filter(
        case=case, history=CaseHistory.ENGAGEMENT, value__in=("full", "partial")
    ).exists()
    return ClosureFacts(
        status=status,
        starts_on=case.starts_on,
        ever_engaged=engaged,
        exit_missing=missing_exit_forms(case),
        earliest_months=case_length(case)[0],
    )


def missing_exit_forms(case: SuCase) -> tuple[str, ...]:
    """Required forms of the exit set that are not there, one entry for each linked person where the unit is
    the link.

    Linked people are named by initials alone: the words end up in a message.
    """
    held: set[tuple[str, UUID | None]] = set(
        Assessment.objects.filter(case=case, point="exit").values_list("instrument", "linked_person_id")
    )
    people = list(LinkedPerson.objects.filter(case=case).order_by("-is_index", "recorded_at", "id"))
    missing: list[str] = []
    for member in assessment_set("case_closure").members:
        if not member.required:
            continue
        name = instrument(member.instrument).name
        if member.unit is Unit.LINK:
            missing += [
                f"{name}, {initials(p.name_as_referred)}"
                for p in people
                if (member.instrument, p.pk) not in held
            ]
        elif (member.instrument, None) not in held:
            missing.append(name)
    return tuple(missing)


def initials(name: str) -> str:
    """A linked person in lists and messages (S-03): "Wilhelmina Puddifoot" is "W.P."."""
    return (
        "".join(f"{part[0].upper()}." for part in name.replace("-", " ").split()[:3] if part[0].isalpha())
        or "Unnamed"
    )
