"""Asking that something may leave, deciding on it as a second person, and writing an extract (S-40)."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from drive.access.models import Installation, Site, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event

from .models import ReleaseAnswer, ReleaseFile, ReleaseKind, ReleaseOutcome, ReleaseRequest
from .pseudonyms import Pseudonyms
from .tables import LEFT_OUT, MADE, Window

ALWAYS = ("sites", "perpetrators")
"""Tables that stand in every package; another without a row is left out, because an empty one would say "none" (A1)."""

STUDY = re.compile(r"[a-z][a-z0-9_]{1,23}")

Progress = Callable[[str, int], None]
"""Hears the table that is being written and how many of its rows are."""


@transaction.atomic
def ask_for_extract(
    *,
    by: Actor,
    study: str,
    first: datetime.date,
    last: datetime.date,
    months: bool,
    recipient: str,
    purpose: str,
) -> ReleaseRequest:
    """Ask for the extract of the member's site. Nothing is written until another person releases it.

    Raises `Refusal` for a study code that is no code, days out of order, and a data cut that is not over.
    """
    if not STUDY.fullmatch(study):
        raise Refusal(
            "Use 2 to 24 small letters, digits and underscores, beginning with a letter.",
            field="study",
            rule="S-40",
        )
    if last >= local_today():
        raise Refusal("The last day must be over.", field="last", rule="S-40")
    return ask_for_release(
        by=by, kind=ReleaseKind.EXTRACT, study=study, first=first, last=last, months=months, recipient=recipient, purpose=purpose
    )  # fmt: skip


@transaction.atomic
def ask_for_release(
    *,
    by: Actor,
    kind: ReleaseKind,
    first: datetime.date,
    last: datetime.date,
    recipient: str,
    purpose: str,
    study: str = "",
    months: bool = False,
    content: dict[str, Any] | None = None,
) -> ReleaseRequest:
    """Ask that something of the member's site may leave. Raises `Refusal` without purpose or recipient."""
    if last < first:
        raise Refusal("The last day must not be before the first day.", field="last", rule="S-40")
    for field, words, ask in (
        ("recipient", recipient, "Say who receives it."),
        ("purpose", purpose, "Say what it is for."),
    ):
        if not words.strip():
            raise Refusal(ask, field=field, rule="S-40")
    asked = ReleaseRequest.objects.create(
        site_id=by.site_id, recorded_by_id=by.membership_id, kind=kind, study=study, first=first, last=last, months=months,
        recipient=recipient.strip(), purpose=purpose.strip(), content=content,
    )  # fmt: skip
    record_event(
        Act.WROTE,
        by=by,
        kind="release",
        record_id=asked.pk,
        fields=["asked", kind],
        reason=asked.purpose[:200],
    )
    return asked


@transaction.atomic
def answer_release(*, by: Actor, request_id: UUID, outcome: str, reason: str = "") -> ReleaseAnswer:
    """Release, or not. Works in the governance scope.

    Raises `ReleaseRequest.DoesNotExist`, and `Refusal` when there is an answer already, when a refusal gives no reason, and
    when the member asked for it themselves, in whatever role: a release takes two people.
    """
    asked = ReleaseRequest.objects.select_related("recorded_by").get(pk=request_id)
    if outcome not in ReleaseOutcome.values:
        raise Refusal("Choose one of the answers shown.", field="outcome", rule="S-40")
    if outcome == ReleaseOutcome.REFUSED and not reason.strip():
        raise Refusal("Say why it is not released.", field="reason", rule="S-40")
    if asked.recorded_by.user_id == by.user_id:
        raise Refusal("You asked for it. Another person must decide.", rule="S-40")
    try:
        with transaction.atomic():
            made = ReleaseAnswer.objects.create(
                request=asked,
                site_id=by.site_id,
                recorded_by_id=by.membership_id,
                outcome=outcome,
                reason=reason.strip(),
            )
    except IntegrityError as error:
        raise Refusal("Somebody has decided already.", rule="S-48") from error
    record_event(
        Act.WROTE,
        by=by,
        kind="release",
        record_id=asked.pk,
        fields=[outcome, asked.kind],
        reason=reason.strip()[:200],
    )
    return made


