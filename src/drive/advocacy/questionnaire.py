"""The client's own questionnaire at the end of support (R-72): what an answer that was not given becomes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from drive.instruments.definitions import Definition

ID = "client_questionnaire"
"""The instrument. Its informant is the client alone (R-13, S-50)."""


class Ending(StrEnum):
    """How the client ended it: went through it, stopped on the way, or would rather not at all."""

    DONE = "done"
    STOPPED = "stopped"
    DECLINED = "declined"


def as_ended(definition: Definition, typed: Mapping[str, str], ending: Ending) -> dict[str, str]:
    """What is submitted, by field; no question stays blank (R-04).

    Who goes through to the end and leaves a question chose not to say; who stops was not asked the rest. Of who would
    rather not, nothing is kept but how it was asked.
    """
    left = "not_asked" if ending is Ending.STOPPED else "declined"
    given = {}
    for item in definition.items:
        kept = "" if ending is Ending.DECLINED and item.id != "how" else typed.get(item.id, "")
        given[item.id] = kept or (left if item.required else "")
    return given


def how_it_ended(answered: Mapping[str, str]) -> str:
    """What the exit form says of it (code list `questionnaire`), from the missing states of the required answers."""
    return "offered_declined" if set(answered.values()) == {"declined"} else "completed"
