"""Checks answers against a definition and gives each item exactly one state.

Blank never means no (R-04). An item without an answer becomes `not_recorded`, which is worked out here and
can never be entered. An item that was not asked because of another answer is `not_applicable` if that
answer is known, and otherwise takes over the reason why it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from drive.instruments.codelists import MISSING_STATES, OFFERED_STATES, code_list
from drive.instruments.definitions import NONE_OF_THESE, Definition, Item, ItemType

NOT_RECORDED = "not_recorded"
NOT_COLLECTED = "not_collected"
NOT_APPLICABLE = "not_applicable"
EVIDENCE_LIMIT = 4000

type Value = str | int | date | tuple[str, ...]


class Mode(StrEnum):
    """How strict to be about what is not answered: a draft may wait, an import counts blanks, R-81."""

    DRAFT = "draft"
    SUBMIT = "submit"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer cannot be taken, in words fit to show. `code` is stable, `item` "" for the whole form."""

    item: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The state of one item: a value, or the missing state (K-01) in its place; never both, never neither.

    `worked_out` marks missing states that nobody gave: nothing was answered, or the item was not asked.
    """

    value: Value | None = None
    missing: str = ""
    evidence: str = ""
    worked_out: bool = False

    def __post_init__(self) -> None:
        if (self.value is None) == (self.missing == ""):
            raise ValueError("an answer has either a value or a missing state")


@dataclass(frozen=True, slots=True)
class ValidatedAnswers:
    """Answers that fit their definition. Every item of the definition has an `Answer`."""

    definition: Definition
    mode: Mode
    answers: Mapping[str, Answer]

    def __getitem__(self, item_id: str) -> Answer:
        return self.answers[item_id]

    def missing_state(self, item_id: str) -> str:
        """The missing state of an item, also where its list has its own word for it; "" if it is known."""
        answer = self.answers[item_id]
        if answer.missing:
            return answer.missing
        if isinstance(answer.value, str):
            return self.definition.item(item_id).missing_state(answer.value)
        return ""

    def known(self, item_id: str) -> Value | None:
        """The value of an item if it is known, None in every other state."""
        return None if self.missing_state(item_id) else self.answers[item_id].value

    @property
    def progress(self) -> tuple[int, int]:
        """How many items that must be answered have been, and of how many: “3 of 4 answered”."""
        asked = [item for item in self.definition.items if item.required and self._asked(item)]
        return sum(self.answers[item.id].missing != NOT_RECORDED for item in asked), len(asked)

    def _asked(self, item: Item) -> bool:
        return _reason_not_asked(item, self.answers, self.definition) == ""

    def as_data(self) -> dict[str, dict[str, object]]:
        """What was given, ready for JSON; `validate` reads it back to the same answers.

        Worked-out states are left out: they are worked out again, so that a later rule can be right about
        them.
        """
        data: dict[str, dict[str, object]] = {}
        for item_id, answer in self.answers.items():
            given: dict[str, object] = {}
            if isinstance(answer.value, date):
                given["value"] = answer.value.isoformat()
            elif isinstance(answer.value, tuple):
                given["value"] = list(answer.value)
            elif answer.value is not None:
                given["value"] = answer.value
            elif not answer.worked_out:
                given["missing"] = answer.missing
            if answer.evidence:
                given["evidence"] = answer.evidence
            if given:
                data[item_id] = given
        return data

    def before_recording_began(self, starts: Mapping[str, date], as_of: date) -> ValidatedAnswers:
        """The same answers with `not_collected` where the site had not begun to record an item (R-05).

        `starts` gives, for items that began late, the first day they were recorded; `as_of` is the day the
        answers are about.
        """
        changed = {
            item_id: replace(answer, missing=NOT_COLLECTED)
            for item_id, answer in self.answers.items()
            if answer.missing == NOT_RECORDED and item_id in starts and as_of < starts[item_id]
        }
        return replace(self, answers=MappingProxyType({**self.answers, **changed}))


@dataclass(frozen=True, slots=True)
class RefusedAnswers:
    """Why answers cannot be taken: at least one problem, in the order of the form."""

    problems: tuple[Problem, ...]

    def by_item(self) -> dict[str, tuple[Problem, ...]]:
        """Problems by item id, "" for those of the whole form."""
        found: dict[str, tuple[Problem, ...]] = {}
        for problem in self.problems:
            found[problem.item] = (*found.get(problem.item, ()), problem)
        return found


class _Refused(Exception):  # noqa: N818 (it carries a problem and never leaves this module)
    def __init__(self, code: str, text: str) -> None:
        self.code, self.text = code, text
        super().__init__(text)


def validate(
    definition: Definition,
    given: Mapping[str, object],
    *,
    mode: Mode = Mode.SUBMIT,
    today: date | None = None,
) -> ValidatedAnswers | RefusedAnswers:
    """Check `given` against `definition`.

    `given` maps item ids to a value, to the code of a missing state, or to a mapping with `value`,
    `missing` and `evidence`. Text, numbers and dates as typed are understood; the order of keys and of
    multiple choices does not matter. Text items take a missing state only through the mapping, because any
    word may be their answer.

    A draft may leave items open, and keep answers to items that another answer has put aside. A submission
    may do neither. An import is never held up by blanks: they become the definition's `imported_blank`
    where it has one. With `today`, dates after it are refused.
    """
    problems: list[Problem] = []
    answers: dict[str, Answer] = {}
    for item_id in given:
        if item_id not in definition:
            problems.append(Problem("", "unknown_item", f"This form has no question “{item_id}”."))
    for item in definition.items:
        try:
            answer = _read(item, given.get(item.id), today)
        except _Refused as refused:
            problems.append(Problem(item.id, refused.code, refused.text))
            answers[item.id] = Answer(missing=NOT_RECORDED, worked_out=True)
            continue
        put_aside = _reason_not_asked(item, answers, definition)
        if put_aside:
            if answer.missing != NOT_RECORDED and mode is not Mode.DRAFT:
                problems.append(Problem(item.id, "not_asked_here", _clash(item, definition)))
            elif answer.missing == NOT_RECORDED:
                answer = replace(answer, missing=put_aside)
        elif answer.missing == NOT_RECORDED:
            if mode is Mode.IMPORT and definition.imported_blank:
                answer = Answer(definition.imported_blank, evidence=answer.evidence)
            elif mode is Mode.SUBMIT and item.required:
                problems.append(Problem(item.id, "unanswered", _unanswered(item)))
        answers[item.id] = answer
    if problems:
        return RefusedAnswers(tuple(problems))
    return ValidatedAnswers(definition, mode, MappingProxyType(answers))


def _read(item: Item, raw: object, today: date | None) -> Answer:
    """One item's answer, or `_Refused`. Blank gives `not_recorded`."""
    evidence = ""
    if isinstance(raw, Mapping):
        if stray := set(raw) - {"value", "missing", "evidence"}:
            raise _Refused(
                "not_understood", f"“{item.label}” cannot take {', '.join(sorted(map(str, stray)))}."
            )
        evidence = _evidence(item, raw.get("evidence"))
        value, missing = raw.get("value"), raw.get("missing")
        if not _blank(missing):
            if not _blank(value):
                raise _Refused("two_answers", f"“{item.label}” has an answer and a reason for having none.")
            return Answer(missing=_missing(item, str(missing)), evidence=evidence)
        raw = value
    if _blank(raw):
        return Answer(missing=NOT_RECORDED, evidence=evidence, worked_out=True)
    only = raw[0] if isinstance(raw, (list, tuple)) and len(raw) == 1 else raw
    if item.type is not ItemType.TEXT and item.code(str(only)) is None and only in code_list(MISSING_STATES):
        return Answer(missing=_missing(item, str(only)), evidence=evidence)
    return Answer(_value(item, raw, today), evidence=evidence)


