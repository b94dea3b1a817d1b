"""Where two professionals differ: talk, line managers, panel, each written down; nothing of it opens contact (S-16)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.safety import commands, position, queries
from drive.safety.models import DifferingStep
from tests.cast import Cast, seeding

from .deciding import answer, ask, book, propose, view
from .test_reviews import review

BOTH = ("case_manager", "idva", "service_manager", "idva_manager")


def write_down(cast: Cast, writer: str = "case_manager", **said: Any) -> DifferingStep:
    actor = getattr(cast, writer).as_actor()
    words: dict[str, Any] = {
        "about": "contact",
        "step": "talked",
        "held_on": local_today(),
        "who": "The two of us",
        "said": "He says that he wants help; she thinks that he wants to know where she is.",
        "outcome": "differ",
    }
    with acting_as(actor):
        return commands.record_differing_step(by=actor, link_id=cast.link.pk, **(words | said))


def standing(cast: Cast, who: str) -> list[tuple[str, str]]:
    with acting_as(getattr(cast, who).as_actor()):
        return [(one.about, one.last.step if one.last else "") for one in queries.differing()]


def they_differ(cast: Cast) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    view(cast.case_manager, question.pk)
    view(cast.idva, question.pk, would_choose="wait")
    proposal = propose(cast.case_manager, question.pk)
    answer(cast.idva, proposal.pk, "differ", "Not before the hearing.")


def test_s16_views_that_differ_stand_on_both_sides_and_with_both_managers(cast: Cast) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    view(cast.case_manager, question.pk)
    assert all(standing(cast, who) == [] for who in BOTH), "one view alone tells nothing (S-15)"
    view(cast.idva, question.pk, would_choose="wait")
    assert all(standing(cast, who) == [("contact", "")] for who in BOTH)
    answer(cast.idva, propose(cast.case_manager, question.pk, outcome="wait").pk)
    assert all(standing(cast, who) == [] for who in BOTH)


def test_s16_each_step_is_read_by_both_sides_and_none_forces_contact(cast: Cast) -> None:
    they_differ(cast)
    for who, step, outcome in (
        ("case_manager", "talked", "differ"),
        ("idva_manager", "managers", "differ"),
        ("service_manager", "panel", "settled"),
    ):
        write_down(cast, who, step=step, outcome=outcome)
        for reader in BOTH:
            assert standing(cast, reader) == [("contact", step)], "settled in words is not yet decided"
        with acting_as(cast.case_manager.as_actor()):
            assert position.position(cast.link.pk) == "undecided"
            assert position.contact_refusal(cast.case.pk) == "undecided"
        with pytest.raises(Refusal, match="no joint contact decision"):
            book(cast.case_manager, cast.case.pk)
    with acting_as(cast.idva.as_actor()):
        steps = queries.steps_of(cast.link.pk)
        assert {one.by for one in steps} == {
            cast.case_manager.name,
            cast.idva_manager.name,
            cast.service_manager.name,
        }
    for stranger in ("other_case_manager", "other_idva", "outsider", "outside_idva"):
        assert standing(cast, stranger) == []
        with acting_as(getattr(cast, stranger).as_actor()):
            assert queries.steps_of(cast.link.pk) == []
    with seeding():
        assert AuditEvent.objects.filter(kind="differing_step", act="wrote").count() == 3


def test_s16_a_review_remembered_differently_stands_until_a_step_settles_it(cast: Cast) -> None:
    held = review(cast)
    actor = cast.idva.as_actor()
    with acting_as(actor):
        commands.answer_review(by=actor, review_id=held.pk, answer="differ", words="We did not say that.")
    assert standing(cast, "case_manager") == [("review", "")]
    write_down(cast, "idva", about="review", outcome="settled")
    assert standing(cast, "case_manager") == []
    write_down(cast, "idva", about="use")
    assert standing(cast, "case_manager") == [("use", "talked")]


def test_s16_who_and_what_are_said_and_the_day_has_come(cast: Cast) -> None:
    for spoiled in (
        {"who": " "},
        {"said": ""},
        {"held_on": local_today() + datetime.timedelta(days=1)},
    ):
        with pytest.raises(Refusal):
            write_down(cast, **spoiled)
    first = write_down(cast, held_on=local_today() - datetime.timedelta(days=60))
    assert write_down(cast, held_on=local_today() - datetime.timedelta(days=60)).pk == first.pk
