"""A second world, with the same keys, in which everything behind the wall is different.

`alter_client_side` and `alter_case_side` change every field of every row of one side to another valid value, save the
few that the bridge carries on purpose (`CROSSES`), and add rows of every kind. Whoever stands on the other side must
not be able to tell the two worlds apart (tests/proof/test_non_interference.py). `alter_other_client` does the same to one
of two clients of one case and to all that is written of her link.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, models, transaction

from drive.access.models import BreakGlass, CaseAssignment, ClientAssignment, Draft, Membership
from drive.access.sealing import seal
from drive.advocacy.models import (
    CheckInPlan,
    ClientContact,
    ClientFact,
    CourtDate,
    EngagementEntry,
    RecordExit,
    SealedValue,
    VsRecord,
)
from drive.casework.models import Action, CaseFact, ServiceUserProfile, StateEntry, SuCase
from drive.instruments.codelists import code_lists
from drive.referrals.models import SealedArrival
from drive.safety.models import Booking, BookingState, ContactView
from drive.safety.models.incidents import AboutCaseOrLink
from drive.safety.models.links import BridgeFact
from tests.cast import seeding

from .filling import CODE_LIST
from .oracle import our_models
from .rich import Rich

_HOLDING = {"membership", "kind", "starts_on", "ends_on"}

CROSSES: dict[type[models.Model], set[str]] = {
    # From her record to the case manager (S-03): engagement and since when, the last contact, the next check-in, the name
    # of her IDVA. The order of the rows decides which is newest.
    EngagementEntry: {"value", "since", "recorded_at"},
    ClientContact: {"happened_at", "outcome", "in_person"},
    CheckInPlan: {"due_on", "recorded_at"},
    ClientAssignment: _HOLDING,
    # That a channel cannot be used is told without opening anything (S-14): the kind and the keyed digest.
    SealedValue: {"kind", "lookup", "withheld"},
    # Busy or not, a whole day, for the case managers with whom her IDVA shares an open link (W-27). Absences are the
    # service's own and of no record.
    CourtDate: {"on", "cancelled", "thread"},
    # From his case to the IDVA (W-09): his name, where the case stands, the last disruption, whose it is, when contact is
    # planned and of what kind. Of other cases of the same case manager the hour alone crosses, as busy (W-27).
    ServiceUserProfile: {"given_names", "family_name"},
    StateEntry: {"history", "value", "since", "recorded_at"},
    Action: {"done_on", "sub_type"},
    CaseAssignment: _HOLDING,
    Booking: {"starts_at", "kind"},
    BookingState: {"state", "recorded_at", "booking"},
}
"""What the bridge carries across, column by column; everything else of these tables, and every other table, differs."""

STATES_THAT_CROSS = ("status", "contact", "whereabouts", "approach")
"""Histories whose newest value the IDVA's summary shows; `engagement` and `legal` stay on their side."""

NEVER_CHANGED = {
    "id", "case", "case_id", "record", "record_id", "link_id", "referral_id", "service_id", "site_id", "version", "recorded_by",
    "su_case_id", "su_service_id", "vs_record_id", "vs_service_id", "side", "proposal_side", "item_side", "review_side",
}  # fmt: skip
"""Keys and what they hang on: the worlds have the same keys. (Who recorded decides nothing that is shown across.)"""


def alter_client_side(rich: Rich) -> int:
    """Everything of every client's record is another; how many fields were changed."""
    records = {record.pk for record in rich.records}
    changed = _alter(_facts(ClientFact), records) + _alter([VsRecord], records, by="pk")
    changed += _alter([ClientAssignment], records)
    changed += _views_not_yet_opened(rich, "vs") + _beside(rich, rich.records, rich.cast.idva)
    with seeding():
        for arrival in SealedArrival.objects.all():
            SealedArrival.objects.filter(pk=arrival.pk).update(ciphertext=seal(b"elsewhere", bound_to="x"))
    for record in rich.records:
        for model in _facts(ClientFact):
            if (
                model is RecordExit
            ):  # one a record, and whether there is one is counted for whoever allocates (P-21)
                continue
            for _ in range(2):
                rich.filler.fill(model, record=record, **_BEFORE.get(model, {}))
    return changed


def alter_case_side(rich: Rich) -> int:
    """Everything of every service user's case is another; how many fields were changed."""
    cases = {case.pk for case in rich.cases}
    changed = _alter(_facts(CaseFact), cases) + _alter([SuCase], cases, by="pk")
    changed += _alter([CaseAssignment], cases)
    changed += _views_not_yet_opened(rich, "su") + _beside(rich, rich.cases, rich.cast.case_manager)
    for case in rich.cases:
        for model in _facts(CaseFact):
            if model in (Booking, BookingState):  # when contact is planned is what the IDVA is told
                continue
            for _ in range(1 if model is ServiceUserProfile else 2):
                rich.filler.fill(model, case=case, **_BEFORE.get(model, {}))
    return changed