def _blank(raw: object) -> bool:
    return (
        raw is None
        or (isinstance(raw, str) and not raw.strip())
        or (isinstance(raw, (list, tuple)) and not raw)
    )


def _evidence(item: Item, raw: object) -> str:
    if _blank(raw):
        return ""
    if not item.evidence:
        raise _Refused("not_understood", f"“{item.label}” has no place for evidence.")
    text = str(raw).strip()
    if len(text) > EVIDENCE_LIMIT:
        raise _Refused(
            "too_long", f"The evidence for “{item.label}” is longer than {EVIDENCE_LIMIT} characters."
        )
    return text


def _missing(item: Item, state: str) -> str:
    states = code_list(MISSING_STATES)
    if state not in states:
        raise _Refused("not_a_choice", f"“{state}” is not one of the answers to “{item.label}”.")
    if state not in OFFERED_STATES:
        raise _Refused("computed_state", f"“{states.label(state)}” is worked out and cannot be entered.")
    if state not in item.missing:
        raise _Refused("not_offered", f"“{states.label(state)}” is not one of the answers to “{item.label}”.")
    return state


def _value(item: Item, raw: object, today: date | None) -> Value:
    match item.type:
        case ItemType.CHOICE | ItemType.BOOL:
            return _choice(item, raw)
        case ItemType.MULTI:
            return _choices(item, raw)
        case ItemType.COUNT:
            return _count(item, raw)
        case ItemType.DATE:
            return _date(item, raw, today)
        case ItemType.TEXT:
            return _text(item, raw)


