"""Reading submitted answers back, also where they fit no definition any more (R-10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drive.instruments.answers import Mode, RefusedAnswers, ValidatedAnswers, validate
from drive.instruments.codelists import code_list
from drive.instruments.library import UnknownInstrumentError, instrument


def read_stored(instrument_id: str, version: str, answers: Mapping[str, object]) -> ValidatedAnswers | None:
    """Stored answers with every missing state worked out, under the version they were given in.

    None where that version is gone or was altered since, so that they fit it no more: they are then shown as they are
    stored (`as_stored`), and no rule reads them.
    """
    try:
        found = validate(instrument(instrument_id, version), answers, mode=Mode.DRAFT)
    except UnknownInstrumentError:
        return None
    return None if isinstance(found, RefusedAnswers) else found


def title_of(instrument_id: str) -> str:
    """The form's name as it is called today; its bare id where nothing is called so any more."""
    try:
        return instrument(instrument_id).name
    except UnknownInstrumentError:
        return instrument_id.replace("_", " ")


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One question and its answer; `missing` in its place where there is none (R-04)."""

    question: str
    words: str
    missing: str
    evidence: str


def as_stored(instrument_id: str, answers: Mapping[str, object]) -> list[StoredAnswer]:
    """Every stored answer as it is stored, with today's words for its question where there are any."""
    try:
        today = instrument(instrument_id)
    except UnknownInstrumentError:
        today = None
    rows = []
    for item_id, given in answers.items():
        stored = given if isinstance(given, Mapping) else {"value": given}
        value, missing = stored.get("value", ""), str(stored.get("missing", ""))
        words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        known = missing in code_list("K-01")
        rows.append(
            StoredAnswer(
                today.item(item_id).label if today and item_id in today else item_id.replace("_", " "),
                words,
                code_list("K-01").label(missing) if known else missing or ("" if words else "Not recorded"),
                str(stored.get("evidence", "")),
            )
        )
    return rows