def alter_other_client(rich: Rich) -> int:
    """Everything of the second client of one service user, and all that either side wrote of her link, is another; how
    many fields were changed. Rows are added on her record and her link."""
    hers, at = rich.records[1], rich.links[1]
    assert at.su_case_id == rich.links[0].su_case_id
    assert at.vs_record_id == hers.pk
    changed = _alter(_facts(ClientFact), {hers.pk}) + _alter([VsRecord], {hers.pk}, by="pk")
    changed += _alter([ClientAssignment], {hers.pk}) + _beside(rich, [hers], rich.cast.other_idva)
    bridge = _facts(BridgeFact)
    incidents = _facts(AboutCaseOrLink)
    changed += _alter([*bridge, *incidents], {at.pk}, by="link_id")
    for model in _facts(ClientFact):
        if model is not RecordExit:  # one a record
            rich.filler.fill(model, record=hers)
    case = next(each for each in rich.cases if each.pk == at.su_case_id)
    for side in ("su", "vs"):
        for model in bridge:
            rich.filler.fill(model, link=at, side=side)
        for model in incidents:
            rich.filler.fill(model, case=case, link=at, side=side)
    return changed


_LONG_AGO = datetime.date(2024, 1, 9)
_BEFORE: dict[type[models.Model], dict[str, Any]] = {
    EngagementEntry: {"since": _LONG_AGO},
    CourtDate: {"on": _LONG_AGO},
    CheckInPlan: {"recorded_at": datetime.datetime(2024, 1, 9, 12, tzinfo=datetime.UTC)},
    ClientContact: {
        "outcome": "no_answer",  # an attempt: newer than every contact, and no contact
        "happened_at": datetime.datetime(2031, 1, 9, 12, tzinfo=datetime.UTC),
    },
    StateEntry: {"history": "legal", "value": "none_known", "since": _LONG_AGO},
    Action: {"sub_type": "support", "done_on": _LONG_AGO},
    ServiceUserProfile: {"version": 0},
}
"""Rows that are added must not be the newest of what crosses."""


def _facts(family: type[models.Model]) -> list[type[models.Model]]:
    return [model for model in our_models() if issubclass(model, family)]


def _alter(kinds: Iterable[type[models.Model]], keys: set[Any], by: str = "") -> int:
    changed = 0
    with seeding():
        for model in kinds:
            column = by or (
                "case_id" if any(f.name in ("case", "case_id") for f in model._meta.fields) else "record_id"
            )
            for row in model._default_manager.filter(**{f"{column}__in": keys}):
                if not by and isinstance(row, AboutCaseOrLink) and row.link_id:
                    continue  # an incident of one link is both sides' (S-41)
                changed += _alter_row(row)
    return changed


def _alter_row(row: models.Model) -> int:
    """Each field by itself, so that one which a constraint ties to another is left as it is and the rest still change."""
    kept = NEVER_CHANGED | CROSSES.get(type(row), set())
    if isinstance(row, StateEntry) and row.history not in STATES_THAT_CROSS:
        kept = NEVER_CHANGED | {"history"}
    changed = 0
    for each in row._meta.concrete_fields:
        if each.name in kept or (
            isinstance(each, models.ForeignKey) and each.related_model is not Membership
        ):
            continue
        other = _another(each, getattr(row, each.attname))
        if other is None:
            continue
        try:
            with transaction.atomic():
                type(row)._default_manager.filter(pk=row.pk).update(**{each.attname: other})
            changed += 1
        except DatabaseError:
            continue
    return changed


def _another(each: models.Field[Any, Any], value: Any) -> Any:
    """Another value of the same kind; None where there is none."""
    if each.choices:
        return next((code for code, _ in each.choices if code and code != value), None)  # type: ignore[misc,union-attr]  # pairs of code and words
    listed = CODE_LIST.search(str(each.help_text))
    if listed and isinstance(value, str) and listed[0] in code_lists():
        return next((code for code, _ in code_lists()[listed[0]].choices() if code != value), None)
    if isinstance(each, models.CharField | models.TextField):
        return f"other {uuid4().hex}"[: each.max_length]
    if isinstance(each, models.JSONField):
        return {"other": uuid4().hex}
    if isinstance(each, models.BinaryField):
        return seal(uuid4().bytes, bound_to="elsewhere")
    if isinstance(each, models.UUIDField):
        return uuid4()
    if isinstance(each, models.BooleanField):
        return not value
    if isinstance(each, models.IntegerField):
        return (value or 0) + 1
    if isinstance(each, models.DateTimeField):
        return value and value - datetime.timedelta(days=3, minutes=7)
    if isinstance(each, models.DateField):
        return (value or _LONG_AGO) - datetime.timedelta(days=11)
    return None


def _views_not_yet_opened(rich: Rich, side: str) -> int:
    """What one side wrote where the other has not written yet stays shut (S-15)."""
    changed = 0
    with seeding():
        views = list(ContactView.objects.all())
        both = {v.question_id for v in views if v.side == "su"} & {
            v.question_id for v in views if v.side == "vs"
        }
        for view in views:
            if view.side == side and view.question_id not in both:
                ContactView.objects.filter(pk=view.pk).update(
                    own_view="other words",
                    if_we_act="other words",
                    would_choose="go",
                    leave_out="other words",
                )
                changed += 1
    return changed


def _beside(rich: Rich, records: list[Any], author: Membership) -> int:
    """Drafts and emergency readings of the other side. Ties are the governance lead's to read, whichever side they bar."""
    keys = [record.pk for record in records]
    with seeding():
        changed = Draft.objects.filter(record_id__in=keys).update(content={"note": ["other words"]})
        changed += BreakGlass.objects.filter(record_id__in=keys).update(reason="other words", told="about_to")
        Draft.objects.create(membership=author, form="own.other", record_id=uuid4(), content={"x": ["words"]})
    return changed
