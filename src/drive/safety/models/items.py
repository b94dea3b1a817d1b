"""Shared risk information: typed, purposeful, acknowledged (R-60, S-02, S-05, S-08)."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q

from drive.instruments.codelists import code_list

from ..rules import REVIEW_CAUSES, URGENCIES
from .links import BridgeFact

BOUNDARY_CONTACT = "boundary_contact"
"""The kind (K-60) of an item about a client who rang the case manager (V-16)."""

FROM_CLIENT = Q(side="vs") | Q(kind=BOUNDARY_CONTACT)
"""What came from the client or her IDVA, whichever worker passed it on (S-07, S-08)."""


class RiskItem(BridgeFact):
    """One thing that the other worker must know to keep somebody safe. No attachment, no copied notes.

    `details` holds the structured fields of a closure notice (P-47) and of other typed notices; text for
    people.
    """

    kind = models.CharField(max_length=20, help_text="K-60")
    purpose = models.TextField(help_text="whose safety, and what the other worker needs it for")
    decision_served = models.CharField(max_length=200, blank=True)
    urgency = models.CharField(max_length=8, choices=URGENCIES)
    text = models.TextField()
    use_rule = models.CharField(max_length=12, default="background", help_text="K-47")
    work_out = models.TextField(help_text="how could he work out where this came from?")
    sole_informant = models.BooleanField(
        default=False, help_text="known only from the client or her IDVA (S-09)"
    )
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "side"], name="item_with_its_side"),
            models.CheckConstraint(condition=~Q(purpose=""), name="item_says_its_purpose"),
            models.CheckConstraint(condition=~Q(work_out=""), name="item_answers_inference"),
            models.CheckConstraint(
                condition=Q(kind__in=[c.code for c in code_list("K-60").codes]), name="item_kind_is_k60"
            ),
            models.CheckConstraint(
                condition=Q(use_rule__in=[c.code for c in code_list("K-47").codes]),
                name="item_use_rule_is_k47",
            ),
        ]
        indexes = [models.Index(fields=["link", "-recorded_at"])]

    def __str__(self) -> str:
        return self.kind

    @property
    def from_client(self) -> bool:
        """Whether it came from the client or her IDVA, as `FROM_CLIENT` asks the database."""
        return self.side == "vs" or self.kind == BOUNDARY_CONTACT

    @property
    def rang_at(self) -> datetime.datetime | None:
        """When the client rang the case manager (V-16); None for every other kind."""
        if self.kind != BOUNDARY_CONTACT:
            return None
        return datetime.datetime.fromisoformat(self.details["rang_at"])


class ItemAcknowledgement(BridgeFact):
    """One person on the receiving side has read an item, by name. The sender's own side cannot acknowledge
    it.
    """

    item = models.ForeignKey(RiskItem, on_delete=models.PROTECT, related_name="acknowledgements")
    item_side = models.CharField(max_length=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "recorded_by"], name="item_acknowledged_once"),
            models.CheckConstraint(
                condition=~Q(item_side=models.F("side")), name="item_acknowledged_by_the_other_side"
            ),
        ]

    def __str__(self) -> str:
        return "acknowledged"


class ReviewCall(BridgeFact):
    """A joint review is called for: by an emergency, a practice incident, an override, or because the
    client is no longer in touch (S-31, S-41, S-18, V-13).
    """

    cause = models.CharField(max_length=12, choices=REVIEW_CAUSES)
    due_on = models.DateField(null=True, help_text="by when at the latest, where the rule says so (V-13)")
    words = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.cause
