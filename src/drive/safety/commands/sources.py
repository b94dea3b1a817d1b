"""What work rests on: naming a second source, agreeing the use of an item, planning an action (S-07, S-08, S-09, S-12)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.scopes import Side
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.casework.models import SuCase
from drive.components.dates import local_date, long_date
from drive.instruments.codelists import code_list
from drive.people.facts import sent_before

from ..models import (
    Booking,
    Citation,
    IndependentSource,
    PlannedAction,
    PlannedActionEnd,
    RiskItem,
    UseAgreement,
)
from ..position import item_refusal
from ..queries.finding import links_of_case
from ..rules import ITEM_REFUSALS, NOT_INDEPENDENT
from ..source_check import check_names_nobody_else
from .items import send_risk_item
from .links import on_link, wrote


@transaction.atomic
def name_source(*, by: Actor, item_id: UUID, agency: str, knows: str) -> IndependentSource:
    """Say which agency (K-45) knows the same for itself, and how. Refuses the IDVA's own service and its like.

    The client is then no longer the only source (S-09); how her word may be used stays as it was (S-08). Her side is told
    at once when the case manager's side names one.
    """
    item = RiskItem.objects.select_related("link").get(pk=item_id)
    code_list("K-45").entry(agency)
    if agency in NOT_INDEPENDENT:
        raise Refusal(
            "That is the client’s own side.", why="Name somebody else who knows.", rule="S-09", field="agency"
        )
    if not knows.strip():
        raise Refusal("Say how they know, without having been told by us.", rule="S-09", field="knows")
    check_names_nobody_else(item.link, side=by.side, knows=knows)
    said = on_link(item.link, by) | {"item": item, "agency": agency, "knows": knows}
    if again := sent_before(IndependentSource, **said):
        return again
    source = IndependentSource.objects.create(**said)
    wrote(by, "item_source", item.link, "agency", "knows")
    if by.side is Side.SERVICE_USER and item.from_client:
        send_risk_item(
            by=by,
            link_id=item.link_id,
            kind="disrupt_notice",
            purpose="So that you know what may be acted on, and can say at once where that is not safe.",
            text=f"{code_list('K-45').label(agency)} knows for itself what you told on {long_date(local_date(item.recorded_at))}.",
            urgency="soon",
            work_out="Nothing goes to him with it.",
            details={"item": str(item.pk)},
            by_hand=False,
        )
    return source


@transaction.atomic
def agree_use(*, by: Actor, item_id: UUID, plan: str) -> UseAgreement:
    """One side's word that an item may be acted on, with what keeps the client safe. It is open when both have given it."""
    item = RiskItem.objects.select_related("link").get(pk=item_id)
    if not plan.strip():
        raise Refusal("Say what keeps the client safe when it is acted on.", rule="S-09", field="plan")
    check_names_nobody_else(item.link, side=by.side, plan=plan)
    try:
        with transaction.atomic():
            agreed = UseAgreement.objects.create(**on_link(item.link, by), item=item, plan=plan)
    except IntegrityError as error:
        if UseAgreement.objects.filter(item=item, side=by.side.value).exists():
            raise Refusal(
                "Your side has agreed already.", why="It takes the other side too.", rule="S-09"
            ) from error
        raise
    wrote(by, "item_use", item.link, "plan")
    return agreed


@transaction.atomic
def plan_action(
    *,
    by: Actor,
    case_id: UUID,
    on: datetime.date,
    purpose: str,
    agency: str,
    what: str,
    rests_on: str,
    work_out: str,
    will_think: str,
    visibility: str,
    tool: str = "",
    cites: Iterable[UUID] = (),
    tell_idva: str = "",
) -> PlannedAction:
    """Plan an action before it is done (K-39, K-45, K-42). Open whatever the strategy or a decision says (S-21).

    Refuses only what rests on an item that may not be acted on (S-09, S-08), and a blank answer to what he could work
    out (S-07) or would think (S-12). `tell_idva`, if given, goes to each linked IDVA as a disrupt notice (S-05).
    """
    case = SuCase.objects.get(pk=case_id)
    code_list("K-39").entry(purpose), code_list("K-45").entry(agency)
    if tool:
        code_list("K-42").entry(tool)
    if on < local_today():
        raise Refusal(
            "This day has passed.", why="Record what was done as an action.", rule="S-43", field="on"
        )
    for field, words, ask, rule in (
        ("work_out", work_out, "Say how he could work out where this came from.", "S-07"),
        ("will_think", will_think, "Say what he will think caused it.", "S-12"),
    ):
        if not words.strip():
            raise Refusal(ask, why="“He could not” is an answer.", rule=rule, field=field)
    planned: dict[str, Any] = {
        "case": case,
        "service_id": case.service_id,
        "recorded_by_id": by.membership_id,
        "on": on,
        "purpose": purpose,
        "agency": agency,
        "tool": tool,
        "what": what,
        "rests_on": rests_on,
        "work_out": work_out,
        "will_think": will_think,
        "visibility": visibility,
    }
    if again := sent_before(PlannedAction, **planned):
        return again
    action = PlannedAction.objects.create(**planned)
    cite(by=by, fact=action, items=cites)
    record_event(
        Act.WROTE,
        by=by,
        kind="planned_action",
        record_id=case.pk,
        service_id=case.service_id,
        fields=["purpose", "agency", "on"],
    )
    if tell_idva.strip():
        for link in links_of_case(case.pk):
            check_names_nobody_else(link, side=by.side, tell_idva=tell_idva)
            send_risk_item(
                by=by,
                link_id=link.pk,
                kind="disrupt_notice",
                purpose="The client’s safety around what is planned.",
                text=tell_idva,
                urgency="soon",
                work_out="Nothing in it comes from the client.",
            )
    return action


@transaction.atomic
def end_planned_action(*, by: Actor, planned_id: UUID, outcome: str, words: str = "") -> None:
    """Say that a planned action was done, or is not done after all (`rules.PLAN_ENDS`). Once."""
    planned = PlannedAction.objects.get(pk=planned_id)
    if PlannedActionEnd.objects.filter(planned=planned).exists():
        return
    PlannedActionEnd.objects.create(
        planned=planned,
        case_id=planned.case_id,
        service_id=planned.service_id,
        recorded_by_id=by.membership_id,
        outcome=outcome,
        words=words,
    )
    record_event(
        Act.WROTE,
        by=by,
        kind="planned_action",
        record_id=planned.case_id,
        service_id=planned.service_id,
        fields=[outcome],
    )


def cite(*, by: Actor, fact: Booking | PlannedAction, items: Iterable[UUID]) -> None:
    """Say which items a plan rests on. Refuses the first that may not be acted on, saying what would open it.

    Inside the caller's transaction: a refusal undoes the plan as well.
    """
    cited = RiskItem.objects.filter(pk__in=list(items), su_case_id=fact.case_id).select_related("link")
    for item in cited:
        check_may_rest_on(item)
        Citation.objects.create(
            **on_link(item.link, by),
            item=item,
            booking=fact if isinstance(fact, Booking) else None,
            planned=fact if isinstance(fact, PlannedAction) else None,
        )
        wrote(by, "citation", item.link, "item")


def check_may_rest_on(item: RiskItem) -> None:
    """Raise `Refusal` while nothing may rest on an item, saying what would open it (S-08, S-09)."""
    code = item_refusal(item.pk)
    if code:
        what, opens = ITEM_REFUSALS[code]
        raise Refusal(what, why=opens, rule="S-09" if code == "sole_informant" else "S-08", field="cites")
