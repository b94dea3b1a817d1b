"""A form that arrives after its session has run out loses nothing (S-48, W-33).

The server still knows the ended session for a while: whose it was, in which membership, and the token that its forms
carried. When the token fits, what was typed becomes a draft of that membership, readable by nobody else; after sign-in
the same person sees it again and sends it with one click. A form with a wrong token, or of somebody whose membership
has ended meanwhile, is not kept.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.middleware.csrf import (  # type: ignore[attr-defined]  # the token rules are Django's own; it offers them in no other way
    CSRF_SESSION_KEY,
    InvalidTokenFormat,
    _check_token_format,
    _does_token_match,
)
from django.urls import Resolver404, resolve

from .drafts import interrupted_draft, keep_interrupted, typed_fields
from .models import Draft, Membership
from .pages import Page
from .queries import live_memberships
from .scopes import Scope
from .stepping import stepping_into

MEMBERSHIP_KEY = "membership"


def ended_session(request: HttpRequest) -> dict[str, Any]:
    """What the session of this request held before it ran out; empty when nothing is known of it. Accounts scope."""
    remembered: dict[str, Any] | None = getattr(request, "ended_session", None)
    if remembered is not None:
        return remembered
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    row = Session.objects.filter(session_key=key).first() if key else None
    return dict(row.get_decoded()) if row else {}


def keep_what_was_typed(request: HttpRequest) -> UUID | None:
    """Keep the form of an ended session for its author; its id, or nothing when it is not to be kept."""
    session = ended_session(request)
    user_id, token = session.get(SESSION_KEY), session.get(CSRF_SESSION_KEY)
    sent = request.POST.get("csrfmiddlewaretoken", "")
    declared = _page_at(request.path)
    if not (user_id and token and sent and declared and _tokens_match(sent, token)):
        return None
    with stepping_into(Scope.ACCOUNTS, user_id=UUID(user_id)):
        membership = membership_of(UUID(user_id), session.get(MEMBERSHIP_KEY))
    if membership is None:
        return None
    with _inside(membership):
        typed = typed_fields(request.POST)
        for name in declared.never_kept:
            typed.pop(name, None)
        return keep_interrupted(membership.pk, request.get_full_path(), typed)


def membership_of(user_id: UUID, chosen: str | None) -> Membership | None:
    """The live membership that was chosen, or the only one when none was."""
    live = live_memberships(user_id)
    if chosen is None and len(live) == 1:
        return live[0]
    return next((membership for membership in live if str(membership.pk) == chosen), None)


def find_interrupted(user_id: UUID, draft_id: UUID) -> tuple[Membership, Draft] | None:
    """The interrupted form and the membership that typed it, among the account's own. Accounts scope."""
    for membership in live_memberships(user_id):
        with _inside(membership):
            draft = interrupted_draft(membership.pk, draft_id)
        if draft:
            return membership, draft
    return None


def _inside(membership: Membership) -> AbstractContextManager[None]:
    return stepping_into(
        membership.role_entry.scopes[0], membership_id=membership.pk, user_id=membership.user_id
    )


def _page_at(path: str) -> Page | None:
    """The declared page with a permission that would have taken the form; none for sign-in pages, which keep nothing."""
    try:
        declared = getattr(resolve(path).func, "page", None)
    except Resolver404:
        return None
    return declared if isinstance(declared, Page) and declared.permission is not None else None


def _tokens_match(sent: str, token: str) -> bool:
    try:
        _check_token_format(sent)
    except InvalidTokenFormat:
        return False
    return bool(_does_token_match(sent, token))
