"""Drafts: what somebody is typing, kept on the server, theirs alone, bound to one record and one form (S-48, W-33).

A form's name says what it is about: `su_case.contact` hangs on a case, `own.settings` on nobody but its author. A draft
is kept and shown only while its author can see the record, which that record's own row policies decide. Call these
inside the scope that a page has stepped into. Decisions: docs/adr/0008-drafts.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, IntegrityError, transaction
from django.forms import BaseForm
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone

from drive.access.models import Draft
from drive.access.stepping import Actor

RECORDS: dict[str, str] = {
    "su_case": "casework.SuCase",
    "vs_record": "advocacy.VsRecord",
    "case_link": "safety.CaseLink",
    "referral": "referrals.Referral",
}
"""What a form may hang on: the word before the dot, and the model whose row policies say who sees it."""

OWN = "own"
"""Forms that hang on no record: the draft's record is its author's membership."""

INTERRUPTED = "interrupted"
"""Not a form: what arrived after its session had run out (drive.access.interrupted)."""

LARGEST = 500_000
"""Characters of JSON that one draft may hold."""

_NEVER_KEPT = ("csrfmiddlewaretoken", "keep_draft", "interrupted")


class KeptDraft(dict[str, list[str]]):
    """What was typed, by field name, each a list as a browser sends it; and when it was kept."""

    def __init__(self, content: Mapping[str, list[str]], kept_at: datetime) -> None:
        super().__init__(content)
        self.kept_at = kept_at

    @property
    def kept(self) -> str:
        """The time for the draft line, seconds included: 14:10:22."""
        return f"{timezone.localtime(self.kept_at):%H:%M:%S}"


def typed_fields(posted: QueryDict) -> dict[str, list[str]]:
    """What a form sent, without tokens, buttons of ours, and anything that is a password or a code."""
    return {
        name: [str(value) for value in posted.getlist(name)]
        for name in posted
        if name not in _NEVER_KEPT and "password" not in name
    }


def sees_record(actor: Actor, form: str, record_id: UUID) -> bool:
    """Whether the author can see what the form hangs on, asked of that record's own row policies."""
    kind, _, name = form.partition(".")
    if not name:
        return False
    if kind == OWN:
        return record_id == actor.membership_id
    try:
        model = apps.get_model(RECORDS[kind])
        with transaction.atomic():
            return bool(model._default_manager.filter(pk=record_id).exists())
    except LookupError:
        return False
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == "42501":  # not even a table of one's own side
            return False
        raise


def kept_draft(actor: Actor, form: str, record_id: UUID) -> KeptDraft | None:
    """The actor's own draft of this form on this record, or none. Never another's, never another record's."""
    draft = Draft.objects.filter(membership_id=actor.membership_id, form=form, record_id=record_id).first()
    return KeptDraft(draft.content, draft.kept_at) if draft else None


def keep_draft(actor: Actor, form: str, record_id: UUID, fields: Mapping[str, list[str]]) -> KeptDraft:
    """Keep `fields` in place of what was kept before.

    Raises `ObjectDoesNotExist` when the author cannot see the record, `ValueError` when there is too much of it.
    """
    if len(form) > 60 or not sees_record(actor, form, record_id):
        raise ObjectDoesNotExist
    content = dict(fields)
    if len(json.dumps(content)) > LARGEST:
        raise ValueError("a draft holds at most half a million characters")
    now = timezone.now()
    mine = Draft.objects.filter(membership_id=actor.membership_id, form=form, record_id=record_id)
    if not mine.update(content=content, kept_at=now):
        try:
            with transaction.atomic():
                Draft.objects.create(
                    membership_id=actor.membership_id,
                    form=form,
                    record_id=record_id,
                    content=content,
                    kept_at=now,
                )
        except IntegrityError:  # two windows kept their first words at the same moment: the later stands
            mine.update(content=content, kept_at=now)
    return KeptDraft(content, now)


def discard_draft(actor: Actor, form: str, record_id: UUID) -> None:
    """Forget the draft, if there is one. Call it in the transaction that saves what was typed."""
    Draft.objects.filter(membership_id=actor.membership_id, form=form, record_id=record_id).delete()


def my_drafts(actor: Actor) -> list[Draft]:
    """The actor's drafts, newest first, for their desk; what was interrupted among them."""
    return list(Draft.objects.filter(membership_id=actor.membership_id).order_by("-kept_at", "id")[:50])


def with_draft[F: BaseForm](form_class: type[F], draft: Mapping[str, list[str]] | None, **kwargs: Any) -> F:
    """The form showing what was typed, without a word about what is still missing; empty without a draft."""
    if draft is None:
        return form_class(**kwargs)
    data = QueryDict(mutable=True)
    for name, values in draft.items():
        data.setlist(name, list(values))
    form = form_class(data=data, **kwargs)
    form._errors = ErrorDict()  # type: ignore[attr-defined]  # bound, so that it draws the words as typed; unchecked, since nobody sent it
    return form


def keep_interrupted(membership_id: UUID, path: str, fields: Mapping[str, list[str]]) -> UUID:
    """Keep a form that arrived after its session had run out. Call it inside a scope of that membership."""
    draft_id = uuid4()
    Draft.objects.create(
        id=draft_id,
        membership_id=membership_id,
        form=INTERRUPTED,
        record_id=draft_id,
        content={"path": path, "fields": dict(fields)},
    )
    return draft_id


def interrupted_draft(membership_id: UUID, draft_id: UUID) -> Draft | None:
    """What this membership was typing when its session ran out."""
    return Draft.objects.filter(pk=draft_id, membership_id=membership_id, form=INTERRUPTED).first()


def discard_interrupted(actor: Actor, draft_id: str) -> None:
    """Forget what was interrupted, once it has been saved after all. Ignores what is no id of the actor's own."""
    try:
        wanted = UUID(draft_id)
    except ValueError:
        return
    Draft.objects.filter(pk=wanted, membership_id=actor.membership_id, form=INTERRUPTED).delete()
