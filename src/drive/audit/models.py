"""The audit: who did or looked at what, when, why and in which role. No content, ever (house decision 12).

Events are written in the transaction of the act. They have no foreign keys, so the log never blocks an erasure and
outlives it. The sealer chains them afterwards (`drive.audit.sealing`).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class AuditEvent(models.Model):
    """One act or look. Insert only: a trigger refuses update, delete and truncate, and no role is granted them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now)
    act = models.CharField(max_length=40)
    kind = models.CharField(max_length=60, help_text="what kind of record, list or page")
    record_id = models.UUIDField(null=True)
    service_id = models.UUIDField(null=True, help_text="the service whose record it is, for its supervisor")
    site_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
    membership_id = models.UUIDField(null=True)
    role = models.CharField(max_length=24, blank=True)
    assignment_id = models.UUIDField(
        null=True, help_text="the assignment through which the reader had access"
    )
    fields = models.JSONField(default=list, help_text="names of the fields written, never their values")
    digest = models.CharField(max_length=64, blank=True, help_text="keyed digest of the row written")
    reason = models.TextField(blank=True)
    origin = models.CharField(max_length=45, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["record_id", "-at"], name="audit_by_record"),
            models.Index(fields=["membership_id", "-at"], name="audit_by_membership"),
            models.Index(fields=["site_id", "at"], name="audit_by_site"),
            models.Index(fields=["at", "id"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.kind} at {self.at:%Y-%m-%d %H:%M}"


class AuditSeal(models.Model):
    """The place of one event in the chain of its stream (one site, one day in UTC of sealing). Insert only.

    `number` counts from 1 within the stream; `chain` is the head after this event (`drive.audit.verify.chained`).
    """

    event_id = models.UUIDField(primary_key=True)
    stream = models.CharField(max_length=60)
    number = models.BigIntegerField()
    chain = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "number"], name="one_event_a_place")]

    def __str__(self) -> str:
        return f"{self.stream} {self.number}"
