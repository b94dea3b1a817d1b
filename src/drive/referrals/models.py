"""Referrals: the lists they came on, what each says of two people in two roles, and what was decided (R-30, R-35).

Nobody is a perpetrator here: people have a role in a referral (G-01). A list's own file is kept sealed, so that a
preview can be shown again and refused lines handed back; nothing of it is in plain text but what its lines became.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from drive.people.facts import Fact, Profile


class ReferralList(Fact):
    """One uploaded list. Saving it is another fact (`ListSaved`), so a preview changes nothing."""

    site_id = models.UUIDField()
    digest = models.CharField(max_length=64, help_text="keyed digest of the file, to know it again")
    sealed_file = models.BinaryField()
    sealed_name = models.BinaryField(help_text="the file's name may hold a person's: sealed like the file")
    read_as = models.CharField(max_length=120)
    lines = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["site_id", "-recorded_at"])]

    def __str__(self) -> str:
        return f"list of {self.recorded_at:%d %B %Y}"


class ListSaved(Fact):
    """The lines of a list were saved: how many had each outcome."""

    referral_list = models.OneToOneField(ReferralList, on_delete=models.PROTECT, related_name="saved")
    site_id = models.UUIDField()
    created = models.PositiveIntegerField()
    matched = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    repeat = models.PositiveIntegerField()

    def __str__(self) -> str:
        return "saved"


class Referral(Fact):
    """One referral of one service user and one victim/survivor (R-30).

    `identity` tells a repeat of the same line (`referrals.lists`), unique within the site. Dates are as sent, coarse
    where the list was coarse. Missing is empty or a K-01 state, never no (R-04).
    """

    site_id = models.UUIDField()
    referral_list = models.ForeignKey(
        ReferralList, null=True, on_delete=models.PROTECT, related_name="referrals"
    )
    line = models.PositiveIntegerField(null=True)
    identity = models.CharField(max_length=64)
    source = models.CharField(max_length=12, help_text="K-09")
    referred_on = models.DateField()
    marac_on = models.DateField(null=True)
    marac_precision = models.CharField(max_length=5, default="day")
    incident_on = models.DateField(null=True)
    reference = models.CharField(max_length=80, blank=True)
    referring_agency = models.CharField(max_length=120, blank=True)
    relationship = models.CharField(max_length=20, default="unknown", help_text="K-06 or K-01")
    relationship_sent = models.CharField(max_length=80, blank=True)
    children_count = models.PositiveSmallIntegerField(null=True)
    high_risk = models.CharField(max_length=14, default="not_recorded", help_text="yes, no or K-01")
    repeat_marac = models.CharField(max_length=14, default="not_recorded", help_text="yes, no or K-01")
    visible_risks = models.PositiveSmallIntegerField(null=True)
    concerns = models.TextField(blank=True)
    offence = models.CharField(max_length=200, blank=True)
    backdated = models.BooleanField(default=False)
    problems = models.JSONField(
        default=list, help_text="questions on the line when it was saved: field and code"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site_id", "identity"], name="one_referral_an_identity")
        ]
        indexes = [models.Index(fields=["site_id", "-referred_on", "-id"])]

    def __str__(self) -> str:
        return f"referral of {self.referred_on}"


class PartyRole(models.TextChoices):
    SERVICE_USER = "service_user", "Service user"
    VICTIM_SURVIVOR = "victim_survivor", "Victim/survivor"


class ReferralParty(Fact, Profile):
    """One person in one role of one referral, as referred. `match_key` is equal for parties judged the same person of
    one role at one site; `person_key` follows it and joins nothing across roles or sites (S-33)."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="parties")
    site_id = models.UUIDField()
    role = models.CharField(max_length=16, choices=PartyRole.choices)
    match_key = models.CharField(max_length=64)
    person_key = models.UUIDField()
    postcode = models.CharField(
        max_length=10, blank=True, help_text="the service user's only; hers is sealed"
    )
    age_as_referred = models.PositiveSmallIntegerField(null=True)
    identity_digest = models.CharField(
        max_length=64, help_text="keyed digest of folded name and birth date, across sites"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["referral", "role"], name="one_party_a_role")]
        indexes = [models.Index(fields=["site_id", "folded_name"]), models.Index(fields=["identity_digest"])]

    def __str__(self) -> str:
        return self.get_role_display()


