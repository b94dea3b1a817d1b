"""What oversight keeps: alerts about looks, what was found about them, and what a worker says of themselves for them.

An alert is found by the clock in the audit (`access.find_alerts`, policies.sql). It holds keys and one number, never
anything of the record, and belongs to the record's own service: whoever supervises the other side does not learn that
there was something to look at.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class AlertKind(models.TextChoices):
    """Why a look is put before somebody (S-34)."""

    NO_RELATION = "no_relation", "No relation to the record"
    OWN_NAME = "own_name", "Same surname as the reader"
    OWN_ADDRESS = "own_address", "Same address or phone as the reader"
    BARRED = "barred", "A declared tie, restriction or exclusion"
    PROBING = "probing", "Times, places or channels tried again and again"
    VOLUME = "volume", "Many more records than usual"


class Alert(models.Model):
    """One thing to ask somebody about: a reader, a record or none, a day. Written by the clock, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=AlertKind.choices)
    found_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(help_text="when the look was made")
    looked_on = models.DateField(help_text="the same as a day in London: one alert of a kind a day")
    user_id = models.UUIDField(help_text="whose look it was; they never see the alert")
    membership_id = models.UUIDField()
    record_id = models.UUIDField(null=True, help_text="empty for unusual volume")
    service_id = models.UUIDField(help_text="the record's own service; for volume the reader's")
    site_id = models.UUIDField()
    was_denied = models.BooleanField(default=False)
    records_in_the_hour = models.PositiveIntegerField(null=True)
    usual_in_an_hour = models.PositiveIntegerField(
        null=True, help_text="what 99 of 100 hours of this role stay within"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "membership_id", "record_id", "looked_on"],
                nulls_distinct=False,
                # Whoever was answered for and tries on is asked about anew, the same day too.
                condition=~models.Q(kind="probing"),
                name="one_alert_a_kind_and_day",
            )
        ]
        indexes = [
            models.Index(fields=["service_id", "-looked_at"], name="alert_by_service"),
            models.Index(fields=["site_id", "-looked_at"], name="alert_by_site"),
        ]

    def __str__(self) -> str:
        return self.kind


class AlertAnswer(models.Model):
    """What was found about an alert, by whom: explained, or followed up. The newest holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="answers")
    finding = models.CharField(
        max_length=12, choices=[("explained", "Explained"), ("followed_up", "Followed up with the reader")]
    )
    words = models.TextField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.finding


class OwnChannel(models.Model):
    """A worker's own address or phone as a keyed digest: compared with records', never read back by anybody (S-34)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=[("address", "Address"), ("phone", "Phone")])
    lookup = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "lookup"], name="own_channel_once"),
        ]

    def __str__(self) -> str:
        return self.kind


class UsualVolume(models.Model):
    """How many records people of one role open in an hour of work: reckoned once a day by the clock. Insert only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    role = models.CharField(max_length=24)
    reckoned_on = models.DateField()
    hours = models.PositiveIntegerField(help_text="how many hours of work it rests on")
    usual = models.PositiveIntegerField(help_text="99 of 100 of these hours stay within this")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "reckoned_on"], name="usual_volume_a_role_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.usual}"


class AuditWatch(models.Model):
    """How far the clock has read the audit for alerts. One row, moved on by the database's own function."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_audit_watch")]

    def __str__(self) -> str:
        return f"until {self.until}"
