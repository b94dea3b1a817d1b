"""Whether the time of a 404 tells a hidden record from one that is not there (S-39).

    python benchmarks/not_found/measure.py [--people 10000] [--pairs 300] [--write]

A case manager asks for cases, and an IDVA for clients' records, that stand at their own site and are not theirs; each
time also for a key that was just drawn, in random order. What counts is the median of the pairs' differences and its
95 % interval from 4,000 bootstrap samples of the pairs. Every hidden key is asked for once, so that nothing of it is in a
cache of the process. `--write` keeps the result as last.json beside this file.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "src"), str(HERE.parent)]

WARM = 20
SAMPLES = 4000
MOST = 1.0
"""Milliseconds: the interval of the median difference must lie within this on either side of nothing."""

WORKERS = """
select m.id, u.email, m.site_id from access_membership m join access_user u on u.id = m.user_id
 where m.role = %s and m.ends_on > current_date and u.is_active and u.is_demonstration order by m.id limit 1"""
HIDDEN = {
    "case_manager": (
        "/cases/{}/",
        "select id from casework_sucase c where site_id = %s and not exists"
        " (select from access_caseassignment a where a.case_id = c.id and a.membership_id = %s) order by md5(id::text)",
    ),
    "idva": (
        "/clients/{}/",
        "select id from advocacy_vsrecord r where site_id = %s and not exists"
        " (select from access_clientassignment a where a.record_id = r.id and a.membership_id = %s) order by md5(id::text)",
    ),
}


def interval(differences: list[float], draw: random.Random) -> tuple[float, float]:
    """The middle 95 % of the medians of bootstrap samples."""
    medians = sorted(statistics.median(draw.choices(differences, k=len(differences))) for _ in range(SAMPLES))
    return medians[int(SAMPLES * 0.025)], medians[int(SAMPLES * 0.975)]


def compare(client: Any, path: str, hidden: list[str], draw: random.Random) -> dict[str, Any]:
    """Alternating pairs on one page."""
    differences, both = [], []
    for turn, key in enumerate(hidden):
        took = {}
        order = [(True, key), (False, str(uuid4()))]
        draw.shuffle(order)
        for there, each in order:
            began = time.perf_counter()
            answer = client.get(path.format(each))
            took[there] = (time.perf_counter() - began) * 1000
            assert answer.status_code == 404, (path, answer.status_code)
        if turn >= WARM:
            differences.append(took[True] - took[False])
            both += took.values()
    low, high = interval(differences, draw)
    return {
        "pairs": len(differences),
        "median_ms": round(statistics.median(both), 2),
        "median_difference_ms": round(statistics.median(differences), 3),
        "interval_ms": [round(low, 3), round(high, 3)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    from worlds import world

    draw = random.Random(chosen.seed)
    with world(chosen.people) as loaded:
        import logging

        from django.conf import settings

        settings.ALLOWED_HOSTS = ["testserver"]
        logging.disable(logging.WARNING)  # every answer here is one that the log warns of
        result: dict[str, Any] = {
            "measured": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, Python {platform.python_version()}",
            "people": loaded.people,
            "seed": chosen.seed,
        }
        for role, (path, query) in HIDDEN.items():
            with psycopg.connect(loaded.superuser_url) as connection:
                row = connection.execute(WORKERS, [role]).fetchone()
                assert row, f"nobody works as {role}"
                member, email, site = row
                keys = [str(k) for (k,) in connection.execute(query.encode(), [site, member]).fetchall()]
            assert len(keys) >= WARM + chosen.pairs, f"{len(keys)} hidden from the {role}: load more people"
            result[role] = compare(_signed_in(member, email), path, keys[: WARM + chosen.pairs], draw)
    print(json.dumps(result, indent=1))
    if chosen.write:
        (HERE / "last.json").write_text(json.dumps(result, indent=1) + "\n")
    told = [edge for role in HIDDEN for edge in result[role]["interval_ms"] if abs(edge) > MOST]
    sys.exit(1 if told else 0)


def _signed_in(member: Any, email: str) -> Any:
    """A browser in which the worker is signed in, without the sign-in page."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import Client

    from drive.access.models import User
    from drive.access.scopes import Scope
    from drive.access.stepping import stepping_into

    with stepping_into(Scope.ACCOUNTS):
        user = User.objects.get(email=email)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["membership"] = str(member)
        session.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client


if __name__ == "__main__":
    main()
