"""What the clock does for oversight. Each runs in the clock's scope, through one function of the database."""

from __future__ import annotations

from django.db import connection

from drive.access.scopes import Scope
from drive.access.stepping import stepping_into


def find_alerts() -> int:
    """Read the audit from where it last stopped and write alerts (S-34); how many."""
    return _call("select access.find_alerts()")


def reckon_usual_volumes() -> int:
    """Once a day, how many records each role opens in an hour; how many roles, 0 when it was done today."""
    return _call("select access.reckon_usual_volumes()")


def end_assignments_of_leavers() -> int:
    """End what is still assigned to memberships that have ended or accounts that are closed (S-46); how many."""
    return _call("select access.end_assignments_of_leavers()")


def _call(statement: str) -> int:
    with stepping_into(Scope.CLOCK), connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
