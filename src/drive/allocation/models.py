"""Allocation: an accepted referral given to a case manager and an IDVA, usually of different employers (P-21)."""

from __future__ import annotations

from django.db import models

from drive.people.facts import Fact


class Allocation(Fact):
    """One referral became one case and one client's record. Holds keys and workers, no name.

    `vs_holder` may be of another employer; a stand-in is said to be one by their own role.
    """

    referral = models.OneToOneField("referrals.Referral", on_delete=models.PROTECT, related_name="allocation")
    site_id = models.UUIDField()
    su_case_id = models.UUIDField()
    su_holder = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")
    vs_record_id = models.UUIDField()
    vs_holder = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")
    approach = models.CharField(max_length=24, help_text="K-15")
    reason = models.TextField(blank=True, help_text="why these workers, where the choice was weighed (A-31)")

    def __str__(self) -> str:
        return f"allocated {self.recorded_at:%d %B %Y}"
