"""Saying whether the service user is told of the client's support: each side for itself, and open only together (S-10)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.people.facts import sent_before

from ..models import CaseLink, SupportOpenness
from ..rules import OPENNESS, label
from ..source_check import check_names_nobody_else
from .links import on_link, wrote


@transaction.atomic
def say_openness(*, by: Actor, link_id: UUID, says: str, reason: str) -> SupportOpenness:
    """Write down what this side says (`rules.OPENNESS`) and why. Raises `Refusal` without a reason.

    It loosens no check of what reaches him: letters and reasons never speak of her support (S-07).
    """
    label(OPENNESS, says)
    if not reason.strip():
        raise Refusal("Say why.", rule="S-10", field="reason")
    link = CaseLink.objects.get(pk=link_id)
    check_names_nobody_else(link, side=by.side, reason=reason)
    values: dict[str, Any] = on_link(link, by) | {"says": says, "reason": reason.strip()}
    if again := sent_before(SupportOpenness, **values):
        return again
    written = SupportOpenness.objects.create(**values)
    wrote(by, "support_openness", link, "says", "reason")
    return written
