"""What each field of each table holds, as a class of privacy, and `docs/generated/privacy.md` made from it.

The class follows from the kind of field where that is certain, otherwise from the tables below. A field that neither
decides is a `LookupError`: whoever adds it says what it holds. The `report` scope is granted no column that could hold
a name, words or a sealed value (tests/proof).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import models

from .models import Membership


class Privacy(StrEnum):
    """What a field can hold. The order is that of the generated page."""

    NAME = "name"
    WORDS = "words"
    SEALED = "sealed"
    KEY = "key"
    ACTOR = "actor"
    DATE = "date"
    CODE = "code"
    COUNT = "count"
    SETTING = "setting"
    TECHNICAL = "technical"


MEANING: dict[Privacy, str] = {
    Privacy.NAME: "names or finds a person",
    Privacy.WORDS: "what somebody wrote or said, in their own words",
    Privacy.SEALED: "encrypted, or a keyed digest of what is",
    Privacy.KEY: "a random key, which says nothing by itself",
    Privacy.ACTOR: "the membership of whoever did it",
    Privacy.DATE: "a date or a time",
    Privacy.CODE: "one of a list of codes, or yes and no",
    Privacy.COUNT: "a number",
    Privacy.SETTING: "places of work and how they work",
    Privacy.TECHNICAL: "what the program needs to do its work",
}

IDENTIFYING = frozenset({Privacy.NAME, Privacy.WORDS, Privacy.SEALED})
"""Never granted to the scope of returns and extracts (house decision 9, S-40)."""

_CODE_LIST = re.compile(r"\bK-\d\d")

EVERYWHERE: dict[str, Privacy] = {
    **dict.fromkeys(("given_names", "family_name", "known_as", "folded_name", "name_as_referred", "born_on"), Privacy.NAME),
    **dict.fromkeys(("ethnicity_as_given", "language"), Privacy.WORDS),
    **dict.fromkeys(("instrument", "instrument_version", "gender_as_referred", "item_side", "proposal_side", "review_side"), Privacy.CODE),
    "publication_label": Privacy.SETTING,
    "version": Privacy.COUNT,
    **dict.fromkeys(("ciphertext", "lookup", "sealed_file", "sealed_name"), Privacy.SEALED),
    **dict.fromkeys(("match_key", "identity_digest"), Privacy.SEALED),
    **dict.fromkeys(("told_whom", "reason_given"), Privacy.WORDS),
}  # fmt: skip
"""By the field's name, in whichever table it stands."""

