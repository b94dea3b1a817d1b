"""Planned contact with the service user. What has happened is a row of casework and is never refused
(S-43).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from drive.casework.models import CaseFact

from ..rules import BOOKING_KINDS, BOOKING_STATES


class Booking(CaseFact):
    """A meeting, visit, call, letter or message planned with the service user himself.

    The database asks `safety.booking_refusal` again when the transaction ends, whoever inserts (S-15, S-17).
    """

    kind = models.CharField(max_length=16, choices=BOOKING_KINDS)
    channel = models.CharField(max_length=16, help_text="K-18")
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=20, help_text="K-57")
    with_whom = models.CharField(max_length=200, blank=True)
    reason_given = models.CharField(max_length=200, help_text="the reason the service user is given")
    sent_to = models.UUIDField(
        null=True,
        help_text="the address, number or email of his that is used (casework.ContactChannel, S-14)",
    )
    says = models.TextField(blank=True, help_text="what the letter or message says to him (S-07)")
    will_think = models.TextField(
        blank=True,
        help_text="what he will think caused it, and the source he knows that it is tied to (S-12)",
    )
    leaves_out = models.BooleanField(
        default=False, help_text="topics and actions under a stop concern are left out"
    )

    class Meta:
        indexes = [
            models.Index(fields=["case", "starts_at"]),
            models.Index(fields=["service_id", "starts_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[code for code, _ in BOOKING_KINDS]), name="booking_kind_is_listed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.starts_at:%d %b %H:%M}"


class BookingState(CaseFact):
    """One step of a booking. The newest holds. Suspended by a stop concern, by trigger; planned again only
    if it may.
    """

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="states")
    state = models.CharField(max_length=12, choices=BOOKING_STATES)
    concern_id = models.UUIDField(null=True, help_text="the stop concern that suspended it")
    told = models.CharField(
        max_length=200, blank=True, help_text="what the service user is told about the change (S-23)"
    )

    class Meta:
        indexes = [models.Index(fields=["booking", "-recorded_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[code for code, _ in BOOKING_STATES]), name="booking_state_is_listed"
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(told=""), name="cancelling_says_what_he_is_told"
            ),
        ]

    def __str__(self) -> str:
        return self.state
