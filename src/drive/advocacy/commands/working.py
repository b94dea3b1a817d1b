"""The IDVA's work: contacts, engagement, informing, preferences, wishes, safe contact, check-ins."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.scopes import Side
from drive.access.stepping import Actor
from drive.instruments.codelists import code_list

from ..models import (
    CheckIn,
    CheckInPlan,
    ClientContact,
    EngagementEntry,
    InformedEntry,
    SafeContactRule,
    StartedBy,
    ToldBy,
    UpdatePreference,
    Updates,
    Wish,
)
from ..rules import (
    Informing,
    check_happened,
    check_informing,
    check_reached_through,
    check_to_come,
    next_due,
)
from .writing import add_fact, add_version, open_to

OUTCOME_OF_CONTACT = {"no_reply": "no_reply", "declined_talk": "declined"}
"""K-50 to K-19: what a check-in's outcome says about the contact itself; every other outcome means that
both spoke.
"""


@transaction.atomic
def record_contact(
    *,
    by: Actor,
    record_id: UUID,
    happened_at: datetime.datetime,
    channel: str,
    outcome: str,
    started_by: str = StartedBy.WORKER,
    via: str = "",
    content: str = "",
) -> ClientContact:
    """Write down an attempt or a contact (K-18, K-19), however late (S-43); `via`: who passed it on. Raises
    `Refusal` for the future.
    """
    check_happened(timezone.localdate(happened_at), local_today(), field="happened_on")
    check_happened(happened_at, timezone.now(), field="happened_at")
    code_list("K-18").entry(channel), code_list("K-19").entry(outcome)
    return add_fact(
        ClientContact,
        by=by,
        record=open_to(record_id),
        kind="client_contact",
        happened_at=happened_at,
        channel=channel,
        outcome=outcome,
        started_by=StartedBy(started_by),
        via=via,
        content=content,
        in_person=not via.strip() and channel != "third_party",
    )


@transaction.atomic
def set_engagement(
    *,
    by: Actor,
    record_id: UUID,
    value: str,
    since: datetime.date,
    channel: str = "",
    reason: str = "",
    seen_by: str = "",
) -> EngagementEntry:
    """Say how the client is engaged since a day (K-21). The reason stays on this side (S-03).

    Raises `Refusal` for a day to come, for retired words, for `exited`, which closing the record says, and for
    `via_agency` without anybody in `seen_by`.
    """
    check_happened(since, local_today(), field="since")
    check_reached_through(value, seen_by)
    if not code_list("K-21").entry(value).offered or value == "exited":
        raise Refusal(
            "This word is not used any more.",
            why="Closing the record says that the client has left.",
            rule="K-21",
            field="value",
        )
    return add_fact(
        EngagementEntry,
        by=by,
        record=open_to(record_id),
        kind="client_engagement",
        value=value,
        since=since,
        channel=channel,
        reason=reason,
        seen_by=seen_by,
    )


@transaction.atomic
def record_informed(
    *,
    by: Actor,
    record_id: UUID,
    state: str,
    decided_on: datetime.date,
    told: str = "",
    told_by: str = ToldBy.NOBODY,
    reason: str = "",
    reason_detail: str = "",
    reviewer_id: UUID | None = None,
    review_on: datetime.date | None = None,
) -> InformedEntry:
    """Record whether the client knows of Drive (K-23, S-22). Raises `Refusal` where something needed is
    missing.

    The reviewer must be somebody else who works on the client's side at the same site.
    """
    code_list("K-23.state").entry(state)
    if reason:
        code_list("K-23.reason").entry(reason)
    is_other = (
        reviewer_id is not None
        and reviewer_id != by.membership_id
        and Membership.objects.filter(pk=reviewer_id, side=Side.CLIENT, ends_on__gt=local_today()).exists()
    )
    check_informing(
        Informing(
            state=state,
            decided_on=decided_on,
            told=told,
            told_by=told_by,
            reason=reason,
            reviewer_is_other=is_other,
            review_on=review_on,
        ),
        local_today(),
    )
    return add_fact(
        InformedEntry,
        by=by,
        record=open_to(record_id),
        kind="client_informed",
        state=state,
        decided_on=decided_on,
        told=told,
        told_by=ToldBy(told_by),
        reason=reason,
        reason_detail=reason_detail,
        reviewer_id=reviewer_id,
        review_on=review_on,
    )


@transaction.atomic
def set_update_preference(
    *, by: Actor, record_id: UUID, value: str, said_on: datetime.date, words: str = ""
) -> UpdatePreference:
    """What news the client wants (V-08): independent of being informed and of check-ins."""
    check_happened(said_on, local_today(), field="said_on")
    return add_fact(
        UpdatePreference,
        by=by,
        record=open_to(record_id),
        kind="client_preference",
        value=Updates(value),
        said_on=said_on,
        words=words,
    )


@transaction.atomic
def record_wish(*, by: Actor, record_id: UUID, words: str, said_on: datetime.date) -> Wish:
    """What the client wants, in the client's words."""
    check_happened(said_on, local_today(), field="said_on")
    return add_fact(Wish, by=by, record=open_to(record_id), kind="client_wish", words=words, said_on=said_on)


