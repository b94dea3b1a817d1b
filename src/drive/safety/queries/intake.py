"""How many clients came, left and are open at an IDVA service, by day: numbers for its manager's forecast (C-32)."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef

from drive.advocacy.forecast import Group, Past
from drive.advocacy.models import RecordExit, VsRecord

from ..models import CaseLink
from .asking import ask


def past_of(service_id: UUID, today: datetime.date, *, weeks: int) -> Past:
    """What the forecast is made from, in the manager's scope and four statements.

    A client is `drive` while a Drive case is linked. All others are one group: nothing here, or anywhere on this side,
    tells those of the control group from the rest (S-47).
    """
    linked = CaseLink.objects.filter(vs_record_id=OuterRef("pk"))
    closed = RecordExit.objects.filter(record=OuterRef("pk"))
    records = VsRecord.objects.filter(service_id=service_id).annotate(drive=Exists(linked))
    came = records.filter(opened_on__gt=today - datetime.timedelta(weeks=weeks), opened_on__lte=today)
    still_open = records.filter(~Exists(closed))
    left = RecordExit.objects.filter(
        service_id=service_id, exited_on__gt=today - datetime.timedelta(days=365)
    ).annotate(drive=Exists(CaseLink.objects.filter(vs_record_id=OuterRef("record_id"))))
    waiting = ask("select access.waiting_for_workers(%s) as waiting", service_id)[0]["waiting"]
    return Past(
        came=dict(came.order_by().values_list("drive").annotate(Count("pk"))),
        open={
            Group(drive, day): many
            for drive, day, many in still_open.order_by()
            .values_list("drive", "opened_on")
            .annotate(Count("pk"))
        },
        left=[
            (drive, (exited - opened).days)
            for drive, opened, exited in left.annotate(opened=F("record__opened_on")).values_list(
                "drive", "opened", "exited_on"
            )
        ],
        waiting=waiting,
    )
