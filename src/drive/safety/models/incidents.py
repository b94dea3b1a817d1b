"""Practice incidents, recorded without blame (S-41), and the emergency path (S-31)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from drive.advocacy.models import ClientFact
from drive.casework.models import CaseFact

from ..rules import EMERGENCY_RECIPIENTS, INCIDENT_CHANGES, INCIDENT_KINDS
from .links import SIDES, CaseLink


class AboutCaseOrLink(CaseFact):
    """Abstract: a fact of a case that both sides of one of its links may read as well, when it names the link.

    Without a link it is the case manager's side's alone: with several clients linked, none of their workers learns of
    another by it (S-04). `side` is the side that wrote. The keys are the link's own, by a composite foreign key.
    """

    side = models.CharField(max_length=4, choices=SIDES, default="su")
    link = models.ForeignKey(CaseLink, null=True, on_delete=models.PROTECT, related_name="%(class)ss")
    vs_record_id = models.UUIDField(null=True)
    vs_service_id = models.UUIDField(null=True)

    class Meta:
        abstract = True


def _link_whole(name: str) -> models.CheckConstraint:
    """The keys of the client's side stand exactly where a link does; the client's side writes on a link alone."""
    whole = Q(link__isnull=False, vs_record_id__isnull=False, vs_service_id__isnull=False)
    none = Q(link__isnull=True, vs_record_id__isnull=True, vs_service_id__isnull=True, side="su")
    return models.CheckConstraint(condition=whole | none, name=name)


class PracticeIncident(AboutCaseOrLink):
    """Something went against the rules of practice. Opened by the system or by anyone on either side, without blame
    (S-41).
    """

    kind = models.CharField(max_length=32, choices=INCIDENT_KINDS)
    happened_on = models.DateField()
    what = models.TextField()
    agency = models.CharField(max_length=30, blank=True, help_text="K-45: whose act it was, where not ours")
    response = models.TextField(blank=True, help_text="what was done at once")
    contact_id = models.UUIDField(null=True, help_text="the recorded contact that opened it")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[code for code, _ in INCIDENT_KINDS]), name="incident_kind_is_listed"
            ),
            _link_whole("incident_names_its_link_whole"),
        ]

    def __str__(self) -> str:
        return self.kind


class IncidentCharge(AboutCaseOrLink):
    """Who sees to an incident, and by when. The newest holds."""

    incident = models.ForeignKey(PracticeIncident, on_delete=models.PROTECT, related_name="charges")
    responsible = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()

    class Meta:
        constraints = [_link_whole("charge_names_its_link_whole")]

    def __str__(self) -> str:
        return f"by {self.due_on}"


class IncidentClosing(AboutCaseOrLink):
    """An incident closes only with what was learnt and what was decided about procedure (S-41)."""

    incident = models.OneToOneField(PracticeIncident, on_delete=models.PROTECT, related_name="closing")
    learnt = models.TextField()
    changed = models.CharField(
        max_length=12,
        blank=True,
        choices=INCIDENT_CHANGES,
        help_text="empty where closed before it was asked",
    )
    procedure = models.TextField(help_text="what changes in procedure or settings, or why nothing does")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(learnt="") & ~Q(procedure=""), name="incident_closes_with_learning"
            ),
            _link_whole("closing_names_its_link_whole"),
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