def _choice(item: Item, raw: object) -> str:
    if not isinstance(raw, str) or item.code(raw.strip()) is None:
        raise _Refused("not_a_choice", f"“{raw}” is not one of the answers to “{item.label}”.")
    return raw.strip()


def _choices(item: Item, raw: object) -> tuple[str, ...]:
    listed = [raw] if isinstance(raw, str) else raw
    if not isinstance(listed, (list, tuple)):
        raise _Refused("not_a_choice", f"“{raw}” is not one of the answers to “{item.label}”.")
    chosen = {str(one) for one in listed}
    if chosen == {NONE_OF_THESE} and item.none_label:
        return (NONE_OF_THESE,)
    for code in sorted(chosen):
        if code in OFFERED_STATES or (code == NONE_OF_THESE and item.none_label):
            raise _Refused("two_answers", f"“{item.label}” has an answer and, beside it, that there is none.")
        if item.code(code) is None:
            raise _Refused("not_a_choice", f"“{code}” is not one of the answers to “{item.label}”.")
    return tuple(entry.code for entry in item.codes if entry.code in chosen)


def _count(item: Item, raw: object) -> int:
    text = str(raw).strip()
    if isinstance(raw, bool) or not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise _Refused("not_a_number", f"“{item.label}” must be a whole number, such as 3.")
    number = int(text)
    if number < item.at_least:
        raise _Refused("out_of_range", f"“{item.label}” must be {item.at_least} or more.")
    if item.at_most is not None and number > item.at_most:
        raise _Refused("out_of_range", f"“{item.label}” must be {item.at_most} or fewer.")
    return number


def _date(item: Item, raw: object, today: date | None) -> date:
    try:
        if isinstance(raw, datetime):
            raw = raw.date()
        day = raw if isinstance(raw, date) else date.fromisoformat(str(raw).strip())
    except ValueError:
        raise _Refused("not_a_date", f"“{item.label}” must be a real date.") from None
    if today is not None and day > today:
        raise _Refused("in_future", f"“{item.label}” must not be after today.")
    return day


def _text(item: Item, raw: object) -> str:
    if not isinstance(raw, str):
        raise _Refused("not_understood", f"“{item.label}” must be text.")
    text = raw.strip()
    if item.at_most is not None and len(text) > item.at_most:
        raise _Refused("too_long", f"“{item.label}” must be {item.at_most} characters or fewer.")
    return text


def _reason_not_asked(item: Item, answers: Mapping[str, Answer], definition: Definition) -> str:
    """ "" if the item is asked; else the missing state it takes because of the answer it depends on."""
    if item.show_if is None:
        return ""
    other = definition.item(item.show_if.item)
    if inherited := _reason_not_asked(other, answers, definition):
        return inherited
    answer = answers[other.id]
    if answer.value is None:
        return answer.missing
    given = answer.value if isinstance(answer.value, tuple) else (str(answer.value),)
    if item.show_if.codes.intersection(given):
        return ""
    return next(filter(None, map(other.missing_state, given)), NOT_APPLICABLE)


def _clash(item: Item, definition: Definition) -> str:
    if item.show_if is None:
        raise ValueError(f"{item.id} is always asked")
    other = definition.item(item.show_if.item)
    wanted = " or ".join(entry.label for entry in other.codes if entry.code in item.show_if.codes)
    return f"Clear “{item.label}”, or answer “{other.label}” with {wanted}."


def _unanswered(item: Item) -> str:
    states = [state for state in OFFERED_STATES if state in item.missing]
    own_words = [entry.label for entry in item.codes if entry.missing]
    ways_out = [code_list(MISSING_STATES).label(state) for state in states] + own_words
    if not ways_out:
        return f"Answer “{item.label}”."
    return f"Answer “{item.label}”. If there is no answer, say so: {', '.join(ways_out)}."
