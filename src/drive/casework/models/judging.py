"""What was judged of a case: assessments, rises of risk and their review, sharing, closing."""

from __future__ import annotations

import datetime

from django.db import models

from drive.instruments.answers import ValidatedAnswers
from drive.instruments.stored import read_stored

from .case import CaseFact, LinkedPerson, StateEntry


class Assessment(CaseFact):
    """A submitted form of one instrument at one point (R-10, R-44 to R-49). Never changes.

    An amendment is a new row that supersedes one row, with the reason; both stay. `answers` is what
    `ValidatedAnswers.as_data` gives; `validated` reads it back.
    """

    instrument = models.CharField(max_length=40)
    instrument_version = models.CharField(max_length=40)
    point = models.CharField(max_length=12, help_text="K-36")
    as_of = models.DateField(help_text="the day the answers are about")
    linked_person = models.ForeignKey(
        LinkedPerson,
        null=True,
        on_delete=models.PROTECT,
        related_name="assessments",
        help_text="where the unit is the link",
    )
    answers = models.JSONField()
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    amendment_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "instrument", "point", "linked_person", "as_of"],
                condition=models.Q(supersedes__isnull=True) & ~models.Q(instrument="risk_change"),
                nulls_distinct=False,
                name="one_assessment_a_day_and_point",
            ),
            models.CheckConstraint(
                condition=models.Q(supersedes__isnull=True) | ~models.Q(amendment_reason=""),
                name="amendment_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["case", "instrument", "-as_of"], name="assessment_by_case")]

    def __str__(self) -> str:
        return f"{self.instrument} {self.point}"

    @property
    def validated(self) -> ValidatedAnswers | None:
        """The answers under the version they were given in; None where they fit it no more (`read_stored`)."""
        return read_stored(self.instrument, self.instrument_version, self.answers)


class ReviewFlag(CaseFact):
    """Something got worse between two forms: a review is asked of the case manager and the manager (S-49)."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="review_flag")
    rises = models.JSONField(help_text="list of item, before and after")
    more_is_known = models.BooleanField(
        default=False, help_text="fewer answers missing than before: trust brings disclosure"
    )

    def __str__(self) -> str:
        return "review asked"


class ReviewFlagAnswer(CaseFact):
    """What was decided about a flag. Ends it; two people cannot both."""

    flag = models.OneToOneField(ReviewFlag, on_delete=models.PROTECT, related_name="answer")
    words = models.TextField()

    def __str__(self) -> str:
        return "review done"


class SharingAnswer(models.TextChoices):
    """Whether his coded data may be passed to evaluators (P-20, R-33): the answers of the extract's `consent`."""

    YES = "yes", "Agrees"
    NO = "no", "Does not agree, or no longer"
    NOT_ASKED = "not_asked", "Not asked"


class SharingConsent(CaseFact):
    """What the service user said about passing coded data to evaluators (P-20). The newest by `said_on` holds.

    It filters extracts and never the work: nothing on the case asks for it. Without a row he was not asked.
    """

    answer = models.CharField(max_length=12, choices=SharingAnswer.choices)
    said_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["case", "-said_on", "-recorded_at"], name="sharing_by_case")]

    def __str__(self) -> str:
        return self.answer


class Closure(CaseFact):
    """The end of Drive for the service user, and what is in place afterwards (R-75, P-47).

    Closed is not safe.
    """

    closed_on = models.DateField()
    status_before = models.OneToOneField(
        StateEntry,
        on_delete=models.PROTECT,
        related_name="closure",
        help_text="of two people closing at once, one is told",
    )
    primary_reason = models.CharField(max_length=20, help_text="K-52")
    contributing = models.JSONField(default=list, help_text="K-52")
    engagement = models.CharField(max_length=16, help_text="K-20, or a missing state of K-01")
    all_actions_done = models.BooleanField(default=False, help_text="every possible action is done (P-45)")
    escalation = models.JSONField(default=list, help_text="marac, mappa, police, childrens_services (P-48)")
    escalation_detail = models.TextField(blank=True)
    measures = models.TextField(help_text="measures in place")
    eyes_on = models.TextField(help_text="who still has eyes on the service user")
    risk_owner = models.CharField(
        max_length=30, help_text="K-45, or unknown: the agency that owns the risk (P-52)"
    )
    referrals = models.TextField(blank=True)
    step_down = models.TextField(blank=True, help_text="plan of lighter contact, if any")
    exit_plan = models.TextField(help_text="pace of stepping back, and the reason he is given (S-23)")
    client_may_be_told = models.TextField(help_text="what the IDVA may tell the client")
    others_at_risk = models.TextField(help_text="others at risk, unknown allowed (S-20)")
    risk_of_closing = models.TextField(help_text="what closing may do (S-20)")
    exit_missing_reason = models.TextField(blank=True, help_text="why exit assessments are missing")
    agreed_idva = models.CharField(max_length=12, help_text="yes, no or not_asked (P-46)")
    agreed_panel = models.CharField(max_length=12, help_text="yes, no or not_asked (P-46)")
    follow_up_on = models.JSONField(default=list, help_text="dates at which somebody looks again (C-24)")

    def __str__(self) -> str:
        return f"closed {self.closed_on}"

    @property
    def follow_up_dates(self) -> list[datetime.date]:
        """When somebody looks again, soonest first."""
        return sorted(datetime.date.fromisoformat(day) for day in self.follow_up_on)
