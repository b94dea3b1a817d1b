"""The rich world in a database of its own, and what the oracle says of every reader and every writer there; run as a
program, it prints that as JSON for tests/proof/test_policy_mutants.py.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from django.db import models

Attempt = dict[str, Any]


def main() -> None:
    import django

    django.setup()
    from django.db import transaction

    from drive.access.roles import Role

    from .oracle import World, allowed
    from .rich import rich_world

    with transaction.atomic():
        rich = rich_world()
        world = World()
        readers = []
        for member in (world.by_key[each.pk] for each in rich.members):
            for scope in Role(member.role).entry.scopes:
                seen: dict[str, list[str]] = {}
                for table, key in sorted(allowed(world, member, scope)):
                    seen.setdefault(table, []).append(key)
                readers.append({"member": str(member.pk), "scope": scope.value, "seen": seen})
        json.dump({"readers": readers, "attempts": list(_attempts(rich, world))}, sys.stdout)


def _attempts(rich: Any, world: Any) -> Iterator[Attempt]:
    """Rows of each family of facts, written once more by everybody in each of their scopes, in their own name and in
    another's; and whether the oracle lets them."""
    from drive.access.roles import Role

    from .oracle import Eyes, our_models

    for model in our_models():
        if not (rows := _samples(model, world)):
            continue
        for member in (world.by_key[each.pk] for each in rich.members):
            for scope in Role(member.role).entry.scopes:
                if scope.value not in ("su_worker", "su_manager", "vs_worker", "vs_manager"):
                    continue
                eyes = Eyes(world, member, scope)
                for row in rows:
                    for own in (True, False):
                        yield {
                            "table": model._meta.db_table, "row": str(row.pk), "member": str(member.pk), "scope": scope.value,
                            "author": str(member.pk if own else row.recorded_by_id),
                            "passes": may_add(eyes, row) and (own or row.recorded_by_id == member.pk),
                        }  # fmt: skip


def _samples(model: type[models.Model], world: Any) -> list[Any]:
    """One row for each record, side and state of sealing."""
    from drive.advocacy.models import ClientFact
    from drive.casework.models import CaseFact
    from drive.safety.models.links import BridgeFact

    if not issubclass(model, CaseFact | ClientFact | BridgeFact):
        return []
    found: dict[tuple[Any, ...], Any] = {}
    for row in world.all(model):
        named = [getattr(row, name, None) for name in ("case_id", "record_id", "link_id", "side", "withheld")]
        found.setdefault(tuple(named), row)
    return list(found.values())


def may_add(eyes: Any, row: Any) -> bool:
    """Whether this reader may write such a row in their own name, said in plain Python (S-01, S-06, S-15, S-34, S-35)."""
    from drive.access.scopes import Scope
    from drive.advocacy.models import SealedEnd, SealedValue
    from drive.casework.models import CaseFact
    from drive.safety.models import ContactView, OutcomeProposal
    from drive.safety.models.links import BridgeFact

    su, vs = eyes.at(Scope.SU_WORKER, Scope.SU_MANAGER), eyes.at(Scope.VS_WORKER, Scope.VS_MANAGER)
    if isinstance(row, CaseFact):
        return su and eyes.case(row.case_id, emergencies=False)
    if isinstance(row, BridgeFact):
        if isinstance(row, OutcomeProposal):
            written = {v.side for v in eyes.world.all(ContactView) if v.question_id == row.question_id}
            if written != {"su", "vs"}:
                return False
        if row.side == "su":
            return su and eyes.case(row.su_case_id, emergencies=False)
        return vs and eyes.client(row.vs_record_id, emergencies=False)
    if isinstance(row, SealedValue | SealedEnd) and not eyes.at(Scope.VS_WORKER):
        return False
    if isinstance(row, SealedValue) and row.withheld and row.record_id not in eyes.holds:
        return False
    return vs and eyes.client(row.record_id, emergencies=False)


if __name__ == "__main__":
    main()
