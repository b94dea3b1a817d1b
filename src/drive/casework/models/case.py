"""The case of a service user: who it is, what holds of it, who is linked to it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from drive.people.facts import Fact, Profile


class SuCase(models.Model):
    """One service user's case at one service (R-37). The row never changes; what happens to it are facts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=8)
    person_key = models.UUIDField(help_text="bare key of the person; joins nothing that this side can read")
    site_id = models.UUIDField()
    service_id = models.UUIDField()
    referral_id = models.UUIDField(null=True)
    referred_on = models.DateField()
    accepted_on = models.DateField(null=True)
    allocated_on = models.DateField()
    starts_on = models.DateField(help_text="month 1 begins here (C-06)")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "service_id"], name="su_case_with_service"),
            models.UniqueConstraint(fields=["service_id", "code"], name="su_case_code_within_service"),
        ]

    def __str__(self) -> str:
        return self.code


class CaseFact(Fact):
    """A fact of one case. `service_id` is the case's own, kept true by a composite foreign key."""

    case = models.ForeignKey(SuCase, on_delete=models.PROTECT, related_name="%(class)ss")
    service_id = models.UUIDField()

    class Meta:
        abstract = True


class ServiceUserProfile(CaseFact, Profile):
    """Who the service user is, as this side knows him (R-20). The newest version is the current one."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="service_user_profile_version")
        ]
        indexes = [models.Index(fields=["service_id", "folded_name"])]

    def __str__(self) -> str:
        return f"version {self.version}"


class CaseHistory(models.TextChoices):
    """The six independent histories of a case; none is derived from another (P-01)."""

    STATUS = "status", "Case status"
    CONTACT = "contact", "Contact"
    ENGAGEMENT = "engagement", "Engagement"
    APPROACH = "approach", "Approach"
    WHEREABOUTS = "whereabouts", "Whereabouts"
    LEGAL = "legal", "Legal position"


class StateEntry(CaseFact):
    """One step of one history: a value, since when, why (R-03). The newest by `since`, then `recorded_at`,
    holds.

    Codes: status K-16, contact K-17, engagement K-20, approach K-15, whereabouts K-58, legal position K-37.
    """

    history = models.CharField(max_length=12, choices=CaseHistory.choices)
    value = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField(
        null=True, help_text="where an end is known in advance: an order, a licence, a hold's review"
    )
    detail = models.CharField(
        max_length=200, blank=True, help_text="K-54 for a hold; area, prison or court otherwise"
    )
    reason = models.TextField(blank=True)
    meanwhile = models.TextField(blank=True, help_text="what goes on during a hold (P-43)")
    exit_plan = models.TextField(
        blank=True, help_text="pace, reason he is given, who watches, what the IDVA says (S-23)"
    )
    owner = models.ForeignKey("access.Membership", null=True, on_delete=models.PROTECT, related_name="+")
    follows = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="followed_by",
        help_text="the entry written before in this history: of two people changing it at once, one is told (S-48)",
    )

    class Meta:
        indexes = [models.Index(fields=["case", "history", "-since", "-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.history}: {self.value} since {self.since}"


class LinkedPerson(CaseFact):
    """A victim/survivor as the referral named her: all that this side holds about her for itself (S-03,
    R-22).
    """

    link_id = models.UUIDField(null=True, help_text="the bridge's link, once an IDVA service holds a record")
    name_as_referred = models.CharField(max_length=240)
    relationship = models.CharField(max_length=20, help_text="K-06 or K-01")
    age_as_referred = models.PositiveSmallIntegerField(null=True)
    gender_as_referred = models.CharField(max_length=20, default="unknown")
    is_index = models.BooleanField(default=False)

    def __str__(self) -> str:
        return "linked person"


class ContactChannel(CaseFact):
    """An address, number or email at which the service user can be reached, or could be (R-21).

    Each row stays, because a former address of his may be hers today. `lookup` is the keyed digest by which the bridge
    tells that a linked person has the same (S-14); the newest row of a digest says whether it still holds.
    """

    kind = models.CharField(
        max_length=8, choices=[("phone", "Phone"), ("address", "Address"), ("email", "Email")]
    )
    value = models.CharField(max_length=300)
    lookup = models.CharField(max_length=64)
    label = models.CharField(
        max_length=80, blank=True, help_text="whose it is, and who else may open or answer"
    )
    source = models.CharField(max_length=120, blank=True, help_text="who said so")
    ended_on = models.DateField(null=True, help_text="the day from which it held no more")

    class Meta:
        indexes = [models.Index(fields=["case", "-recorded_at"]), models.Index(fields=["lookup"])]

    def __str__(self) -> str:
        return f"channel: {self.kind}"
