"""Bringing lists in and deciding on referrals: one atomic function an act, row and audit event together."""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import transaction

from drive.access.models import local_today
from drive.access.sealing import lookup_digest, open_sealed, seal
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.channels import DIGEST_PURPOSE, folded_channel
from drive.people.names import fold as fold_name
from drive.people.profiles import NewProfile

from . import queries, rules
from .lists.dates import PartialDate, Precision
from .lists.headings import Role
from .lists.outgoing import refused_rows_file
from .lists.preview import preview
from .lists.results import Match, Outcome, Preview, RowResult
from .lists.rows import PersonValues
from .models import (
    IdentityDecision,
    IdentityMatch,
    ListSaved,
    MatchAnswer,
    PossibleMatch,
    Referral,
    ReferralDecision,
    ReferralList,
    ReferralParty,
    SealedArrival,
)

_PERSONS = UUID("6f6bd1f2-3a0e-4d8e-9f0b-5d1f6c3b7a10")
"""Name space of person keys: one key follows one match key of one site and role, and tells neither."""


def match_secret() -> bytes:
    """The installation's secret of person keys and row identities."""
    return bytes.fromhex(settings.DRIVE_MATCH_KEY)


def judge(file_bytes: bytes, filename: str, *, site_id: UUID) -> Preview:
    """What the list would do, against what this site's referrals hold now. Writes nothing.

    Raises `ListRefused` with words to show when the file is no referral list.
    """
    return preview(
        file_bytes,
        filename,
        key=hmac.new(match_secret(), site_id.bytes, hashlib.sha256).digest(),
        today=local_today(),
        known=queries.known_people(),
        earlier_rows=queries.identities(),
    )


@transaction.atomic
def try_list(*, by: Actor, file_bytes: bytes, filename: str) -> Preview:
    """Judge a list against what the actor's site holds and keep nothing but the event that it was asked."""
    judged = judge(file_bytes, filename, site_id=by.site_id)
    record_event(Act.SEARCHED, by=by, kind="referral_list", fields=[f"{len(judged.rows)} lines"])
    return judged


@transaction.atomic
def upload_list(*, by: Actor, file_bytes: bytes, filename: str) -> tuple[ReferralList, Preview]:
    """Keep a list, sealed, and judge it. Nothing is created until `save_list`. Raises `ListRefused`."""
    judged = judge(file_bytes, filename, site_id=by.site_id)
    key = uuid4()
    kept = ReferralList.objects.create(
        pk=key, site_id=by.site_id, recorded_by_id=by.membership_id,
        digest=hmac.new(match_secret(), file_bytes, hashlib.sha256).hexdigest(),
        sealed_file=seal(file_bytes, bound_to=f"referrals_referrallist:{key}:file"),
        sealed_name=seal(filename.encode(), bound_to=f"referrals_referrallist:{key}:name"),
        read_as=judged.read_as[:120], lines=len(judged.rows),
    )  # fmt: skip
    record_event(Act.WROTE, by=by, kind="referral_list", record_id=key, fields=["uploaded"])
    return kept, judged


def judge_kept(kept: ReferralList) -> Preview:
    """The preview of a list that was uploaded, judged again against what is held now."""
    content = open_sealed(bytes(kept.sealed_file), bound_to=f"referrals_referrallist:{kept.pk}:file")
    name = open_sealed(bytes(kept.sealed_name), bound_to=f"referrals_referrallist:{kept.pk}:name").decode()
    return judge(content, name, site_id=kept.site_id)


def match_name(match: Match) -> str:
    """What a preview calls one possible match of a line: the same name when the list is judged again."""
    return match.known_reference or f"line{match.line}"


@dataclass(frozen=True, slots=True)
class SavedList:
    """How many lines had each outcome when the list was saved."""

    created: int
    matched: int
    refused: int
    repeat: int


