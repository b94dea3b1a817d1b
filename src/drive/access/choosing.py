"""Choosing the role in which one acts, and the desk of a role that has several (W-31). Audited, kept in the session."""

from __future__ import annotations

from django.http import HttpRequest

from drive.audit.record import Act, record_event

from .interrupted import MEMBERSHIP_KEY
from .models import Membership
from .scopes import Scope
from .stepping import stepping_into

SCOPE_KEY = "scope"


def choose_membership(request: HttpRequest, membership: Membership) -> None:
    """Act as `membership` from the next request on. Its desk is that of the role, until another is chosen."""
    if request.session.get(MEMBERSHIP_KEY) == str(membership.pk):
        return
    request.session[MEMBERSHIP_KEY] = str(membership.pk)
    request.session.pop(SCOPE_KEY, None)
    actor = membership.as_actor(origin=request.META.get("REMOTE_ADDR", ""))
    with stepping_into(Scope.ACCOUNTS, membership_id=membership.pk, user_id=membership.user_id):
        record_event(Act.CHOSE_MEMBERSHIP, by=actor, kind="membership", record_id=membership.pk)


def choose_scope(request: HttpRequest, membership: Membership | None, scope: str) -> None:
    """Stand at another desk of the role. One that the role has no desk in is ignored at every request anyway."""
    if scope and (membership is None or scope in {each.value for each in membership.role_entry.desks}):
        request.session[SCOPE_KEY] = scope
