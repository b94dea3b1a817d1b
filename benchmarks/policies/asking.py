"""One process that answers whole requests in one of three ways, told by its argument, and says how long each took.

    policies   the application's own log-in, row policies, and the audit: the site as it is
    unaudited  the same without writing the event of the look
    by_hand    a log-in that passes every policy, no step into a scope, no audit; the filters written by hand

Reads lines `MEMBERSHIP PATH` from standard input; answers each with a line of JSON: seconds, statements, bytes, digest; to
`MEMBERSHIP PATH kinds` also which statements, and where each was asked.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

CONTEXT = ("select set_config('role'", "set constraints all immediate")
AUDIT = "select audit.record("

SUMMARY_BY_HAND = """
select l.id as link_id, e.value::text as engagement, e.since as engaged_since,
       (select max(c.happened_at) from advocacy_clientcontact c
         where c.record_id = l.vs_record_id and c.outcome in ('spoke', 'agreed_next')) as last_contact_at,
       (select p.due_on from advocacy_checkinplan p where p.record_id = l.vs_record_id order by p.recorded_at desc limit 1) as next_check_in_on,
       (select m.name from access_clientassignment a join access_membership m on m.id = a.membership_id
         where a.record_id = l.vs_record_id and a.kind = 'holder' and a.starts_on <= current_date and a.ends_on > current_date
         order by a.starts_on desc limit 1) as idva
  from safety_caselink l
  left join lateral (select x.value, x.since from advocacy_engagemententry x where x.record_id = l.vs_record_id
                      order by x.since desc, x.recorded_at desc limit 1) e on true
 where l.su_case_id = %s order by l.recorded_at, l.id"""
"""`safety.client_summary` as somebody careful would write it without policies: the page has asked whose case it is."""

HELD_BY_HAND = (
    "select exists (select from access_caseassignment where case_id = %s and membership_id = %s"
    " and starts_on <= current_date and ends_on > current_date)"
)


class Statements:
    """Counts statements, and leaves out those that the way of asking does without."""

    def __init__(self, way: str) -> None:
        self.way, self.count = way, 0
        self.kinds: list[str] | None = None
        """Each statement without its values and where it was asked, while somebody wants to know."""

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.way == "by_hand":
            if sql.startswith(CONTEXT):
                return None
            sql = sql.replace("select * from safety.client_summary(%s)", SUMMARY_BY_HAND)
        if self.way != "policies" and sql.startswith(AUDIT):
            return None
        self.count += 1
        if self.kinds is not None:
            said = re.sub(r"\s+", " ", re.sub(r"'[^']*'|\d+|(, )?%s(, %s)*", "?", sql))
            self.kinds.append(f"{said[:300]} | {_asked_at()}")
        return execute(sql, params, many, context)


def _asked_at() -> str:
    """The lines of the project's own code that led to a statement, the innermost first."""
    lines, frame = [], sys._getframe(1)
    while frame := frame.f_back:
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith("drive."):
            lines.append(f"{name}:{frame.f_lineno}")
    return " < ".join(lines)


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    way, clients = sys.argv[1], dict[UUID, Client]()
    statements = Statements(way)
    settings.ALLOWED_HOSTS = ["testserver"]
    for line in sys.stdin:
        member, path, *wants_kinds = line.split()
        key = UUID(member)
        if key not in clients:
            clients[key] = _signed_in(key)
            if way == "by_hand":  # functions of the bridge ask who looks, whoever calls them
                with connection.cursor() as cursor:
                    cursor.execute("select set_config('drive.membership', %s, false)", [member])
        client = clients[key]
        with connection.execute_wrapper(statements):
            statements.kinds = [] if wants_kinds else None
            statements.count, began = 0, time.perf_counter()
            if way == "by_hand" and (named := re.fullmatch(r"/cases/([0-9a-f-]{36})/", path)):
                with connection.cursor() as cursor:
                    cursor.execute(HELD_BY_HAND, [named[1], key])
                    assert cursor.fetchone() == (True,)
            answer = client.get(path)
            seconds = time.perf_counter() - began
        assert answer.status_code == 200, (path, answer.status_code)
        words = re.sub(rb"value=\"\w{64}\"|nonce=\"[^\"]+\"|\d\d:\d\d", b"", answer.content)
        shown = {
            "seconds": seconds,
            "statements": statements.count,
            "bytes": len(answer.content),
            "kinds": statements.kinds or [],
            "digest": hashlib.sha256(words).hexdigest(),
        }
        print(json.dumps(shown), flush=True)


def _signed_in(membership_id: UUID) -> Any:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import Client

    from drive.access.models import User
    from drive.access.scopes import Scope
    from drive.access.stepping import stepping_into

    with stepping_into(Scope.ACCOUNTS):
        session = SessionStore()
        user = User.objects.get(email=_EMAILS[membership_id])
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["membership"] = str(membership_id)
        session.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client


_EMAILS: dict[UUID, str] = {UUID(each.split("=")[0]): each.split("=")[1] for each in sys.argv[2:]}

if __name__ == "__main__":
    main()
