"""What every command of a case does: the columns that a fact begins with, and writing it together with its
event.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drive.access.stepping import Actor
from drive.audit.record import Act, record_event

from ..models import CaseFact, SuCase


def written_before[F: CaseFact](model: type[F], case_id: UUID, key: UUID | None) -> F | None:
    """The fact that a form sent twice has already written, or None.

    `key` was drawn when the form was shown.
    """
    return model._default_manager.filter(pk=key, case_id=case_id).first() if key else None


def write[F: CaseFact](
    model: type[F],
    *,
    by: Actor,
    case: SuCase,
    noun: str,
    fields: Iterable[str] = (),
    key: UUID | None = None,
    **values: Any,
) -> F:
    """Insert one fact of the case as the actor's, with its event.

    `noun` and `fields` say for the audit what was written.
    """
    row = model(case=case, service_id=case.service_id, recorded_by_id=by.membership_id, **values)
    if key:
        row.pk = key
    row.save(force_insert=True)
    record_event(
        Act.WROTE,
        by=by,
        kind=noun,
        record_id=case.pk,
        service_id=case.service_id,
        fields=list(fields)
        or sorted(name for name, value in values.items() if value not in ("", None, [], False)),
    )
    return row
