"""The outermost middleware: one transaction a request, in the accounts scope, and who is asking.

Sessions, accounts and memberships are reached in the `accounts` scope. Each page then steps into its own scope in a
savepoint (`drive.access.pages`), so that a failing page undoes its own writes and the session is still saved. A lookup
that fails denies (S-39).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from drive.audit.record import Act, record_event

from .nothing_here import nothing_here
from .pages import FailedResponseError
from .queries import live_memberships
from .scopes import Scope
from .stepping import Actor, know_account, stepping_into

GetResponse = Callable[[HttpRequest], HttpResponseBase]

MEMBERSHIP_KEY = "membership"
SCOPE_KEY = "scope"
STARTED_KEY = "started"


class AccountsScopeMiddleware:
    """Outermost. Opens the request's transaction in the accounts scope; undoes it all when the answer is a failure."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        with stepping_into(Scope.ACCOUNTS):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


class ActorMiddleware:
    """After sign-in: finds the membership in which the person acts, and ends what has ended (S-46)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            know_account(UUID(str(request.user.pk)))
            request.actor = self.actor(request)  # type: ignore[attr-defined]  # ActorRequest declares it
        else:
            request.actor = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """A page's failed answer is sent as it is; permission denied by the database is the same 404 as absence."""
        if isinstance(exception, FailedResponseError):
            return exception.response
        if isinstance(exception, DatabaseError) and getattr(exception.__cause__, "sqlstate", "") == "42501":
            if settings.DRIVE_RAISE_DENIED:
                return None  # in tests a denied privilege is a fault to be seen
            return nothing_here(request)
        return None

    @staticmethod
    def actor(request: HttpRequest) -> Actor | None:
        """The chosen live membership, or the only one; none when there are several and none was chosen."""
        memberships = live_memberships(UUID(str(request.user.pk)))
        chosen = request.session.get(MEMBERSHIP_KEY)
        membership = next((m for m in memberships if str(m.pk) == chosen), None)
        if membership is None:
            if len(memberships) != 1:
                return None
            membership = memberships[0]
        entry = membership.role_entry
        scope = next((s for s in entry.scopes if s.value == request.session.get(SCOPE_KEY)), entry.scopes[0])
        return membership.as_actor(scope, origin=request.META.get("REMOTE_ADDR", ""))


class SessionLimitsMiddleware:
    """Idle and absolute limits on a session, kept on the server. Expiry loses nothing typed: drafts stay (S-48)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = timezone.now()
            started = request.session.get(STARTED_KEY)
            if started is None:
                request.session[STARTED_KEY] = now.isoformat()
            elif now - datetime.datetime.fromisoformat(started) > settings.DRIVE_SESSION_ABSOLUTE:
                request.session.flush()
                request.user = _anonymous()
        return self.get_response(request)


def _anonymous():  # type: ignore[no-untyped-def]  # django.contrib.auth's own class
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


def failed_in_own_transaction(request: HttpRequest, act: Act, reason: str) -> None:
    """Write the event of a denied or failed act in a transaction of its own, since the act's was undone."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None:
        with stepping_into(Scope.ACCOUNTS, user_id=actor.user_id):
            record_event(act, by=actor, kind="page", reason=reason)


def health(request: HttpRequest) -> HttpResponse:
    """Alive, nothing else."""
    return HttpResponse("ok", content_type="text/plain")
