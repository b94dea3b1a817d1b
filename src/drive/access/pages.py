"""Every page declares itself: which permission it needs, in which scope it works, what opening it is called.

`@page(...)` is the only door to a view. It checks the permission, steps into the scope, runs the view, and writes the
event of the look in the same transaction, before the page is shown (S-36). Anything that may not be seen, for whatever
reason, is the same 404 (S-39). A view without it fails the build (tests/whole).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Protocol, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponseBase

from drive.audit.record import Act, record_event

from .drafts import discard_interrupted
from .models import Membership
from .permissions import Permission
from .scopes import Scope
from .stepping import Actor, acting_as


class AccountRequest(HttpRequest):
    """A request of somebody signed in, with a choice of role or before it."""

    actor: Actor | None
    memberships: list[Membership]


class ActorRequest(HttpRequest):
    """A request of somebody who has chosen the membership in which they act."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Page:
    """A page's declaration, read by the decorator, by the generated role table and by the tests about the whole."""

    permission: Permission | None
    title: str
    scope: Scope | None = None
    looks_at: str = ""
    """The kind of record or list that the page shows, for the audit event; empty for pages without people."""
    key: str = ""
    """The URL argument that names the record; empty for lists."""
    public: bool = False
    """Reachable by anybody (sign-in, cover screen). Shows nothing about anybody."""
    never_kept: tuple[str, ...] = ()
    """Fields that are sealed or digested when they are saved, and so are kept in no draft (S-06)."""


class DeclaredView(Protocol):
    page: Page

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def page[**K](
    permission: Permission,
    title: str,
    *,
    scope: Scope | None = None,
    looks_at: str = "",
    key: str = "",
    never_kept: tuple[str, ...] = (),
) -> Callable[[Callable[Concatenate[ActorRequest, K], HttpResponseBase]], DeclaredView]:
    """Declare a view. Without `scope` it works at the reader's own desk, whichever side that is.

    `looks_at` with `key`: whatever answer shows the page writes the event "looked at this record", by whichever method
    it was asked for: a form that comes back with what is wrong shows as much as the page did. Without `key`: "looked at
    this list", or "searched" where the view called `found_by_searching`. An unsafe request that changes something writes
    its own event through its command, and leads elsewhere.
    """
    declared = Page(permission, title, scope, looks_at, key, never_kept=never_kept)

    def declare(view: Callable[Concatenate[ActorRequest, K], HttpResponseBase]) -> DeclaredView:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: K.args, **kwargs: K.kwargs) -> HttpResponseBase:
            actor: Actor | None = getattr(request, "actor", None)
            if actor is None or not actor.may(permission):
                raise Http404
            chosen = scope or actor.scope
            if chosen not in actor.role.entry.scopes:
                raise Http404
            asked = cast(ActorRequest, request)
            with acting_as(actor, chosen):
                try:
                    response = view(asked, *args, **kwargs)
                except ObjectDoesNotExist as error:
                    raise Http404 from error
                if response.status_code >= 500:
                    raise FailedResponseError(response)
                if looks_at and _shows(response):
                    record_event(
                        Act.SEARCHED if getattr(request, "searched", False) else Act.LOOKED,
                        by=actor,
                        kind=looks_at,
                        record_id=cast(UUID | None, kwargs.get(key)) if key else None,
                        fields=page_name(request),
                    )
                if request.method == "POST" and response.status_code in (302, 303):
                    discard_interrupted(actor, request.POST.get("interrupted", ""))
            return response

        declared_view = cast(DeclaredView, guarded)
        declared_view.page = declared
        return declared_view

    return declare


def found_by_searching(request: HttpRequest) -> None:
    """Say that the list in the answer is what somebody searched for: its event says so (S-36). Keeps no words."""
    request.searched = True  # type: ignore[attr-defined]  # read by `page`


SAVED_FIRST = 409
"""Somebody else saved first, or a page changed underneath: what was sent is not taken, and the page shows both."""


def _shows(response: HttpResponseBase) -> bool:
    """Whether an answer shows what the page is about, rather than leading elsewhere or refusing."""
    return 200 <= response.status_code < 300 or response.status_code == SAVED_FIRST


def page_name(request: HttpRequest) -> list[str]:
    """The URL name of the page asked for, as a look keeps it: through which page somebody looked (S-36)."""
    match = request.resolver_match
    return [match.url_name] if match and match.url_name else []


def public_page(title: str) -> Callable[[Callable[..., HttpResponseBase]], DeclaredView]:
    """Declare a view that anybody may reach and that shows nothing about anybody."""

    def declare(view: Callable[..., HttpResponseBase]) -> DeclaredView:
        declared_view = cast(DeclaredView, login_not_required(view))
        declared_view.page = Page(None, title, public=True)
        return declared_view

    return declare


def account_page(title: str) -> Callable[[Callable[..., HttpResponseBase]], DeclaredView]:
    """Declare a view about one's own account: needs a signed-in person, no membership. Works in the accounts scope."""

    def declare(view: Callable[..., HttpResponseBase]) -> DeclaredView:
        declared_view = cast(DeclaredView, view)
        declared_view.page = Page(None, title)
        return declared_view

    return declare


class FailedResponseError(Exception):
    """A view answered 500 or worse: what it wrote is undone, then its answer is sent (row policies, trap 7)."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__(response.status_code)
        self.response = response
