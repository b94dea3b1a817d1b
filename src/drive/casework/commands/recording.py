"""Writing down what has happened. Never refused for having been outside a decision: the truth can always be
told (S-43).

`safety.commands.record_contact` calls `record_contact` here and asks whether a decision was in force.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.instruments.codelists import code_list

from .. import rules, transitions
from ..models import Action, CaseHistory, Contact, ResearchNote, Session, StateEntry, SuCase
from .writing import write, written_before

STARTED_BY = ("us", "su")
QUALITIES = ("open", "mixed", "guarded", "seeming")
VISIBILITIES = ("will_see", "could_guess", "hidden")
BENEFICIARIES = ("service_user", "victim_survivor", "child")


def _one_of(code: str, codes: Sequence[str], *, field: str) -> None:
    if code not in codes:
        raise Refusal("Choose one of the answers shown.", field=field, rule="R-07")


@transaction.atomic
def record_contact(
    *,
    by: Actor,
    case_id: UUID,
    happened_on: datetime.date,
    outcome: str,
    channel: str,
    started_by: str,
    happened_at: datetime.time | None = None,
    place: str = "",
    via: str = "",
    decision_id: UUID | None = None,
    note: str = "",
    key: UUID | None = None,
) -> Contact:
    """Write down one contact or attempt (R-40). Codes: outcome K-19, channel K-18, place K-57; `started_by`
    us or su.

    `key`, drawn with the form, makes sending it twice write once.
    """
    case = SuCase.objects.get(pk=case_id)
    if already := written_before(Contact, case_id, key):
        return already
    rules.require_past(happened_on, local_today(), field="happened_on")
    rules.require_code("K-19", outcome, field="outcome")
    rules.require_code("K-18", channel, field="channel")
    rules.require_code("K-57", place, field="place", blank=True)
    _one_of(started_by, STARTED_BY, field="started_by")
    return write(
        Contact,
        by=by,
        case=case,
        noun="contact",
        key=key,
        happened_on=happened_on,
        happened_at=happened_at,
        outcome=outcome,
        channel=channel,
        started_by=started_by,
        place=place,
        via=via,
        decision_id=decision_id,
        note=note,
    )


@transaction.atomic
def record_session(
    *,
    by: Actor,
    case_id: UUID,
    held_on: datetime.date,
    kind: str,
    starts_at: datetime.time | None = None,
    ends_at: datetime.time | None = None,
    provider: str = "case_manager",
    attended: bool = True,
    place: str = "",
    quality: str = "",
    techniques: Sequence[str] = (),
    levers: Sequence[str] = (),
    note: str = "",
    manipulation: str = "",
    settled: str = "",
    planned_with_idva: str = "",
    check_in_asked: bool = False,
    contact_id: UUID | None = None,
    key: UUID | None = None,
) -> Session:
    """Write down one session (R-55, P-33). Codes: kind and provider K-63, techniques K-43, levers K-44,
    place K-57.

    `quality` is open, mixed, guarded or seeming; `settled` yes, no or unknown. `contact_id` is the contact
    that the
    session was, written first. Minutes are worked out from the two times.
    """
    case = SuCase.objects.get(pk=case_id)
    if already := written_before(Session, case_id, key):
        return already
    rules.require_past(held_on, local_today(), field="held_on")
    rules.require_code("K-63.kind", kind, field="kind")
    rules.require_code("K-63.provider", provider, field="provider")
    rules.require_code("K-57", place, field="place", blank=True)
    rules.require_codes("K-43", techniques, field="techniques")
    rules.require_codes("K-44", levers, field="levers")
    _one_of(quality, ("", *QUALITIES), field="quality")
    _one_of(settled, ("", "yes", "no", "unknown"), field="settled")
    minutes = None
    if starts_at and ends_at:
        minutes = (ends_at.hour - starts_at.hour) * 60 + ends_at.minute - starts_at.minute
        if minutes <= 0:
            raise Refusal("The session must end after it began.", field="ends_at", rule="R-12")
    return write(
        Session,
        by=by,
        case=case,
        noun="session",
        key=key,
        held_on=held_on,
        starts_at=starts_at,
        ends_at=ends_at,
        minutes=minutes,
        provider=provider,
        attended=attended,
        place=place,
        quality=quality,
        techniques=list(techniques),
        levers=list(levers),
        note=note,
        manipulation=manipulation,
        settled=settled,
        planned_with_idva=planned_with_idva,
        check_in_asked=check_in_asked,
        contact_id=contact_id,
        kind=kind,
    )


@transaction.atomic
def record_action(
    *,
    by: Actor,
    case_id: UUID,
    done_on: datetime.date,
    kind: str,
    done: str,
    sub_type: str = "",
    agency: str = "",
    other_agencies: Sequence[str] = (),
    support_areas: Sequence[str] = (),
    disrupt_areas: Sequence[str] = (),
    tool: str = "",
    beneficiaries: Sequence[str] = (),
    only_because_of_drive: str = "",
    unmet_need_agency: str = "",
    visibility: str = "",
    raises_risk: str = "",
    raises_risk_to: str = "",
    rests_on: str = "",
    outcome: str = "",
    minutes: int | None = None,
    key: UUID | None = None,
) -> Action:
    """Write down one action (R-54). Open from allocation whatever the strategy says (S-21), on closed cases
    too (P-53).

    Codes: kind K-38, sub_type K-39 (needed for `multi_agency`), areas K-40 and K-41, tool K-42, agencies
    K-45 (one
    primary). `raises_risk` yes, no or unsure; left open the action saves as incomplete (S-26).
    """
    case = SuCase.objects.get(pk=case_id)
    if already := written_before(Action, case_id, key):
        return already
    rules.require_past(done_on, local_today(), field="done_on")
    rules.require_code("K-38", kind, field="kind")
    if kind == "multi_agency":
        rules.require_code("K-39", sub_type, field="sub_type")
        rules.require_words(agency, "Say which agency it was done with.", field="agency", rule="R-54")
    rules.require_words(done, "Say what was done.", field="done", rule="R-54")
    for field, code in (("agency", agency), ("unmet_need_agency", unmet_need_agency)):
        rules.require_code("K-45", code, field=field, blank=True)
    rules.require_codes("K-45", other_agencies, field="other_agencies")
    rules.require_codes("K-40", support_areas, field="support_areas")
    rules.require_codes("K-41", disrupt_areas, field="disrupt_areas")
    rules.require_code("K-42", tool, field="tool", blank=True)
    for one in beneficiaries:
        _one_of(one, BENEFICIARIES, field="beneficiaries")
    _one_of(visibility, ("", *VISIBILITIES), field="visibility")
    _one_of(raises_risk, ("", "yes", "no", "unsure"), field="raises_risk")
    _one_of(only_because_of_drive, ("", "yes", "no", "unknown"), field="only_because_of_drive")
    status = (
        StateEntry.objects.filter(case=case, history=CaseHistory.STATUS, since__lte=done_on)
        .order_by("-since", "-recorded_at")
        .values_list("value", flat=True)
        .first()
    )
    return write(
        Action,
        by=by,
        case=case,
        noun="action",
        key=key,
        done_on=done_on,
        kind=kind,
        sub_type=sub_type,
        mode="direct" if kind in code_list("K-38").roll_up("direct") else "indirect",
        done=done.strip(),
        agency=agency,
        other_agencies=[code for code in other_agencies if code != agency],
        support_areas=list(support_areas),
        disrupt_areas=list(disrupt_areas),
        tool=tool,
        beneficiaries=list(beneficiaries),
        only_because_of_drive=only_because_of_drive,
        unmet_need_agency=unmet_need_agency,
        visibility=visibility,
        raises_risk=raises_risk,
        raises_risk_to=raises_risk_to,
        rests_on=rests_on,
        outcome=outcome,
        minutes=minutes,
        step_down=status == transitions.STEP_DOWN,
    )


@transaction.atomic
def add_research(
    *,
    by: Actor,
    case_id: UUID,
    topic: str,
    agency: str,
    status: str,
    noted_on: datetime.date,
    refusal: str = "",
    verbal: bool = False,
    source: str = "",
    found: str = "",
    enquiry_id: UUID | None = None,
    key: UUID | None = None,
) -> ResearchNote:
    """Note a question asked of one source, or how it goes on (P-23, R-63). Codes: topic, status, refusal
    K-46; agency K-45.

    `enquiry_id` of an earlier note carries that enquiry on; without it a new one begins.
    """
    case = SuCase.objects.get(pk=case_id)
    if already := written_before(ResearchNote, case_id, key):
        return already
    rules.require_past(noted_on, local_today(), field="noted_on")
    if enquiry_id:
        first = ResearchNote.objects.filter(case=case, enquiry_id=enquiry_id).order_by("recorded_at").first()
        if first is None:
            raise ResearchNote.DoesNotExist
        topic, agency = first.topic, first.agency
    rules.require_code("K-46.topic", topic, field="topic")
    rules.require_code("K-45", agency, field="agency")
    rules.require_code("K-46.status", status, field="status")
    rules.require_code("K-46.refusal", refusal, field="refusal", blank=True)
    if status in ("received", "part"):
        rules.require_words(
            found, "Say what you were told, or that nothing is held.", field="found", rule="P-23"
        )
    return write(
        ResearchNote,
        by=by,
        case=case,
        noun="research_note",
        key=key,
        topic=topic,
        agency=agency,
        status=status,
        noted_on=noted_on,
        refusal=refusal if status == "refused" else "",
        verbal=verbal,
        source=source,
        found=found,
        enquiry_id=enquiry_id or uuid4(),
    )
