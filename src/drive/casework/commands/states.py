"""Steps of the six histories (P-01)."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction

from drive.access.models import local_today
from drive.access.stepping import Actor

from .. import rules
from ..models import CaseHistory, StateEntry, SuCase
from .conflicts import SomeoneSavedFirst
from .writing import write


@transaction.atomic
def set_state(
    *,
    by: Actor,
    case_id: UUID,
    history: CaseHistory,
    value: str,
    since: datetime.date,
    seen_id: UUID | None,
    until: datetime.date | None = None,
    detail: str = "",
    reason: str = "",
    meanwhile: str = "",
    exit_plan: str = "",
    owner_id: UUID | None = None,
) -> StateEntry:
    """Take one step of one history. Codes as in `StateEntry`; legal position and whereabouts also take
    `unknown`.

    `seen_id` is the entry last written when the form was shown: when another has been written since, or is
    being
    written, raises `SomeoneSavedFirst` with it. Raises `Refusal` (K-16, P-26, P-43, S-23) for a step that
    may not be. Pages call `safety.commands.set_state`, which asks besides what he will make of it (S-11).
    """
    case = SuCase.objects.get(pk=case_id)
    entries = StateEntry.objects.filter(case=case, history=history)
    last = last_written(entries)
    before = (
        entries.filter(since__lte=since)
        .order_by("-since", "-recorded_at")
        .values_list("value", flat=True)
        .first()
    )
    rules.check_state(
        history=history,
        value=value,
        before=before,
        since=since,
        until=until,
        today=local_today(),
        reason=reason,
        detail=detail,
        meanwhile=meanwhile,
        exit_plan=exit_plan,
        has_owner=owner_id is not None,
    )
    step: dict[str, Any] = {
        "history": history,
        "value": value,
        "since": since,
        "until": until,
        "detail": detail,
        "reason": reason,
        "meanwhile": meanwhile,
        "exit_plan": exit_plan,
        "owner_id": owner_id,
    }
    if last is not None and last.pk != seen_id:
        raise SomeoneSavedFirst(last, step)
    try:
        with transaction.atomic():
            return write(
                StateEntry, by=by, case=case, noun="case_state", fields=[history], follows=last, **step
            )
    except IntegrityError as error:
        raise SomeoneSavedFirst(last_written(entries), step) from error


def last_written(entries: models.QuerySet[StateEntry]) -> StateEntry | None:
    """The entry that nobody has written after, whatever day it speaks of."""
    return entries.order_by("-recorded_at", "-id").first()
