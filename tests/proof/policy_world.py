"""The rich world in a database of its own, and what the oracle says of every reader and every writer there; run as a
program, it prints that as JSON for tests/proof/test_policy_mutants.py.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

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
    """Rows of every table that anybody may add to or change, written once more by everybody in each of their scopes, in
    their own name and in another's; and whether the oracle lets them."""
    from drive.access.roles import Role

    from .oracle import Eyes, our_models
    from .writing import changes, may_add, may_change, samples

    for model in our_models():
        table = model._meta.db_table
        for member in (world.by_key[each.pk] for each in rich.members):
            for scope in Role(member.role).entry.scopes:
                eyes = Eyes(world, member, scope)
                who = {"table": table, "member": str(member.pk), "scope": scope.value}
                for row in samples(model, world):
                    for own in (True, False):
                        author = member.pk if own else rich.cast.commissioner.pk
                        passes = may_add(eyes, row) and author == member.pk
                        yield who | {
                            "row": str(row.pk),
                            "with": {"recorded_by_id": str(author)},
                            "passes": passes,
                        }
                for change, least in changes(model):
                    for row in world.all(model):
                        yield who | {
                            "row": str(row.pk),
                            "change": change,
                            "passes": least and may_change(eyes, row),
                        }


if __name__ == "__main__":
    main()
