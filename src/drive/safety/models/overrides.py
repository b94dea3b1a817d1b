"""The override of a stop concern (S-18): rare, by one named manager, with a reason, told to everybody, and short."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q

from .links import BridgeFact
from .stops import StopConcern

LONGEST_OVERRIDE = datetime.timedelta(days=8, hours=1)
"""From the moment it is written to its end: the rest of the day and seven whole days (ADR 11), one of them an hour longer
when the clocks go back.
"""

TOLD = (("su", "Case manager’s side"), ("vs", "IDVA’s side"), ("adviser", "Expert advisor"))
"""Who is told at once."""


class StopOverride(BridgeFact):
    """Contact may be planned although this concern is live, until `ends_at`. The concern itself stays live and shown.

    What each worker said when spoken to is kept, so that nobody has to remember later who disagreed. It lifts this
    one concern and nothing else: both views and a decision in force are still needed (S-15). Only a service manager
    who does not hold the case may write it, by policy.
    """

    concern = models.ForeignKey(StopConcern, on_delete=models.PROTECT, related_name="overrides")
    reason = models.TextField()
    case_manager_said = models.TextField()
    idva_said = models.TextField()
    ends_at = models.DateTimeField(help_text="first moment at which the concern stops contact again")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(case_manager_said="") & ~Q(idva_said=""),
                name="override_says_why_and_who_said_what",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("recorded_at"), ends_at__lte=F("recorded_at") + LONGEST_OVERRIDE),
                name="override_is_short",
            ),
        ]

    def __str__(self) -> str:
        return f"until {self.ends_at:%d %b %H:%M}"


class OverrideNotice(BridgeFact):
    """One of the three notices of an override, written by trigger. Without all three it opens nothing."""

    override = models.ForeignKey(StopOverride, on_delete=models.PROTECT, related_name="notices")
    told = models.CharField(max_length=8, choices=TOLD)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["override", "told"], name="one_notice_each")]

    def __str__(self) -> str:
        return self.told
