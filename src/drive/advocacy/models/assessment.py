"""Answered questionnaires about the client: submitted ones never change (R-10)."""

from __future__ import annotations

from django.db import models

from drive.instruments.answers import ValidatedAnswers
from drive.instruments.stored import read_stored, title_of

from .record import ClientFact


class Point(models.TextChoices):
    """K-36, as far as the client's side uses it."""

    INTAKE = "intake", "Intake"
    REVIEW = "review", "Review"
    EXIT = "exit", "Exit"


class Assessment(ClientFact):
    """One submitted form: instrument and version, answers as given, the day they are about.

    An amendment is a new row that names the one it amends and why; both stay (R-10).
    """

    instrument = models.CharField(max_length=40)
    instrument_version = models.CharField(max_length=40)
    point = models.CharField(max_length=8, choices=Point.choices)
    as_of = models.DateField()
    answers = models.JSONField()
    amends = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="amended_by")
    amend_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="client_amendment_has_a_reason",
                condition=models.Q(amends__isnull=True) | ~models.Q(amend_reason=""),
            )
        ]
        indexes = [models.Index(fields=["record", "instrument", "-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.instrument} at {self.point}"

    @property
    def validated(self) -> ValidatedAnswers | None:
        """The answers under the version they were given in; None where they fit it no more (`read_stored`)."""
        return read_stored(self.instrument, self.instrument_version, self.answers)

    @property
    def title(self) -> str:
        """The form's name as it is called today; its bare id where nothing is called so any more."""
        return title_of(self.instrument)
