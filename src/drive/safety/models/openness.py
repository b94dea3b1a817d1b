"""Whether the service user is told that the client has, wants or has left an IDVA (S-10)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ..rules import OPENNESS
from .links import BridgeFact


class SupportOpenness(BridgeFact):
    """What one side says about it, and why. The newest of each side holds; he may be told only where both say so."""

    says = models.CharField(max_length=8, choices=OPENNESS)
    reason = models.TextField(help_text="why, or how he came to know; nothing of what the support is")

    class Meta:
        indexes = [models.Index(fields=["link", "side", "-recorded_at"])]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="openness_says_why"),
            models.CheckConstraint(
                condition=Q(says__in=[code for code, _ in OPENNESS]), name="openness_is_listed"
            ),
        ]

    def __str__(self) -> str:
        return self.says
