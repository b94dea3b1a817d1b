"""A submitted form in words, section by section."""

from __future__ import annotations

import datetime
from uuid import UUID

from drive.components.dates import plain_date
from drive.instruments.codelists import code_list
from drive.instruments.definitions import NONE_OF_THESE, Item
from drive.instruments.stored import StoredAnswer, as_stored

from ..models import Assessment


def answered(form: Assessment) -> list[tuple[str, list[StoredAnswer]]]:
    """Headings with their answers, under the version the form was answered in (R-10).

    Answers that fit no definition any more stand under one heading as they are stored.
    """
    validated = form.validated
    if validated is None:
        return [("As stored", as_stored(form.instrument, form.answers))]
    found = []
    for section in validated.definition.sections:
        rows = []
        for item in validated.definition.in_section(section.id):
            answer = validated[item.id]
            missing = code_list("K-01").label(answer.missing) if answer.missing else ""
            rows.append(StoredAnswer(item.label, _words(item, answer.value), missing, answer.evidence))
        if rows:
            found.append((section.label, rows))
    return found


def assessment(record_id: UUID, assessment_id: UUID, instrument: str = "") -> Assessment:
    """A submitted form of this record, of this instrument if one is named. Raises `Assessment.DoesNotExist`."""
    found = Assessment.objects.filter(record_id=record_id).select_related("recorded_by")
    if instrument:
        found = found.filter(instrument=instrument)
    return found.get(pk=assessment_id)


def submitted(record_id: UUID, instrument: str) -> Assessment | None:
    """The newest submitted form of this instrument, or none."""
    return (
        Assessment.objects.filter(record_id=record_id, instrument=instrument).order_by("-recorded_at").first()
    )


def _words(item: Item, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return plain_date(value)
    if isinstance(value, tuple):
        return ", ".join(_words(item, one) for one in value)
    if value == NONE_OF_THESE and item.none_label:
        return item.none_label
    entry = item.code(str(value))
    return entry.label if entry else str(value)
