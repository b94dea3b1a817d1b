"""What an emergency reading of a part of a case opens: one page, and nothing about what it leaves shut (S-35)."""

from __future__ import annotations

from uuid import UUID

from drive.access.emergency import open_parts
from drive.access.models import EmergencyScope
from drive.access.part_page import Parts
from drive.access.stepping import Actor
from drive.components.dates import plain_date

from . import queries
from .channels import in_use
from .models import CaseHistory, LinkedPerson
from .rules import label_of


def part_of_case(actor: Actor, case_id: UUID) -> tuple[str, Parts, bool]:
    """Whose case it is, what is open of it, and whether stop concerns are too. Raises `ObjectDoesNotExist` where no part
    is open, also for a case that does not exist.
    """
    opened = open_parts(actor, case_id)
    who = queries.profile(case_id)
    seen = queries.steps(case_id, CaseHistory.WHEREABOUTS).order_by("-since", "-recorded_at").first()
    where = (
        [f"{label_of('K-58', seen.value)}, since {plain_date(seen.since)}. {seen.detail}".strip()]
        if seen
        else []
    )
    parts: Parts = [("Where he is", where)]
    if EmergencyScope.REACH in opened:
        parts.append(
            ("How to reach him", [f"{one.get_kind_display()}: {one.value}" for one in in_use(case_id)])
        )
    if EmergencyScope.DANGER in opened:
        people = LinkedPerson.objects.filter(case_id=case_id).order_by("-is_index", "recorded_at")
        named = [f"{one.name_as_referred}, {label_of('K-06', one.relationship)}" for one in people]
        parts.append(("Who may be in danger, as referred", named))
    return who.full_name, parts, EmergencyScope.DANGER in opened
