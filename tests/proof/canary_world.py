"""The rich world in a walk's database, each record with its canary; run as a program, like tests.browser.world.

Besides what the walk always needs, it writes to the file that `DRIVE_CANARIES` names: every canary, and for each part
that walks the canaries that it may know and the addresses that it can open.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

WALKERS = ["case_manager", "idva", "service_manager", "coordinator"]
"""Who walks: both sides, the manager who takes out returns, whoever brings in lists. The others in the long run."""
MORE = ["idva_manager", "governance_lead", "analyst", "administrator"]


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
        world, everything = World(), list(surfaces(rich))
        walks = {
            part: {
                "knows": sorted(may_know(rich, world, getattr(rich.cast, part))),
                "opens": [each.path for each in everything if each.opens_for(getattr(rich.cast, part))],
            }
            for part in WALKERS + (MORE if os.environ.get("DRIVE_PROOF_EVERYBODY") else [])
        }
    told = {marker: f"{row._meta.label} of {row.pk}" for marker, row in rich.filler.told.items()}
    Path(os.environ["DRIVE_CANARIES"]).write_text(json.dumps({"canaries": told, "walks": walks}))
    tell(rich.cast)


if __name__ == "__main__":
    main()
