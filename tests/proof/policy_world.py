"""The rich world in a database of its own, and what the oracle says of every reader and every writer there; run as a
program, it prints that as JSON for tests/proof/test_policy_mutants.py.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

Attempt = dict[str, Any]


def main() -> None:
    import django

    django.setup()
    from django.db import transaction

    from drive.access.roles import Role

    from .crossing import crossing
    from .edges import first_and_last_days, told_across
    from .oracle import World, allowed
    from .rich import rich_world

    with transaction.atomic():
        rich = rich_world()
        members = [*rich.members, *_more(rich)]
        before = set(World().by_key)
        told_across(rich)
        members += first_and_last_days(rich)
        world = World()
        readers = []
        for member in (world.by_key[each.pk] for each in members):
            for scope in Role(member.role).entry.scopes:
                seen: dict[str, list[str]] = {}
                for table, key in sorted(allowed(world, member, scope)):
                    seen.setdefault(table, []).append(key)
                readers.append({"member": str(member.pk), "scope": scope.value, "seen": seen})
        crosses = [
            asked
            for member in (world.by_key[each.pk] for each in members)
            for scope in Role(member.role).entry.scopes
            for asked in crossing(world, member, scope)
        ]
        told = {"readers": readers, "attempts": list(_attempts(members, world, before)), "crossing": crosses}
        json.dump(told, sys.stdout)


def _more(rich: Any) -> list[Any]:
    """What only a mutant asks for: bundles of both sides and sites, bars that have ended or that a barred manager keeps, a
    worker's own channel; and the second and third governance lead who decide. The new members."""
    import datetime

    from django.utils import timezone

    from drive.access.models import Bar, Membership, local_today
    from drive.access.roles import Role
    from drive.disclosures.models import SubjectBundle, SubjectRelease, SubjectRequest
    from drive.extract.models import ReleaseAnswer, ReleaseFile, ReleaseRequest
    from drive.oversight.models import OwnChannel
    from drive.referrals.models import PossibleMatch
    from tests.cast import join, seeding

    from .edges import kept_for, somebody_came_back

    cast, today = rich.cast, local_today()
    with seeding():
        leads = [
            join("Gervase Stile", Role.GOVERNANCE_LEAD, None, cast.site, cast.su_service.organisation),
            join(
                "Gisela Fold", Role.GOVERNANCE_LEAD, None, cast.other_site, cast.other_su_service.organisation
            ),
        ]
        # One account with two governance roles is one person (S-37), and may not release what they asked for (S-40).
        leads.append(
            Membership.objects.create(
                user=cast.governance_lead.user, name=cast.governance_lead.name, role=Role.GOVERNANCE_LEAD,
                side=cast.governance_lead.side, organisation=cast.su_service.organisation, site=cast.site,
                starts_on=today - datetime.timedelta(days=9),
            )
        )  # fmt: skip
        for member, record, days in (
            (cast.service_manager, cast.case, 0),
            (cast.governance_lead, rich.cases[1], 0),
            (cast.idva_manager, cast.record, 0),
            (cast.other_case_manager, cast.case, 400),
            (cast.outsider, rich.cases[2], 400),
        ):
            Bar.objects.create(
                user=member.user, record_id=record.pk, kind="tie", reason="zqbarqz", recorded_by=cast.governance_lead,
                starts_on=today - datetime.timedelta(days=90), ends_on=today + datetime.timedelta(days=days),
            )  # fmt: skip
        OwnChannel.objects.create(
            user_id=cast.idva.user_id, kind="phone", lookup="5" * 64, recorded_by=cast.idva
        )
    asked_before = timezone.now() - datetime.timedelta(days=2)
    barred_lead = next(member for member in rich.members if member.name == "Bathsheba Kin")
    for asker, side, record, more in (
        (cast.governance_lead, "su", cast.case, {}),
        (cast.governance_lead, "vs", cast.record, {}),
        (cast.governance_lead, "su", rich.cases[1], {}),
        (leads[0], "vs", rich.records[1], {}),
        (leads[0], "su", cast.case, {"recorded_at": asked_before}),
        (barred_lead, "su", cast.case, {}),
        (leads[1], "su", rich.cases[2], {}),
        (leads[1], "vs", rich.records[2], {}),
    ):
        known = {"site_id": asker.site_id, "recorded_by": asker}
        request = rich.filler.fill(SubjectRequest, side=side, record_id=record.pk, **known, **more)
        bundle = rich.filler.fill(SubjectBundle, request=request, **known)
        rich.filler.fill(SubjectRelease, bundle=bundle, **known)
        asked_by_lead = rich.filler.fill(
            ReleaseRequest, site_id=cast.site.pk, kind="return", study="", recorded_by=cast.governance_lead
        )
        rich.filler.fill(ReleaseAnswer, request=asked_by_lead, site_id=cast.site.pk, outcome="refused")
        rich.filler.fill(ReleaseFile, request=asked_by_lead, site_id=cast.site.pk, rows={"cases": 1})
        rich.filler.fill(
            PossibleMatch, referral=rich.referrals[0], earlier=rich.referrals[1], site_id=cast.site.pk
        )
    kept_for(rich)
    somebody_came_back(rich)
    return leads


