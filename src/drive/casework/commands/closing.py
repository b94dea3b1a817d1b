"""Closing a case: the record of what is in place, and the last status (R-75, P-45 to P-48).

`safety.commands.close_case` calls this and tells each linked IDVA why and what happens next.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor

from .. import rules, transitions
from ..closing_facts import closure_facts, follow_up_months
from ..models import CaseHistory, Closure, StateEntry, SuCase
from .conflicts import SomeoneSavedFirst
from .writing import write

AGREEMENT = ("yes", "no", "not_asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClosure:
    """A closing as written. Codes: reasons K-52, engagement K-20 or K-01, risk_owner K-45 or `unknown`."""

    closed_on: datetime.date
    primary_reason: str
    engagement: str
    measures: str
    eyes_on: str
    risk_owner: str
    exit_plan: str
    client_may_be_told: str
    others_at_risk: str
    risk_of_closing: str
    agreed_idva: str
    agreed_panel: str
    contributing: list[str] = field(default_factory=list)
    all_actions_done: bool = False
    escalation: list[str] = field(default_factory=list)
    escalation_detail: str = ""
    referrals: str = ""
    step_down: str = ""
    exit_missing_reason: str = ""


NEEDED_WORDS: Mapping[str, tuple[str, str]] = {
    "measures": ("Say what is in place. None is an answer.", "P-47"),
    "eyes_on": ("Say who still has eyes on the service user.", "P-47"),
    "exit_plan": ("Say how you step back, and the reason he is given.", "S-23"),
    "client_may_be_told": ("Say what the IDVA may tell the client.", "P-47"),
    "others_at_risk": ("Say who else may be at risk. Unknown is an answer.", "S-20"),
    "risk_of_closing": ("Say what closing may do. Unknown is an answer.", "S-20"),
}


@transaction.atomic
def close_case(*, by: Actor, case_id: UUID, closing: NewClosure) -> Closure:
    """Close a case: `closed`, or `not_progressed` for that reason. The IDVA's own record stays open (P-49).

    Raises `Refusal` (P-45 to P-48, S-20, S-23), and `SomeoneSavedFirst` with the other closure when two
    close at once.
    """
    case = SuCase.objects.get(pk=case_id)
    status = (
        StateEntry.objects.filter(case=case, history=CaseHistory.STATUS)
        .order_by("-since", "-recorded_at")
        .first()
    )
    if status is None:
        raise Refusal("This case has no status to close from.", rule="K-16")
    rules.check_closure(
        closure_facts(case, status.value),
        today=local_today(),
        closed_on=closing.closed_on,
        reason=closing.primary_reason,
        all_actions_done=closing.all_actions_done,
        escalation=closing.escalation,
        escalation_detail=closing.escalation_detail,
        exit_missing_reason=closing.exit_missing_reason,
    )
    _check_words(closing)
    if closing.closed_on < status.since:
        raise Refusal(
            "The case cannot close before its present status began.", field="closed_on", rule="R-12"
        )
    follow_up = (
        []
        if closing.primary_reason == "died"
        else [
            rules.add_months(closing.closed_on, months).isoformat()
            for months in follow_up_months(case.site_id, closing.closed_on)
        ]
    )
    try:
        with transaction.atomic():
            closure = write(
                Closure,
                by=by,
                case=case,
                noun="closure",
                status_before=status,
                follow_up_on=follow_up,
                **asdict(closing),
            )
    except IntegrityError as error:
        raise SomeoneSavedFirst(Closure.objects.filter(status_before=status).first(), closing) from error
    write(
        StateEntry,
        by=by,
        case=case,
        noun="case_state",
        fields=["status"],
        history=CaseHistory.STATUS,
        value=transitions.status_after_closing(closing.primary_reason),
        since=closing.closed_on,
        follows=_last(case),
    )
    return closure


def _last(case: SuCase) -> StateEntry | None:
    return (
        StateEntry.objects.filter(case=case, history=CaseHistory.STATUS)
        .order_by("-recorded_at", "-id")
        .first()
    )


def _check_words(closing: NewClosure) -> None:
    for name, (ask, rule) in NEEDED_WORDS.items():
        rules.require_words(getattr(closing, name), ask, field=name, rule=rule)
    for code in closing.contributing:
        rules.require_code("K-52", code, field="contributing")
    rules.require_code("K-20", closing.engagement, field="engagement", missing=("unknown", "not_applicable"))
    rules.require_code("K-45", closing.risk_owner, field="risk_owner", missing=("unknown",))
    _agreement(closing.agreed_idva, "agreed_idva", AGREEMENT)
    _agreement(closing.agreed_panel, "agreed_panel", AGREEMENT)


def _agreement(code: str, field_name: str, codes: Collection[str]) -> None:
    if code not in codes:
        raise Refusal("Choose one of the answers shown.", field=field_name, rule="P-46")
