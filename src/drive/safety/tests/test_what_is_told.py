"""What is written on the bridge and whom it reaches: each client's worker hears of their own client alone (S-04), words to him
lead to nobody (S-07, S-10), and what is told or changed ends a decision by itself (S-19)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy import commands as advocacy
from drive.advocacy.models import LivingWith, SealedValue
from drive.audit.models import AuditEvent
from drive.casework.commands import NewClosure
from drive.safety import commands
from drive.safety.models import CaseLink, DecisionLapse, ReviewCall, RiskItem, StopConcern
from drive.safety.position import position
from drive.safety.rules import LONGEST_DECISION
from tests.cast import Cast, link, open_record, seeding

from .deciding import EVERYBODY, answer, ask, decide, propose, stop, view
from .test_channels import HOUSE, hers, his
from .test_reviews import review
from .test_sources import plan

Browser = Callable[[Membership], Client]
TODAY = local_today()
DAY = datetime.timedelta(days=1)


def second_client(cast: Cast, name: str = "Dulcinea Puddifoot") -> CaseLink:
    with seeding():
        other = open_record(cast.vs_service, cast.other_idva, "Dulcinea", "Puddifoot", cast.idva_manager)
        return link(cast.case, other, cast.service_manager, name)


def tell(cast: Cast, who: str, link_id: UUID, text: str, **said: Any) -> RiskItem:
    actor = getattr(cast, who).as_actor()
    words = {
        "kind": "risk_change",
        "purpose": "Safety.",
        "text": text,
        "urgency": "soon",
        "work_out": "He could not.",
    }
    with acting_as(actor):
        return commands.send_risk_item(by=actor, link_id=link_id, **(words | said))


def test_s04_what_goes_to_one_clients_worker_names_no_other_client(cast: Cast) -> None:
    other = second_client(cast)
    tell(cast, "case_manager", cast.link.pk, "He asks where Wilhelmina Puddifoot is.")
    for link_id, words in ((cast.link.pk, "He rang Dulcinea."), (other.pk, "He rang Wilhelmina.")):
        for field in ("text", "purpose"):
            with pytest.raises(Refusal, match="somebody else who is linked") as refused:
                tell(cast, "case_manager", link_id, **({"text": "He is calm."} | {field: words}))
            assert (refused.value.rule, refused.value.field) == ("S-04", field)
    with pytest.raises(Refusal) as refused:
        plan(cast, tell_idva="Police ask him about Dulcinea.")
    assert (refused.value.rule, refused.value.field) == ("S-04", "tell_idva")
    plan(cast, tell_idva="Police visit him tomorrow.")
    tell(
        cast, "idva", cast.link.pk, "He speaks of a Dulcinea."
    )  # she knows of nobody else, and is not told of it
    with acting_as(cast.other_idva.as_actor()):
        assert [item.text for item in RiskItem.objects.all()] == ["Police visit him tomorrow."]


def test_s04_nothing_that_the_case_managers_side_writes_on_a_link_names_another_client(cast: Cast) -> None:
    """Questions, views, outcomes, answers, what ended a decision, reviews, differences, incidents, answers to a stop."""
    second_client(cast)
    key, by = cast.link.pk, cast.case_manager.as_actor()
    other = "He also sees Dulcinea."

    def refused(field: str, write: Callable[[], object]) -> None:
        with pytest.raises(Refusal, match="somebody else who is linked") as no:
            write()
        assert (no.value.rule, no.value.field) == ("S-04", field)

    with acting_as(by):
        asked = {
            "planned": "Weekly", "setting": "Office", "reason_given": "His licence", "when_planned": "Soon", "why_now": "Out",
        }  # fmt: skip
        for field in ("planned", "setting", "when_planned", "why_now"):
            refused(
                field,
                lambda field=field: commands.ask_for_view(by=by, link_id=key, **(asked | {field: other})),
            )
    question = ask(cast.case_manager, key)
    for field in ("own_view", "if_we_act", "if_we_do_not", "leave_out", "work_out"):
        refused(field, lambda field=field: view(cast.case_manager, question.pk, **{field: other}))
    group = next(iter(EVERYBODY))
    named = {"others_at_risk": EVERYBODY | {group: other}}
    refused(group, lambda: view(cast.case_manager, question.pk, **named))
    view(cast.case_manager, question.pk)
    view(cast.idva, question.pk)
    for field in ("conditions", "leave_out", "tell_each_other", "dissent"):
        refused(field, lambda field=field: propose(cast.case_manager, question.pk, **{field: other}))
    theirs = propose(cast.idva, question.pk)
    refused("dissent", lambda: answer(cast.case_manager, theirs.pk, "differ", other))
    concern = stop(cast.idva, key)
    with acting_as(by):
        said = {"response": "We have talked.", "told": "A room is closed.", "eyes": "Probation"}
        for field in ("response", "eyes"):
            refused(
                field,
                lambda field=field: commands.answer_stop(
                    by=by, concern_id=concern.pk, **(said | {field: other})
                ),
            )
        refused("what", lambda: commands.lapse_decision(by=by, link_id=key, cause="release", what=other))
        refused(
            "said",
            lambda: commands.record_differing_step(
                by=by,
                link_id=key,
                about="contact",
                step="talk",
                held_on=TODAY,
                who="Us",
                said=other,
                outcome="settled",
            ),
        )
        refused(
            "what",
            lambda: commands.open_incident_on_link(
                by=by, link_id=key, kind="other", happened_on=TODAY, what=other
            ),
        )
    for field in ("patterns", "unknowns", "if_we_do_not", "actions"):
        refused(field, lambda field=field: review(cast, **{field: other}))


def test_s04_a_stop_waits_for_nothing_and_a_reason_that_tells_of_another_client_stays_behind(
    cast: Cast, client_of: Browser
) -> None:
    other = second_client(cast)
    answer = client_of(cast.case_manager).post(
        reverse("raise_stop_on_case", kwargs={"case_id": cast.case.pk}),
        {"scope": "all", "reason": "He threatened Dulcinea today.", "use_rule": "background"},
        follow=True,
    )
    assert "so it was left out" in answer.content.decode()
    with seeding():
        kept = {one.link_id: one.reasons.count() for one in StopConcern.objects.all()}
    assert kept == {cast.link.pk: 0, other.pk: 1}
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        concern = StopConcern.objects.get(link=cast.link)
    with acting_as(actor), pytest.raises(Refusal, match="somebody else"):
        commands.give_stop_reason(by=actor, concern_id=concern.pk, reason="He threatened Dulcinea today.")


def lives_apart_now(cast: Cast) -> None:
    with seeding():
        LivingWith.objects.create(
            record=cast.record, service_id=cast.vs_service.pk, recorded_by=cast.idva, answer="yes", as_of=TODAY - DAY
        )  # fmt: skip
    decide(cast.case_manager, cast.idva, cast.link.pk)
    by = cast.idva.as_actor()
    with acting_as(by):
        for answer in ("yes", "no"):
            assert position(cast.link.pk) == "in_force", "said again is not changed"
            LivingWith.objects.create(
                record=cast.record, service_id=cast.vs_service.pk, recorded_by=cast.idva, answer=answer, as_of=TODAY
            )  # fmt: skip


def leaves_an_address(cast: Cast) -> None:
    hers(cast, HOUSE)
    value = hers(cast, "07700 900123", "phone")
    decide(cast.case_manager, cast.idva, cast.link.pk)
    by = cast.idva.as_actor()
    with acting_as(by):
        advocacy.end_sealed(by=by, record_id=cast.record.pk, value_id=value.pk, ended_on=TODAY)
        assert position(cast.link.pk) == "in_force", "a number is no residence"
        house = SealedValue.objects.get(kind="address")
        advocacy.end_sealed(by=by, record_id=cast.record.pk, value_id=house.pk, ended_on=TODAY)


def is_told(kind: str, who: str) -> Callable[[Cast], None]:
    def happens(cast: Cast) -> None:
        decide(cast.case_manager, cast.idva, cast.link.pk)
        tell(cast, who, cast.link.pk, "Something new.", kind=kind)

    return happens


def is_an_emergency(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    by = cast.case_manager.as_actor()
    with acting_as(by):
        commands.tell_emergency_from_case(
            by=by,
            case_id=cast.case.pk,
            recipient="police",
            told_at=timezone.now(),
            danger="At her door.",
            said="Go there now.",
        )


EVENTS = {
    "an incident told by her IDVA": (is_told("incident", "idva"), "incident"),
    "an incident told by the case manager": (is_told("incident", "case_manager"), "incident"),
    "a new partner": (is_told("new_partner", "case_manager"), "new_partner"),
    "an allegation": (is_told("allegation", "idva"), "allegation"),
    "an emergency": (is_an_emergency, "incident"),
    "living together": (lives_apart_now, "client_residence"),
    "an address that ended": (leaves_an_address, "client_residence"),
}


@pytest.mark.parametrize("event", EVENTS)
def test_s19_what_is_told_or_changed_ends_a_decision_by_itself(cast: Cast, event: str) -> None:
    happens, cause = EVENTS[event]
    happens(cast)
    with acting_as(cast.case_manager.as_actor()):
        assert position(cast.link.pk) == "lapsed"
        assert DecisionLapse.objects.get().cause == cause


def test_s19_what_he_does_ends_the_decision_of_every_link_what_she_tells_her_own(cast: Cast) -> None:
    other = second_client(cast)
    for one, idva in ((cast.link, cast.idva), (other, cast.other_idva)):
        decide(cast.case_manager, idva, one.pk)
    tell(cast, "idva", cast.link.pk, "He came to the door.", kind="incident")
    assert _standing(cast, cast.link, other) == ["lapsed", "in_force"]
    tell(cast, "case_manager", cast.link.pk, "He was arrested for assault.", kind="incident")
    assert _standing(cast, cast.link, other) == ["lapsed", "lapsed"]


def _standing(cast: Cast, *links: CaseLink) -> list[str]:
    with acting_as(cast.case_manager.as_actor()):
        return [position(one.pk) for one in links]


def test_s19_s41_our_own_mistake_ends_no_decision(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.open_incident_on_link(
            by=by,
            link_id=cast.link.pk,
            kind="premature_disclosure",
            happened_on=TODAY,
            what="Told too early.",
        )
    assert _standing(cast, cast.link) == ["in_force"]


def test_s19_a_decision_has_a_last_day_that_is_not_far_off(cast: Cast) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    for member in (cast.case_manager, cast.idva):
        view(member, question.pk)
    with pytest.raises(Refusal, match="84 days at most") as refused:
        propose(cast.case_manager, question.pk, ends_on=TODAY + LONGEST_DECISION + DAY)
    assert (refused.value.rule, refused.value.field) == ("S-19", "ends_on")
    propose(cast.case_manager, question.pk, ends_on=TODAY + LONGEST_DECISION)


@pytest.mark.parametrize("he_comes_later", [True, False])
def test_s44_a_shared_address_calls_for_a_review_of_every_link_and_says_not_whose_it_is(
    cast: Cast, he_comes_later: bool
) -> None:
    other = second_client(cast)
    his(cast, "2 Brewers Yard, Marrowby")
    hers(cast, "3 Tanners Yard, Marrowby")
    with seeding():
        assert not ReviewCall.objects.exists()
    for write in (hers, his) if he_comes_later else (his, hers):
        write(cast, HOUSE)
    with seeding():
        calls = list(
            ReviewCall.objects.order_by("link_id").values(
                "link_id", "cause", "words", "side", "recorded_by_id"
            )
        )
    assert {call.pop("link_id") for call in calls} == {cast.link.pk, other.pk}
    assert calls[0] == calls[1], "nothing tells the two apart"
    assert calls[0] | {"cause": "asked", "words": ""} == calls[0]
    his(cast, HOUSE.upper())
    with seeding():
        assert ReviewCall.objects.count() == 2, "once a day"


def test_s07_s10_what_he_is_told_is_read_wherever_it_is_written(cast: Cast, client_of: Browser) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    for member in (cast.case_manager, cast.idva):
        view(member, question.pk)
    concern = stop(cast.idva, cast.link.pk)
    worker = cast.case_manager.as_actor()
    asked = {"planned": "x", "setting": "x", "when_planned": "x", "why_now": "x"}
    tries: list[tuple[str, Callable[[str], object]]] = [
        ("told", lambda words: propose(cast.case_manager, question.pk, told=words)),
        ("told", lambda words: propose(cast.idva, question.pk, told=words)),
        ("exit_plan", lambda words: review(cast, outcome="taper", exit_plan=words)),
    ]
    for words in ("Wilhelmina wants it.", "Your IDVA said so."):
        for field, act in tries:
            with pytest.raises(Refusal) as refused:
                act(words)
            assert (refused.value.rule in ("S-07", "S-10"), refused.value.field) == (True, field)
        with acting_as(worker):
            with pytest.raises(Refusal, match="cannot go to him"):
                commands.answer_stop(
                    by=worker, concern_id=concern.pk, response="Yes.", told=words, eyes="Police."
                )
            with pytest.raises(Refusal, match="cannot go to him"):
                commands.ask_for_view(by=worker, link_id=cast.link.pk, reason_given=words, **asked)
    client_of(cast.case_manager).post(
        reverse("ask_for_view", kwargs={"link_id": cast.link.pk}),
        asked | {"reason_given": "Wilhelmina wants it."},
    )
    with seeding():
        assert AuditEvent.objects.filter(act="denied", kind="source_check").count() == 1


def test_a06_what_a_stand_in_tells_and_writes_is_signed_as_a_stand_ins(
    cast: Cast, client_of: Browser
) -> None:
    actor = cast.idva_manager.as_actor()
    with acting_as(actor):
        advocacy.assign_record(
            by=actor, record_id=cast.record.pk, membership_id=cast.stand_in.pk, handover="Hers."
        )
    tell(cast, "stand_in", cast.link.pk, "He was seen near.")
    view(cast.stand_in, ask(cast.case_manager, cast.link.pk).pk)
    browser = client_of(cast.case_manager)
    for page in (reverse("desk_su_worker"), reverse("shared_page", kwargs={"link_id": cast.link.pk})):
        assert f"{cast.stand_in.name} (stand-in for the IDVA)" in browser.get(page).content.decode(), page


def test_s04_a_closing_tells_each_idva_of_their_own_client_alone_and_our_own_notices_are_not_read_for_names(
    cast: Cast,
) -> None:
    second_client(cast, "Prudence Incident")
    by = cast.case_manager.as_actor()
    closing = NewClosure(
        closed_on=TODAY, primary_reason="died", engagement="unknown", measures="None", eyes_on="Prudence’s brother",
        risk_owner="police", exit_plan="None is needed", client_may_be_told="That Drive has ended", others_at_risk="unknown",
        risk_of_closing="None", agreed_idva="yes", agreed_panel="yes",
    )  # fmt: skip
    with acting_as(by):
        with pytest.raises(Refusal) as refused:
            commands.close_case(by=by, case_id=cast.case.pk, closing=closing)
        assert (refused.value.rule, refused.value.field) == ("S-04", "eyes_on")
        commands.open_incident_on_link(
            by=by,
            link_id=cast.link.pk,
            kind="premature_disclosure",
            happened_on=TODAY,
            what="Told too early.",
        )