class SealedArrival(Fact):
    """An address or number of a victim/survivor that came on a list: sealed at once, never read on the way (S-03).

    Its key is the key that it will have in the client's record, so that the seal still fits there.
    """

    party = models.ForeignKey(ReferralParty, on_delete=models.PROTECT, related_name="sealed")
    site_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    ciphertext = models.BinaryField()
    lookup = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"sealed {self.kind}"


class PossibleMatch(Fact):
    """The service user of a referral may be somebody referred before at this site: offered, never merged (P-03)."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="possible_matches")
    site_id = models.UUIDField()
    earlier = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    differences = models.JSONField(default=list)

    def __str__(self) -> str:
        return "possible match"


class MatchAnswer(Fact):
    """What a person decided on a possible match: same, different or open. The newest holds."""

    match = models.ForeignKey(PossibleMatch, on_delete=models.PROTECT, related_name="answers")
    site_id = models.UUIDField()
    answer = models.CharField(
        max_length=10, choices=[("same", "Same person"), ("different", "Different"), ("open", "Leave open")]
    )
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.answer


class IdentityMatch(models.Model):
    """The same name and birth date in two roles or at two sites: for the governance lead alone (S-33).

    Written by a trigger in the matcher's name; neither side can tell that it happened.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.UUIDField(help_text="key of the earlier party")
    second = models.UUIDField(help_text="key of the later party")
    first_site_id = models.UUIDField()
    second_site_id = models.UUIDField()
    kind = models.CharField(max_length=12, help_text="`sides` or `sites`")
    found_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.kind


class IdentityDecision(Fact):
    """What the governance lead decided on an identity match, and what each side is told (S-33). The newest holds."""

    match = models.ForeignKey(IdentityMatch, on_delete=models.PROTECT, related_name="decisions")
    site_id = models.UUIDField()
    decision = models.CharField(
        max_length=10,
        choices=[("same", "Same person"), ("different", "Different people"), ("open", "Leave open")],
    )
    told = models.TextField(blank=True, help_text="what each side is told, by whom")
    reason = models.TextField()

    def __str__(self) -> str:
        return self.decision


class DecisionOutcome(models.TextChoices):
    """K-10, for a new item."""

    ACCEPT = "accept", "Accept"
    REJECT = "reject", "Reject"
    BRING_BACK = "bring_back", "Bring back"


class ReferralDecision(Fact):
    """What the panel decided on a referral, with its rationale (P-12, R-35). The newest holds; none is ever removed."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="decisions")
    site_id = models.UUIDField()
    outcome = models.CharField(max_length=12, choices=DecisionOutcome.choices)
    rejection_reason = models.CharField(max_length=40, blank=True, help_text="K-11")
    next_step = models.TextField(blank=True, help_text="the named next step of a rejection (P-09)")
    rationale = models.TextField()
    awaited = models.TextField(blank=True, help_text="what is awaited, from whom (P-06)")
    awaited_from = models.CharField(max_length=120, blank=True)
    approach = models.CharField(max_length=24, blank=True, help_text="K-15")
    vs_safety = models.TextField(help_text="victim/survivor safety considered (P-13)")
    child_safety = models.TextField(help_text="child safety considered (P-13)")
    dissent = models.TextField(blank=True)
    decided_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["referral", "-recorded_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome="reject") | ~models.Q(rejection_reason=""),
                name="rejection_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="bring_back") | ~models.Q(awaited=""), name="bring_back_says_what"
            ),
        ]

    def __str__(self) -> str:
        return self.outcome
