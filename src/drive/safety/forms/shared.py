"""What several forms of the bridge ask in the same words."""

from __future__ import annotations

from drive.components.choices import Choice, ChoiceTiles
from drive.components.forms import TextArea
from drive.instruments.codelists import code_list


def codes(list_id: str) -> list[Choice]:
    """The offered entries of a code list, each with what choosing it means (G-10)."""
    return [Choice(c.code, c.label, "", c.definition) for c in code_list(list_id).codes if c.offered]


def use_rule() -> ChoiceTiles:
    return ChoiceTiles(label="How may this be used?", choices=codes("K-47"), initial="background")


def work_out() -> TextArea:
    return TextArea(label="How could he work out where this came from?", rows=2)


def others_field(key: str) -> str:
    """The form's name for one group of others at risk."""
    return f"risk_{key}"
