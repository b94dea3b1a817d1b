"""Figures of different years stand in one table only where a crosswalk says how."""

from datetime import date
from itertools import combinations

import pytest

from drive.instruments.codelists import code_list
from drive.instruments.crosswalks import (
    EDITIONS,
    CannotPoolError,
    Pooling,
    Refusal,
    crosswalks,
    nearest,
    pooling,
)


def pooled(topic: str, *editions: str) -> Pooling:
    outcome = pooling(topic, editions)
    assert isinstance(outcome, Pooling), outcome
    return outcome


def test_what_year_1_called_severe_is_high() -> None:
    table = pooled("severity", "y1", "cur")
    assert table.common_code("y1", "severe") == "high" == table.common_code("cur", "high")


def test_year_1_needs_pool_only_as_any_need_and_in_four_areas() -> None:
    assert pooled("need_level", "y1", "y2").common_code("y2", "low") == "present"
    areas = pooled("need_area", "y1", "cur")
    assert areas.common_code("cur", "drugs") == "drugs"
    with pytest.raises(CannotPoolError, match="“housing_benefit”"):
        areas.common_code("cur", "housing_benefit")
    with pytest.raises(CannotPoolError, match="no counterpart in Year 1 and current"):
        areas.common_code("cur", "parenting")


def test_family_areas_pool_upward_only() -> None:
    areas = pooled("need_area", "p2", "y2")
    upward = {
        areas.common_code("y2", code) for code in ("parenting", "family", "children", "children_families")
    }
    assert upward == {"children_and_families"}
    assert "children_families" not in dict(areas.common)


def test_kinds_of_action_are_refused_with_the_reason_and_totals_are_not() -> None:
    refusal = pooling("action_kind", ["y2", "y1"])
    assert isinstance(refusal, Refusal)
    assert refusal.editions == ("y1", "y2")
    assert "recorded no agency" in refusal.reason
    assert pooled("action_count", "y1", "y2")
    assert pooled("action_kind", "y2", "cur")


def test_no_crosswalk_no_table() -> None:
    refusal = pooling("drive_dash", ["y1", "y2"])
    assert refusal == Refusal("drive_dash", ("y1", "y2"), "There is no crosswalk for drive dash.")
    contact = pooling("engagement", ["y1", "y2"])
    assert isinstance(contact, Refusal)
    assert isinstance(pooling("non_contact", ["y1", "p2"]), Refusal)


def test_ties_and_engagement_of_the_current_lists_all_have_a_place() -> None:
    ties = pooled("relationship", "y2", "cur")
    assert {ties.common_code("cur", code) for code, _ in code_list("K-06").choices()} == {
        "intimate",
        "ex_intimate",
        "family",
        "other",
    }
    assert ties.common_code("cur", "intermittent") == "intimate"
    levels = pooled("engagement", "y2", "cur")
    engaged = {
        code for code, _ in code_list("K-20").choices() if levels.common_code("cur", code) == "engaged"
    }
    assert engaged == code_list("K-20").roll_up("engaged")


def test_every_pair_is_either_pooled_into_known_codes_or_refused_with_a_reason() -> None:
    for topic, crosswalk in crosswalks().items():
        for pair in combinations(EDITIONS, 2):
            outcome = pooling(topic, pair)
            if isinstance(outcome, Refusal):
                assert outcome.reason
            else:
                assert outcome.editions == pair
                for codes in outcome.codes.values():
                    assert set(codes.values()) <= set(dict(crosswalk.common))


@pytest.mark.parametrize("editions", [["cur"], ["y1", "y1"], ["y1", "y9"]])
def test_pooling_needs_two_known_editions(editions: list[str]) -> None:
    with pytest.raises(ValueError, match="edition"):
        pooling("severity", editions)


def test_the_nearest_form_counts_within_six_weeks() -> None:
    point = date(2026, 6, 1)
    assert nearest(point, [date(2026, 4, 20), date(2026, 7, 13)]) == date(2026, 4, 20)
    assert nearest(point, [date(2026, 4, 19), date(2026, 7, 14)]) is None
    assert nearest(point, [date(2026, 4, 1), date(2026, 6, 9)]) == date(2026, 6, 9)
    assert nearest(point, []) is None
