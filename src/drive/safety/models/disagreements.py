"""What was done where two professionals see it differently: talk, line managers, the panel. There is no dispute."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ..rules import DIFFERING_ABOUT, DIFFERING_OUTCOMES, DIFFERING_STEPS
from .links import BridgeFact


class DifferingStep(BridgeFact):
    """One thing that was done about a difference between the two sides, read by both workers and both managers.

    It decides nothing: contact is decided by two views and an outcome of both, and until then the cautious position
    holds (S-15, S-16). No function of the database reads this table.
    """

    about = models.CharField(max_length=8, choices=DIFFERING_ABOUT)
    step = models.CharField(max_length=8, choices=DIFFERING_STEPS)
    held_on = models.DateField()
    who = models.CharField(max_length=200, help_text="who took part, by name or role")
    said = models.TextField(help_text="what was said, in words that both sides may read")
    outcome = models.CharField(max_length=8, choices=DIFFERING_OUTCOMES)

    class Meta:
        indexes = [models.Index(fields=["link", "-recorded_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(who="") & ~Q(said=""), name="differing_step_says_who_and_what"
            )
        ]

    def __str__(self) -> str:
        return f"{self.step}, {self.outcome}"
