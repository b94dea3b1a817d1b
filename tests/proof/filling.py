"""A row of any table, filled by the kinds of its fields, with one unmistakable marker in everything that holds words.

Codes come from the code list that the field's own help text names, so that pages can draw what was filled. A new
table needs no line here unless its constraints ask for one.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import models
from django.utils import timezone

from drive.access.models import Membership, User, local_today
from drive.access.sealing import seal
from drive.advocacy.models import ClientFact, SealedValue, VsRecord
from drive.casework.models import CaseFact, SuCase
from drive.instruments.answers import RefusedAnswers, validate
from drive.instruments.codelists import OFFERED_STATES, code_lists
from drive.instruments.definitions import Definition
from drive.instruments.library import instrument
from drive.people.facts import Profile
from drive.referrals.models import ReferralList, SealedArrival
from drive.safety.models import (
    Booking,
    CaseLink,
    Citation,
    ContactQuestion,
    ContactView,
    Escalation,
    OutcomeAnswer,
    OutcomeProposal,
    PlannedAction,
    RiskItem,
)
from drive.safety.models.links import BridgeFact
from tests.cast import seeding

GRID = "severity_of_abuse_grid"
CLIENT_FORM = "idva_intake_form"
WORDS_FROM = 60
"""A text column of this length or more, without choices or a code list, holds somebody's words."""

_numbers = count(1)


def _answered(definition: Definition) -> dict[str, Any]:
    """A form in which every item has an answer or says why not."""
    answers: dict[str, Any] = {}
    for item in definition.items:
        if offered := [state for state in item.missing if state in OFFERED_STATES]:
            answers[item.id] = {"missing": offered[0]}
        elif item.codes:
            answers[item.id] = {"value": item.codes[0].code}
        else:
            answers[item.id] = {"value": local_today().isoformat()}
    while isinstance(found := validate(definition, answers), RefusedAnswers):
        for problem in found.problems:  # asked only after another answer
            del answers[problem.item]
    return answers


SPECIAL: Mapping[str, Any] = {
    "casework.Action.mode": "indirect",
    "casework.Assessment.instrument": GRID,
    "casework.Assessment.instrument_version": lambda: instrument(GRID).version,
    "casework.Assessment.answers": lambda: _answered(instrument(GRID)),
    "casework.Assessment.as_of": lambda: local_today() - datetime.timedelta(days=next(_numbers)),
    "casework.ReviewFlag.rises": list,
    "casework.StateEntry.value": "working",
    "casework.Contact.started_by": "us",
    "advocacy.Assessment.instrument": CLIENT_FORM,
    "advocacy.Assessment.instrument_version": lambda: instrument(CLIENT_FORM).version,
    "advocacy.Assessment.answers": lambda: _answered(instrument(CLIENT_FORM)),
    "advocacy.SealedValue.lookup": "",
    "advocacy.SafeContactRule.channels": list,
    "safety.ContactView.would_choose": "wait",
    "safety.ContactView.voice": "told_directly",
    "safety.OutcomeProposal.outcome": "go",
    "safety.OutcomeProposal.places": lambda: [code for code, _ in code_lists()["K-57"].choices()],
    "safety.OutcomeProposal.ends_on": lambda: local_today() + datetime.timedelta(days=28),
    "safety.Booking.leaves_out": True,
    "safety.Booking.sent_to": None,
    "safety.StopConcern.scope": "topic",
    "safety.StopConcern.place": "",
    "safety.OutcomeAnswer.answer": "to_panel",
    "safety.IndependentSource.agency": "housing",
    "safety.JointReview.next_on": lambda: local_today() + datetime.timedelta(days=28),
    "safety.RiskItem.details": dict,
    "safety.BookingState.state": "cancelled",
    "referrals.SealedArrival.kind": "address",
    "referrals.ReferralParty.postcode": "",
}
"""What a constraint, or the page that draws it, asks of one field."""

OPPOSITE = {"su": "vs", "vs": "su"}
CODE_LIST = re.compile(r"K-\d\d(\.\w+)?")