@transaction.atomic
def write_extract(
    *, by: Actor, request_id: UUID, key: bytes, folder: Path, progress: Progress = lambda table, done: None
) -> ReleaseFile:
    """Write a released extract as a data package into `folder`, which must be new or empty. Works in the report scope.

    The event stands in the transaction before the first byte; when anything fails, nothing is recorded and the caller
    must throw the folder away. Raises `ReleaseRequest.DoesNotExist`, and `Refusal` when it was not released, or when the
    key is another than the study's earlier extracts here were written with.
    """
    asked = ReleaseRequest.objects.get(pk=request_id, kind=ReleaseKind.EXTRACT)
    answer = ReleaseAnswer.objects.select_related("recorded_by").filter(request=asked).first()
    if answer is None or answer.outcome != ReleaseOutcome.RELEASED:
        raise Refusal(
            "It is not released.", why="A second person must read and release it first.", rule="S-40"
        )
    pseudonyms = Pseudonyms(key, asked.study)
    earlier = ReleaseFile.objects.filter(request__study=asked.study).order_by("-recorded_at").first()
    if earlier is not None and earlier.key_check != pseudonyms.check():
        raise Refusal(
            "This is not the key of this study.",
            why="With it, the people of this extract could not be found again in the earlier ones.", field="key", rule="S-40",
        )  # fmt: skip
    record_event(
        Act.EXPORTED, by=by, kind="extract", record_id=asked.pk, reason=asked.purpose[:200],
        fields=[asked.study, f"{asked.first} to {asked.last}", "dates by month" if asked.months else "dates exact"],
    )  # fmt: skip
    rows = _write(asked, answer, pseudonyms, folder, progress)
    made = ReleaseFile.objects.create(
        request=asked, site_id=by.site_id, recorded_by_id=by.membership_id, rows=rows, key_check=pseudonyms.check(),
        fingerprint=_fingerprint(folder),
    )  # fmt: skip
    record_event(
        Act.WROTE, by=by, kind="release_file", record_id=asked.pk,
        fields=[f"{name}: {count} rows" for name, count in rows.items()],
    )  # fmt: skip
    return made


@transaction.atomic
def record_file(*, by: Actor, request_id: UUID, rows: dict[str, int], content: bytes) -> ReleaseFile:
    """A released return goes out as a file: kept with its digest, in the transaction before the first byte is sent.

    Raises `ReleaseRequest.DoesNotExist`; the database refuses what was not released.
    """
    asked = ReleaseRequest.objects.get(pk=request_id)
    record_event(
        Act.EXPORTED,
        by=by,
        kind=asked.kind,
        record_id=asked.pk,
        fields=[f"{sum(rows.values())} rows"],
        reason=asked.purpose[:200],
    )
    return ReleaseFile.objects.create(
        request=asked, site_id=by.site_id, recorded_by_id=by.membership_id, rows=rows,
        fingerprint=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def _write(
    asked: ReleaseRequest, answer: ReleaseAnswer, pseudonyms: Pseudonyms, folder: Path, progress: Progress
) -> dict[str, int]:
    from drive_evaluation.writing import PackageWriter  # brings pandas: no start waits for it

    site = Site.objects.get(pk=asked.site_id)
    code = slugify(site.publication_label).replace("-", "_") or "site"
    window = Window(code, asked.last, asked.first, label=site.publication_label)
    writer = PackageWriter(folder, months=asked.months)
    # What refers comes before what is referred to: a row that somebody adds meanwhile is then never without its parent.
    empty = {}
    for name, told in reversed(MADE.items()):
        if (
            not writer.add(name, pseudonyms.rows(told(window)), progress=partial(progress, name)).rows
            and name not in ALWAYS
        ):
            writer.leave_out(name)
            empty[name] = "nothing recorded"
    return writer.finish(
        evaluation={
            "spec": asked.study, "data_cut": str(asked.last), "mask_sites": True,
            "periods": {"period": [str(asked.first), str(asked.last)]}, "params": {},
        },
        synthetic=Installation.objects.filter(mode="demonstration").exists(),
        name=f"{asked.study}-{code}-{asked.last}".replace("_", "-"),
        extra={
            "study": asked.study, "purpose": asked.purpose, "recipient": asked.recipient,
            "asked_by": {"role": _role(asked), "on": str(asked.recorded_at.date())},
            "released_by": {"role": _role(answer), "on": str(answer.recorded_at.date())},
            "release": str(asked.pk), "dates": "month" if asked.months else "exact", "key_check": pseudonyms.check(),
            "left_out": LEFT_OUT | empty,
        },
    )  # fmt: skip


def _role(row: ReleaseRequest | ReleaseAnswer) -> str:
    """Who did it, without a name: a package holds none. The release's key leads to the person, in the house alone."""
    return row.recorded_by.role_entry.label


def _fingerprint(folder: Path) -> str:
    """SHA-256 of the descriptor, which holds the SHA-256 of every other file."""
    from drive_evaluation.package import DESCRIPTOR  # brings pandas

    return hashlib.sha256((folder / DESCRIPTOR).read_bytes()).hexdigest()
