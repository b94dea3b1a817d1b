"""Where the service user can be reached (R-21). Whether it may be used is the bridge's question (S-14)."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.sealing import lookup_digest
from drive.access.stepping import Actor
from drive.people.channels import DIGEST_PURPOSE, folded_channel
from drive.people.facts import sent_before

from .. import rules
from ..models import ContactChannel, SuCase
from .writing import write


@transaction.atomic
def add_channel(
    *, by: Actor, case_id: UUID, kind: str, value: str, label: str = "", source: str = ""
) -> ContactChannel:
    """Write down an address, number or email of his. Never refused for whose it may be: what he gives is a fact (S-44)."""
    case = SuCase.objects.get(pk=case_id)
    folded = folded_channel(kind, value)
    if not folded:
        raise Refusal("Write the address, number or email.", rule="R-21", field="value")
    known: dict[str, Any] = {
        "kind": kind,
        "value": value.strip(),
        "lookup": lookup_digest(folded, purpose=DIGEST_PURPOSE),
        "label": label,
        "source": source,
    }
    if again := sent_before(
        ContactChannel, recorded_by_id=by.membership_id, case=case, ended_on=None, **known
    ):
        return again
    return write(ContactChannel, by=by, case=case, noun="contact_channel", **known)


@transaction.atomic
def end_channel(*, by: Actor, case_id: UUID, channel_id: UUID, ended_on: datetime.date) -> ContactChannel:
    """Say that it holds no more: a new row, so that a former one is compared for ever (S-14)."""
    held = ContactChannel.objects.select_related("case").get(pk=channel_id, case_id=case_id)
    rules.require_past(ended_on, local_today(), field="ended_on")
    return write(
        ContactChannel,
        by=by,
        case=held.case,
        noun="contact_channel",
        kind=held.kind,
        value=held.value,
        lookup=held.lookup,
        label=held.label,
        source=held.source,
        ended_on=ended_on,
    )