@cache
def _adds_to(scope: Any) -> set[str]:
    """Tables that the scope holds the privilege to insert into."""
    from django.db import connection

    from drive.access.stepping import database_role

    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            " and has_any_column_privilege(%s, oid, 'insert')",
            [database_role(scope)],
        )
        return {name for (name,) in cursor.fetchall()}


def _attempts(members: list[Any], world: Any, tried: set[Any]) -> Iterator[Attempt]:
    """What everybody in each of their scopes tries to add to and to change in every table, and whether the oracle lets
    them. Of rows that are not among those `tried`, copies of two kinds alone: what is written on cases and sealed."""
    from drive.access.roles import Role
    from drive.advocacy.models import SealedValue
    from drive.casework.models import StateEntry

    from .oracle import Eyes, our_models
    from .writing import changes, may_add, may_change, proposals, proposed

    for member in (world.by_key[each.pk] for each in members):
        for scope in Role(member.role).entry.scopes:
            eyes = Eyes(world, member, scope)
            adds = _adds_to(scope)
            for model in our_models():
                misplaced = _misplaced(model, eyes, tried) if model._meta.db_table in adds else ()
                who = {"table": model._meta.db_table, "member": str(member.pk), "scope": scope.value}
                # without the privilege no policy is asked: one row shows that it is refused
                most = None if model._meta.db_table in adds else 1
                proposed_here = (
                    each
                    for each in proposals(model, eyes)
                    if each[0].pk in tried or model in (StateEntry, SealedValue)
                )
                for row, changed in (*islice(proposed_here, most), *misplaced):
                    passes = may_add(eyes, proposed(row, changed))
                    told = {name: value if value is None else str(value) for name, value in changed.items()}
                    yield who | {"row": str(row.pk), "with": told, "passes": passes}
                for change, least in changes(model):
                    for row in (each for each in world.all(model) if each.pk in tried):
                        passes = least and may_change(eyes, row)
                        yield who | {"row": str(row.pk), "change": change, "passes": passes}


def _misplaced(model: Any, eyes: Any, tried: set[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Rows about a record or an answer to something, with one of their keys pointing elsewhere."""
    from drive.extract.models import ReleaseAnswer, ReleaseFile
    from drive.retention.models import ErasureAnswer, ErasureProposal, Hold

    mine, rows = eyes.member, [row for row in eyes.world.all(model) if row.pk in tried]
    if model in (ErasureAnswer, ReleaseAnswer, ReleaseFile):
        yield from ((row, {"recorded_by_id": mine.pk, "site_id": mine.site_id}) for row in rows)
    if model in (Hold, ErasureProposal):
        one_each = {row.record_id: row for row in rows}.values()
        for row in one_each:
            for other in one_each:
                for key in ("side", "record_id", "service_id", "site_id"):
                    if getattr(other, key) != getattr(row, key):
                        yield row, {"recorded_by_id": mine.pk, key: getattr(other, key)}


if __name__ == "__main__":
    main()
