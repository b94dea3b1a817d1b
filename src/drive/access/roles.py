"""Roles in plain words: side, scopes and permissions (the A ids of the handbook).

One table. The menu, the help page, the generated matrix in docs/roles.md and the policy tests are made from it.
There is no superuser: an administrator administers and reads no case. An evaluator (A-19) has no log-in: they get
packages.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .permissions import Permission
from .scopes import SCOPES, Scope, Side


class Role(StrEnum):
    CASE_MANAGER = "case_manager"
    TEAM_LEADER = "team_leader"
    SERVICE_MANAGER = "service_manager"
    STEP_DOWN_WORKER = "step_down_worker"
    IDVA = "idva"
    STAND_IN = "stand_in"
    IDVA_MANAGER = "idva_manager"
    EXPERT_ADVISOR = "expert_advisor"
    PANEL_COORDINATOR = "panel_coordinator"
    PANEL_CHAIR = "panel_chair"
    PANEL_MEMBER = "panel_member"
    GOVERNANCE_LEAD = "governance_lead"
    ANALYST = "analyst"
    ALLOCATION_CUSTODIAN = "allocation_custodian"
    COMMISSIONER = "commissioner"
    ADMINISTRATOR = "administrator"

    @property
    def entry(self) -> RoleEntry:
        return ROLES[self]


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """What a role is. `scopes[0]` is where its desk stands; others of its `desks` are one click away (W-31), and the
    rest are stepped into by the pages that name them.
    """

    label: str
    actor: str
    does: str
    side: Side
    scopes: tuple[Scope, ...]
    permissions: frozenset[Permission]

    @property
    def desks(self) -> tuple[Scope, ...]:
        """The scopes in which a page that names none can be opened: those of the role's own side."""
        return tuple(scope for scope in self.scopes if SCOPES[scope].side is self.side)


_SU_WORK = frozenset(
    {
        Permission.DESK_VIEW,
        Permission.CASE_VIEW,
        Permission.CASE_RECORD,
        Permission.CASE_CLOSE,
        Permission.DECISION_VIEW_GIVE,
        Permission.RISK_ITEM_SEND,
        Permission.STOP_RAISE,
        Permission.STOP_ANSWER,
    }
)
_VS_WORK = frozenset(
    {
        Permission.DESK_VIEW, Permission.CLIENT_VIEW, Permission.CLIENT_RECORD, Permission.CLIENT_CLOSE, Permission.CLIENT_SEALED,
        Permission.DECISION_VIEW_GIVE, Permission.RISK_ITEM_SEND, Permission.STOP_RAISE, Permission.STOP_ANSWER,
    }
)  # fmt: skip

