"""The stop concern (R-66, S-17): raised in one click, live until both sides have answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ..rules import STOP_SCOPES
from .links import BridgeFact


class StopConcern(BridgeFact):
    """Somebody on either side says stop. Storing it suspends what it covers, in the same transaction, by
    trigger.
    """

    scope = models.CharField(max_length=8, choices=STOP_SCOPES)
    place = models.CharField(max_length=20, blank=True, help_text="K-57, for the scope place")
    words = models.CharField(max_length=200, blank=True, help_text="which topic or action")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=[code for code, _ in STOP_SCOPES]), name="stop_scope_is_listed"
            ),
            models.CheckConstraint(condition=~Q(scope="place") | ~Q(place=""), name="stopped_place_is_named"),
            models.CheckConstraint(
                condition=~Q(scope__in=["topic", "action"]) | ~Q(words=""), name="stopped_topic_is_named"
            ),
        ]
        indexes = [models.Index(fields=["link", "-recorded_at"])]

    def __str__(self) -> str:
        return f"stop concern: {self.scope}"


class StopConcernReason(BridgeFact):
    """Why, which may follow later. Never shown in a banner; carries its use rule (S-08)."""

    concern = models.ForeignKey(StopConcern, on_delete=models.PROTECT, related_name="reasons")
    reason = models.TextField()
    use_rule = models.CharField(max_length=12, default="background", help_text="K-47")

    def __str__(self) -> str:
        return "reason"


class StopAcknowledgement(BridgeFact):
    """One person has read it, by name."""

    concern = models.ForeignKey(StopConcern, on_delete=models.PROTECT, related_name="acknowledgements")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "recorded_by"], name="stop_acknowledged_once")
        ]

    def __str__(self) -> str:
        return "acknowledged"


class StopAnswer(BridgeFact):
    """One side's answer. The concern is live until both sides have one, so neither side closes it alone."""

    concern = models.ForeignKey(StopConcern, on_delete=models.PROTECT, related_name="answers")
    told = models.TextField(
        blank=True, help_text="what the service user will be told: true, and pointing to nobody (S-23)"
    )
    eyes = models.TextField(blank=True, help_text="who keeps an eye on things meanwhile")
    response = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "side"], name="one_answer_a_side"),
            models.CheckConstraint(condition=~Q(response=""), name="answer_is_not_blank"),
            models.CheckConstraint(
                condition=Q(side="vs") | (~Q(told="") & ~Q(eyes="")), name="case_side_says_what_he_is_told"
            ),
        ]

    def __str__(self) -> str:
        return f"answer of the {self.side} side"
