"""What a person may ask for: a closed list. Who holds what is in `roles.py`.

A permission answers "may this person ask"; whether it may happen now is another question, answered in each
app's `rules.py`; which rows it touches is a third, answered by the row policies.
"""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """Named `<noun>:<act>`, alphabetical. The value is the stable name used in audit and documentation."""

    ACCOUNTS_MANAGE = "accounts:manage"
    ALLOCATION_DECIDE = "allocation:decide"
    AUDIT_WHO_LOOKED = "audit:who-looked"
    BREAK_GLASS_USE = "break-glass:use"
    CASE_CLOSE = "case:close"
    CASE_RECORD = "case:record"
    CASE_VIEW = "case:view"
    CLIENT_CLOSE = "client:close"
    CLIENT_RECORD = "client:record"
    CLIENT_SEALED = "client:open-sealed"
    CLIENT_VIEW = "client:view"
    DECISION_VIEW_GIVE = "contact-decision:give-view"
    DESK_VIEW = "desk:view"
    EXTRACT_WRITE = "extract:write"
    GOVERNANCE_MATCHES = "governance:matches"
    PANEL_DECIDE = "panel:decide"
    PANEL_PLAN = "panel:plan"
    PANEL_VIEW = "panel:view"
    PERMISSION_CHANGES_VIEW = "permission-changes:view"
    REFERRAL_IMPORT = "referral:import"
    REFERRAL_VIEW = "referral:view"
    RELEASE_ANSWER = "release:answer"
    RELEASE_ASK = "release:ask"
    RETENTION_DECIDE = "retention:decide"
    RETURN_EXACT = "return:exact"
    RETURN_VIEW = "return:view"
    RISK_ITEM_SEND = "risk-item:send"
    STOP_ANSWER = "stop-concern:answer"
    STOP_OVERRIDE = "stop-concern:override"
    STOP_RAISE = "stop-concern:raise"
    SUBJECT_ACCESS = "subject-access:make"
    TEAM_VIEW = "team:view"

    @property
    def meaning(self) -> str:
        """The permission in plain words, for the help page and the generated table."""
        return MEANINGS[self]


MEANINGS: dict[Permission, str] = {
    Permission.ACCOUNTS_MANAGE: "Create accounts, memberships and settings",
    Permission.ALLOCATION_DECIDE: "Give an accepted referral to a case manager and an IDVA",
    Permission.AUDIT_WHO_LOOKED: "See who has looked at a record",
    Permission.BREAK_GLASS_USE: "Read a record in an emergency, with a reason",
    Permission.CASE_CLOSE: "Close a service user's case",
    Permission.CASE_RECORD: "Write in a service user's case",
    Permission.CASE_VIEW: "Open a service user's case",
    Permission.CLIENT_CLOSE: "Close a client's record",
    Permission.CLIENT_RECORD: "Write in a client's record",
    Permission.CLIENT_SEALED: "Open a client's sealed address or phone, with a reason",
    Permission.CLIENT_VIEW: "Open a client's record",
    Permission.DECISION_VIEW_GIVE: "Give a view on contact and agree an outcome with the other worker",
    Permission.DESK_VIEW: "Open one's own desk",
    Permission.EXTRACT_WRITE: "Ask for an extract for evaluators, and write it once it is released",
    Permission.GOVERNANCE_MATCHES: "Decide on possible matches across sides and sites",
    Permission.PANEL_DECIDE: "Record the panel's decision on a referral",
    Permission.PANEL_PLAN: "Plan a meeting of the panel: who is invited, and what is put before them",
    Permission.PANEL_VIEW: "Read what the panel has before it",
    Permission.PERMISSION_CHANGES_VIEW: "See who was given or lost a role, an account or a setting",
    Permission.REFERRAL_IMPORT: "Bring in a referral list",
    Permission.REFERRAL_VIEW: "Open referrals",
    Permission.RELEASE_ANSWER: "Release, or not, what somebody else asked for",
    Permission.RELEASE_ASK: "Ask that a return may leave",
    Permission.RETENTION_DECIDE: "Take part, as one of two, in erasing a closed record past its time",
    Permission.RETURN_EXACT: "See exact figures of one's own service on screen",
    Permission.RETURN_VIEW: "Read released performance returns",
    Permission.RISK_ITEM_SEND: "Send shared risk information across",
    Permission.STOP_ANSWER: "Answer a stop concern",
    Permission.STOP_OVERRIDE: "Override a live stop concern, with a reason that everybody is told",
    Permission.STOP_RAISE: "Raise a stop concern",
    Permission.SUBJECT_ACCESS: "Make and release what a person is given of what is held about them",
    Permission.TEAM_VIEW: "See the team's work and caseloads",
}
