"""What nobody read in time (S-02, S-17): written by the clock, shown to the managers of both sides until it is read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .bookings import Booking
from .items import RiskItem
from .links import BridgeFact
from .stops import StopConcern


class Escalation(BridgeFact):
    """A stop concern, an urgent item or a check-in that nobody of the other side has acknowledged within the site's time;
    or contact planned within the hour that no decision carries any more and nobody has settled (S-19).

    `side` is the side that has not read; of a booking, the case manager's. `recorded_by` is empty: the clock wrote it. It
    needs no end of its own; it is over when somebody reads, decides, or settles the booking.
    """

    concern = models.OneToOneField(
        StopConcern, null=True, on_delete=models.PROTECT, related_name="escalation"
    )
    item = models.OneToOneField(RiskItem, null=True, on_delete=models.PROTECT, related_name="escalation")
    booking = models.ForeignKey(Booking, null=True, on_delete=models.PROTECT, related_name="escalations")
    starts_at = models.DateTimeField(null=True, help_text="of the booking, for the side that cannot read it")
    recorded_by = models.ForeignKey(  # type: ignore[assignment]  # the clock has no membership
        "access.Membership", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(concern__isnull=False, item__isnull=True, booking__isnull=True)
                | Q(concern__isnull=True, item__isnull=False, booking__isnull=True)
                | Q(concern__isnull=True, item__isnull=True, booking__isnull=False, starts_at__isnull=False),
                name="escalation_is_of_one_thing",
            ),
            models.UniqueConstraint(fields=["booking", "link"], name="booking_escalated_once_a_link"),
        ]

    def __str__(self) -> str:
        return "not read in time"
