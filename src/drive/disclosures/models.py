"""Subject access: what one person, in one role, is given of what is held about them (S-37).

A bundle is made once, sealed and named by its digest; a second person lets it go or not. Rows never change.
"""

from __future__ import annotations

from django.db import models

from drive.people.facts import Fact


class SubjectRequest(Fact):
    """Somebody asks for what is held about them in one role. It opens one record to the bundle's own scope, no more."""

    site_id = models.UUIDField()
    side = models.CharField(max_length=4, choices=[("su", "Service user"), ("vs", "Client")])
    record_id = models.UUIDField()
    asked_on = models.DateField()
    identity_checked = models.TextField(
        help_text="how it was made sure that the person who asks is this person"
    )

    class Meta:
        indexes = [models.Index(fields=["site_id", "-recorded_at"], name="subject_request_by_site")]

    def __str__(self) -> str:
        return f"asked {self.asked_on}"


class SubjectBundle(Fact):
    """The bundle as it was made: sealed, with the SHA-256 of the HTML inside."""

    request = models.OneToOneField(SubjectRequest, on_delete=models.PROTECT, related_name="bundle")
    site_id = models.UUIDField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the HTML, in hex")
    sealed_content = models.BinaryField()

    def __str__(self) -> str:
        return self.digest[:12]

    def bound_to(self) -> str:
        """What the seal is tied to: it opens in this row alone."""
        return f"disclosures_subjectbundle:{self.pk}"


class SubjectRelease(Fact):
    """What a second person decided on a bundle: given out, or not."""

    bundle = models.OneToOneField(SubjectBundle, on_delete=models.PROTECT, related_name="release")
    site_id = models.UUIDField()
    outcome = models.CharField(
        max_length=8, choices=[("released", "Give it out"), ("refused", "Do not give it out")]
    )
    words = models.TextField(help_text="what was looked at, and to whom it goes")

    def __str__(self) -> str:
        return self.outcome
