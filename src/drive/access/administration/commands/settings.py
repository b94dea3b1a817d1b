"""Settings of a site: a change is a new row from a date on, with why, what may follow, and when it is looked at (C-30)."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from drive.access.administration.site_settings import SETTINGS
from drive.access.models import Site, SiteSetting, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor

from .recording import record_change


@transaction.atomic
def change_setting(
    *,
    by: Actor,
    site_id: UUID,
    code: str,
    value: Any,
    applies_from: datetime.date,
    reason: str,
    consequences: str,
    review_on: datetime.date,
) -> SiteSetting:
    """Set `code` at a site from a day on, which may lie ahead but not behind: what was decided under the old value stands.

    Raises `Refusal` for a value that means nothing, a day in the past, or a review before the change applies;
    `ObjectDoesNotExist` for a site or setting that is not there.
    """
    site = Site.objects.get(pk=site_id)
    definition = SETTINGS.get(code)
    if definition is None:
        raise SiteSetting.DoesNotExist
    if applies_from < local_today():
        raise Refusal(
            "A setting applies from today at the earliest.",
            why="What was decided before was decided under the old one.",
            rule="C-30",
            field="applies_from",
        )
    if review_on <= applies_from:
        raise Refusal("The review comes after the change applies.", rule="C-30", field="review_on")
    made = SiteSetting.objects.create(
        site=site,
        code=code,
        value=definition.checked(value),
        applies_from=applies_from,
        reason=reason,
        consequences=consequences,
        review_on=review_on,
        recorded_by_id=by.membership_id,
    )
    record_change(
        "site_setting",
        made.pk,
        by=by,
        fields=[code, "value", "applies_from", "reason", "consequences", "review_on"],
        site_id=site_id,
        reason=reason,
    )
    return made
