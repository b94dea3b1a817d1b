"""What the clock does on the bridge: it tells managers what nobody read or settled in time (S-02, S-17, S-19)."""

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


def alert_lapsed_bookings() -> int:
    """Alert both sides and both managers of contact planned within the hour that no decision carries any more; how many
    links. Each once; nothing is cancelled (S-19, S-23).
    """
    with stepping_into(Scope.CLOCK), connection.cursor() as cursor:
        cursor.execute("select safety.alert_lapsed_bookings()")
        return int(cursor.fetchone()[0])