@dataclass
class Filler:
    """Fills rows in one author's name; remembers which marker stands in which row."""

    author: Membership
    answerer: Membership
    """Agrees to what the author proposes: an outcome needs two people."""
    told: dict[str, models.Model] = field(default_factory=dict)
    """Marker to the row that holds it."""

    def fill(self, model: type[models.Model], **known: Any) -> Any:
        """One saved row. `known` gives what hangs on something else: `case=`, `record=`, `link=`, a parent by name.

        Raises `LookupError` for a field that cannot be filled by its kind.
        """
        if model is Booking:  # contact is planned only where every link has a decision (S-15)
            self._decide(known["case"])
        if model is Escalation and not {"item", "concern"} & set(known):  # of one or the other
            unread = self.fill(RiskItem, link=known["link"], side=OPPOSITE[known["side"]])
            known = {"item": unread, **known}
        if model is Citation and not {"booking", "planned"} & set(known):
            case = SuCase(pk=known["link"].su_case_id, service_id=known["link"].su_service_id)
            known = {"planned": self.fill(PlannedAction, case=case), **known}
        marker = f"zq{next(_numbers):05d}qz"
        known = {**_of_its_family(model, known), **known}
        if model is OutcomeAnswer:
            known.setdefault("recorded_by", self.answerer)
        values = {}
        for each in model._meta.concrete_fields:
            if each.name in known:
                values[each.name] = known[each.name]
            elif not each.primary_key:
                found = self._value(model, each, marker, known)
                if found is not _LEAVE:
                    values[each.name] = found
        row = model(**values)
        if isinstance(row, SealedValue):
            row.ciphertext = seal(marker.encode(), bound_to=row.bound_to())
        if isinstance(row, ReferralList):
            row.sealed_file, row.sealed_name = _a_list(row, marker)
        with seeding():
            row.save(force_insert=True)
        self.told[marker] = row
        return row

    def _decide(self, case: SuCase) -> None:
        """A decision in force on each link of the case."""
        with seeding():
            links = list(CaseLink.objects.filter(su_case_id=case.pk))
        for link in links:
            question = self.fill(ContactQuestion, link=link, side="su")
            for side in ("su", "vs"):
                self.fill(ContactView, link=link, side=side, question=question)
            proposal = self.fill(OutcomeProposal, link=link, side="su", question=question)
            self.fill(OutcomeAnswer, link=link, side="vs", proposal=proposal, answer="agree")

    def _value(
        self, model: type[models.Model], each: models.Field, marker: str, known: dict[str, Any]
    ) -> Any:
        special = SPECIAL.get(f"{model._meta.label}.{each.name}", _LEAVE)
        if special is not _LEAVE:
            return special() if callable(special) else special
        if isinstance(each, models.ForeignKey):
            return self._parent(model, each, known)
        if each.choices:
            return _LEAVE if each.has_default() else next(code for code, _ in each.choices if code)  # type: ignore[misc,union-attr]  # pairs of code and words
        if isinstance(each, models.TextField):
            return f"words {marker} end"
        if isinstance(each, models.CharField):
            return self._text(model, each, marker)
        if each.name == "version":  # the newest, whatever stands there
            return next(_numbers) + 1
        if each.has_default() or each.null:
            return _LEAVE
        if isinstance(each, models.JSONField):
            return {"children": f"words {marker}"}
        if isinstance(each, models.DateTimeField):
            return timezone.now() + datetime.timedelta(hours=1)
        if isinstance(each, models.DateField):
            return local_today()
        if isinstance(each, models.BooleanField):
            return False
        if isinstance(each, models.IntegerField):
            return 1
        if isinstance(each, models.UUIDField):
            return uuid4()
        if isinstance(each, models.BinaryField):
            return seal(marker.encode(), bound_to="nowhere")
        raise LookupError(f"{model._meta.label}.{each.name}: nobody said how to fill it")

    def _text(self, model: type[models.Model], each: models.CharField, marker: str) -> Any:
        listed = CODE_LIST.search(str(each.help_text))
        if listed and listed[0] != "K-01" and listed[0] in code_lists():
            return next(code for code, _ in code_lists()[listed[0]].choices())
        if issubclass(model, Profile) and each.name in {f.name for f in Profile._meta.fields}:
            return (
                marker.capitalize()
                if each.max_length == 120
                else marker
                if each.max_length == 400
                else _LEAVE
            )
        if each.has_default():
            return _LEAVE
        if (each.max_length or 0) >= WORDS_FROM:
            return f"{marker} {uuid4().hex}"[: each.max_length]
        return "" if each.blank else uuid4().hex[: min(each.max_length or 8, 8)].upper()

    def _parent(self, model: type[models.Model], each: models.ForeignKey, known: dict[str, Any]) -> Any:
        if each.related_model is Membership:
            return _LEAVE if each.null and each.name != "recorded_by" else self.author
        if each.null:
            return _LEAVE
        if not issubclass(each.related_model, CaseFact | ClientFact | BridgeFact):
            raise LookupError(f"{model._meta.label}.{each.name}: say which")
        passed = {name: known[name] for name in ("case", "record", "link") if name in known}
        if "side" in known:  # an answer and an acknowledgement come from the other side
            across = each.name in ("proposal", "item", "review")
            passed["side"] = OPPOSITE[known["side"]] if across else known["side"]
        return self.fill(each.related_model, **passed)


def _a_list(row: ReferralList, marker: str) -> tuple[bytes, bytes]:
    """The kept file of a referral list with one line, and its name."""
    lines = (
        f"MARAC date,Victim name,Perpetrator name\n{local_today():%d/%m/%Y},Vera {marker},Piers {marker}\n"
    )
    place = f"referrals_referrallist:{row.pk}"
    return seal(lines.encode(), bound_to=f"{place}:file"), seal(b"list.csv", bound_to=f"{place}:name")


_LEAVE: Any = object()
"""Leave the field to its default."""


def _of_its_family(model: type[models.Model], known: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that a fact copies from what it hangs on."""
    if issubclass(model, CaseFact):
        case: SuCase = known["case"]
        on: CaseLink | None = known.get("link")  # a practice incident may name one (S-41)
        keys = ("vs_record_id", "vs_service_id") if on else ()
        return {"service_id": case.service_id} | {key: getattr(on, key) for key in keys}
    if issubclass(model, ClientFact):
        record: VsRecord = known["record"]
        return {"service_id": record.service_id}
    if issubclass(model, BridgeFact):
        link: CaseLink = known["link"]
        side = known["side"]
        keys = ("su_case_id", "su_service_id", "vs_record_id", "vs_service_id")
        return {key: getattr(link, key) for key in keys} | {
            "proposal_side": OPPOSITE[side],
            "item_side": OPPOSITE[side],
            "review_side": OPPOSITE[side],
        }
    if model is SealedArrival:
        return {"site_id": known["party"].site_id}
    return {}


def account(name: str) -> User:
    """An account without a password. Call inside `seeding()`."""
    user = User(email=f"{uuid4().hex}@example.invalid", name=name)
    user.set_unusable_password()
    user.save()
    return user
