"""Who and what stands in a walk's database before anybody signs in: the cast, each with the walk's password.

Run as a program, it lays them out and commits, in a process of its own whose settings name that database. It prints the
addresses of the accounts by part ("coordinator"), and the keys of what the cast holds already. With the word `decided`
the case manager and the IDVA have also agreed that contact may go ahead at the office and at court (S-15); with `sealed` the
client's address and number are sealed on her record; with `referred` two referrals wait for the panel; with `closed` both were closed more than a year ago, and the site keeps
a closed record for a year (ADR 16).
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cast import Cast

PASSWORD = "Seven-Lanterns-And-A-Kettle"
HOUSE, NUMBER = "14 Canary Mews, Marrowby MB1 4ZZ", "07700 900123"


def main() -> None:
    import django

    django.setup()
    from django.db import transaction

    from drive.panels.tests.meeting import refer
    from drive.safety.tests.deciding import decide
    from tests.cast import lay_out

    with transaction.atomic():
        cast = lay_out()
        give_passwords()
        if "sealed" in sys.argv:
            seal(cast)
        if "closed" in sys.argv:
            close_long_ago(cast)
        if "referred" in sys.argv:
            refer(cast.coordinator, "Tobias", "Oatcake", days_ago=12)
            refer(cast.coordinator, "Ferdinand", "Plumley", days_ago=4)
        if "decided" in sys.argv:
            decide(cast.case_manager, cast.idva, cast.link.pk, places=["office", "court", "remote"])
    tell(cast, sessions=open_sessions(cast))


def open_sessions(cast: Cast) -> dict[str, str]:
    """A session of everybody, for walks that do not ask how somebody signs in: the password alone costs half a second."""
    from drive.access.models import Membership
    from tests.cast import seeding, session_of

    with seeding():
        everybody = Membership.objects.select_related("user").in_bulk()
        return {
            part: session_of(everybody[one.pk])
            for part, one in vars(cast).items()
            if isinstance(one, Membership)
        }


def seal(cast: Cast) -> None:
    """The client's address and number, sealed by her IDVA."""
    from drive.access.stepping import acting_as
    from drive.advocacy.commands import NewSealedValue, add_sealed

    by = cast.idva.as_actor()
    with acting_as(by):
        for kind, value in (("address", HOUSE), ("phone", NUMBER)):
            add_sealed(by=by, record_id=cast.record.pk, new=NewSealedValue(kind=kind, value=value))


def close_long_ago(cast: Cast) -> None:
    """Case and record ended 400 days ago, at a site that keeps both for twelve months."""
    from datetime import timedelta

    from drive.access.models import SiteSetting, local_today
    from drive.advocacy.models import RecordExit
    from drive.casework.models import StateEntry
    from tests.cast import seeding

    day = local_today() - timedelta(days=400)
    with seeding():
        SiteSetting.objects.create(site=cast.site, code="ADR-16", value={"su": 12, "vs": 12})
        StateEntry.objects.filter(case=cast.case).update(value="closed", since=day)
        RecordExit.objects.create(
            record=cast.record, service_id=cast.vs_service.pk, recorded_by=cast.idva, exited_on=day, reason="completed",
            check_ins_continue=False,
        )  # fmt: skip


def give_passwords() -> None:
    """The walk's password to everybody. Call it in the transaction that lays them out."""
    from django.contrib.auth.hashers import make_password

    from drive.access.models import User
    from tests.cast import seeding

    with seeding():
        User.objects.update(password=make_password(PASSWORD), is_demonstration=True)


def tell(cast: Cast, *, sessions: dict[str, str] | None = None) -> None:
    """Print what the walk needs to know of them."""
    from drive.access.models import Membership

    parts = {name: part for name, part in vars(cast).items() if isinstance(part, Membership)}
    json.dump(
        {
            "emails": {name: part.user.email for name, part in parts.items()},
            "names": {name: part.name for name, part in parts.items()},
            "case": str(cast.case.pk),
            "record": str(cast.record.pk),
            "link": str(cast.link.pk),
            "sessions": sessions or {},
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
