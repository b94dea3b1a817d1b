"""When a worker is away and who covers (V-17, S-46). Access itself is an assignment with two dates, never this row."""

from __future__ import annotations

from django.db import models

from drive.people.facts import Fact


class Absence(Fact):
    """Somebody of the service is away from `first_day` to `last_day`, both included.

    The worker says so; their manager names who covers, in a row of its own about the same days. The newest row about one
    worker's first day holds (`absences_that_hold`); `withdrawn` says that they are not away after all. Cover follows each
    row, whoever writes it: what an earlier row gave and this one does not ends at once (policies.sql).
    """

    service_id = models.UUIDField()
    membership = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    cover = models.ForeignKey("access.Membership", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn = models.BooleanField(default=False)
    handover = models.TextField(blank=True, help_text="what whoever covers needs to know")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="absence_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=models.Q(cover__isnull=True) | ~models.Q(cover=models.F("membership")),
                name="nobody_covers_for_themselves",
            ),
        ]
        indexes = [models.Index(fields=["service_id", "last_day"])]

    def __str__(self) -> str:
        return f"away {self.first_day} to {self.last_day}"


def absences_that_hold() -> models.QuerySet[Absence]:
    """The newest row of each absence, unless it was withdrawn."""
    later = Absence.objects.filter(
        membership=models.OuterRef("membership"),
        first_day=models.OuterRef("first_day"),
        recorded_at__gt=models.OuterRef("recorded_at"),
    )
    return Absence.objects.filter(~models.Exists(later), withdrawn=False)
