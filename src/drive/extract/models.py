"""What leaves the house: asked for by one person, let go or refused by another, and each time it was written (S-40).

A release is an extract for evaluators or a performance return. Rows never change. Nothing here is about a service user
or a client: who asked, for whom, why, for which days, and how many rows went.
"""

from __future__ import annotations

from django.db import models

from drive.people.facts import Fact


class ReleaseKind(models.TextChoices):
    EXTRACT = "extract", "Extract for evaluators"
    RETURN = "return", "Performance return"


class ReleaseRequest(Fact):
    """Somebody asks that something may leave. `content` is a return as it stood when asked, protected (M-SDC); it is
    what the second person reads, and what goes out, so nobody is handed other numbers than those that were judged.
    """

    site_id = models.UUIDField()
    kind = models.CharField(max_length=8, choices=ReleaseKind.choices)
    study = models.CharField(
        max_length=24, blank=True, help_text="the study's own short code, for an extract"
    )
    first = models.DateField()
    last = models.DateField(help_text="the data cut of an extract")
    months = models.BooleanField(default=False, help_text="dates coarsened to months")
    recipient = models.CharField(max_length=120)
    purpose = models.TextField()
    content = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="release_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="extract") | (~models.Q(study="") & models.Q(content__isnull=True)),
                name="extract_names_its_study",
            ),
        ]
        indexes = [models.Index(fields=["site_id", "-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.kind}, {self.first} to {self.last}"

    @property
    def decision(self) -> ReleaseAnswer | None:
        """What the second person decided, or None while it waits."""
        return getattr(self, "answer", None)


class ReleaseOutcome(models.TextChoices):
    RELEASED = "released", "Release"
    REFUSED = "refused", "Do not release"


class ReleaseAnswer(Fact):
    """What the second person decided. One to a request; never by who asked, in whatever role (S-40)."""

    request = models.OneToOneField(ReleaseRequest, on_delete=models.PROTECT, related_name="answer")
    site_id = models.UUIDField()
    outcome = models.CharField(max_length=8, choices=ReleaseOutcome.choices)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome="refused") | ~models.Q(reason=""), name="refused_release_says_why"
            )
        ]

    def __str__(self) -> str:
        return self.outcome


class ReleaseFile(Fact):
    """A release was written to a file: how many rows of which table, and the file's digest."""

    request = models.ForeignKey(ReleaseRequest, on_delete=models.PROTECT, related_name="files")
    site_id = models.UUIDField()
    rows = models.JSONField(help_text="table to number of rows")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was written")
    key_check = models.CharField(
        max_length=16, blank=True, help_text="tells whether the next extract of the study has the same key"
    )

    def __str__(self) -> str:
        return f"{sum(self.rows.values())} rows"
