"""Who changed whose access, and who signed in, for the governance lead of the site: read from the audit, so nothing can
be left out.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from drive.access.models import Membership
from drive.access.roles import Role
from drive.audit.models import AuditEvent
from drive.audit.record import Act

PAGE = 50

KINDS = {
    "account": "Account",
    "membership": "Role",
    "organisation": "Organisation",
    "site": "Site",
    "service": "Service",
    "team": "Team",
    "site_setting": "Setting",
    "second_factor": "Second step",
}
FIELDS = {
    "is_active": "open or closed",
    "ends_on": "last day",
    "starts_on": "first day",
    "publication_label": "publication label",
    "second_factor": "second factor",
    "applies_from": "applies from",
    "review_on": "review date",
}


SIGN_INS = {
    (Act.SIGNED_IN.value, "session"): "Signed in",
    (Act.SIGNED_OUT.value, "session"): "Signed out",
    (Act.SIGN_IN_FAILED.value, "session"): "Not let in: wrong password",
    (Act.SIGN_IN_FAILED.value, "second_factor"): "Not let in: wrong second step",
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in, or an attempt at one."""

    at: datetime.datetime
    who: str
    what: str
    origin: str
    """The network address that it came from."""


@dataclass(frozen=True, slots=True)
class Change:
    """One act of administration."""

    at: datetime.datetime
    who: str
    """The administrator's name, "An administrator of another site", or "The operator of the machine"."""
    kind: str
    about: str
    """Whom it concerns, with role and dates for a membership; empty for places and settings."""
    fields: str
    reason: str


def changes(before: datetime.datetime | None = None) -> list[Change]:
    """Changes at the reader's own site, newest first, at most `PAGE`, older than `before`. Governance scope."""
    events = AuditEvent.objects.filter(act=Act.PERMISSION_CHANGED.value)
    if before is not None:
        events = events.filter(at__lt=before)
    page = list(events.order_by("-at")[:PAGE])
    ids = {event.membership_id for event in page} | {event.record_id for event in page}
    wanted = [each for each in ids if each is not None]
    members: dict[UUID | None, Membership] = dict(Membership.objects.in_bulk(wanted))
    names: dict[UUID | None, str] = dict(
        Membership.objects.filter(user_id__in=wanted).values_list("user_id", "name")
    )
    return [
        Change(
            at=event.at,
            who=_who(event, members.get(event.membership_id)) if event.membership_id else _operator(event),
            kind=KINDS.get(event.kind, event.kind),
            about=_about(members.get(event.record_id)) or names.get(event.record_id, ""),
            fields=", ".join(FIELDS.get(name, name) for name in event.fields),
            reason=event.reason,
        )
        for event in page
    ]


def sign_ins(before: datetime.datetime | None = None) -> list[SignIn]:
    """Sign-ins of everybody who works at the reader's own site, let in or not, newest first, at most `PAGE`, older than
    `before`. Governance scope.
    """
    events = AuditEvent.objects.filter(act__in={act for act, _ in SIGN_INS})
    if before is not None:
        events = events.filter(at__lt=before)
    page = list(events.order_by("-at")[:PAGE])
    names = dict(
        Membership.objects.filter(user_id__in={event.account_id for event in page}).values_list(
            "user_id", "name"
        )
    )
    return [
        SignIn(
            at=event.at,
            who=names.get(event.account_id, "Somebody who has left"),
            what=SIGN_INS.get((event.act, event.kind), event.act),
            origin=event.origin,
        )
        for event in page
        if event.account_id
    ]


def _who(event: AuditEvent, member: Membership | None) -> str:
    label = Role(event.role).entry.label if event.role else "Administrator"
    return f"{member.name}, {label}" if member else f"{label} of another site"


def _operator(event: AuditEvent) -> str:
    return "The person themselves" if event.account_id else "The operator of the machine"


def _about(member: Membership | None) -> str:
    if member is None:
        return ""
    until = "" if member.ends_on.year == datetime.MAXYEAR else f", ends {member.ends_on:%d/%m/%Y}"
    return f"{member.name}: {member.role_entry.label} from {member.starts_on:%d/%m/%Y}{until}"