@transaction.atomic
def save_safe_contact(
    *,
    by: Actor,
    record_id: UUID,
    seen_version: int,
    channels: list[str],
    agreed_on: datetime.date,
    review_on: datetime.date,
    when_safe: str = "",
    how: str = "",
    voicemail: bool = False,
    if_someone_else: str = "",
    withheld_number: bool = True,
    code_word_set: bool = False,
) -> SafeContactRule:
    """The next version of the safe-contact rule (S-14), after the version that the writer saw.

    Raises `SavedFirstError` when somebody saved first (S-48). The code word itself is sealed with
    `add_sealed`.
    """
    for channel in channels:
        code_list("K-18").entry(channel)
    if review_on <= agreed_on:
        raise Refusal("The review must be after the day it was agreed.", rule="S-14", field="review_on")
    return add_version(
        SafeContactRule,
        by=by,
        record=open_to(record_id),
        kind="safe_contact",
        seen_version=seen_version,
        channels=channels,
        when_safe=when_safe,
        how=how,
        voicemail=voicemail,
        if_someone_else=if_someone_else,
        withheld_number=withheld_number,
        code_word_set=code_word_set,
        agreed_on=agreed_on,
        review_on=review_on,
    )


@transaction.atomic
def plan_check_ins(
    *,
    by: Actor,
    record_id: UUID,
    interval_days: int,
    due_on: datetime.date | None,
    safe_time: str = "",
    questions: str = "",
    why: str = "",
) -> CheckInPlan:
    """Agree how often the client is asked and when next (C-16). Without `due_on` the check-ins stop. Raises `Refusal` for a
    day that is over.
    """
    check_to_come(due_on, local_today(), field="due_on")
    return add_fact(
        CheckInPlan,
        by=by,
        record=open_to(record_id),
        kind="check_in_plan",
        interval_days=interval_days,
        due_on=due_on,
        safe_time=safe_time,
        questions=questions,
        why=why,
    )


@transaction.atomic
def record_check_in(
    *,
    by: Actor,
    record_id: UUID,
    done_at: datetime.datetime,
    channel: str,
    outcome: str,
    summary: str = "",
    note: str = "",
    feels_safer: str = "not_asked",
    next_due_on: datetime.date | None = None,
) -> CheckIn:
    """Record a check-in (R-71), its contact, and when the next is due: as given, or by the agreed interval.

    Only `summary` is meant to cross; sending it is the caller's next act, in the same transaction, and the database
    refuses a check-in that was not told to every linked case (V-11). Without one there is nobody to send it to, and it
    may be empty. The same check-in sent twice is one.
    """
    check_happened(timezone.localdate(done_at), local_today(), field="done_on")
    check_happened(done_at, timezone.now(), field="done_at")
    check_to_come(next_due_on, local_today(), field="next_due_on")
    code_list("K-50").entry(outcome), code_list("K-33").entry(feels_safer)
    record = open_to(record_id)
    plan = CheckInPlan.objects.filter(record=record).order_by("-recorded_at").first()
    contact = record_contact(
        by=by,
        record_id=record_id,
        happened_at=done_at,
        channel=channel,
        outcome=OUTCOME_OF_CONTACT.get(outcome, "spoke"),
    )
    again = CheckIn.objects.filter(contact=contact).first()  # a second click finds the contact of the first
    if again is not None and (again.outcome, again.summary, again.note) == (outcome, summary, note):
        return again
    if again is not None:
        raise Refusal(
            "A check-in at this time is recorded already.",
            why="Say at what time this one was.",
            rule="S-48",
            field="done_at",
        )
    check_in = add_fact(
        CheckIn,
        by=by,
        record=record,
        kind="check_in",
        contact=contact,
        done_at=done_at,
        was_due_on=plan.due_on if plan else None,
        outcome=outcome,
        feels_safer=feels_safer,
        summary=summary,
        note=note,
    )
    due = next_due_on
    if due is None and plan is not None and plan.due_on is not None:
        due = next_due(timezone.localdate(done_at), plan.interval_days)
    if due is not None:  # what was written down late may be due again already, and then it is overdue
        add_fact(
            CheckInPlan,
            by=by,
            record=record,
            kind="check_in_plan",
            interval_days=plan.interval_days if plan else (due - timezone.localdate(done_at)).days,
            due_on=due,
            safe_time=plan.safe_time if plan else "",
            questions=plan.questions if plan else "",
        )
    return check_in
