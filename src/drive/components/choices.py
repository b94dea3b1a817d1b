"""Questions answered by choosing: tiles for one or several answers, a drop-down, a single tick.

Every answer may carry a hint, shown inside its tile, and a definition, shown under "What the answers mean"
(G-10). Nothing is chosen beforehand unless the form gives an `initial`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django import forms
from django.db import models

Columns = Literal[1, 2, 4]


@dataclass(frozen=True)
class Choice:
    """One answer. `hint` says a little more beside it; `definition` says exactly what choosing it means."""

    value: str
    label: str
    hint: str = ""
    definition: str = ""


def needs_an_answer(label: Any) -> str:
    """What is said of a question left open; it names the question, as the summary stands far from it."""
    return f"“{label}” needs an answer" if label else "This question needs an answer"


class RadioTiles(forms.RadioSelect):
    """One answer out of several, as bordered tiles; `columns` sets them in a grid instead of a row."""

    template_name = "components/forms/widgets/tiles.html"
    notes: dict[str, Choice] = {}
    columns: Columns | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["columns"] = self.columns
        return context

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        choice = self.notes.get(str(value))
        option["hint"] = choice.hint if choice else ""
        return option


class CheckTiles(RadioTiles):
    """Any number of answers, as bordered tiles."""

    allow_multiple_selected = True
    input_type = "checkbox"

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Never: an unticked box is not sent at all, so its absence says nothing."""
        return False


class DropDown(forms.Select):
    """One answer out of many."""

    notes: dict[str, Choice] = {}


class TickTile(forms.CheckboxInput):
    """One statement to tick, its words inside the tile."""


class _Explained(forms.ChoiceField):
    """A field whose choices are `Choice`s, the usual pairs or an enumeration; the form may set them again."""

    @property
    def choices(self) -> Any:
        """The (value, label) pairs."""
        return self._choices

    @choices.setter
    def choices(self, value: Any) -> None:
        given = value.choices if isinstance(value, type) and issubclass(value, models.Choices) else value
        explained = [c if isinstance(c, Choice) else Choice(str(c[0]), str(c[1])) for c in self._first(given)]
        self._choices = self.widget.choices = [(c.value, c.label) for c in explained]
        self.widget.notes = {c.value: c for c in explained}

    def _first(self, given: Iterable[Any]) -> list[Any]:
        return list(given)

    @property
    def definitions(self) -> list[Choice]:
        """The answers that have a definition, in order."""
        return [choice for choice in self.widget.notes.values() if choice.definition]


class ChoiceTiles(_Explained, forms.TypedChoiceField):
    """Radio tiles. Returns the value as text, or `coerce`d; "" where nothing was chosen nor required."""

    widget = RadioTiles

    def __init__(self, *, columns: Columns | None = None, **kwargs: Any) -> None:
        super().__init__(**_worded(kwargs))
        self.widget.columns = columns


class MultipleTiles(_Explained, forms.TypedMultipleChoiceField):
    """Checkbox tiles. Returns a list of values as text, or `coerce`d."""

    widget = CheckTiles

    def __init__(self, *, columns: Columns | None = None, **kwargs: Any) -> None:
        super().__init__(**_worded(kwargs))
        self.widget.columns = columns


class Select(_Explained, forms.TypedChoiceField):
    """A drop-down whose first line asks to choose, so that nothing is chosen by default."""

    widget = DropDown

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**_worded(kwargs))

    def _first(self, given: Iterable[Any]) -> list[Any]:
        return [("", "Choose"), *given]


class Tick(forms.BooleanField):
    """One statement to tick. Returns True or False; required means it must be ticked."""

    widget = TickTile

    def __init__(self, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(required=required, **_worded(kwargs))


def _worded(kwargs: dict[str, Any]) -> dict[str, Any]:
    messages = {
        "required": needs_an_answer(kwargs.get("label")),
        "invalid_choice": "Choose one of the answers shown",
    }
    return {**kwargs, "error_messages": messages | (kwargs.get("error_messages") or {})}
