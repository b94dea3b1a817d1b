"""Scopes: the database roles that a request may step into, and what each is for.

A scope is one PostgreSQL role without a log-in. The application's own log-in role owns nothing and inherits
nothing; every page and command names the one scope that it works in, and steps into it for one transaction
(`drive.access.stepping`). What a scope may see is written in each app's `policies.sql` and nowhere else;
`drive policies` prints it. Design and measurements: docs/adr/0003-row-policies.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which side of the wall a role or record belongs to (S-01)."""

    SERVICE_USER = "su"
    CLIENT = "vs"
    NEITHER = "none"


class Scope(StrEnum):
    """A database role, without the database's own prefix."""

    SU_WORKER = "su_worker"
    SU_MANAGER = "su_manager"
    VS_WORKER = "vs_worker"
    VS_MANAGER = "vs_manager"
    REFERRALS = "referrals"
    PANEL = "panel"
    ALLOCATION = "allocation"
    ADVISER = "adviser"
    GOVERNANCE = "governance"
    CUSTODIAN = "custodian"
    REPORT = "report"
    ADMINISTRATION = "administration"
    ACCOUNTS = "accounts"
    SU_DISCLOSURE = "su_disclosure"
    VS_DISCLOSURE = "vs_disclosure"
    MATCHER = "matcher"
    CLOCK = "clock"

    @property
    def meaning(self) -> str:
        """What the scope is for, in one sentence."""
        return SCOPES[self].meaning


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    side: Side
    meaning: str


SCOPES: dict[Scope, ScopeEntry] = {
    Scope.SU_WORKER: ScopeEntry(
        Side.SERVICE_USER, "service users' cases held, covered or opened in an emergency"
    ),
    Scope.SU_MANAGER: ScopeEntry(Side.SERVICE_USER, "service users' cases of one service"),
    Scope.VS_WORKER: ScopeEntry(Side.CLIENT, "client records held, covered or opened in an emergency"),
    Scope.VS_MANAGER: ScopeEntry(Side.CLIENT, "client records of one service"),
    Scope.REFERRALS: ScopeEntry(Side.NEITHER, "referral lists and referrals of one site"),
    Scope.PANEL: ScopeEntry(Side.NEITHER, "what a meeting puts before its members, while it concerns them"),
    Scope.ALLOCATION: ScopeEntry(Side.NEITHER, "accepted referrals of one site, to be given to workers"),
    Scope.ADVISER: ScopeEntry(Side.NEITHER, "contested decisions and overrides put to an expert advisor"),
    Scope.GOVERNANCE: ScopeEntry(Side.NEITHER, "who looked, emergency reading, matches across sides"),
    Scope.CUSTODIAN: ScopeEntry(Side.NEITHER, "the concealed allocation list"),
    Scope.REPORT: ScopeEntry(Side.NEITHER, "coded columns of one site, without names or free text"),
    Scope.ADMINISTRATION: ScopeEntry(Side.NEITHER, "accounts, organisations and settings; no case content"),
    Scope.ACCOUNTS: ScopeEntry(Side.NEITHER, "sign-in, sessions, memberships of the person signing in"),
    Scope.SU_DISCLOSURE: ScopeEntry(
        Side.SERVICE_USER,
        "a service user's own data for a subject access bundle, listed columns of one record",
    ),
    Scope.VS_DISCLOSURE: ScopeEntry(
        Side.CLIENT, "a client's own data for a subject access bundle, listed columns of one record"
    ),
    Scope.MATCHER: ScopeEntry(Side.NEITHER, "guarded comparison of identities; never a page"),
    Scope.CLOCK: ScopeEntry(Side.NEITHER, "clockwork: lapses, escalations, retention, sealing"),
}
