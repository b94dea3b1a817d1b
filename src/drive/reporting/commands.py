"""Asking that a return may leave (S-40)."""

from __future__ import annotations

import datetime

from django.db import connection, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.extract.commands import ask_for_release
from drive.extract.models import ReleaseKind, ReleaseRequest
from drive.extract.queries import returns_asked_or_released
from drive_evaluation.errors import ReleaseRefusedError

from .performance import performance_return
from .rules import overlapping


@transaction.atomic
def ask_for_return(
    *, by: Actor, first: datetime.date, last: datetime.date, recipient: str, purpose: str
) -> ReleaseRequest:
    """Ask that the return of these days may leave. Works in the report scope.

    Its protected numbers are worked out now and kept with the request: what the second person reads is what goes out.
    Raises `Refusal` for days that are not over, that share a day with another return asked for or released, and where
    disclosure control cannot hide what must be hidden.
    """
    if last < first:
        raise Refusal("The last day must not be before the first day.", field="last", rule="S-40")
    if last >= local_today():
        raise Refusal("The last day must be over.", field="last", rule="S-40")
    with connection.cursor() as cursor:  # two who ask at once are judged one after the other
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 1))", [str(by.site_id)])
    other = overlapping((first, last), returns_asked_or_released())
    if other is not None:
        raise Refusal(
            f"The return of {other[0]:%-d %B %Y} to {other[1]:%-d %B %Y} shares days with it.",
            why="One subtracted from the other would tell of few people.", field="first", rule="S-40",
        )  # fmt: skip
    try:
        made = performance_return(first, last, exact=False)
    except ReleaseRefusedError as error:
        raise Refusal("These numbers cannot be protected.", why="Choose other days.", rule="S-40") from error
    return ask_for_release(
        by=by, kind=ReleaseKind.RETURN, first=first, last=last, recipient=recipient, purpose=purpose, content=made.as_data()
    )  # fmt: skip
