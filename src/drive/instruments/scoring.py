"""Works out what is never typed: scores, counts and changes (R-09, R-80, R-81, S-49).

Missing is never counted as none, no or least. Each derived value says how many items it rests on and how many
are missing, and they are printed together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from drive.instruments.answers import ValidatedAnswers
from drive.instruments.definitions import DerivedValue, Item, Method


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived value and what it rests on.

    `value` is a number for `count`, a code for `highest`, true or false for `share_reached`, and None where
    nothing is known. `known` + `missing` = items asked. With `missing` > 0 a count or a level is “at least”.
    """

    id: str
    label: str
    value: int | str | bool | None
    known: int
    missing: int

    @property
    def at_least(self) -> bool:
        """Whether more might come to light: some items are missing."""
        return self.missing > 0


class Direction(StrEnum):
    """What happened to one item or score between two forms. Only `rise` asks for a review (S-49)."""

    RISE = "rise"
    FALL = "fall"
    SAME = "same"
    NEWLY_KNOWN = "newly_known"
    NO_LONGER_KNOWN = "no_longer_known"
    STILL_UNKNOWN = "still_unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """One item or derived value before and after. `before` and `after` are None where not known."""

    id: str
    label: str
    before: str | int | None
    after: str | int | None
    direction: Direction


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two forms of one instrument beside each other.

    `fewer_missing`: the later form knows more than the earlier one, so a rise may be because more is known
    and not because more is done (R-81, S-49); print that beside the rise. `wording_differs`: the two were
    answered under different versions; the codes compared are the same.
    """

    changes: tuple[Change, ...]
    fewer_missing: bool
    wording_differs: bool

    @property
    def rises(self) -> tuple[Change, ...]:
        """The changes for the worse; any of them asks for a review."""
        return tuple(change for change in self.changes if change.direction is Direction.RISE)


def derive(answers: ValidatedAnswers) -> dict[str, Derived]:
    """Every derived value of the answers' definition, by id.

    `count`: number of items answered with one of the codes. `highest`: the highest known level.
    `share_reached`: whether at least ⌈share × items⌉ items were answered with one of the codes; for the
    Drive DASH 11 of 20.
    """
    return {value.id: _derive(value, answers) for value in answers.definition.derived}


def _derive(value: DerivedValue, answers: ValidatedAnswers) -> Derived:
    known = sum(not answers.missing_state(item_id) for item_id in value.items)
    missing = len(value.items) - known
    matching = sum(answers[item_id].value in value.codes for item_id in value.items)
    result: int | str | bool | None
    match value.method:
        case Method.COUNT:
            result = matching if known or value.missing_scores_zero else None
        case Method.SHARE_REACHED:
            # Whole numbers, because 0.55 × 20 is 11.000000000000002 and would ask for 12.
            result = matching * 100 >= value.share * len(value.items)
        case Method.HIGHEST:
            result = highest(
                (answers.definition.item(item_id), answers[item_id].value) for item_id in value.items
            )
    return Derived(value.id, value.label, result, known, missing)


def highest(levels: Iterable[tuple[Item, object]]) -> str | None:
    """The highest known level among pairs of item and code; None if no level is known."""
    ranked = [
        (rank, code)
        for item, code in levels
        if isinstance(code, str) and (rank := item.rank(code)) is not None
    ]
    return max(ranked)[1] if ranked else None


def worst_over_links(forms: Iterable[ValidatedAnswers]) -> dict[str, Derived]:
    """Per ordered item, the worst known level over several links of one service user (R-80).

    Give one form per victim/survivor, all of one instrument and one point. `missing` counts links without a
    known level. Say beside the figure that it is the worst over links.
    """
    listed = list(forms)
    if not listed:
        return {}
    if len({form.definition.id for form in listed}) > 1:
        raise ValueError("these are forms of different instruments")
    worst: dict[str, Derived] = {}
    for item in listed[0].definition.items:
        if not item.ordered:
            continue
        known = sum(not form.missing_state(item.id) for form in listed)
        level = highest((item, form[item.id].value) for form in listed)
        worst[item.id] = Derived(item.id, item.label, level, known, len(listed) - known)
    return worst


def used(answers: ValidatedAnswers, abuse_type: str) -> str:
    """Whether a type of abuse (K-27) was used: `yes`, `no`, `unknown`. Use and level are separate (R-82)."""
    level = answers.known(abuse_type)
    if level is not None:
        return "no" if level == "none" else "yes"
    return "yes" if answers.known(f"{abuse_type}_used") == "yes" else "unknown"


def compare(before: ValidatedAnswers | None, after: ValidatedAnswers) -> Comparison:
    """What changed from one form to a later one of the same instrument about the same person.

    Compared are items with ordered levels, derived values marked `rise`, and items with an answer that by
    itself says that things got worse; the last need no earlier form. From unknown to a level is newly
    known, never a rise. `ValueError` for forms of different instruments.
    """
    if before is not None and before.definition.id != after.definition.id:
        raise ValueError(f"{before.definition.id} cannot be compared with {after.definition.id}")
    changes: list[Change] = []
    for item in after.definition.items:
        worse = after[item.id].value in item.rises
        if before is not None and item.ordered and item.id in before.definition:
            changes.append(_level_change(item, before, after))
        elif worse:
            changes.append(Change(item.id, item.label, None, str(after[item.id].value), Direction.RISE))
    if before is None:
        return Comparison(tuple(changes), fewer_missing=False, wording_differs=False)
    changes += _score_changes(before, after)
    return Comparison(
        tuple(changes),
        fewer_missing=_missing_count(after) < _missing_count(before),
        wording_differs=before.definition.version != after.definition.version,
    )


def _level_change(item: Item, before: ValidatedAnswers, after: ValidatedAnswers) -> Change:
    then, now = before[item.id].value, after[item.id].value
    was = item.rank(then) if isinstance(then, str) else None
    is_ = item.rank(now) if isinstance(now, str) else None
    return Change(
        item.id,
        item.label,
        str(then) if was is not None else None,
        str(now) if is_ is not None else None,
        _direction(was, is_),
    )


def _score_changes(before: ValidatedAnswers, after: ValidatedAnswers) -> list[Change]:
    then: Mapping[str, Derived] = derive(before)
    changes = []
    for value in after.definition.derived:
        if not value.rise or value.id not in then:
            continue
        was, now = then[value.id].value, _derive(value, after).value
        if isinstance(was, int) and isinstance(now, int):
            changes.append(Change(value.id, value.label, was, now, _direction(was, now)))
    return changes


def _direction(was: int | None, now: int | None) -> Direction:
    if was is None:
        return Direction.STILL_UNKNOWN if now is None else Direction.NEWLY_KNOWN
    if now is None:
        return Direction.NO_LONGER_KNOWN
    if now == was:
        return Direction.SAME
    return Direction.RISE if now > was else Direction.FALL


def _missing_count(answers: ValidatedAnswers) -> int:
    return sum(bool(answers.missing_state(item.id)) for item in answers.definition.items if item.required)
