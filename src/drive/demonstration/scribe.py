"""Writes facts down as commands do: the row, and the audit event of the act, with the same names of kind and fields."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.db import models

from drive.audit.models import AuditEvent

from .diary import Diary
from .keys import draw_key
from .names import Person
from .sheets import Sheets
from .staff import Worker
from .voice import Voice, plain


@dataclass(slots=True)
class Case:
    """A service user's case, as its facts need it."""

    id: str
    service_id: str
    site_id: str
    holder: Worker
    assignment_id: str
    person: Person
    links: list[Link] = field(default_factory=list)
    last_state: dict[str, str] = field(default_factory=dict)
    """History to the entry last written in it, which the next one follows."""


@dataclass(slots=True)
class Record:
    """A client's record."""

    id: str
    service_id: str
    site_id: str
    holder: Worker
    assignment_id: str
    person: Person


@dataclass(slots=True)
class Link:
    """A case and a record that belong together."""

    id: str
    case: Case
    record: Record
    linked_person_id: str


class Scribe:
    """One chunk's pen: `sheets` collect what it writes, `rng` draws keys."""

    def __init__(self, sheets: Sheets, rng: Random, diary: Diary) -> None:
        self.sheets, self.rng, self.diary = sheets, rng, diary
        self.voice: Voice = plain
        """How the sentences of the present course are said of its people."""

    def row(self, model: type[models.Model], **values: Any) -> str:
        """One row with a key of its own, and no event. The key."""
        key: str = values.setdefault("id", draw_key(self.rng))
        if self.voice is not plain:
            values = {k: self._said(v) for k, v in values.items()}
        self.sheets.add(model, values)
        return key

    def _said(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._said(said) for key, said in value.items()}
        return self.voice(value) if isinstance(value, str) else value

    def event(
        self, act: str, *, by: Worker, at: datetime.datetime, kind: str, record_id: str | None, service_id: str | None = None,
        assignment_id: str | None = None, fields: Iterable[str] = (), reason: str = "",
    ) -> None:  # fmt: skip
        """One audit event. Without `service_id` it is the actor's own, as `record_event` has it."""
        self.sheets.add(
            AuditEvent,
            {
                "id": draw_key(self.rng), "at": at, "act": act, "kind": kind, "record_id": record_id,
                "service_id": service_id or by.service_id, "site_id": by.site_id, "account_id": by.user_id, "membership_id": by.id,
                "role": by.role.value, "assignment_id": assignment_id, "fields": list(fields), "digest": "", "reason": reason,
                "origin": "",
            },
        )  # fmt: skip

    def on_case(
        self, case: Case, model: type[models.Model], noun: str, at: datetime.datetime, /, *, by: Worker | None = None,
        fields: Iterable[str] = (), silent: bool = False, **values: Any,
    ) -> str:  # fmt: skip
        """A fact of a case, by its holder unless another is named. `silent`: part of an act whose event is written elsewhere."""
        by = by or case.holder
        named = fields or sorted(k for k, v in values.items() if k != "id" and v not in ("", None, [], False))
        key = self.row(
            model, case_id=case.id, service_id=case.service_id, recorded_at=at, recorded_by_id=by.id, **values
        )
        if not silent:
            self.event(
                "wrote", by=by, at=at, kind=noun, record_id=case.id, service_id=case.service_id, fields=named,
                assignment_id=case.assignment_id if by is case.holder else None,
            )  # fmt: skip
        return key

    def on_record(
        self, record: Record, model: type[models.Model], noun: str, at: datetime.datetime, /, *, by: Worker | None = None,
        fields: Iterable[str] = (), silent: bool = False, **values: Any,
    ) -> str:  # fmt: skip
        """A fact of a client's record, like `on_case`."""
        by = by or record.holder
        named = fields or sorted(k for k in values if k != "id")
        key = self.row(
            model,
            record_id=record.id,
            service_id=record.service_id,
            recorded_at=at,
            recorded_by_id=by.id,
            **values,
        )
        if not silent:
            self.event(
                "wrote", by=by, at=at, kind=noun, record_id=record.id, service_id=record.service_id, fields=named,
                assignment_id=record.assignment_id if by is record.holder else None,
            )  # fmt: skip
        return key

    def on_link(
        self, link: Link, model: type[models.Model], noun: str, at: datetime.datetime, /, *, side: str,
        fields: Iterable[str] = (), by: Worker | None = None, **values: Any,
    ) -> str:  # fmt: skip
        """A row of the bridge, written by one side's worker. Without `fields` it has no event of its own."""
        own = link.case if side == "su" else link.record
        by = by or own.holder
        key = self.row(
            model, link_id=link.id, side=side, su_case_id=link.case.id, su_service_id=link.case.service_id,
            vs_record_id=link.record.id, vs_service_id=link.record.service_id, recorded_at=at, recorded_by_id=by.id, **values,
        )  # fmt: skip
        if fields:
            self.event(
                "wrote", by=by, at=at, kind=noun, record_id=link.id, fields=fields,
                assignment_id=own.assignment_id if by is own.holder else None,
            )  # fmt: skip
        return key