ROLES: dict[Role, RoleEntry] = {
    Role.CASE_MANAGER: RoleEntry(
        "Case manager", "A-04", "works with the service user, directly or through other agencies",
        Side.SERVICE_USER, (Scope.SU_WORKER,), _SU_WORK | {Permission.BREAK_GLASS_USE},
    ),
    Role.TEAM_LEADER: RoleEntry(
        "Team leader", "A-07", "leads a team of case managers and may hold cases",
        Side.SERVICE_USER, (Scope.SU_MANAGER, Scope.SU_WORKER),
        _SU_WORK | {Permission.TEAM_VIEW, Permission.AUDIT_WHO_LOOKED, Permission.BREAK_GLASS_USE},
    ),
    Role.SERVICE_MANAGER: RoleEntry(
        "Service manager", "A-07", "allocates, supervises, owns the quality of the data",
        Side.SERVICE_USER, (Scope.SU_MANAGER, Scope.SU_WORKER, Scope.REFERRALS, Scope.ALLOCATION, Scope.REPORT),
        _SU_WORK | {Permission.TEAM_VIEW, Permission.AUDIT_WHO_LOOKED, Permission.BREAK_GLASS_USE, Permission.ALLOCATION_DECIDE, Permission.REFERRAL_VIEW, Permission.RETURN_VIEW, Permission.RETURN_EXACT, Permission.RELEASE_ASK, Permission.STOP_OVERRIDE, Permission.RETENTION_DECIDE},
    ),
    Role.STEP_DOWN_WORKER: RoleEntry(
        "Step-down worker", "A-11", "keeps lighter contact after the main period",
        Side.SERVICE_USER, (Scope.SU_WORKER,), _SU_WORK - {Permission.CASE_CLOSE},
    ),
    Role.IDVA: RoleEntry(
        "IDVA", "A-05", "supports the client and gives an independent view of risk",
        Side.CLIENT, (Scope.VS_WORKER,), _VS_WORK | {Permission.BREAK_GLASS_USE},
    ),
    Role.STAND_IN: RoleEntry(
        "Stand-in for the IDVA", "A-06", "another trusted worker who supports the client",
        Side.CLIENT, (Scope.VS_WORKER,), _VS_WORK - {Permission.CLIENT_CLOSE},
    ),
    Role.IDVA_MANAGER: RoleEntry(
        "IDVA manager", "A-08", "supervises IDVAs, their load and their cover",
        Side.CLIENT, (Scope.VS_MANAGER, Scope.VS_WORKER),
        _VS_WORK | {Permission.TEAM_VIEW, Permission.AUDIT_WHO_LOOKED, Permission.BREAK_GLASS_USE, Permission.RETENTION_DECIDE},
    ),
    Role.EXPERT_ADVISOR: RoleEntry(
        "Expert advisor", "A-09", "advises on practice, contested decisions and overrides",
        Side.NEITHER, (Scope.ADVISER,), frozenset({Permission.DESK_VIEW}),
    ),
    Role.PANEL_COORDINATOR: RoleEntry(
        "Panel coordinator", "A-12", "brings in referral lists and prepares the panel",
        Side.NEITHER, (Scope.REFERRALS, Scope.PANEL),
        frozenset({Permission.DESK_VIEW, Permission.REFERRAL_IMPORT, Permission.REFERRAL_VIEW, Permission.PANEL_VIEW, Permission.PANEL_PLAN, Permission.PANEL_DECIDE}),
    ),
    Role.PANEL_CHAIR: RoleEntry(
        "Panel chair", "A-13", "runs the panel and agrees its decisions",
        Side.NEITHER, (Scope.PANEL, Scope.REFERRALS),
        frozenset({Permission.DESK_VIEW, Permission.PANEL_VIEW, Permission.PANEL_PLAN, Permission.PANEL_DECIDE, Permission.REFERRAL_VIEW}),
    ),
    Role.PANEL_MEMBER: RoleEntry(
        "Panel member (agency)", "A-14", "researches listed cases and takes actions for one agency",
        Side.NEITHER, (Scope.PANEL,), frozenset({Permission.DESK_VIEW, Permission.PANEL_VIEW}),
    ),
    Role.GOVERNANCE_LEAD: RoleEntry(
        "Governance lead", "A-22", "reviews emergency reading, matches and subject access",
        Side.NEITHER, (Scope.GOVERNANCE, Scope.SU_DISCLOSURE, Scope.VS_DISCLOSURE), frozenset({Permission.DESK_VIEW, Permission.SUBJECT_ACCESS, Permission.AUDIT_WHO_LOOKED, Permission.GOVERNANCE_MATCHES, Permission.PERMISSION_CHANGES_VIEW, Permission.RELEASE_ANSWER, Permission.RETENTION_DECIDE}),
    ),
    Role.ANALYST: RoleEntry(
        "Analyst", "A-17", "studies coded data without identities",
        Side.NEITHER, (Scope.REPORT,),
        frozenset({Permission.DESK_VIEW, Permission.RETURN_VIEW, Permission.RELEASE_ASK, Permission.EXTRACT_WRITE}),
    ),
    Role.ALLOCATION_CUSTODIAN: RoleEntry(
        "Allocation custodian", "A-18", "keeps the concealed allocation list",
        Side.NEITHER, (Scope.CUSTODIAN,), frozenset({Permission.DESK_VIEW}),
    ),
    Role.COMMISSIONER: RoleEntry(
        "Commissioner", "A-20", "reads released aggregate returns",
        Side.NEITHER, (Scope.REPORT,), frozenset({Permission.DESK_VIEW, Permission.RETURN_VIEW}),
    ),
    Role.ADMINISTRATOR: RoleEntry(
        "Administrator", "A-23", "keeps accounts and settings; reads no case",
        Side.NEITHER, (Scope.ADMINISTRATION,), frozenset({Permission.DESK_VIEW, Permission.ACCOUNTS_MANAGE}),
    ),
}  # fmt: skip


def role_choices() -> list[tuple[str, str]]:
    """(code, label) of every role, for forms and model fields."""
    return [(role.value, entry.label) for role, entry in ROLES.items()]
