"""What is around the client: children, others at risk, where he lives, safety measures, court, support
arranged.
"""

from __future__ import annotations

import uuid

from django.db import models

from .record import ClientFact

ANSWERS = [
    ("yes", "Yes"),
    ("no", "No"),
    ("unknown", "Unknown"),
    ("not_asked", "Not asked"),
    ("declined", "Chose not to say"),
]
"""Yes, no, and the missing states of K-01 that can be given to a question of fact."""


class Threaded(ClientFact):
    """A thing that is known again and again: `thread` is the thing, each version a row, the newest holds
    (S-48).
    """

    thread = models.UUIDField(default=uuid.uuid4)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class Child(Threaded):
    """A child as the IDVA knows of one (R-23). Where the child can be found is a sealed value, never here."""

    given_names = models.CharField(max_length=120, blank=True)
    born_on = models.DateField(null=True)
    age_band = models.CharField(
        max_length=12,
        default="unknown",
        choices=[
            ("unborn", "Not yet born"),
            ("0_4", "0 to 4"),
            ("5_9", "5 to 9"),
            ("10_15", "10 to 15"),
            ("16_17", "16 or 17"),
            ("adult", "18 or older"),
            ("unknown", "Unknown"),
        ],
    )
    lives_with_client = models.CharField(max_length=12, choices=ANSWERS, default="not_asked")
    carer = models.CharField(max_length=120, blank=True)
    sees_service_user = models.CharField(
        max_length=12, default="not_asked", choices=[*ANSWERS[:2], ("supervised", "Supervised"), *ANSWERS[2:]]
    )
    status = models.CharField(max_length=20, default="not_asked", help_text="K-59 or K-01")
    risk = models.CharField(
        max_length=12, default="unknown", help_text="K-28: risk from the Drive service user"
    )
    therapeutic_work = models.CharField(max_length=12, choices=ANSWERS, default="not_asked")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "thread", "version"], name="child_version")]

    def __str__(self) -> str:
        return f"child, version {self.version}"


class ChildrenKnown(ClientFact):
    """How much is known about how many children there are: a blank list says nothing (R-23)."""

    answer = models.CharField(
        max_length=12,
        choices=[
            ("none", "No children"),
            ("listed", "All are listed"),
            ("more", "There are more than listed"),
            ("unknown", "Unknown"),
            ("not_asked", "Not asked"),
        ],
    )
    as_of = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["record", "-as_of", "-recorded_at"])]

    def __str__(self) -> str:
        return self.answer


class OtherAtRisk(ClientFact):
    """Somebody else who may be harmed: a new partner, a parent, a friend who helps."""

    who = models.CharField(max_length=120)
    why = models.TextField()
    as_of = models.DateField()

    def __str__(self) -> str:
        return "another person at risk"


class LivingWith(ClientFact):
    """Whether the client and the Drive service user live together, as of a date (R-22, S-42)."""

    answer = models.CharField(max_length=12, choices=[*ANSWERS[:2], ("at_times", "At times"), *ANSWERS[2:]])
    as_of = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["record", "-as_of", "-recorded_at"])]

    def __str__(self) -> str:
        return self.answer


class SafetyMeasure(Threaded):
    """A measure that protects the client (R-67, K-48): asked for, in place, ended, or not given."""

    measure = models.CharField(max_length=24, help_text="K-48")
    state = models.CharField(
        max_length=12,
        choices=[
            ("asked", "Asked for"),
            ("in_place", "In place"),
            ("not_given", "Not given"),
            ("ended", "Ended"),
        ],
    )
    since = models.DateField()
    provider = models.CharField(max_length=120, blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "thread", "version"], name="safety_measure_version")
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.state}"


class SafetyPlan(ClientFact):
    """What the client does to stay safe, and who helps, as agreed with her or him: one version a row, the newest holds."""

    version = models.PositiveIntegerField(default=1)
    words = models.TextField(help_text="what the client does, alone and with whom, and what would change it")
    agreed_on = models.DateField()
    review_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "version"], name="safety_plan_version")]

    def __str__(self) -> str:
        return f"version {self.version}"


class CourtDate(Threaded):
    """A hearing that the client faces or fears, and who goes with her or him (V-17)."""

    on = models.DateField()
    at = models.TimeField(null=True)
    what = models.CharField(max_length=160)
    goes_along = models.CharField(max_length=120, blank=True)
    cancelled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "thread", "version"], name="court_date_version")
        ]

    def __str__(self) -> str:
        return f"court on {self.on}"


class SupportMobilised(ClientFact):
    """A support that the IDVA arranged for the client (V-18, V-19)."""

    what = models.CharField(max_length=160)
    provider = models.CharField(max_length=120, blank=True)
    arranged_on = models.DateField()

    def __str__(self) -> str:
        return f"support arranged {self.arranged_on}"
