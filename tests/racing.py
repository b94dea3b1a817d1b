"""Acts at the same moment on connections of their own, and cleaning up after rows that were really committed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import psycopg
from django.db import connection


def remove_everything() -> None:
    """As the superuser, past the triggers that keep audit events from everybody else."""
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"]) as superuser:
        superuser.execute("set session_replication_role = replica")
        found = superuser.execute(
            "select string_agg(format('%I', tablename), ', ') from pg_tables where schemaname = 'public'"
            " and tablename ~ '^(access|audit|casework|advocacy|safety|referrals|allocation)_' and tablename <> 'access_installation'"
        ).fetchone()
        assert found
        superuser.execute(f"truncate {found[0]} cascade")  # type: ignore[arg-type]  # names from the catalogue


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Run each on a connection of its own, begun together; what they raised."""
    ready = threading.Barrier(len(acts))
    raised: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            ready.wait()
            act()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return raised
