"""Where the two sides see it differently: what was done about it is written down, and forces nothing (S-16)."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.people.facts import sent_before

from ..models import CaseLink, DifferingStep
from ..source_check import check_names_nobody_else
from .links import on_link, wrote


@transaction.atomic
def record_differing_step(
    *,
    by: Actor,
    link_id: UUID,
    about: str,
    step: str,
    held_on: datetime.date,
    who: str,
    said: str,
    outcome: str,
) -> DifferingStep:
    """Write down a talk, a word with line managers or with the panel (`rules.DIFFERING_STEPS`). Any order, any number.

    Refuses a day that has not come, and who or what left blank. Opens no contact whatever it says: a settled difference
    is decided by two views and an outcome of both, like any other (S-15).
    """
    if held_on > local_today():
        raise Refusal("This day has not come.", rule="S-16", field="held_on")
    for field, words, ask in (("who", who, "Say who took part."), ("said", said, "Say what was said.")):
        if not words.strip():
            raise Refusal(ask, rule="S-16", field=field)
    link = CaseLink.objects.get(pk=link_id)
    check_names_nobody_else(link, side=by.side, said=said)
    values: dict[str, Any] = on_link(link, by) | {
        "about": about,
        "step": step,
        "held_on": held_on,
        "who": who,
        "said": said,
        "outcome": outcome,
    }
    if again := sent_before(DifferingStep, **values):
        return again
    written = DifferingStep.objects.create(**values)
    wrote(by, "differing_step", link, "about", "step", "held_on", "outcome")
    return written
