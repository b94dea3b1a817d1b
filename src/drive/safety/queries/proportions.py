"""How two professionals come to an outcome, as managers see it: how often alike, how often not (S-16). Never by worker."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from ..models import ContactView, OutcomeAnswer
from ..rules import leans_on_the_other

WITHIN = datetime.timedelta(days=90)
"""The time that is counted."""


@dataclass(frozen=True, slots=True)
class Proportions:
    """Of the outcomes answered lately: agreed without dissent, agreed with it, not agreed. Of the views: how many lean."""

    agreed: int
    with_dissent: int
    not_agreed: int
    views: int
    leaning: int

    @property
    def words(self) -> str:
        """In two sentences, without a rate: small numbers are counted, not graded."""
        answered = self.agreed + self.with_dissent + self.not_agreed
        if not answered and not self.views:
            return "No outcome was answered in the last 90 days."
        return (
            f"Of {answered} outcomes answered in the last 90 days, {self.agreed} were agreed without dissent, "
            f"{self.with_dissent} with it, {self.not_agreed} were not agreed. Of {self.views} views of case managers, "
            f"{self.leaning} said no more than the IDVA’s. Always alike is no better than often apart."
        )


def proportions() -> Proportions:
    """Over the links that a manager's scope shows."""
    since = timezone.now() - WITHIN
    answers = OutcomeAnswer.objects.filter(recorded_at__gte=since).values_list(
        "answer", "dissent", "proposal__dissent"
    )
    found = [("agree" if answer == "agree" else "not", bool(own or first)) for answer, own, first in answers]
    views = list(
        ContactView.objects.filter(side="su", recorded_at__gte=since).values_list("own_view", flat=True)
    )
    return Proportions(
        agreed=found.count(("agree", False)),
        with_dissent=found.count(("agree", True)),
        not_agreed=sum(answer == "not" for answer, _dissent in found),
        views=len(views),
        leaning=sum(map(leans_on_the_other, views)),
    )
