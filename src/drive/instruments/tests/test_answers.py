"""Each item ends in exactly one state; blank is never an answer; problems are said in plain words."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drive.instruments.answers import Answer, Mode, RefusedAnswers, ValidatedAnswers, validate
from drive.instruments.definitions import Definition
from drive.instruments.library import instrument, library
from drive.instruments.tests.given import DASH_ITEMS, GRID, drafts, valid

SOAG = instrument("severity_of_abuse_grid")
INTAKE = instrument("idva_intake_form")
NEEDS = instrument("needs")
DASH = instrument("drive_dash")
ALL = [library().current(one) for one in library().ids]


def problems(definition: Definition, answers: dict[str, object], mode: Mode = Mode.SUBMIT) -> dict[str, str]:
    outcome = validate(definition, answers, mode=mode)
    assert isinstance(outcome, RefusedAnswers)
    return {problem.item: problem.code for problem in outcome.problems}


@pytest.mark.parametrize("definition", ALL, ids=lambda one: one.id)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_answers_survive_storing_and_any_order(definition: Definition, data: st.DataObject) -> None:
    answers = data.draw(drafts(definition))
    first = validate(definition, answers, mode=Mode.DRAFT)
    assert isinstance(first, ValidatedAnswers)
    shuffled = dict(data.draw(st.permutations(list(answers.items()))))
    assert validate(definition, shuffled, mode=Mode.DRAFT) == first
    assert validate(definition, first.as_data(), mode=Mode.DRAFT) == first
    assert set(first.answers) == {item.id for item in definition.items}


@pytest.mark.parametrize("definition", ALL, ids=lambda one: one.id)
def test_nothing_given_is_a_draft_and_not_a_submission(definition: Definition) -> None:
    empty = validate(definition, {}, mode=Mode.DRAFT)
    assert isinstance(empty, ValidatedAnswers)
    assert {answer.missing for answer in empty.answers.values()} == {"not_recorded"}
    assert empty.as_data() == {}
    needed = {item.id for item in definition.items if item.required and item.show_if is None}
    if needed:
        assert problems(definition, {}) == dict.fromkeys(needed, "unanswered")


@pytest.mark.parametrize("definition", ALL, ids=lambda one: one.id)
@pytest.mark.parametrize("state", ["not_recorded", "not_collected"])
def test_worked_out_states_cannot_be_entered(definition: Definition, state: str) -> None:
    item = definition.items[0]
    assert problems(definition, {item.id: {"missing": state}}, Mode.DRAFT)[item.id] == "computed_state"
    assert problems(definition, {item.id: state}, Mode.DRAFT)[item.id] in ("computed_state", "not_a_date")


@pytest.mark.parametrize("blank", [None, "", "  ", [], (), {}, {"value": ""}, {"value": None, "missing": ""}])
def test_blank_is_not_recorded_and_never_none(blank: object) -> None:
    answers = valid("needs", {"alcohol": blank})
    assert answers["alcohol"] == Answer(missing="not_recorded", worked_out=True)
    assert valid("needs", {"alcohol": "none"})["alcohol"] == Answer("none")


def test_the_five_ways_of_not_knowing_stay_different() -> None:
    given = {"children": "not_applicable", "alcohol": "unknown", "drugs": "not_asked", "housing": "declined"}
    answers = valid("needs", given)
    states = [answers.missing_state(item) for item in ("children", "alcohol", "drugs", "housing", "identity")]
    assert states == ["not_applicable", "unknown", "not_asked", "declined", "not_recorded"]


def test_a_state_that_an_item_does_not_offer_is_refused() -> None:
    assert problems(NEEDS, {"alcohol": "not_applicable"}, Mode.DRAFT) == {"alcohol": "not_offered"}
    assert problems(SOAG, {"physical": "not_asked"}, Mode.DRAFT) == {"physical": "not_offered"}


def test_own_words_for_unknown_count_as_missing() -> None:
    answers = valid("severity_of_abuse_grid", {"physical": "unknown", "sexual": "none"})
    assert answers["physical"] == Answer("unknown")
    assert (answers.missing_state("physical"), answers.known("physical")) == ("unknown", None)
    assert (answers.missing_state("sexual"), answers.known("sexual")) == ("", "none")


@pytest.mark.parametrize(
    ("present", "state"),
    [
        ("no", "not_applicable"),
        ("unknown", "unknown"),
        ("declined", "declined"),
        (None, "not_recorded"),
    ],
)
def test_a_question_put_aside_says_why(present: str | None, state: str) -> None:
    answers = valid("idva_intake_form", {"children_present": present})
    assert answers.missing_state("children_count") == state
    assert answers["children_count"].worked_out


def test_an_answer_to_a_question_put_aside_waits_in_a_draft_and_is_not_dropped_in_silence() -> None:
    given: dict[str, object] = {"children_present": "no", "children_count": "2"}
    assert valid("idva_intake_form", given)["children_count"] == Answer(2)
    outcome = validate(INTAKE, given)
    assert isinstance(outcome, RefusedAnswers)
    (problem,) = outcome.by_item()["children_count"]
    assert problem.text == "Clear “How many children”, or answer “Children in the home” with Yes."


def test_a_blank_in_an_imported_dash_is_not_known() -> None:
    answers = valid("drive_dash", {"q01": "yes", "q02": ""}, Mode.IMPORT)
    assert answers["q02"] == Answer("nk")
    assert answers.missing_state("q02") == "unknown"
    assert valid("needs", {}, Mode.IMPORT).missing_state("alcohol") == "not_recorded"


def test_progress_counts_what_must_be_answered() -> None:
    assert valid("drive_dash", {"q01": "yes", "q02": "nk"}).progress == (2, 20)
    grid: dict[str, object] = {"physical": "none", "sexual": "unknown"}
    assert valid("severity_of_abuse_grid", grid).progress == (2, 6)


def test_the_order_of_several_choices_is_that_of_the_list() -> None:
    answers = valid("severity_of_abuse_grid", {"sources": ["other", "police", "own_observation", "police"]})
    assert answers["sources"] == Answer(("own_observation", "police", "other"))


def test_evidence_is_kept_even_before_the_answer() -> None:
    answers = valid("drive_dash", {"q05": {"evidence": " Letter of 3 May "}})
    assert answers.as_data() == {"q05": {"evidence": "Letter of 3 May"}}
    assert problems(NEEDS, {"alcohol": {"value": "low", "evidence": "said so"}}, Mode.DRAFT) == {
        "alcohol": "not_understood"
    }


@pytest.mark.parametrize(
    ("answers", "item", "code"),
    [
        ({"physical": "awful"}, "physical", "not_a_choice"),
        ({"physical": 3}, "physical", "not_a_choice"),
        ({"physical": ["none", "high"]}, "physical", "not_a_choice"),
        ({"physical": {"value": "none", "missing": "unknown"}}, "physical", "two_answers"),
        ({"sources": ["police", "unknown"]}, "sources", "two_answers"),
        ({"sources": ["police", "moon"]}, "sources", "not_a_choice"),
        ({"look_back_from": "30 February"}, "look_back_from", "not_a_date"),
        ({"basis": "x" * 4001}, "basis", "too_long"),
        ({"shoe_size": "9"}, "", "unknown_item"),
    ],
)
def test_what_cannot_be_taken_is_a_problem_of_its_item(
    answers: dict[str, object], item: str, code: str
) -> None:
    assert problems(SOAG, answers, Mode.DRAFT) == {item: code}


@pytest.mark.parametrize("typed", ["many", "-1", "2.5", "1e3", "٣", "1000", True])
def test_counts_are_whole_numbers_within_bounds(typed: object) -> None:
    (code,) = problems(INTAKE, {"police_calls_12m": typed}, Mode.DRAFT).values()
    assert code in ("not_a_number", "out_of_range")


def test_zero_is_an_answer() -> None:
    assert valid("idva_intake_form", {"police_calls_12m": "0"})["police_calls_12m"] == Answer(0)


def test_a_date_after_today_is_refused_only_where_today_is_known() -> None:
    given = {"look_back_from": "2026-11-22"}
    outcome = validate(SOAG, given, mode=Mode.DRAFT, today=date(2026, 11, 21))
    assert isinstance(outcome, RefusedAnswers)
    assert [problem.code for problem in outcome.problems] == ["in_future"]
    assert valid("severity_of_abuse_grid", given)["look_back_from"] == Answer(date(2026, 11, 22))


def test_unanswered_says_what_may_be_said_instead() -> None:
    outcome = validate(SOAG, {})
    assert isinstance(outcome, RefusedAnswers)
    (problem,) = outcome.by_item()["physical"]
    assert problem.text == "Answer “Physical”. If there is no answer, say so: Unknown."


def test_before_a_site_recorded_an_item_it_was_not_collected() -> None:
    answers = valid("aces", {"neglect": "yes"})
    starts = {item: date(2025, 4, 1) for item in ("neglect", "abuse")}
    early = answers.before_recording_began(starts, as_of=date(2025, 3, 31))
    assert [early.missing_state(item) for item in ("neglect", "abuse", "care")] == [
        "",
        "not_collected",
        "not_recorded",
    ]
    late = answers.before_recording_began(starts, as_of=date(2025, 4, 1))
    assert late.missing_state("abuse") == "not_recorded"


def test_a_full_form_can_be_submitted() -> None:
    given: dict[str, object] = dict.fromkeys(GRID, "moderate")
    given |= {"look_back": "last_3_months", "sources": ["own_observation", "police"]}
    assert valid("severity_of_abuse_grid", given, Mode.SUBMIT).progress == (6, 6)
    assert valid("drive_dash", dict.fromkeys(DASH_ITEMS, "no"), Mode.SUBMIT).progress == (20, 20)
    assert set(DASH_ITEMS) == {item.id for item in DASH.items}