@transaction.atomic
def save_list(
    *, by: Actor, kept: ReferralList, answers: Mapping[tuple[int, str], str] | None = None
) -> SavedList:
    """Create a referral for every line that is neither refused nor a repeat. Saving twice creates nothing twice.

    `answers` are what was said on possible matches in the preview, by line and `match_name`: same, different or
    open. Two people saving at once wait for each other: the second judges again behind the first and finds repeats.
    """
    queries.lock_site_lists(by.site_id)
    judged = judge_kept(kept)
    made: dict[int, Referral] = {}
    for row in judged.rows:
        if row.outcome in (Outcome.CREATED, Outcome.MATCHED):
            made[row.line] = _create(by, kept, judged, row)
    for row in judged.rows:
        for match in row.matches if row.line in made else ():
            earlier = UUID(match.known_reference) if match.known_reference else None
            if earlier is None and match.line in made:
                earlier = made[match.line].pk
            if earlier is not None:
                offered = PossibleMatch.objects.create(
                    referral=made[row.line], earlier_id=earlier, site_id=by.site_id, recorded_by_id=by.membership_id,
                    score=match.score, reasons=list(match.reasons), differences=list(match.differences),
                )  # fmt: skip
                said = (answers or {}).get((row.line, match_name(match)))
                if said:
                    answer_match(by=by, match_id=offered.pk, answer=said)
    counts = {str(outcome): count for outcome, count in judged.counts.items()}
    if not queries.is_saved(kept.pk):
        ListSaved.objects.create(
            referral_list=kept, site_id=by.site_id, recorded_by_id=by.membership_id, **counts
        )
    record_event(
        Act.WROTE, by=by, kind="referral_list", record_id=kept.pk, fields=["saved", f"{len(made)} referrals"]
    )
    return SavedList(**counts)


def _create(by: Actor, kept: ReferralList, judged: Preview, row: RowResult) -> Referral:
    values = row.values
    today = local_today()
    marac = values.marac_date
    when = values.referral_date or marac or values.incident_date
    referral = Referral.objects.create(
        site_id=by.site_id, recorded_by_id=by.membership_id, referral_list=kept, line=row.line, identity=row.identity,
        source=judged.source, referred_on=when.earliest if when else today,
        marac_on=marac.earliest if marac else None, marac_precision=_precision(marac),
        incident_on=values.incident_date.earliest if values.incident_date else None,
        reference=(values.reference or "")[:80], referring_agency=(values.referring_agency or "")[:120],
        relationship=values.relationship or "unknown", relationship_sent=(values.relationship_sent or "")[:80],
        children_count=values.children.count if values.children else None,
        high_risk=_yes_no(values.high_risk), repeat_marac=_yes_no(values.repeat), visible_risks=values.visible_risks,
        concerns=values.concerns or "", offence=(values.offence or "")[:200],
        backdated=bool(marac and (today - marac.earliest).days > BACKDATED_AFTER_DAYS),
        problems=[{"field": p.field, "code": str(p.code)} for p in row.problems],
    )  # fmt: skip
    _party(by, referral, Role.SERVICE_USER, values.service_user, row.service_user or "")
    _party(by, referral, Role.VICTIM_SURVIVOR, values.victim_survivor, row.victim_survivor or "")
    return referral


BACKDATED_AFTER_DAYS = 90
"""A MARAC older than this makes a referral a backdated one (P-02); it counts towards the IDVA surge, nothing else."""


def _precision(when: PartialDate | None) -> str:
    """How much of a stored date is known: `day`, `month` or `year` (R-12). An age gives no date to store."""
    return when.precision.value if when and when.precision is not Precision.AGE else "day"


def _yes_no(value: bool | None) -> str:
    return "not_recorded" if value is None else "yes" if value else "no"


