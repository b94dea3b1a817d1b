"""Practice incidents, recorded without blame (S-41), and the emergency path (S-31)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from drive.advocacy.models import ClientFact
from drive.casework.models import CaseFact

from ..rules import EMERGENCY_RECIPIENTS, INCIDENT_KINDS


class PracticeIncident(CaseFact):
    """Something went against the rules of practice. Opened by the system or by anyone; owned by the
    service.
    """

    kind = models.CharField(max_length=32, choices=INCIDENT_KINDS)
    happened_on = models.DateField()
    what = models.TextField()
    contact_id = models.UUIDField(null=True, help_text="the recorded contact that opened it")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[code for code, _ in INCIDENT_KINDS]), name="incident_kind_is_listed"
            )
        ]

    def __str__(self) -> str:
        return self.kind


class IncidentClosing(CaseFact):
    """An incident closes only with what was learnt and what was decided about procedure (S-41)."""

    incident = models.OneToOneField(PracticeIncident, on_delete=models.PROTECT, related_name="closing")
    learnt = models.TextField()
    procedure = models.TextField(help_text="what changes in procedure or settings, or why nothing does")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(learnt="") & ~Q(procedure=""), name="incident_closes_with_learning"
            )
        ]

    def __str__(self) -> str:
        return "closed"


class Emergency(models.Model):
    """What was told to a statutory service because somebody is in danger now. Never refused, never delayed
    (S-31).
    """

    recipient = models.CharField(max_length=20, choices=EMERGENCY_RECIPIENTS)
    told_whom = models.CharField(max_length=120, blank=True, help_text="name or log number")
    told_at = models.DateTimeField()
    danger = models.TextField()
    said = models.TextField(help_text="what exactly was told")

    class Meta:
        abstract = True


class CaseEmergency(CaseFact, Emergency):
    """From the case manager's side."""

    def __str__(self) -> str:
        return f"told {self.recipient}"


class ClientEmergency(ClientFact, Emergency):
    """From the IDVA's side."""

    def __str__(self) -> str:
        return f"told {self.recipient}"
