"""What nobody read in time (S-02, S-17): written by the clock, shown to the managers of both sides until it is read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .items import RiskItem
from .links import BridgeFact
from .stops import StopConcern


class Escalation(BridgeFact):
    """A stop concern or an urgent item that nobody of the other side has acknowledged within the site's time.

    `side` is the side that has not read. `recorded_by` is empty: the clock wrote it. It needs no end of its own; it is
    over when somebody reads.
    """

    concern = models.OneToOneField(
        StopConcern, null=True, on_delete=models.PROTECT, related_name="escalation"
    )
    item = models.OneToOneField(RiskItem, null=True, on_delete=models.PROTECT, related_name="escalation")
    recorded_by = models.ForeignKey(  # type: ignore[assignment]  # the clock has no membership
        "access.Membership", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(concern__isnull=False, item__isnull=True)
                | Q(concern__isnull=True, item__isnull=False),
                name="escalation_is_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return "not read in time"
