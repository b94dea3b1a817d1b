"""The joint review (R-73): what two workers looked at together, who came, what came of it, and when they meet next."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ..rules import ATTENDANCE, REVIEW_ANSWERS, REVIEW_OUTCOMES
from .links import BridgeFact


class JointReview(BridgeFact):
    """One joint review of one link, written by one side and answered by the other. Neither side's notes are in it.

    It counts as a review, and ends the wait for one, only when both sides came (N-04). `others_at_risk` maps each key
    of `rules.OTHERS_AT_RISK` to words or `unknown` (S-20). It is also where the two decide what follows when a client
    is no longer in touch: nothing is cut by itself, and stopping or tapering needs an exit plan (V-13, S-23).
    """

    held_on = models.DateField()
    case_side_came = models.CharField(max_length=10, choices=ATTENDANCE)
    client_side_came = models.CharField(max_length=10, choices=ATTENDANCE)
    patterns = models.TextField(help_text="what has changed since the last review, good news too")
    unknowns = models.TextField(help_text="what neither knows, and who finds out")
    others_at_risk = models.JSONField()
    if_we_do_not = models.TextField(help_text="if nothing is done")
    outcome = models.CharField(max_length=12, choices=REVIEW_OUTCOMES)
    exit_plan = models.TextField(blank=True, help_text="pace, reason he can be given, who watches (S-23)")
    actions = models.TextField(help_text="who does what by when")
    next_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["link", "-held_on"])]
        constraints = [
            models.UniqueConstraint(fields=["id", "side"], name="review_with_its_side"),
            models.CheckConstraint(
                condition=~Q(outcome__in=["taper", "stop"]) | ~Q(exit_plan=""),
                name="stepping_back_has_an_exit_plan",
            ),
            models.CheckConstraint(condition=Q(next_on__gt=F("held_on")), name="next_review_comes_after"),
        ]

    def __str__(self) -> str:
        return f"joint review on {self.held_on}"

    @property
    def both_came(self) -> bool:
        return self.case_side_came != "absent" and self.client_side_came != "absent"


class ReviewAnswer(BridgeFact):
    """What the other side says of a review as written: as we agreed, or what differs."""

    review = models.OneToOneField(JointReview, on_delete=models.PROTECT, related_name="answer")
    review_side = models.CharField(max_length=4)
    answer = models.CharField(max_length=8, choices=REVIEW_ANSWERS)
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(review_side=F("side")), name="review_is_answered_by_the_other_side"
            ),
            models.CheckConstraint(
                condition=Q(answer="agree") | ~Q(words=""), name="differing_review_says_what"
            ),
        ]

    def __str__(self) -> str:
        return self.answer


class PairRhythm(BridgeFact):
    """A case manager and an IDVA in different areas: how they were introduced, and how often they talk (X-03)."""

    introduced_on = models.DateField()
    how = models.CharField(max_length=8, choices=[("person", "In person"), ("video", "By video")])
    every_days = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=200, blank=True, help_text="day, time and who rings")

    class Meta:
        indexes = [models.Index(fields=["link", "-recorded_at"])]

    def __str__(self) -> str:
        return f"every {self.every_days} days"
