"""Whether coded data may be passed to evaluators (P-20): recorded here, obeyed by the extract."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor

from .. import rules
from ..models import SharingAnswer, SharingConsent, SuCase
from .writing import write


@transaction.atomic
def record_sharing(*, by: Actor, case_id: UUID, answer: str, said_on: datetime.date) -> SharingConsent:
    """Record what he said, on the day he said it. A later answer takes the place of an earlier one; none is changed.

    Raises `Refusal` for an answer that is not offered and for a day to come.
    """
    case = SuCase.objects.get(pk=case_id)
    if answer not in SharingAnswer.values:
        raise Refusal("Choose one of the answers shown.", field="answer", rule="R-07")
    rules.require_past(said_on, local_today(), field="said_on")
    return write(SharingConsent, by=by, case=case, noun="sharing_consent", answer=answer, said_on=said_on)
