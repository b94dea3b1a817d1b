"""The forms draw every choice and leave the judging to `answers`."""

from html import unescape

import pytest
from hypothesis import given, settings

from drive.instruments.answers import Answer, Mode
from drive.instruments.definitions import Definition
from drive.instruments.forms import form_class, initial_answers
from drive.instruments.library import instrument, library
from drive.instruments.scoring import used
from drive.instruments.tests.given import DASH_ITEMS, GRID, drafts, valid

ALL = [library().current(one) for one in library().ids]


@pytest.mark.parametrize("definition", ALL, ids=lambda one: one.id)
def test_every_question_is_drawn_with_nothing_chosen(definition: Definition) -> None:
    form = form_class(definition)()
    drawn = [question for _, questions in form.sections for question in questions]
    assert [question.item.id for question in drawn] == [item.id for item in definition.items]
    for question in drawn:
        html = unescape("".join(str(field.as_field_group()) for field in question))
        assert question.item.label in html
        assert "checked" not in html
        for state in question.item.missing:
            assert f'value="{state}"' in html
        assert 'value="not_recorded"' not in html


def test_only_questions_that_may_stay_open_are_called_optional() -> None:
    form = form_class(instrument("severity_of_abuse_grid"))()
    assert "optional" not in str(form["physical"].as_field_group())
    assert "optional" in str(form["basis"].as_field_group())


def test_a_question_that_depends_on_another_says_when_to_answer_it() -> None:
    form = form_class(instrument("idva_intake_form"))()
    words = "Only if the answer to “Children in the home” is Yes."
    assert words in str(form["children_count"].as_field_group())


def test_levels_show_what_they_mean() -> None:
    html = str(form_class(instrument("severity_of_abuse_grid"))()["physical"].as_field_group())
    assert "definition loaded by the site" in html


def test_a_submission_names_each_open_question_and_a_draft_does_not() -> None:
    made = form_class(instrument("drive_dash"))
    form = made({"q01": "yes", "q01__evidence": "Note of 4 June"})
    assert not form.is_valid()
    assert form.validated is None
    assert set(form.errors) == set(DASH_ITEMS) - {"q01"}
    draft = made({"q01": "yes", "q01__evidence": "Note of 4 June"}, mode=Mode.DRAFT)
    assert draft.is_valid()
    assert draft.validated is not None
    assert draft.validated["q01"] == Answer("yes", evidence="Note of 4 June")
    assert draft.validated["q02"].missing == "not_recorded"


def test_a_full_grid_is_taken() -> None:
    data = dict.fromkeys(GRID, "standard") | {
        "look_back": "since_index_incident",
        "look_back_from": "3/5/2026",
    }
    form = form_class(instrument("severity_of_abuse_grid"))({**data, "sources": ["police"]})
    assert form.is_valid(), form.errors
    assert form.validated is not None
    assert form.validated["sources"] == Answer(("police",))
    assert form.validated.as_data()["look_back_from"] == {"value": "2026-05-03"}


def test_an_unknown_level_may_still_be_known_to_have_been_used() -> None:
    made = form_class(instrument("severity_of_abuse_grid"))
    ticked = made({"physical": "unknown", "physical_used": "on"}, mode=Mode.DRAFT)
    assert ticked.is_valid()
    assert ticked.validated is not None
    assert used(ticked.validated, "physical") == "yes"
    clash = made({"physical": "none", "physical_used": "on"})
    assert "Clear" in clash.errors["physical_used"][0]


def test_a_count_may_be_said_to_be_missing_but_not_both() -> None:
    made = form_class(instrument("idva_intake_form"))
    missing = made({"police_calls_12m__missing": "declined"}, mode=Mode.DRAFT)
    assert missing.is_valid()
    assert missing.validated is not None
    assert missing.validated.missing_state("police_calls_12m") == "declined"
    both = made({"police_calls_12m": "2", "police_calls_12m__missing": "declined"}, mode=Mode.DRAFT)
    assert list(both.errors) == ["police_calls_12m"]


def test_a_date_that_cannot_be_read_is_not_dropped_from_a_draft() -> None:
    form = form_class(instrument("idva_exit_form"))({"exit_date": "soon"}, mode=Mode.DRAFT)
    assert not form.is_valid()
    assert form.validated is None
    assert 'value="soon"' in str(form["exit_date"].as_field_group())


def test_a_choice_that_is_not_offered_gives_one_error() -> None:
    form = form_class(instrument("severity_of_abuse_grid"))({"physical": "awful"}, mode=Mode.DRAFT)
    assert [len(errors) for errors in form.errors.values()] == [1]


@pytest.mark.parametrize("definition", ALL, ids=lambda one: one.id)
def test_a_draft_taken_up_again_is_the_same_draft(definition: Definition) -> None:
    made = form_class(definition)

    @settings(max_examples=10, deadline=None)
    @given(drafts(definition))
    def check(given: dict[str, object]) -> None:
        stored = valid(definition.id, given)
        shown = initial_answers(stored)
        again = made(shown, mode=Mode.DRAFT)
        assert again.is_valid(), again.errors
        assert again.validated == stored

    check()
