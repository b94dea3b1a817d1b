"""What one side of a link needs to hear from the other (S-05)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .links import BridgeFact


class NeedToHear(BridgeFact):
    """What this side's worker asks to be told, in their own words. The newest of each side holds; the other side reads it."""

    words = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["link", "side", "-recorded_at"])]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="need_to_hear_says_what")]

    def __str__(self) -> str:
        return "needs to hear"
