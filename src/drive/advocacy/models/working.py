"""The IDVA's work with the client as dated histories: the newest row holds, no row changes (R-03)."""

from __future__ import annotations

from django.db import models

from ..rules import REACHED
from .record import ClientFact


class StartedBy(models.TextChoices):
    WORKER = "worker", "Us"
    CLIENT = "client", "The client"
    OTHER = "other", "Somebody else"


class ClientContact(ClientFact):
    """An attempt or a contact that happened (S-43): written whenever it is known, never refused for being
    late.
    """

    happened_at = models.DateTimeField()
    channel = models.CharField(max_length=16, help_text="K-18")
    outcome = models.CharField(max_length=20, help_text="K-19")
    started_by = models.CharField(max_length=8, choices=StartedBy.choices, default=StartedBy.WORKER)
    via = models.CharField(max_length=120, blank=True, help_text="through whom, where somebody passed it on")
    content = models.TextField(blank=True)
    in_person = models.BooleanField(
        default=True,
        help_text="with the client, not through somebody else: what a last contact is counted from",
    )

    class Meta:
        indexes = [models.Index(fields=["record", "-happened_at"])]

    def __str__(self) -> str:
        return f"{self.channel}: {self.outcome}"

    @property
    def reached(self) -> bool:
        """Whether the client and the worker spoke with each other, and not through somebody else (K-19)."""
        return self.in_person and self.outcome in REACHED


class EngagementEntry(ClientFact):
    """How the client is engaged, since when, through which channel, and why (K-21, V-09).

    `value` and `since` are shown to the case manager (S-03). `reason` and `seen_by` never cross.
    """

    value = models.CharField(max_length=16, help_text="K-21")
    since = models.DateField()
    channel = models.CharField(max_length=16, blank=True, help_text="K-18")
    reason = models.TextField(blank=True)
    seen_by = models.CharField(max_length=200, blank=True, help_text="who else sees the client")

    class Meta:
        indexes = [models.Index(fields=["record", "-since", "-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.value} since {self.since}"


class ToldBy(models.TextChoices):
    IDVA = "idva", "Me or another IDVA"
    AGENCY = "agency", "Another agency"
    SERVICE_USER = "service_user", "The Drive service user"
    NOBODY = "nobody", "Nobody yet"


class InformedEntry(ClientFact):
    """Whether the client knows of Drive (K-23, S-22): what was told, by whom, when, or why it is held back.

    Withholding always has a reason, a reviewer and a review date; deferring has a review date.
    """

    state = models.CharField(max_length=16, help_text="K-23.state")
    decided_on = models.DateField()
    told = models.TextField(blank=True, help_text="what was said, in words the client heard")
    told_by = models.CharField(max_length=12, choices=ToldBy.choices, default=ToldBy.NOBODY)
    reason = models.CharField(max_length=20, blank=True, help_text="K-23.reason")
    reason_detail = models.TextField(blank=True)
    reviewer = models.ForeignKey("access.Membership", null=True, on_delete=models.PROTECT, related_name="+")
    review_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="withholding_has_reason_reviewer_review",
                condition=~models.Q(state="withheld")
                | (~models.Q(reason="") & models.Q(reviewer__isnull=False, review_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="deferring_has_a_review",
                condition=~models.Q(state="deferred") | models.Q(review_on__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["record", "-decided_on", "-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.state} on {self.decided_on}"


class Updates(models.TextChoices):
    """V-08: what the client wants to hear, apart from whether she knows of Drive."""

    FULL = "full", "Everything we may tell"
    HEADLINES = "headlines", "Headlines only"
    EMERGENCIES = "emergencies", "Emergencies only"
    NONE = "none", "No news"


class UpdatePreference(ClientFact):
    """What news the client wants (V-08). Wanting none still allows check-ins."""

    value = models.CharField(max_length=12, choices=Updates.choices)
    said_on = models.DateField()
    words = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["record", "-said_on", "-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.value}, said {self.said_on}"


class Wish(ClientFact):
    """What the client wants, in her or his own words. The newest is shown first; none is overwritten."""

    words = models.TextField()
    said_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["record", "-said_on", "-recorded_at"])]

    def __str__(self) -> str:
        return f"said {self.said_on}"


class CheckInPlan(ClientFact):
    """What is agreed about check-ins, and when the next is due (V-11, C-16). The newest row holds.

    Recording a check-in adds the next row, so that one column of one row says what is due. `due_on` empty:
    stopped.
    """

    interval_days = models.PositiveSmallIntegerField()
    due_on = models.DateField(null=True)
    safe_time = models.CharField(max_length=80, blank=True)
    questions = models.TextField(blank=True, help_text="what was agreed to be asked")
    why = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["record", "-recorded_at"])]

    def __str__(self) -> str:
        return f"due {self.due_on}"


class CheckIn(ClientFact):
    """One check-in (R-71): when, outcome K-50, what was said here, and the summary that goes to the case
    manager.
    """

    contact = models.OneToOneField(ClientContact, on_delete=models.PROTECT, related_name="check_in")
    done_at = models.DateTimeField()
    was_due_on = models.DateField(null=True)
    outcome = models.CharField(max_length=16, help_text="K-50")
    feels_safer = models.CharField(
        max_length=16, default="not_asked", help_text="K-33, as the client sees it"
    )
    summary = models.TextField(blank=True, help_text="what the case manager is told")
    note = models.TextField(blank=True, help_text="stays on this side")

    class Meta:
        indexes = [models.Index(fields=["record", "-done_at"])]

    def __str__(self) -> str:
        return f"{self.outcome} at {self.done_at:%Y-%m-%d}"
