"""How long a closed record is kept, what holds it back, and who decided that it goes (docs/adr/0016-retention-and-erasure.md).

A proposal and its answer outlive the record: they carry keys and actors and no name. Rows never change.
"""

from __future__ import annotations

from django.db import models

from drive.people.facts import Fact

SIDES = [("su", "Service user’s case"), ("vs", "Client’s record")]


class OfRecord(Fact):
    """Abstract: about one record of one side."""

    side = models.CharField(max_length=4, choices=SIDES)
    record_id = models.UUIDField()
    service_id = models.UUIDField(help_text="the service whose record it is")
    site_id = models.UUIDField()

    class Meta:
        abstract = True


class Hold(OfRecord):
    """A closed record must be kept for now, or no longer: the newest row says which. It goes with the record."""

    state = models.CharField(
        max_length=8, choices=[("held", "Must be kept for now"), ("lifted", "Need not be kept any more")]
    )
    reason = models.TextField(help_text="such as a case review, a claim, a court that asked for it")

    class Meta:
        indexes = [models.Index(fields=["record_id", "-recorded_at"], name="hold_of_record")]

    def __str__(self) -> str:
        return self.state


class ErasureProposal(OfRecord):
    """The manager of the record's own side proposes that it goes. Nothing happens by it alone."""

    reason = models.CharField(
        max_length=8,
        choices=[
            ("time", "Its time is over"),
            ("asked", "Its time is over, and the person asked for it"),
        ],
    )

    class Meta:
        indexes = [models.Index(fields=["record_id"], name="erasure_proposed")]

    def __str__(self) -> str:
        return f"proposed {self.recorded_at:%d %B %Y}"


class ErasureAnswer(Fact):
    """What a governance lead decided. `erased` is written by the database's own act alone, which erases with it."""

    proposal = models.OneToOneField(ErasureProposal, on_delete=models.PROTECT, related_name="answer")
    site_id = models.UUIDField()
    outcome = models.CharField(
        max_length=8, choices=[("erased", "Erase it for good"), ("kept", "Keep it for now")]
    )

    def __str__(self) -> str:
        return self.outcome