HERE: dict[str, Privacy] = {
    "access.Organisation.name": Privacy.SETTING,
    "access.Site.name": Privacy.SETTING,
    "access.Service.name": Privacy.SETTING,
    "access.Team.name": Privacy.SETTING,
    "access.SiteSetting.code": Privacy.SETTING,
    "access.SiteSetting.value": Privacy.SETTING,
    "access.Membership.name": Privacy.NAME,
    "access.Membership.work_phone": Privacy.NAME,
    "safety.PlanChange.told": Privacy.WORDS,
    "access.User.name": Privacy.NAME,
    "access.User.email": Privacy.NAME,
    "access.User.password": Privacy.TECHNICAL,
    "access.Draft.content": Privacy.WORDS,
    "access.Draft.form": Privacy.TECHNICAL,
    "audit.AuditEvent.act": Privacy.CODE,
    "audit.AuditEvent.kind": Privacy.CODE,
    "audit.AuditEvent.role": Privacy.CODE,
    "audit.AuditEvent.fields": Privacy.TECHNICAL,
    "audit.AuditEvent.digest": Privacy.SEALED,
    "audit.AuditEvent.origin": Privacy.NAME,
    "audit.AuditSeal.stream": Privacy.TECHNICAL,
    "audit.AuditSeal.chain": Privacy.TECHNICAL,
    "oversight.Alert.kind": Privacy.CODE,
    "oversight.UsualVolume.role": Privacy.CODE,
    "disclosures.SubjectBundle.digest": Privacy.SEALED,
    "disclosures.SubjectBundle.sealed_content": Privacy.SEALED,
    "casework.SuCase.code": Privacy.NAME,
    "casework.StateEntry.value": Privacy.CODE,
    "casework.StateEntry.detail": Privacy.WORDS,
    "casework.Contact.via": Privacy.WORDS,
    "casework.Session.quality": Privacy.CODE,
    "casework.Session.settled": Privacy.CODE,
    "casework.Action.beneficiaries": Privacy.CODE,
    "casework.Action.only_because_of_drive": Privacy.CODE,
    "casework.Action.raises_risk": Privacy.CODE,
    "casework.Action.visibility": Privacy.CODE,
    "casework.ResearchNote.source": Privacy.WORDS,
    "casework.ContactChannel.value": Privacy.NAME,
    "casework.ContactChannel.label": Privacy.WORDS,
    "casework.ContactChannel.source": Privacy.WORDS,
    "casework.ContactStrategy.entry_route": Privacy.CODE,
    "casework.Assessment.answers": Privacy.WORDS,
    "casework.ReviewFlag.rises": Privacy.WORDS,
    "casework.Closure.agreed_idva": Privacy.CODE,
    "casework.Closure.agreed_panel": Privacy.CODE,
    "casework.Closure.escalation": Privacy.CODE,
    "casework.Closure.follow_up_on": Privacy.DATE,
    "advocacy.VsRecord.code": Privacy.NAME,
    "advocacy.Absence.membership": Privacy.ACTOR,
    "advocacy.Absence.cover": Privacy.ACTOR,
    "advocacy.Assessment.answers": Privacy.WORDS,
    "advocacy.Child.carer": Privacy.NAME,
    "advocacy.OtherAtRisk.who": Privacy.NAME,
    "advocacy.CourtDate.what": Privacy.WORDS,
    "advocacy.CourtDate.goes_along": Privacy.NAME,
    "advocacy.SafetyMeasure.provider": Privacy.WORDS,
    "advocacy.SupportMobilised.what": Privacy.WORDS,
    "advocacy.SupportMobilised.provider": Privacy.WORDS,
    "advocacy.SealedValue.label": Privacy.WORDS,
    "advocacy.SealOpening.reason": Privacy.WORDS,
    "advocacy.SafeContactRule.when_safe": Privacy.WORDS,
    "advocacy.SafeContactRule.how": Privacy.WORDS,
    "advocacy.SafeContactRule.if_someone_else": Privacy.WORDS,
    "advocacy.EngagementEntry.seen_by": Privacy.WORDS,
    "advocacy.ClientContact.via": Privacy.NAME,
    "advocacy.CheckInPlan.safe_time": Privacy.WORDS,
    "safety.DifferingStep.who": Privacy.WORDS,
    "safety.ContactQuestion.setting": Privacy.WORDS,
    "safety.ContactQuestion.when_planned": Privacy.WORDS,
    "safety.ContactView.voice_detail": Privacy.WORDS,
    "safety.ContactView.others_at_risk": Privacy.WORDS,
    "safety.BookingState.told": Privacy.WORDS,
    "safety.Booking.with_whom": Privacy.WORDS,
    "safety.RiskItem.decision_served": Privacy.WORDS,
    "safety.RiskItem.details": Privacy.WORDS,
    "safety.PairRhythm.words": Privacy.WORDS,
    "safety.JointReview.others_at_risk": Privacy.WORDS,
    "safety.ReviewCall.words": Privacy.WORDS,
    "safety.StopConcern.words": Privacy.WORDS,
    "extract.ReleaseRequest.recipient": Privacy.WORDS,
    "extract.ReleaseRequest.study": Privacy.SETTING,
    "extract.ReleaseRequest.content": Privacy.COUNT,
    "extract.ReleaseFile.rows": Privacy.COUNT,
    "extract.ReleaseFile.fingerprint": Privacy.TECHNICAL,
    "extract.ReleaseFile.key_check": Privacy.TECHNICAL,
    "panels.Meeting.place": Privacy.WORDS,
    "panels.Acceptance.statement": Privacy.CODE,
    "referrals.ReferralList.digest": Privacy.SEALED,
    "referrals.ReferralList.read_as": Privacy.TECHNICAL,
    "referrals.Referral.identity": Privacy.SEALED,
    "referrals.Referral.marac_precision": Privacy.CODE,
    "referrals.Referral.offence": Privacy.WORDS,
    "referrals.Referral.problems": Privacy.CODE,
    "referrals.Referral.reference": Privacy.WORDS,
    "referrals.Referral.referring_agency": Privacy.WORDS,
    "referrals.Referral.relationship_sent": Privacy.WORDS,
    "referrals.ReferralParty.postcode": Privacy.NAME,
    "referrals.SealedArrival.kind": Privacy.CODE,
    "referrals.PossibleMatch.reasons": Privacy.CODE,
    "referrals.PossibleMatch.differences": Privacy.WORDS,
    "referrals.IdentityMatch.kind": Privacy.CODE,
    "referrals.ReferralDecision.awaited_from": Privacy.WORDS,
}
"""By table and field: what its kind does not tell."""


def privacy_of(model: type[models.Model], field: models.Field[Any, Any]) -> Privacy:
    """The class of one field. Raises `LookupError` when nobody has said."""
    said = HERE.get(f"{model._meta.label}.{field.name}") or EVERYWHERE.get(field.name)
    if said is not None:
        return said
    if field.choices or _CODE_LIST.search(str(field.help_text)):
        return Privacy.CODE
    if isinstance(field, models.ForeignKey):
        return Privacy.ACTOR if field.related_model is Membership else Privacy.KEY
    for kinds, found in (
        (models.UUIDField, Privacy.KEY),
        ((models.DateField, models.TimeField), Privacy.DATE),
        (models.BooleanField, Privacy.CODE),
        (models.IntegerField, Privacy.COUNT),
        (models.TextField, Privacy.WORDS),
    ):
        if isinstance(field, kinds):
            return found
    raise LookupError(f"{model._meta.label}.{field.name}: what can it hold? Say it in drive.access.privacy")


def classes() -> dict[str, dict[str, Privacy]]:
    """Column to class, by table, for every table of ours."""
    return {
        model._meta.db_table: {
            str(field.column): privacy_of(model, field) for field in model._meta.concrete_fields
        }
        for config in apps.get_app_configs()
        if config.name.startswith("drive.")
        for model in config.get_models()
    }


def as_markdown() -> str:
    """The text of docs/generated/privacy.md."""
    lines = [
        "# What each column holds",
        "",
        "Made from `drive.access.privacy`; do not edit. Who may read a row is printed by `drive policies`.",
        "",
        "| class | what it can hold |",
        "| --- | --- |",
        *(f"| {each.value} | {MEANING[each]} |" for each in Privacy),
        "",
        f"Columns of the classes {', '.join(each.value for each in Privacy if each in IDENTIFYING)} are never granted to the scope of returns and extracts.",
    ]
    for table, columns in sorted(classes().items()):
        lines += ["", f"## {table}", "", "| class | columns |", "| --- | --- |"]
        for each in Privacy:
            named = [column for column, found in columns.items() if found is each]
            if named:
                lines.append(f"| {each.value} | {', '.join(named)} |")
    return "\n".join(lines) + "\n"
