"""What every form of this side is, and the words of its choices."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils import timezone

from drive.access.stepping import Actor
from drive.components.forms import (
    Choice,
)
from drive.instruments.codelists import code_list


def offered(list_id: str, *, without: tuple[str, ...] = (), missing: tuple[str, ...] = ()) -> list[Choice]:
    """What a code list offers today, with definitions, and these missing states of K-01 after it."""
    entries = [entry for entry in code_list(list_id).codes if entry.offered and entry.code not in without]
    entries += [code_list("K-01").entry(state) for state in missing]
    return [Choice(entry.code, entry.label, definition=entry.definition) for entry in entries]


def choices_of(model: Any, field: str) -> list[tuple[str, str]]:
    """The choices of a model's field."""
    return list(model._meta.get_field(field).choices)


def at(day: datetime.date, time: datetime.time | None) -> datetime.datetime:
    """A day and a time of it in Europe/London. Where nobody knows the time, noon; its first minute while noon is to come."""
    noon = timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))
    unknown = datetime.time(12) if noon <= timezone.now() else datetime.time()
    return timezone.make_aware(datetime.datetime.combine(day, time or unknown))


class RecordForm(forms.Form):
    """A form about one client's record. `save` writes through one command and may raise what that raises."""

    heading: ClassVar[str]
    button: ClassVar[str]
    lead: ClassVar[str] = ""
    name: ClassVar[str]
    """The draft's name: drafts are bound to it, the record and the author (S-48)."""

    def save(self, by: Actor, record_id: UUID) -> object:
        raise NotImplementedError

    @classmethod
    def start(cls) -> dict[str, Any]:
        """What stands in the form before anybody types: date, time, channel, place and nothing else."""
        return {}

    def differing(self) -> list[tuple[str, str, str]]:
        """(field, label, words) of what was typed, to stand beside what somebody saved first."""
        return [
            (n, str(self.fields[n].label), str(self.cleaned_data.get(n) or ""))
            for n in self.fields
            if n != "seen_version"
        ]
