"""The rich world in a walk's database, each record with its canary; run as a program, like tests.browser.world.

Besides what the walk always needs, it writes to the file that `DRIVE_CANARIES` names: every canary, and for each part
that walks the canaries that it may know and the addresses that it can open.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .rich import Rich

WALKERS = [
    "case_manager",
    "service_manager",
    "idva",
    "idva_manager",
    "coordinator",
    "governance_lead",
    "analyst",
    "administrator",
]
"""Who walks: one of each way of seeing."""


def main() -> None:
    import django

    django.setup()
    from django.db import transaction

    from tests.browser.world import give_passwords, tell

    from .oracle import World
    from .rich import rich_world
    from .surfaces import may_know, surfaces

    with transaction.atomic():
        rich = rich_world()
        give_passwords()
        sealed = _sealed_with_their_own(rich)
        world, everything = World(), list(surfaces(rich))
        knows = {part: may_know(rich, world, getattr(rich.cast, part)) for part in WALKERS}
        walks = {
            part: {
                "knows": sorted(
                    knows[part] | {inner for inner, outer in sealed.items() if outer in knows[part]}
                ),
                "opens": [each.path for each in everything if each.opens_for(getattr(rich.cast, part))],
            }
            for part in WALKERS
        }
    told = {marker: f"{row._meta.label} of {row.pk}" for marker, row in rich.filler.told.items()}
    told |= {inner: f"inside {told[outer]}" for inner, outer in sealed.items()}
    Path(os.environ["DRIVE_CANARIES"]).write_text(json.dumps({"canaries": told, "walks": walks}))
    tell(rich.cast)


def _sealed_with_their_own(rich: Rich) -> dict[str, str]:
    """What is inside each sealed value gets a canary of its own, told apart from the words outside it: inner to outer."""
    from drive.access.sealing import seal
    from drive.advocacy.models import SealedValue
    from tests.cast import seeding

    found = {}
    with seeding():
        for outer, row in rich.filler.told.items():
            if isinstance(row, SealedValue):
                inner = f"zq9{outer[3:]}"
                content = seal(inner.encode(), bound_to=row.bound_to())
                SealedValue.objects.filter(pk=row.pk).update(ciphertext=content)
                found[inner] = outer
    return found


if __name__ == "__main__":
    main()
