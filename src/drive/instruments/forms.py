"""Django forms made from definitions. They draw the questions; `answers.validate` alone decides what is
right.

A missing state is a choice like any other, so that saying “not asked” costs one tap and leaving a question
open is never taken for an answer. Counts, dates and texts have the states in a question of their own
beneath.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

from django import forms

from drive.components.forms import (
    Choice,
    ChoiceTiles,
    DateField,
    MultipleTiles,
    Renderer,
    TextArea,
    TextField,
    Tick,
)
from drive.instruments.answers import Mode, RefusedAnswers, ValidatedAnswers, validate
from drive.instruments.codelists import MISSING_STATES, code_list
from drive.instruments.definitions import NONE_OF_THESE, Definition, Item, ItemType, Section

MISSING = "__missing"
EVIDENCE = "__evidence"
SHORT_TEXT = 200
IN_TILES = (ItemType.CHOICE, ItemType.BOOL, ItemType.MULTI)


class Question:
    """One item as a page draws it: its own field, then those for missing states and evidence, if any."""

    def __init__(self, form: InstrumentForm, item: Item) -> None:
        self.item = item
        self.field = form[item.id]
        self.missing = form[item.id + MISSING] if item.id + MISSING in form.fields else None
        self.evidence = form[item.id + EVIDENCE] if item.evidence else None

    def __iter__(self) -> Iterator[forms.BoundField]:
        return (field for field in (self.field, self.missing, self.evidence) if field is not None)


class InstrumentForm(forms.Form):
    """Base of the forms that `form_class` makes.

    Give `mode=Mode.DRAFT` to keep what there is. After `is_valid()`, `validated` holds the answers to store.
    """

    default_renderer = Renderer
    definition: ClassVar[Definition]

    def __init__(
        self, data: Any = None, *, mode: Mode = Mode.SUBMIT, today: date | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.mode, self.today = mode, today
        self.validated: ValidatedAnswers | None = None

    @property
    def sections(self) -> Iterator[tuple[Section, list[Question]]]:
        """Headings with their questions, in order."""
        for section in self.definition.sections:
            questions = [Question(self, item) for item in self.definition.in_section(section.id)]
            if questions:
                yield section, questions

    def clean(self) -> dict[str, Any]:
        """Check all answers together and put each problem beside its question."""
        cleaned: dict[str, Any] = super().clean() or {}
        outcome = validate(self.definition, self._given(cleaned), mode=self.mode, today=self.today)
        if isinstance(outcome, RefusedAnswers):
            for problem in outcome.problems:
                if problem.item not in self.errors:
                    self.add_error(problem.item or None, forms.ValidationError(problem.text, problem.code))
        elif not self.errors:
            self.validated = outcome
        return cleaned

    def _given(self, cleaned: Mapping[str, Any]) -> dict[str, object]:
        given: dict[str, object] = {}
        for item in self.definition.items:
            value = cleaned.get(item.id)
            answer: dict[str, object] = {
                "missing": cleaned.get(item.id + MISSING, ""),
                "evidence": cleaned.get(item.id + EVIDENCE, ""),
            }
            one = value[0] if isinstance(value, list) and len(value) == 1 else value
            if item.is_statement:
                answer["value"] = "yes" if value else ""
            elif item.type in IN_TILES and one in item.missing:
                answer["missing"] = one
            else:
                answer["value"] = value
            given[item.id] = answer
        return given


@lru_cache(maxsize=64)
def form_class(definition: Definition) -> type[InstrumentForm]:
    """The form of one version of an instrument; fields are named by item id, in the order of the definition.

    An item with evidence has a second field `<id>__evidence`; a count, date or text that may be missing has a
    field `<id>__missing`. No field has an initial answer.
    """
    fields: dict[str, Any] = {}
    for item in definition.items:
        fields[item.id] = _field(item, _condition(item, definition))
        if item.required:
            fields[item.id].optional_words = ""
        if item.missing and item.type not in IN_TILES:
            fields[item.id + MISSING] = ChoiceTiles(
                label=f"{item.label}: if there is no answer", choices=_states(item), required=False
            )
            fields[item.id + MISSING].optional_words = ""
        if item.evidence:
            fields[item.id + EVIDENCE] = TextArea(label=f"{item.label}: what this rests on", required=False)
    return type(f"{definition.id}_form", (InstrumentForm,), {**fields, "definition": definition})


def initial_answers(answers: ValidatedAnswers) -> dict[str, Any]:
    """What to give a form as `initial` so that it shows stored answers, such as a draft taken up again."""
    initial: dict[str, Any] = {}
    for item in answers.definition.items:
        answer = answers[item.id]
        if answer.evidence:
            initial[item.id + EVIDENCE] = answer.evidence
        if isinstance(answer.value, tuple):
            initial[item.id] = list(answer.value)
        elif answer.value is not None:
            initial[item.id] = True if item.is_statement else answer.value
        elif not answer.worked_out:
            multi = item.type is ItemType.MULTI
            name = item.id if item.type in IN_TILES else item.id + MISSING
            initial[name] = [answer.missing] if multi else answer.missing
    return initial


def _field(item: Item, condition: str) -> forms.Field:
    # Nothing is required here: whether a question may stay open depends on the mode and on other answers.
    words: dict[str, Any] = {
        "label": item.label,
        "help_text": f"{condition} {item.hint}".strip(),
        "required": False,
    }
    match item.type:
        case ItemType.BOOL if item.is_statement:
            return Tick(**words)
        case ItemType.CHOICE | ItemType.BOOL:
            return ChoiceTiles(choices=[*_choices(item), *_states(item)], **words)
        case ItemType.MULTI:
            none = [Choice(NONE_OF_THESE, item.none_label)] if item.none_label else []
            return MultipleTiles(choices=[*_choices(item), *none, *_states(item)], **words)
        case ItemType.DATE:
            return DateField(**words)
        case ItemType.COUNT:
            return TextField(width="short", **words)
        case ItemType.TEXT:
            short = item.at_most is not None and item.at_most <= SHORT_TEXT
            return TextField(**words) if short else TextArea(**words)


def _condition(item: Item, definition: Definition) -> str:
    # Every question stands on the page, which must work without JavaScript; so it says when to answer.
    if item.show_if is None or item.is_statement:
        return ""
    other = definition.item(item.show_if.item)
    answers = " or ".join(entry.label for entry in other.codes if entry.code in item.show_if.codes)
    return f"Only if the answer to “{other.label}” is {answers}."


def _choices(item: Item) -> list[Choice]:
    return [
        Choice(entry.code, entry.label, definition=item.definition_of(entry.code)) for entry in item.codes
    ]


def _states(item: Item) -> list[Choice]:
    states = code_list(MISSING_STATES)
    return [
        Choice(state, states.label(state), definition=states.entry(state).definition)
        for state in item.missing
    ]
