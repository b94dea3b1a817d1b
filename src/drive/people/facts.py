"""What every fact has in common: a random key drawn here, when it was recorded, by whom. Rows never change.

A correction is a new row (house decision 13); an edit of something versioned is the next version, and the database's
unique key over (record, version) is what stops a second editor from overwriting the first (S-48).
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db import connection, models
from django.utils import timezone

SAME_ACT = datetime.timedelta(minutes=1)
"""Within this time the same words of the same person in the same place are one act: a second click, a page sent again."""


class Fact(models.Model):
    """Abstract. `recorded_at` and `recorded_by` are set by commands and checked by row policies."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


def sent_before[F: models.Model](model: type[F], *, recorded_by_id: uuid.UUID, **values: Any) -> F | None:
    """The row that this person wrote with exactly these values within `SAME_ACT`, or None.

    Waits for an act of the same person that is still being written, so that of two at once the second finds the first.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(recorded_by_id)])
    since = timezone.now() - SAME_ACT
    return model._default_manager.filter(
        recorded_by_id=recorded_by_id, recorded_at__gt=since, **values
    ).first()


class Profile(models.Model):
    """What is known about one person in one role on one record: one version a row (R-20).

    Names are as the reader may use them; `folded_name` is the same without case and accents, for search under row
    policies. A birth date may be known to the day, the month or the year (R-12).
    """

    version = models.PositiveIntegerField(default=1)
    given_names = models.CharField(max_length=120, blank=True)
    family_name = models.CharField(max_length=120, blank=True)
    known_as = models.JSONField(default=list, blank=True, help_text="aliases and short names")
    folded_name = models.CharField(max_length=400, db_collation="C")
    born_on = models.DateField(null=True, blank=True)
    born_precision = models.CharField(
        max_length=5, default="day", choices=[("day", "day"), ("month", "month"), ("year", "year")]
    )
    gender = models.CharField(max_length=20, default="not_asked", help_text="K-02 or a missing state of K-01")
    ethnic_group = models.CharField(max_length=20, default="not_asked", help_text="K-03 or K-01")
    ethnicity_as_given = models.CharField(max_length=80, blank=True)
    orientation = models.CharField(max_length=20, default="not_asked", help_text="K-04 or K-01")
    employment = models.CharField(max_length=20, default="not_asked", help_text="K-05 or K-01")
    language = models.CharField(max_length=60, blank=True)
    interpreter = models.CharField(max_length=20, default="not_asked", help_text="yes, no or K-01")
    disability = models.CharField(max_length=20, default="not_asked", help_text="yes, no or K-01")
    died_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()

    @property
    def initials(self) -> str:
        """For lists, calendars and messages, where the other side's people are masked (S-03)."""
        return "".join(f"{part[0]}." for part in (self.given_names, self.family_name) if part)