def _age(person: PersonValues, on: datetime.date) -> int | None:
    """Age at referral as far as the list tells it (R-09): from the birth date, or the age that was sent."""
    if person.born is None:
        return None
    earliest, latest = (on - person.born.latest).days // 365.25, (on - person.born.earliest).days // 365.25
    return int((earliest + latest) // 2)


def _party(by: Actor, referral: Referral, role: Role, person: PersonValues, match_key: str) -> None:
    born = person.born if person.born and person.born.precision is not Precision.AGE else None
    profile = NewProfile(
        given_names=(person.name.forenames or "")[:120],
        family_name=(person.name.surname or "")[:120],
        known_as=list(person.name.aliases),
        born_on=born.earliest if born else None,
        born_precision=_precision(born),
        gender=person.gender or "unknown",
    )
    exact = born.earliest if born and born.precision is Precision.DAY else None
    known = f"{fold_name(profile.family_name)}|{fold_name(profile.given_names)}|{exact}"
    party = ReferralParty.objects.create(
        referral=referral, site_id=referral.site_id, recorded_by_id=by.membership_id, role=role.value,
        match_key=match_key, person_key=uuid5(_PERSONS, f"{referral.site_id}{match_key}"),
        age_as_referred=_age(person, referral.referred_on),
        postcode=(person.postcode or "")[:10] if role is Role.SERVICE_USER else "",
        identity_digest=lookup_digest(known, purpose="identity") if exact and profile.family_name else "",
        **profile.fields(),
    )  # fmt: skip
    if role is Role.VICTIM_SURVIVOR:
        address = " ".join(part for part in (person.address, person.postcode) if part)
        if address:
            key = uuid4()
            SealedArrival.objects.create(
                pk=key, party=party, site_id=referral.site_id, recorded_by_id=by.membership_id, kind="address",
                ciphertext=seal(address.encode(), bound_to=f"advocacy_sealedvalue:{key}:address"),
                lookup=lookup_digest(folded_channel("address", address), purpose=DIGEST_PURPOSE),
            )  # fmt: skip


class DecidedFirstError(Exception):
    """Somebody recorded a decision meanwhile (S-48). `theirs` stands; nothing of the other was written."""

    def __init__(self, theirs: ReferralDecision) -> None:
        super().__init__("somebody decided first")
        self.theirs = theirs


@transaction.atomic
def decide(
    *,
    by: Actor,
    referral_id: UUID,
    outcome: str,
    rationale: str,
    vs_safety: str,
    child_safety: str,
    rejection_reason: str = "",
    next_step: str = "",
    awaited: str = "",
    awaited_from: str = "",
    approach: str = "",
    dissent: str = "",
    decided_on: datetime.date | None = None,
    seen: UUID | None = None,
) -> ReferralDecision:
    """Record what the panel decided, with its rationale. `seen` is the decision that stood when the writer began.

    Raises `DecidedFirstError` when another was recorded since, `Refusal`, and `Referral.DoesNotExist` when the
    referral is out of sight.
    """
    referral = Referral.objects.get(pk=referral_id)
    queries.lock_site_lists(referral.site_id)
    newest = queries.newest_decision(referral_id)
    if newest and newest.pk != seen and newest.outcome != "accept":
        raise DecidedFirstError(newest)
    rules.may_decide(
        latest_outcome=newest.outcome if newest else None, allocated=queries.is_allocated(referral_id)
    )
    rules.check_decision(
        outcome=outcome, rejection_reason=rejection_reason, next_step=next_step, rationale=rationale, awaited=awaited,
        vs_safety=vs_safety, child_safety=child_safety,
    )  # fmt: skip
    decision = ReferralDecision.objects.create(
        referral=referral, site_id=referral.site_id, recorded_by_id=by.membership_id, outcome=outcome,
        rejection_reason=rejection_reason if outcome == "reject" else "", next_step=next_step, rationale=rationale,
        awaited=awaited if outcome == "bring_back" else "", awaited_from=awaited_from if outcome == "bring_back" else "",
        approach=approach if outcome == "accept" else "", vs_safety=vs_safety, child_safety=child_safety, dissent=dissent,
        decided_on=decided_on or local_today(),
    )  # fmt: skip
    record_event(
        Act.WROTE, by=by, kind="referral", record_id=referral.pk, fields=["decision"], reason=outcome
    )
    return decision


@transaction.atomic
def answer_match(*, by: Actor, match_id: UUID, answer: str, reason: str = "") -> MatchAnswer:
    """Say whether two referrals speak of the same service user. Changes no record and merges nothing (P-03)."""
    match = PossibleMatch.objects.get(pk=match_id)
    made = MatchAnswer.objects.create(
        match=match, site_id=match.site_id, recorded_by_id=by.membership_id, answer=answer, reason=reason
    )
    record_event(
        Act.WROTE, by=by, kind="referral", record_id=match.referral_id, fields=["match"], reason=answer
    )
    return made


@transaction.atomic
def export_refused(*, by: Actor, kept: ReferralList) -> bytes:
    """The refused lines as a file to correct and upload again, for the one who uploaded the list.

    The lines are as they were sent, sealed cells among them, so nobody else gets them: to another the list is absent
    (`ReferralList.DoesNotExist`).
    """
    if kept.recorded_by_id != by.membership_id:
        raise ReferralList.DoesNotExist
    record_event(Act.EXPORTED, by=by, kind="referral_list", record_id=kept.pk, fields=["refused lines"])
    return refused_rows_file(judge_kept(kept))


@transaction.atomic
def decide_identity(*, by: Actor, match_id: UUID, decision: str, told: str, reason: str) -> IdentityDecision:
    """Record what the governance lead decided on a match across sides or sites (S-33). Joins nothing by itself.

    Raises `IdentityMatch.DoesNotExist` when it is out of sight.
    """
    match = IdentityMatch.objects.get(pk=match_id)
    made = IdentityDecision.objects.create(
        match=match,
        site_id=by.site_id,
        recorded_by_id=by.membership_id,
        decision=decision,
        told=told,
        reason=reason,
    )
    record_event(
        Act.WROTE, by=by, kind="identity_match", record_id=match.pk, fields=["decision"], reason=decision
    )
    return made
