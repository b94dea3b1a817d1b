"""The outermost middleware: one transaction a request, in the accounts scope, and who is asking.

Sessions, accounts and memberships are reached in the `accounts` scope. Each page then steps into its own scope in a
savepoint (`drive.access.pages`), so that a failing page undoes its own writes and the session is still saved. A lookup
that fails denies (S-39).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from drive.audit.record import Act, record_event

from .choosing import SCOPE_KEY
from .interrupted import MEMBERSHIP_KEY
from .models import Membership
from .nothing_here import nothing_here
from .pages import FailedResponseError, Page, page_name
from .queries import live_memberships
from .scopes import Scope
from .second_factor import SETTING_UP, lacks_second_factor
from .stepping import Actor, know_account, stepping_into

GetResponse = Callable[[HttpRequest], HttpResponseBase]


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
            failed = response.status_code >= 500
            if failed:
                transaction.set_rollback(True)
        if failed:
            event_of_its_own(request, Act.FAILED)
        return response


class SessionLimitsMiddleware:
    """The absolute limit on a session; the idle one is the session's own expiry. Nothing typed is lost (S-48)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = timezone.now()
            started = request.session.get(STARTED_KEY)
            if started is None:
                request.session[STARTED_KEY] = now.isoformat()
            elif now - datetime.datetime.fromisoformat(started) > settings.DRIVE_SESSION_ABSOLUTE:
                request.ended_session = dict(request.session.items())  # type: ignore[attr-defined]  # read by `interrupted`
                request.session.flush()
                request.user = AnonymousUser()
        return self.get_response(request)


class ActorMiddleware:
    """After sign-in: finds the membership in which the person acts, and ends what has ended (S-46)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actor, memberships = None, list[Membership]()
        if request.user.is_authenticated:
            user_id = UUID(str(request.user.pk))
            know_account(user_id)
            memberships = live_memberships(user_id)
            actor = self.actor(request, memberships)
        request.actor = actor  # type: ignore[attr-defined]  # ActorRequest declares it
        request.memberships = memberships  # type: ignore[attr-defined]  # for the choice of role
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: list[Any], _kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """What stands between a signed-in person and a page: the second factor, then the role they act in."""
        declared = getattr(view, "page", None)
        if not isinstance(declared, Page):
            return nothing_here(request)  # an undeclared view answers nobody
        if not request.user.is_authenticated:
            return None
        name = request.resolver_match.url_name if request.resolver_match else ""
        if name not in SETTING_UP and lacks_second_factor(UUID(str(request.user.pk))):
            return HttpResponseRedirect(reverse("mfa_index"))
        if declared.permission is not None and request.actor is None:  # type: ignore[attr-defined]  # set above
            if request.memberships and request.method == "GET":  # type: ignore[attr-defined]  # set above
                return HttpResponseRedirect(
                    f"{reverse('choose_role')}?{urlencode({'next': request.get_full_path()})}"
                )
            return nothing_here(request)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """A page's failed answer is sent as it is; permission denied by the database is the same 404 as absence."""
        if isinstance(exception, FailedResponseError):
            return exception.response
        denied = (
            isinstance(exception, DatabaseError) and getattr(exception.__cause__, "sqlstate", "") == "42501"
        )
        if denied and settings.DRIVE_RAISE_DENIED:
            return None  # in tests a denied privilege is a fault to be seen
        if denied or isinstance(exception, Http404):
            event_of_its_own(request, Act.DENIED)
            return nothing_here(request)
        return None

    @staticmethod
    def actor(request: HttpRequest, memberships: list[Membership]) -> Actor | None:
        """The chosen live membership, or the only one; none when there are several, or when the chosen one has ended."""
        chosen = request.session.get(MEMBERSHIP_KEY)
        membership = next((m for m in memberships if str(m.pk) == chosen), None)
        if membership is None:
            if chosen is not None or len(memberships) != 1:
                return None
            membership = memberships[0]
        entry = membership.role_entry
        scope = next((s for s in entry.desks if s.value == request.session.get(SCOPE_KEY)), entry.desks[0])
        return membership.as_actor(scope, origin=request.META.get("REMOTE_ADDR", ""))


def event_of_its_own(request: HttpRequest, act: Act) -> None:
    """The event of a denied or failed act, apart from the act's own transaction, which was undone (house decision 12)."""
    actor: Actor | None = getattr(request, "actor", None)
    match = request.resolver_match
    declared = getattr(match.func, "page", None) if match else None
    if actor is None or match is None or not isinstance(declared, Page):
        return
    with stepping_into(Scope.ACCOUNTS, membership_id=actor.membership_id, user_id=actor.user_id):
        record_event(
            act,
            by=actor,
            kind=declared.looks_at or "page",
            record_id=match.kwargs.get(declared.key) if declared.key else None,
            fields=page_name(request),
        )
