"""A question that may be answered in words or by "Unknown": a blank is neither."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from drive.components.choices import TickTile, needs_an_answer


class _Unknown(Enum):
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        """False, so that `answer or ""` never prints it as if it were words."""
        return False


UNKNOWN: Final = _Unknown.UNKNOWN


def _words_and_tick(value: Any) -> list[Any]:
    return ["", True] if value is UNKNOWN else [value or "", False]


class WordsOrUnknown(forms.MultiWidget):
    """A line of text with a tick tile beside it."""

    template_name = "components/forms/widgets/unknowable.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"words": forms.TextInput(), "unknown": TickTile()}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """Words and tick, as a form shows them."""
        return _words_and_tick(value)


class TextOrUnknown(forms.Field):
    """Words, or UNKNOWN. Returns a text, `UNKNOWN`, or "" where nothing was said and nothing is required."""

    widget = WordsOrUnknown

    def __init__(self, *, max_length: int = 500, **kwargs: Any) -> None:
        messages = {
            "required": needs_an_answer(kwargs.get("label")),
            "both": "Write an answer or tick “Unknown”, not both",
            "too_long": f"Write {max_length} letters or fewer",
        }
        kwargs["error_messages"] = messages | (kwargs.get("error_messages") or {})
        super().__init__(**kwargs)
        self.max_length = max_length

    def clean(self, value: Any) -> Any:
        """Read both controls. Raises ValidationError for an open question, or for both answers at once."""
        words, unknown = value if isinstance(value, list) else _words_and_tick(value)
        words = (words or "").strip()
        if words and unknown:
            raise ValidationError(self.error_messages["both"], code="both")
        if len(words) > self.max_length:
            raise ValidationError(self.error_messages["too_long"], code="too_long")
        if unknown:
            return UNKNOWN
        if not words and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return words

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another answer is meant."""
        before = _words_and_tick(initial)
        now = data if isinstance(data, list) else ["", False]
        return [before[0], bool(before[1])] != [now[0] or "", bool(now[1])]
