"""Contact waits for two views, one outcome of both, in force on every link (S-15, S-16, S-19, S-20, S-21)."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.casework.commands import record_action, set_state
from drive.casework.models import ContactStrategy
from drive.instruments.codelists import code_list
from drive.safety import commands, queries
from drive.safety.models import (
    Booking,
    BookingState,
    ContactView,
    DecisionLapse,
    OutcomeAnswer,
    OutcomeProposal,
)
from drive.safety.position import position
from drive.safety.rules import LAPSE_CAUSES, OTHERS_AT_RISK, PERMITTING
from tests.cast import Cast, link, open_record, seeding

from .deciding import EVERYBODY, answer, ask, book, decide, propose, tomorrow, view


def positions(cast: Cast) -> str:
    with acting_as(cast.case_manager.as_actor()):
        mine = position(cast.link.pk)
    with acting_as(cast.idva.as_actor()):
        assert position(cast.link.pk) == mine, "both sides read the same"
    return mine


def test_s15_contact_can_be_booked_only_after_both_views_and_an_agreed_outcome(cast: Cast) -> None:
    with pytest.raises(Refusal, match="no joint contact decision"):
        book(cast.case_manager, cast.case.pk)
    question = ask(cast.case_manager, cast.link.pk)
    view(cast.case_manager, question.pk)
    with pytest.raises(Refusal, match="Both views come first"):
        propose(cast.case_manager, question.pk)
    view(cast.idva, question.pk)
    proposal = propose(cast.idva, question.pk)
    assert positions(cast) == "undecided"
    answer(cast.case_manager, proposal.pk)
    assert positions(cast) == "in_force"
    booking = book(cast.case_manager, cast.case.pk)
    with acting_as(cast.case_manager.as_actor()):
        assert BookingState.objects.get(booking=booking).state == "planned"


def test_s15_the_other_view_opens_when_both_are_in_by_sql_too(cast: Cast) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    view(cast.case_manager, question.pk)
    with acting_as(cast.idva.as_actor()), connection.cursor() as cursor:
        cursor.execute("select count(*) from safety_contactview")
        assert cursor.fetchone() == (0,)
        cursor.execute("select side, written_by from safety.views_written(%s)", [question.pk])
        assert cursor.fetchall() == [("su", cast.case_manager.pk)], "that it is written may be seen, not what"
    with acting_as(cast.case_manager.as_actor()):
        assert ContactView.objects.get().side == "su"
    view(cast.idva, question.pk)
    for member in (cast.case_manager, cast.idva, cast.service_manager, cast.idva_manager):
        with acting_as(member.as_actor()):
            assert ContactView.objects.count() == 2
    for member in (cast.other_case_manager, cast.other_idva, cast.outsider):
        with acting_as(member.as_actor()):
            assert ContactView.objects.count() == 0
            with connection.cursor() as cursor:
                cursor.execute("select * from safety.views_written(%s)", [question.pk])
                assert cursor.fetchall() == []


def test_s15_a_view_is_written_once(cast: Cast) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    view(cast.case_manager, question.pk)
    with pytest.raises(Refusal, match="does not change"):
        view(cast.case_manager, question.pk)


@pytest.mark.parametrize("missing", [key for key, _ in OTHERS_AT_RISK])
def test_s20_blank_is_refused_and_unknown_is_saved(cast: Cast, missing: str) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    with pytest.raises(Refusal) as refused:
        view(cast.case_manager, question.pk, others_at_risk=EVERYBODY | {missing: "  "})
    assert refused.value.field == missing
    view(cast.case_manager, question.pk)
    with acting_as(cast.case_manager.as_actor()):
        assert ContactView.objects.get().others_at_risk[missing] == "unknown"


def test_s15_the_idva_says_whose_voice_it_carries(cast: Cast) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    with pytest.raises(Refusal, match="own voice"):
        view(cast.idva, question.pk, voice="")
    with pytest.raises(Refusal, match="was not had"):
        view(cast.idva, question.pk, voice="not_reached")
    view(cast.idva, question.pk, voice="not_reached", voice_detail="Three calls, no reply")


def insert_booking(cast: Cast, number: int = 1) -> None:
    """As an import would: several rows in one statement, past the command."""
    Booking.objects.bulk_create(
        Booking(
            case=cast.case,
            service_id=cast.case.service_id,
            recorded_by=cast.case_manager,
            kind="meeting",
            channel="face_to_face",
            starts_at=tomorrow(),
            place="probation_office",
            reason_given="His licence",
        )
        for _ in range(number)
    )


@pytest.mark.parametrize("how", ["one view", "expired", "plan changed", "waits", "to panel", "second link"])
def test_s15_scheduling_fails_by_command_by_insert_and_in_bulk(cast: Cast, how: str) -> None:
    if how == "one view":
        view(cast.case_manager, ask(cast.case_manager, cast.link.pk).pk)
    elif how == "waits":
        decide(cast.case_manager, cast.idva, cast.link.pk, outcome="wait")
    elif how == "to panel":
        decide(cast.case_manager, cast.idva, cast.link.pk)
        question = ask(cast.case_manager, cast.link.pk)
        view(cast.case_manager, question.pk)
        view(cast.idva, question.pk)
        answer(cast.idva, propose(cast.case_manager, question.pk).pk, "to_panel", "We see it differently")
    else:
        proposal = decide(cast.case_manager, cast.idva, cast.link.pk)
        if how == "expired":
            with seeding():
                OutcomeProposal.objects.filter(pk=proposal.pk).update(
                    ends_on=local_today() - datetime.timedelta(days=1)
                )
        elif how == "plan changed":
            actor = cast.case_manager.as_actor()
            with acting_as(actor):
                commands.lapse_decision(by=actor, link_id=cast.link.pk, cause="plan")
        else:
            with seeding():
                other = open_record(
                    cast.vs_service, cast.other_idva, "Araminta", "Bellweather", cast.idva_manager
                )
                link(cast.case, other, cast.idva_manager, "Araminta Bellweather")
    with pytest.raises(Refusal):
        book(cast.case_manager, cast.case.pk)
    for number in (1, 20):
        with (
            pytest.raises(IntegrityError, match="contact cannot be planned"),
            transaction.atomic(),
            acting_as(cast.case_manager.as_actor()),
        ):
            insert_booking(cast, number)
    with acting_as(cast.case_manager.as_actor()):
        assert Booking.objects.count() == 0


def test_what_may_happen_now_asks_the_same_with_one_client_and_with_three(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    with acting_as(cast.case_manager.as_actor()), CaptureQueriesContext(connection) as one:
        assert queries.what_may_happen_now(cast.case.pk).contact_open
    for name in ("Araminta Bellweather", "Amabel Bellweather"):
        with seeding():
            hers = open_record(cast.vs_service, cast.idva, *name.split(), cast.idva_manager)
            other = link(cast.case, hers, cast.idva_manager, name)
        decide(cast.case_manager, cast.idva, other.pk)
    with acting_as(cast.case_manager.as_actor()), CaptureQueriesContext(connection) as three:
        assert queries.what_may_happen_now(cast.case.pk).contact_open
    assert len(three) == len(one)


def test_s15_a_decision_covers_its_days_and_places(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk, ends_on=local_today() + datetime.timedelta(days=3))
    with pytest.raises(Refusal, match="ends before that day"):
        book(cast.case_manager, cast.case.pk, starts_at=tomorrow() + datetime.timedelta(days=7))
    with pytest.raises(Refusal, match="does not cover this place"):
        book(cast.case_manager, cast.case.pk, place="home")
    with pytest.raises(Refusal, match="has passed"):
        book(cast.case_manager, cast.case.pk, starts_at=tomorrow() - datetime.timedelta(days=2))
    book(cast.case_manager, cast.case.pk)


def test_s16_an_outcome_of_one_side_or_one_person_cannot_be_stored(cast: Cast) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    view(cast.case_manager, question.pk)
    view(cast.idva, question.pk)
    proposal = propose(cast.case_manager, question.pk)
    with pytest.raises(Refusal, match="needs both"):
        answer(cast.service_manager, proposal.pk)
    own = {
        "link": cast.link,
        "su_case_id": cast.case.pk,
        "su_service_id": cast.case.service_id,
        "vs_record_id": cast.record.pk,
        "vs_service_id": cast.record.service_id,
        "proposal": proposal,
        "answer": "agree",
        "recorded_by": cast.case_manager,
    }
    for sides in ({"side": "su", "proposal_side": "su"}, {"side": "su", "proposal_side": "vs"}):
        with pytest.raises(IntegrityError), transaction.atomic(), acting_as(cast.case_manager.as_actor()):
            OutcomeAnswer.objects.create(**own, **sides)
    with pytest.raises(IntegrityError, match="two people"), seeding():
        OutcomeAnswer.objects.create(**own, side="vs", proposal_side="su")
    assert positions(cast) == "undecided"


def test_s16_nobody_writes_as_the_other_side(cast: Cast) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    from django.db import ProgrammingError

    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        acting_as(cast.case_manager.as_actor()),
    ):
        ContactView.objects.create(
            link=cast.link,
            side="vs",
            su_case_id=cast.case.pk,
            su_service_id=cast.case.service_id,
            vs_record_id=cast.record.pk,
            vs_service_id=cast.record.service_id,
            recorded_by=cast.case_manager,
            question=question,
            own_view="As IDVA",
            voice="told_directly",
            others_at_risk=EVERYBODY,
            if_we_act="a",
            if_we_do_not="b",
            would_choose="go",
            work_out="c",
        )


def test_s16_dissent_is_kept_and_differing_leaves_it_undecided(cast: Cast) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    view(cast.case_manager, question.pk)
    view(cast.idva, question.pk)
    first = propose(cast.case_manager, question.pk)
    with pytest.raises(Refusal, match="differently"):
        answer(cast.idva, first.pk, "differ")
    answer(cast.idva, first.pk, "differ", "Not before the hearing")
    assert positions(cast) == "undecided"
    second = propose(cast.idva, question.pk, dissent="I would wait")
    with pytest.raises(Refusal, match="newer"):
        answer(cast.idva, first.pk)
    answer(cast.case_manager, second.pk)
    with acting_as(cast.idva.as_actor()):
        assert OutcomeAnswer.objects.get(proposal=first).dissent == "Not before the hearing"
    assert positions(cast) == "in_force"


@pytest.mark.parametrize("cause", [code for code, _ in LAPSE_CAUSES])
def test_s19_each_listed_event_ends_a_decision_said_by_either_side(cast: Cast, cause: str) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    booking = book(cast.case_manager, cast.case.pk)
    actor = cast.idva.as_actor()
    with acting_as(actor):
        commands.lapse_decision(by=actor, link_id=cast.link.pk, cause=cause)
    assert positions(cast) == "lapsed"
    with acting_as(cast.case_manager.as_actor()):
        states = list(BookingState.objects.filter(booking=booking).values_list("state", flat=True))
    assert states == ["planned"], "existing bookings are frozen, not cancelled (S-23)"
    with pytest.raises(Refusal, match="lapsed"):
        book(cast.case_manager, cast.case.pk)
    decide(cast.case_manager, cast.idva, cast.link.pk)
    assert positions(cast) == "in_force"


def lapse_cause(cast: Cast) -> str:
    with acting_as(cast.case_manager.as_actor()):
        return DecisionLapse.objects.get().cause


@pytest.mark.parametrize(
    ("history", "value", "cause"), [("whereabouts", "remand", "custody"), ("legal", "nmo", "order")]
)
def test_s19_custody_and_orders_end_a_decision_when_they_are_recorded(
    cast: Cast, history: str, value: str, cause: str
) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        set_state(
            by=actor, case_id=cast.case.pk, history=history, value=value, since=local_today(), seen_id=None
        )
    assert positions(cast) == "lapsed"
    assert lapse_cause(cast) == cause


def test_s19_a_change_of_the_clients_engagement_ends_a_decision(cast: Cast) -> None:
    from drive.advocacy.models import EngagementEntry

    decide(cast.case_manager, cast.idva, cast.link.pk)
    with acting_as(cast.idva.as_actor()):
        EngagementEntry.objects.create(
            record=cast.record,
            service_id=cast.record.service_id,
            recorded_by=cast.idva,
            value="disengaged",
            since=local_today(),
        )
    assert positions(cast) == "lapsed"
    assert lapse_cause(cast) == "client_engagement"


def test_s19_another_plan_ends_a_decision_and_the_same_plan_does_not(cast: Cast) -> None:
    def plan(version: int, stage: str, place: str) -> None:
        with acting_as(cast.case_manager.as_actor()):
            ContactStrategy.objects.create(
                case=cast.case,
                service_id=cast.case.service_id,
                recorded_by=cast.case_manager,
                version=version,
                stage=stage,
                place=place,
            )

    plan(1, "ready", "office")
    decide(cast.case_manager, cast.idva, cast.link.pk)
    plan(2, "quality_agreed", "office")
    plan(3, "draft", "court")
    assert positions(cast) == "in_force"
    plan(4, "ready", "court")
    assert positions(cast) == "lapsed"
    assert lapse_cause(cast) == "plan"


def test_s21_indirect_work_is_open_without_any_decision(cast: Cast) -> None:
    actor = cast.case_manager.as_actor()
    indirect = {code.code for code in code_list("K-38").codes} - code_list("K-38").roll_up("direct")
    with acting_as(actor):
        for kind in sorted(indirect):
            also = {"sub_type": "disrupt", "agency": "police"} if kind == "multi_agency" else {}
            record_action(
                by=actor,
                case_id=cast.case.pk,
                done_on=local_today(),
                kind=kind,
                done="Asked for a marker",
                **also,
            )
    for kind in ("meeting", "joint_visit", "prison_visit", "call", "letter", "message"):
        with pytest.raises(Refusal, match="remain open to you"):
            book(cast.case_manager, cast.case.pk, kind=kind)


def test_the_database_and_the_code_list_permit_the_same_outcomes(cast: Cast) -> None:
    for code in code_list("K-51").codes:
        conditions = "Two workers" if code.code == "go_with_conditions" else ""
        decide(cast.case_manager, cast.idva, cast.link.pk, outcome=code.code, conditions=conditions)
        assert (positions(cast) == "in_force") == (code.code in PERMITTING)


def test_an_act_without_its_event_does_not_happen(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from drive.safety.models import ContactQuestion

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("the audit cannot be written")

    ask(cast.case_manager, cast.link.pk)
    with seeding():
        assert AuditEvent.objects.filter(kind="contact_question", record_id=cast.link.pk).count() == 1
    monkeypatch.setattr("drive.safety.commands.links.record_event", fails)
    with pytest.raises(RuntimeError):
        ask(cast.idva, cast.link.pk)
    with acting_as(cast.case_manager.as_actor()):
        assert ContactQuestion.objects.count() == 1
