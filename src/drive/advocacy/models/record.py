"""The record itself, who it is about, and its end."""

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
        indexes = [models.Index(fields=["person_key"], name="vs_record_of_person")]

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


class RecordExit(ClientFact):
    """The service stopped working with the client (R-72, K-62). Independent of the end of any Drive case
    (V-18, P-49).

    At most one a record: a client who comes back gets a new record, so that each episode has its own intake
    and exit (`commands.open_again`).
    """

    exited_on = models.DateField()
    reason = models.CharField(max_length=20, help_text="K-62")
    detail = models.TextField(blank=True)
    check_ins_continue = models.BooleanField(
        help_text="the client agreed to short check-ins while Drive goes on (V-12)"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record"], name="one_exit_per_record")]

    def __str__(self) -> str:
        return f"{self.reason}, {self.exited_on}"


class LinkedAgain(ClientFact):
    """Why this record was linked again to the Drive case of the client's earlier one (ADR 24). Never crosses."""

    link_id = models.UUIDField(help_text="the link that was made")
    reason = models.TextField()

    def __str__(self) -> str:
        return "linked again"
