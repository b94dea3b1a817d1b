"""What was changed in the plan of contact with the service user, and how it will look to him (S-11, S-23)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from drive.casework.models import CaseFact

from ..rules import PACE, PLAN_CHANGES


class PlanChange(CaseFact):
    """One change of his plan: what he can be told that points to nobody, how contact goes on, who keeps eyes on him.

    `days_after` is how long after something on a client's side, where that was within `TIMING_DAYS`: then `although` says
    why it is changed all the same. He never learns that work slows because she stopped talking (S-11).
    """

    what = models.CharField(max_length=12, choices=PLAN_CHANGES)
    about = models.UUIDField(null=True, help_text="the booking, where it is one")
    told = models.CharField(
        max_length=200, blank=True, help_text="a reason he can be given, true and about nobody"
    )
    pace = models.CharField(max_length=8, choices=PACE, blank=True)
    watches = models.TextField(blank=True, help_text="who keeps an eye on him meanwhile")
    days_after = models.PositiveSmallIntegerField(null=True)
    although = models.TextField(blank=True, help_text="why it is changed now, so soon after (S-11)")

    class Meta:
        indexes = [models.Index(fields=["case", "-recorded_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(days_after__isnull=True) | (~Q(although="") & ~Q(told="")),
                name="change_so_soon_says_why_and_what_he_is_told",
            )
        ]

    def __str__(self) -> str:
        return self.what
