"""Whom to sign in as: the practice accounts, which exist in demonstration mode alone."""

from __future__ import annotations

from dataclasses import dataclass

from drive.access.roles import Role

from .staff import EMAILS, ROSTERS

PASSWORD = "practice-only-2026"  # nosec B105  # printed at every start: it opens nothing but invented people
"""The password of every practice account."""


@dataclass(frozen=True, slots=True)
class Account:
    """One practice account and the role it acts in."""

    email: str
    name: str
    role: Role
    site: str


type Accounts = tuple[Account, ...]


def accounts() -> Accounts:
    """Every account that can be signed in to: each role at the first site, and who works at the other two."""
    return tuple(
        Account(EMAILS[name], name, role, site)
        for site, roster in ROSTERS.items()
        for role, name, _ in roster
    )


def whom_to_sign_in_as() -> list[str]:
    """Lines for whoever started the server: one account a role, and the password of them all."""
    first: dict[Role, Account] = {}
    for account in accounts():
        first.setdefault(account.role, account)
    width = max(len(account.email) for account in first.values())
    lines = [
        f"  {account.email:<{width}}  {account.role.entry.label}, {account.name}"
        for account in first.values()
    ]
    return [f"Sign in as one of these, with the password {PASSWORD}", *lines]
