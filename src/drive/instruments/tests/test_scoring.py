"""Scores by hand, and what must hold for every form: missing never counts, order never matters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drive.instruments.answers import Mode
from drive.instruments.library import instrument
from drive.instruments.scoring import Derived, Direction, compare, derive, used, worst_over_links
from drive.instruments.tests.given import DASH_ITEMS, GRID, dash, drafts, grid, valid

LEVELS = {"none": 0, "standard": 1, "moderate": 2, "high": 3}
level = st.sampled_from([*LEVELS, "unknown"])
NEEDS = instrument("needs")


def test_dash_score_is_the_number_of_yes_with_the_unanswerable_beside_it() -> None:
    scores = derive(dash(yes=7, no=3, na=6, nk=4))
    assert scores["score"] == Derived("score", "Score", 7, known=10, missing=10)
    assert scores["not_answerable"].value == 10
    assert scores["excluded"].value is False


@pytest.mark.parametrize(
    ("na", "nk", "excluded"), [(10, 0, False), (5, 6, True), (0, 11, True), (20, 0, True)]
)
def test_dash_is_left_out_of_analysis_from_eleven_of_twenty(na: int, nk: int, excluded: bool) -> None:
    assert derive(dash(20 - na - nk, 0, na, nk))["excluded"].value is excluded


def test_a_dash_without_one_known_answer_scores_nothing_and_is_left_out() -> None:
    scores = derive(dash(0, 0, 12, 8))
    assert (scores["score"].value, scores["excluded"].value) == (0, True)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["yes", "no", "na", "nk"]), min_size=20, max_size=20), st.randoms())
def test_dash_bounds_and_order(answers: list[str], random: object) -> None:
    given = dict(zip(DASH_ITEMS, answers, strict=True))
    scores = derive(valid("drive_dash", given, Mode.SUBMIT))
    score, aside = scores["score"].value, scores["not_answerable"].value
    assert isinstance(score, int)
    assert isinstance(aside, int)
    assert score + aside + answers.count("no") == 20
    assert scores["excluded"].value is (aside >= 11)
    random.shuffle(answers)  # type: ignore[attr-defined]  # a Random of the strategy
    again = derive(valid("drive_dash", dict(zip(DASH_ITEMS, answers, strict=True)), Mode.SUBMIT))
    assert {key: one.value for key, one in again.items()} == {key: one.value for key, one in scores.items()}


@settings(max_examples=50, deadline=None)
@given(drafts(NEEDS))
def test_needs_count_what_is_known_and_say_what_is_not(given: dict[str, dict[str, object]]) -> None:
    count = derive(valid("needs", given))["needs_count"]
    values = [answer["value"] for answer in given.values() if "value" in answer]
    assert count.known == len(values)
    assert count.known + count.missing == len(NEEDS.items)
    assert count.value == (sum(value != "none" for value in values) if values else None)
    assert count.at_least == (count.missing > 0)


@settings(max_examples=50, deadline=None)
@given(st.lists(level, min_size=4, max_size=4))
def test_worst_level_ignores_what_is_not_known(levels: list[str]) -> None:
    worst = derive(grid(*levels))["worst"]
    known = [one for one in levels if one != "unknown"]
    assert worst.value == (max(known, key=LEVELS.__getitem__) if known else None)
    assert worst.missing == 4 - len(known)


@settings(max_examples=50, deadline=None)
@given(st.lists(level, min_size=4, max_size=4), st.lists(level, min_size=4, max_size=4))
def test_a_rise_is_between_two_known_levels(before: list[str], after: list[str]) -> None:
    changes = compare(grid(*before), grid(*after))
    expected = {
        item
        for item, was, now in zip(GRID, before, after, strict=True)
        if was in LEVELS and now in LEVELS and LEVELS[now] > LEVELS[was]
    }
    assert {change.id for change in changes.rises} == expected
    assert not compare(grid(*after), grid(*after)).rises


def test_standard_to_moderate_is_a_rise() -> None:
    changes = compare(
        grid("standard", "unknown", "high", "unknown"), grid("moderate", "unknown", "moderate", "none")
    )
    assert [change.direction for change in changes.changes] == [
        Direction.RISE,
        Direction.STILL_UNKNOWN,
        Direction.FALL,
        Direction.NEWLY_KNOWN,
    ]
    assert changes.fewer_missing


def test_an_unanswered_level_is_no_longer_known_and_no_fall() -> None:
    changes = compare(grid("high", "none", "none", "none"), grid("", "none", "none", "none"))
    assert changes.changes[0].direction is Direction.NO_LONGER_KNOWN


def test_a_dash_score_that_rises_because_more_is_known_says_so() -> None:
    changes = compare(dash(5, 5, 0, 10), dash(8, 12, 0, 0))
    (rise,) = changes.rises
    assert (rise.id, rise.before, rise.after) == ("score", 5, 8)
    assert changes.fewer_missing
    same = compare(dash(8, 12, 0, 0), dash(8, 12, 0, 0))
    assert not same.rises
    assert not same.fewer_missing


def test_a_judgement_of_more_risk_is_a_rise_without_an_earlier_form() -> None:
    worse = valid("risk_change", {"target": "victim", "change": "increased_slightly"})
    assert [change.id for change in compare(None, worse).rises] == ["change"]
    unsure = valid("risk_change", {"target": "victim", "change": "unknown"})
    assert not compare(None, unsure).rises
    told = valid("idva_exit_form", {"risk_change": "increased"})
    assert [change.id for change in compare(None, told).rises] == ["risk_change"]


def test_forms_of_two_instruments_are_not_compared() -> None:
    with pytest.raises(ValueError, match="drive_dash cannot be compared"):
        compare(dash(20, 0, 0, 0), grid("none", "none", "none", "none"))


def test_worst_over_links_says_how_many_links_are_not_known() -> None:
    worst = worst_over_links(
        [grid("standard", "unknown", "none", "high"), grid("moderate", "unknown", "", "none")]
    )
    assert {item: (one.value, one.missing) for item, one in worst.items()} == {
        "physical": ("moderate", 0),
        "sexual": (None, 2),
        "hs": ("none", 1),
        "jcc": ("high", 0),
    }
    assert worst_over_links([]) == {}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"physical": "none"}, "no"),
        ({"physical": "standard"}, "yes"),
        ({"physical": "unknown"}, "unknown"),
        ({"physical": "unknown", "physical_used": "yes"}, "yes"),
        ({}, "unknown"),
    ],
)
def test_use_is_known_apart_from_severity(answers: dict[str, object], expected: str) -> None:
    assert used(valid("severity_of_abuse_grid", answers), "physical") == expected


def test_no_record_of_an_adverse_experience_is_not_its_absence() -> None:
    assert derive(valid("aces", {}))["aces_count"].value is None
    assert derive(valid("aces", {"neglect": "yes", "care": "no"}))["aces_count"] == Derived(
        "aces_count", "Experiences recorded as yes", 1, known=2, missing=7
    )
