"""What the clock does on the bridge: it tells managers what nobody read in time (S-02, S-17)."""

from __future__ import annotations

from django.db import connection

from drive.access.scopes import Scope
from drive.access.stepping import stepping_into


def escalate_unread() -> int:
    """Escalate every stop concern, urgent item and check-in that is unread past the site's time (setting S-02); how many.

    Each once. Row and audit event are written together, by the database, in the clock's scope and in no other.
    """
    with stepping_into(Scope.CLOCK), connection.cursor() as cursor:
        cursor.execute("select safety.escalate_unread()")
        return int(cursor.fetchone()[0])
