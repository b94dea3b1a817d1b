"""What work rests on, and whether it may: sources of an item, agreement on its use, actions planned, what cites what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from drive.casework.models import CaseFact
from drive.instruments.codelists import code_list

from ..rules import NOT_INDEPENDENT, PLAN_ENDS, VISIBILITY
from .bookings import Booking
from .items import RiskItem
from .links import BridgeFact


class IndependentSource(BridgeFact):
    """An agency that knows the same for itself, so that acting on an item does not point to the client (S-09)."""

    item = models.ForeignKey(RiskItem, on_delete=models.PROTECT, related_name="sources")
    agency = models.CharField(
        max_length=30, help_text="K-45: who knows it, not an IDVA or a victims' service"
    )
    knows = models.TextField(help_text="how they know, without having been told by us")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(agency__in=sorted(NOT_INDEPENDENT)), name="source_is_independent_of_her"
            ),
            models.CheckConstraint(
                condition=Q(agency__in=[c.code for c in code_list("K-45").codes]), name="source_is_k45"
            ),
            models.CheckConstraint(condition=~Q(knows=""), name="source_says_how_it_knows"),
        ]

    def __str__(self) -> str:
        return self.agency


class UseAgreement(BridgeFact):
    """One worker's word that an item may be acted on, with what is done for the client's safety. It takes both (S-09)."""

    item = models.ForeignKey(RiskItem, on_delete=models.PROTECT, related_name="use_agreements")
    plan = models.TextField(help_text="what keeps the client safe when it is acted on")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "side"], name="one_use_agreement_a_side"),
            models.CheckConstraint(condition=~Q(plan=""), name="use_agreement_has_a_plan"),
        ]

    def __str__(self) -> str:
        return f"agreed by the {self.side} side"


class PlannedAction(CaseFact):
    """Something about to be done with or through an agency, before it is done. What has been done is `casework.Action`.

    Never refused for want of a strategy or a decision (S-21); refused only where it rests on what nobody but the
    client could have told (S-09, by the trigger on `Citation`).
    """

    on = models.DateField()
    purpose = models.CharField(max_length=8, help_text="K-39")
    agency = models.CharField(max_length=30, help_text="K-45")
    tool = models.CharField(max_length=60, blank=True, help_text="K-42")
    what = models.TextField()
    rests_on = models.TextField(
        help_text="what it rests on besides shared risk information, each with its source"
    )
    work_out = models.TextField(help_text="how could he work out where this came from?")
    will_think = models.TextField(
        help_text="what he will think caused it, and the source he knows that it is tied to"
    )
    visibility = models.CharField(max_length=12, choices=VISIBILITY)

    class Meta:
        indexes = [models.Index(fields=["case", "on"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(work_out="") & ~Q(will_think=""), name="planned_action_answers_inference"
            )
        ]

    def __str__(self) -> str:
        return f"planned for {self.on}"


class PlannedActionEnd(CaseFact):
    """A planned action was done, or is not done after all."""

    planned = models.OneToOneField(PlannedAction, on_delete=models.PROTECT, related_name="end")
    outcome = models.CharField(max_length=8, choices=PLAN_ENDS)
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.outcome


class Citation(BridgeFact):
    """A planned contact or action rests on one item. The mark of the item travels with it, and whoever sent it sees
    that it is used (S-08).

    A constraint trigger refuses it where the item may not be acted on (`safety.item_refusal`).
    """

    item = models.ForeignKey(RiskItem, on_delete=models.PROTECT, related_name="citations")
    booking = models.ForeignKey(Booking, null=True, on_delete=models.PROTECT, related_name="citations")
    planned = models.ForeignKey(PlannedAction, null=True, on_delete=models.PROTECT, related_name="citations")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(booking__isnull=False, planned__isnull=True)
                | Q(booking__isnull=True, planned__isnull=False),
                name="citation_is_by_one_thing",
            )
        ]

    def __str__(self) -> str:
        return "cites"
