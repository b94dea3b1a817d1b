"""The clock: acts that nobody asks for, at their times. It may do only what is listed here (house decision 15).

A process of its own beside the web server. Each act runs in its own transaction and in the scope `clock`; a failing act
is logged by kind and tried again at its next turn. A stop concern is never an act of the clock.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog


@dataclass(frozen=True, slots=True)
class Act:
    """One thing the clock does, every so many seconds. `run` says how much it did."""

    name: str
    every: int
    run: Callable[[], int]


def acts() -> tuple[Act, ...]:
    """The whole list."""
    from drive.audit.sealing import seal_left_behind, seal_waiting
    from drive.oversight.clockwork import end_assignments_of_leavers, find_alerts, reckon_usual_volumes
    from drive.safety.commands.escalations import alert_lapsed_bookings, escalate_unread

    return (
        Act("seal the audit", 30, seal_waiting),
        Act("seal what long transactions left behind", 3600, seal_left_behind),
        Act("escalate what nobody read", 60, escalate_unread),
        Act("alert of contact that no decision carries", 60, alert_lapsed_bookings),
        Act("reckon what volume is usual", 3600, reckon_usual_volumes),
        Act("find alerts", 60, find_alerts),
        Act("end what leavers held", 600, end_assignments_of_leavers),
    )


def run(*, once: bool = False, starter: int = 0) -> int:
    """Do what is due, until the process that started this one is gone. With `once`, do everything once; 1 if any failed.

    `starter` is that process, where it knows itself: it may be gone before we could have asked.
    """
    from django.db import connection

    log = structlog.get_logger("drive.clock")
    parent = starter or os.getppid()
    due = {act.name: 0.0 for act in acts()}
    failed = 0
    while True:
        for act in acts():
            if time.monotonic() < due[act.name]:
                continue
            due[act.name] = time.monotonic() + act.every
            try:
                act.run()
            except Exception as error:  # noqa: BLE001, RUF100  # the clock must go on; the next turn tries again
                failed += 1
                connection.close()
                log.error(act.name, error=type(error).__name__)
        if once:
            return 1 if failed else 0
        if os.getppid() != parent:
            return 0
        time.sleep(1)
