"""Raising, acknowledging, answering and overriding a stop concern (S-17, S-18). What it suspends, the database suspends."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.models import local_today
from drive.access.permissions import Permission
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.components.dates import LONDON
from drive.people.facts import sent_before

from ..models import (
    CaseLink,
    StopAcknowledgement,
    StopAnswer,
    StopConcern,
    StopConcernReason,
    StopOverride,
)
from ..position import may_override
from ..queries.finding import links_of_case
from ..source_check import check_names_nobody_else, check_what_reaches_him, names_somebody_else
from .emergencies import call_for_review
from .links import on_link, wrote

LONGEST_AHEAD = datetime.timedelta(days=7)
"""The last day that an override may name, from today."""


@transaction.atomic
def raise_stop(
    *,
    by: Actor,
    link_id: UUID,
    scope: str = "all",
    place: str = "",
    words: str = "",
    reason: str = "",
    use_rule: str = "background",
) -> StopConcern:
    """Stop everything the scope covers, at once: bookings are suspended when this returns, and none gets
    past it.

    `scope` is one of `rules.STOP_SCOPES`; `place` is a K-57 code for the scope `place`, `words` names the
    topic or the action. The reason may follow (`give_stop_reason`). Refuses only a scope that says too
    little, or names somebody else who is linked (S-04). A reason that does is left out rather than refused: the stop
    waits for nothing, and `reason_kept` says whether it stands.
    """
    if scope == "place" and not place:
        raise Refusal("Say which place.", rule="S-17", field="place")
    if scope in ("topic", "action") and not words.strip():
        raise Refusal("Say which topic or action.", rule="S-17", field="words")
    link = CaseLink.objects.get(pk=link_id)
    check_names_nobody_else(link, side=by.side, words=words)
    raised: dict[str, Any] = on_link(link, by) | {
        "scope": scope,
        "place": place if scope == "place" else "",
        "words": words,
    }
    again = sent_before(StopConcern, **raised)
    if again is not None and not again.answers.exists():
        return again
    concern = StopConcern.objects.create(**raised)
    if reason.strip() and not names_somebody_else(link, reason, by.side):
        StopConcernReason.objects.create(
            **on_link(link, by), concern=concern, reason=reason, use_rule=use_rule
        )
    wrote(by, "stop_concern", link, "scope", "place", "reason")
    return concern


@transaction.atomic
def raise_stop_on_case(
    *, by: Actor, case_id: UUID, scope: str = "all", place: str = "", words: str = "", reason: str = ""
) -> list[StopConcern]:
    """The same on every link of a case, from the case manager's side. Each link has its own concern, and no reason that
    names the client of another (S-04).
    """
    links = links_of_case(case_id)
    return [
        raise_stop(by=by, link_id=one.pk, scope=scope, place=place, words=words, reason=reason)
        for one in links
    ]


def reason_kept(concern: StopConcern) -> bool:
    """Whether any reason stands at a concern."""
    return StopConcernReason.objects.filter(concern=concern).exists()


@transaction.atomic
def give_stop_reason(
    *, by: Actor, concern_id: UUID, reason: str, use_rule: str = "background"
) -> StopConcernReason:
    """Say why, now or later. Read by both workers and their managers; never in a banner.

    Refuses a reason that names somebody else who is linked to the case (S-04).
    """
    concern = StopConcern.objects.select_related("link").get(pk=concern_id)
    check_names_nobody_else(concern.link, side=by.side, reason=reason)
    said: dict[str, Any] = on_link(concern.link, by) | {
        "concern": concern,
        "reason": reason,
        "use_rule": use_rule,
    }
    if again := sent_before(StopConcernReason, **said):
        return again
    given = StopConcernReason.objects.create(**said)
    wrote(by, "stop_concern", concern.link, "reason")
    return given


@transaction.atomic
def acknowledge_stop(*, by: Actor, concern_id: UUID) -> None:
    """Say by name that one has read it. Twice is the same as once."""
    concern = StopConcern.objects.select_related("link").get(pk=concern_id)
    if StopAcknowledgement.objects.filter(concern=concern, recorded_by_id=by.membership_id).exists():
        return
    StopAcknowledgement.objects.create(**on_link(concern.link, by), concern=concern)
    wrote(by, "stop_concern", concern.link, "acknowledged")


@transaction.atomic
def answer_stop(*, by: Actor, concern_id: UUID, response: str, told: str = "", eyes: str = "") -> StopAnswer:
    """One side's answer. The concern stays live until the other side has answered too; nobody closes it
    alone.

    The case manager's side says what the service user will be told and who keeps an eye on things (S-23); what he is told
    leads to nobody (S-07, S-10).
    """
    concern = StopConcern.objects.select_related("link").get(pk=concern_id)
    if not response.strip():
        raise Refusal("Write your answer.", rule="S-17", field="response")
    if by.side.value == "su" and not (told.strip() and eyes.strip()):
        field = "eyes" if told.strip() else "told"
        raise Refusal(
            "Say what the service user will be told and who keeps an eye on things.", rule="S-23", field=field
        )
    check_what_reaches_him(concern.su_case_id, told, field="told", side=by.side)
    check_names_nobody_else(concern.link, side=by.side, response=response, told=told, eyes=eyes)
    try:
        with transaction.atomic():
            answer = StopAnswer.objects.create(
                **on_link(concern.link, by), concern=concern, response=response, told=told, eyes=eyes
            )
    except IntegrityError as error:
        if StopAnswer.objects.filter(concern=concern, side=by.side.value).exists():
            raise Refusal(
                "Your side has answered already.",
                why="It stays live until the other side answers too.",
                rule="S-17",
            ) from error
        raise
    acknowledge_stop(by=by, concern_id=concern_id)
    wrote(by, "stop_concern", concern.link, "answer")
    return answer


@transaction.atomic
def override_stop(
    *,
    by: Actor,
    concern_id: UUID,
    reason: str,
    case_manager_said: str,
    idva_said: str,
    last_day: datetime.date,
) -> StopOverride:
    """Lift one live concern until the end of `last_day`, at most seven days ahead (S-18). For a service manager alone.

    Both workers are spoken to first; what each said is kept. Both sides and the expert advisor are told in the same
    transaction, and a joint review is called for. Refuses a concern that is not live, a case that the manager works
    on, and anything left unsaid. Lifts no other concern, and stands in for no view and no decision.
    """
    concern = StopConcern.objects.select_related("link").get(pk=concern_id)
    for field, words, ask in (
        ("reason", reason, "Say why contact cannot wait for an answer."),
        ("case_manager_said", case_manager_said, "Speak to the case manager first, and write what was said."),
        ("idva_said", idva_said, "Speak to the IDVA first, and write what was said."),
    ):
        if not words.strip():
            raise Refusal(ask, rule="S-18", field=field)
    if not local_today() <= last_day <= local_today() + LONGEST_AHEAD:
        raise Refusal("An override holds for seven days at most, from today.", rule="S-18", field="last_day")
    if concern.answers.values("side").distinct().count() == 2:
        raise Refusal("This concern is no longer live.", rule="S-18")
    if not by.may(Permission.STOP_OVERRIDE) or not may_override(concern.su_case_id):
        raise Refusal(
            "Somebody else must decide this.",
            why="Only a service manager who does not work on the case may override a concern.",
            rule="S-18",
        )
    check_names_nobody_else(
        concern.link, side=by.side, reason=reason, case_manager_said=case_manager_said, idva_said=idva_said
    )
    ends_at = datetime.datetime.combine(
        last_day + datetime.timedelta(days=1), datetime.time.min, tzinfo=LONDON
    )
    lifted: dict[str, Any] = on_link(concern.link, by) | {
        "concern": concern,
        "reason": reason,
        "case_manager_said": case_manager_said,
        "idva_said": idva_said,
        "ends_at": ends_at,
    }
    if again := sent_before(StopOverride, **lifted):
        return again
    override = StopOverride.objects.create(**lifted)
    wrote(by, "stop_override", concern.link, "reason", "case_manager_said", "idva_said", "ends_at")
    call_for_review(by=by, cause="override", links=[concern.link])
    return override
