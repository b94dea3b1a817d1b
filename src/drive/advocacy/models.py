"""The client's record: what the IDVA's side holds. Nothing here is read by the case manager's side (S-01)."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from drive.people.facts import Fact, Profile


class VsRecord(models.Model):
    """One client's record at one IDVA service (R-70). The row never changes; what happens are facts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=8)
    person_key = models.UUIDField(help_text="bare key of the person; joins nothing that this side can read")
    site_id = models.UUIDField()
    service_id = models.UUIDField()
    opened_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "service_id"], name="vs_record_with_service"),
            models.UniqueConstraint(fields=["service_id", "code"], name="vs_record_code_within_service"),
        ]

    def __str__(self) -> str:
        return self.code


class ClientFact(Fact):
    """A fact of one client record. `service_id` is the record's own, kept true by a composite foreign key."""

    record = models.ForeignKey(VsRecord, on_delete=models.PROTECT, related_name="%(class)ss")
    service_id = models.UUIDField()

    class Meta:
        abstract = True


class ClientProfile(ClientFact, Profile):
    """Who the client is, as the IDVA knows her (R-20). The newest version is the current one."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "version"], name="client_profile_version")]
        indexes = [models.Index(fields=["service_id", "folded_name"])]

    def __str__(self) -> str:
        return f"version {self.version}"


class SealedValue(ClientFact):
    """An address, a phone, a school, a workplace, a refuge, a service that supports her: sealed (S-06).

    `ciphertext` is AES-GCM under a key outside the database, bound to this row; opened with a reason, each opening an
    event. `withheld` means from everybody but the holder.
    """

    kind = models.CharField(
        max_length=12,
        choices=[
            ("address", "Address"),
            ("phone", "Phone"),
            ("email", "Email"),
            ("school", "School or nursery"),
            ("workplace", "Workplace"),
            ("refuge", "Refuge"),
            ("service", "Service that supports the client"),
        ],
    )
    ciphertext = models.BinaryField()
    lookup = models.CharField(max_length=64, blank=True, help_text="keyed digest of the folded value, for S-14")
    withheld = models.BooleanField(default=False)
    ended_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"sealed {self.kind}"
