"""What could lead somebody to the client: sealed values, who opened them, and how she may safely be
reached (S-06).
"""

from __future__ import annotations

from django.db import models

from .record import ClientFact


class SealedKind(models.TextChoices):
    ADDRESS = "address", "Address"
    PHONE = "phone", "Phone"
    EMAIL = "email", "Email"
    SCHOOL = "school", "School or nursery"
    WORKPLACE = "workplace", "Workplace"
    REFUGE = "refuge", "Refuge"
    SERVICE = "service", "Service that supports the client"
    CODE_WORD = "code_word", "Code word"


class SealedValue(ClientFact):
    """An address, a phone, a school, a workplace, a refuge, a service that supports her, a code word:
    sealed (S-06).

    `ciphertext` is AES-GCM under a key outside the database, bound to this row; opened with a reason, each
    opening a `SealOpening` and an audit event. `withheld` means from everybody but the holder: the row
    policy hides the row.
    """

    kind = models.CharField(max_length=12, choices=SealedKind.choices)
    ciphertext = models.BinaryField()
    lookup = models.CharField(
        max_length=64, blank=True, help_text="keyed digest of the folded value, for S-14"
    )
    withheld = models.BooleanField(default=False)
    label = models.CharField(max_length=60, blank=True, help_text="whose, in words that say nothing of where")
    ended_on = models.DateField(null=True, help_text="known to be past when it was written down")

    class Meta:
        indexes = [models.Index(fields=["record"]), models.Index(fields=["lookup"])]

    def __str__(self) -> str:
        return f"sealed {self.kind}"

    def bound_to(self) -> str:
        """The place that the ciphertext is bound to; a value moved to another row does not open."""
        return f"advocacy_sealedvalue:{self.pk}:{self.kind}"


class SealedEnd(ClientFact):
    """A sealed value no longer holds. It stays, because a former address can lead to her too (S-14)."""

    value_id = models.UUIDField(unique=True, help_text="the sealed value that ended")
    ended_on = models.DateField()

    def __str__(self) -> str:
        return f"ended {self.ended_on}"


class SealOpening(ClientFact):
    """Somebody opened a sealed value, and why: shown to the people who work with her (S-06)."""

    value_id = models.UUIDField(help_text="the sealed value that was opened")
    kind = models.CharField(max_length=12, choices=SealedKind.choices)
    reason = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["record", "-recorded_at"])]

    def __str__(self) -> str:
        return f"opened {self.recorded_at:%Y-%m-%d}"


class SafeContactRule(ClientFact):
    """How the client may safely be reached (S-14): one version a row, the newest holds.

    `channels` are K-18 codes. The code word itself is a sealed value; the rule only says that there is one.
    """

    version = models.PositiveIntegerField(default=1)
    channels = models.JSONField(default=list, help_text="K-18 codes that may be used")
    when_safe = models.CharField(max_length=200, blank=True, help_text="days and hours in words")
    how = models.CharField(max_length=300, blank=True, help_text="what to know before ringing or writing")
    voicemail = models.BooleanField(default=False)
    if_someone_else = models.CharField(
        max_length=200, blank=True, help_text="what to say to somebody else who answers"
    )
    withheld_number = models.BooleanField(default=True)
    code_word_set = models.BooleanField(default=False)
    agreed_on = models.DateField()
    review_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "version"], name="safe_contact_rule_version")
        ]

    def __str__(self) -> str:
        return f"version {self.version}"
