"""A case read from the command line, in the scope of one membership and with the same event as its page
(decision 15).
"""

from __future__ import annotations

from drive.access.models import Membership, User, local_today
from drive.access.queries import live_memberships
from drive.access.scopes import Scope, Side
from drive.access.stepping import acting_as, stepping_into
from drive.audit.record import Act, record_event

from .models import SuCase
from .timelines import Entry, timeline


class NothingHereError(LookupError):
    """No such person, no such case, or not theirs to read: one answer for all (S-39)."""

    def __init__(self) -> None:
        super().__init__("There is nothing here for this person to read.")


def timeline_lines(code: str, email: str) -> list[str]:
    """The newest entries of a case as lines of text.

    Raises `NothingHereError`. Writes the event of the look.
    """
    for membership in _memberships(email):
        actor = membership.as_actor(origin="console")
        with acting_as(actor):
            case = SuCase.objects.filter(code=code.upper()).first()
            if case is None:
                continue
            record_event(Act.LOOKED, by=actor, kind="su_case", record_id=case.pk)
            items = timeline(case, today=local_today()).items
        return [
            f"{item.day:%Y-%m-%d}  {item.kind}: {item.what} {item.source}".rstrip()
            if isinstance(item, Entry)
            else f"{item.first:%Y-%m-%d}  {item.days} days with no contact. Quiet is not the same as safe."
            for item in items
        ]
    raise NothingHereError


def _memberships(email: str) -> list[Membership]:
    """The person's live memberships on the case manager's side."""
    with stepping_into(Scope.ACCOUNTS):
        user = User.objects.filter(email=email.lower()).first()
    if user is None:
        return []
    with stepping_into(Scope.ACCOUNTS, user_id=user.pk):
        return [one for one in live_memberships(user.pk) if one.side == Side.SERVICE_USER]
