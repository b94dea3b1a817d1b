"""What an emergency reading of a part of a client's record opens: one page, never what is sealed (S-35)."""

from __future__ import annotations

from uuid import UUID

from drive.access.emergency import open_parts
from drive.access.models import EmergencyScope
from drive.access.part_page import Parts
from drive.access.stepping import Actor
from drive.components.dates import plain_date
from drive.instruments.codelists import code_list

from ..models import ClientProfile, OtherAtRisk, SafeContactRule, SafetyPlan
from .newest import newest


def part_of_record(actor: Actor, record_id: UUID) -> tuple[str, Parts, bool]:
    """Whose record it is, what is open of it, and whether stop concerns are too. Raises `ObjectDoesNotExist` where no part
    is open, also for a record that does not exist.
    """
    opened = open_parts(actor, record_id)
    who = newest(ClientProfile, record_id)
    if who is None:
        raise ClientProfile.DoesNotExist
    parts: Parts = []
    if EmergencyScope.REACH in opened:
        parts.append(("How to reach the client safely", _safe_ways(newest(SafeContactRule, record_id))))
    if EmergencyScope.DANGER in opened:
        plan = newest(SafetyPlan, record_id)
        agreed = [f"{plan.words} Agreed {plain_date(plan.agreed_on)}."] if plan else []
        parts.append(("Safety plan", agreed))
        others = OtherAtRisk.objects.filter(record_id=record_id).order_by("-as_of", "-recorded_at")[:20]
        parts.append(("Others at risk", [f"{one.who}: {one.why}" for one in others]))
    return who.full_name, parts, EmergencyScope.DANGER in opened


def _safe_ways(rule: SafeContactRule | None) -> list[str]:
    if rule is None:
        return []
    words = dict(code_list("K-18").choices())
    ways = ", ".join(words.get(code, code) for code in rule.channels) or "None agreed"
    said = (
        rule.when_safe,
        rule.how,
        rule.if_someone_else and f"If somebody else answers: {rule.if_someone_else}",
    )
    return [f"{ways}. Agreed {plain_date(rule.agreed_on)}.", *(line for line in said if line)]
