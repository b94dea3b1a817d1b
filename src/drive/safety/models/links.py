"""The link between a case and a client's record, and what every row about one link has in common."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

SIDES = [("su", "Case manager's side"), ("vs", "IDVA's side")]


class CaseLink(models.Model):
    """One service user's case and one client's record belong together (R-22). Each side sees only its own
    links.

    It carries both sides' keys and services, so that each side's policies can decide; it carries no name.

    A client who comes back has a new record, and a new link that goes on from the former one (ADR 24): both are of one
    `thread`, and of a thread the highest number alone waits for anything. Nothing of the former is moved.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    su_case_id = models.UUIDField()
    su_service_id = models.UUIDField()
    vs_record_id = models.UUIDField()
    vs_service_id = models.UUIDField()
    site_id = models.UUIDField()
    is_index = models.BooleanField(default=False)
    thread = models.UUIDField(
        null=True, help_text="the first link of this client to this case; empty at the first itself"
    )
    number = models.PositiveSmallIntegerField(default=1, help_text="place in the thread, from one")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["su_case_id", "vs_record_id"], name="one_link_per_pair"),
            models.UniqueConstraint(
                fields=["id", "su_case_id", "su_service_id", "vs_record_id", "vs_service_id"],
                name="link_with_both_sides",
            ),
            models.UniqueConstraint(fields=["thread", "number"], name="one_link_goes_on_from_each"),
            models.CheckConstraint(
                condition=Q(thread=None, number=1) | Q(thread__isnull=False, number__gt=1),
                name="first_link_begins_its_thread",
            ),
        ]
        indexes = [
            models.Index(fields=["vs_record_id"]),
            models.Index(fields=["su_service_id"]),
            models.Index(fields=["vs_service_id"]),
        ]

    def __str__(self) -> str:
        return "link"

    @property
    def first_of_thread(self) -> uuid.UUID:
        """The key of the thread's first link, by which the case manager's side names the client (`LinkedPerson.link_id`)."""
        return self.thread or self.pk


class BridgeFact(models.Model):
    """Abstract: a row that both sides of one link may read, written by one of them.

    The keys of both sides are the link's own, kept true by a composite foreign key; the policies decide by
    them. `side` is the side that wrote, checked by policy. `recorded_at` is the database's own clock
    (policies.sql), so that two web processes whose clocks differ cannot disagree about what came first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(CaseLink, on_delete=models.PROTECT, related_name="%(class)ss")
    side = models.CharField(max_length=4, choices=SIDES)
    su_case_id = models.UUIDField()
    su_service_id = models.UUIDField()
    vs_record_id = models.UUIDField()
    vs_service_id = models.UUIDField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
