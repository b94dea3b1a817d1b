"""Meetings of a site's panel: whom each invites, what it puts before them, who accepted its confidentiality statement
(R-34, P-10, S-28). Research returns, attendance and minutes are further facts of a meeting and hang on these.

Rows never change. Whether somebody is invited, or a referral is on the agenda, is what the newest row says.
"""

from __future__ import annotations

from django.db import models

from drive.people.facts import Fact


class MeetingWay(models.TextChoices):
    """P-10: a place, or remote."""

    IN_PERSON = "in_person", "In person"
    REMOTE = "remote", "Remote"
    BOTH = "both", "In person and remote"


class Meeting(Fact):
    """One sitting of the panel on one day. Another day is another meeting, with acceptances of its own (S-28)."""

    site_id = models.UUIDField()
    held_on = models.DateField()
    way = models.CharField(max_length=12, choices=MeetingWay.choices)
    place = models.CharField(
        max_length=120, blank=True, help_text="where, or how it is joined; not whom it is about"
    )

    class Meta:
        indexes = [models.Index(fields=["site_id", "held_on"])]

    def __str__(self) -> str:
        return f"panel meeting of {self.held_on}"


class InvitationState(models.TextChoices):
    INVITED = "invited", "Invited"
    WITHDRAWN = "withdrawn", "No longer invited"


class Invitation(Fact):
    """One agency's member is invited to a meeting, or no longer. The newest row of the two holds."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="invitations")
    site_id = models.UUIDField()
    member = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=InvitationState.choices)

    def __str__(self) -> str:
        return self.state


class AgendaState(models.TextChoices):
    LISTED = "listed", "On the agenda"
    TAKEN_OFF = "taken_off", "Taken off"


class AgendaItem(Fact):
    """One referral stands on a meeting's agenda, or no longer (R-35). The newest row of the two holds."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    site_id = models.UUIDField()
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=AgendaState.choices)

    def __str__(self) -> str:
        return self.state


class Acceptance(Fact):
    """Whoever recorded it accepted the confidentiality statement for this meeting, in that version of its words (S-28)."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="acceptances")
    site_id = models.UUIDField()
    statement = models.CharField(max_length=12, help_text="the version that was shown: `panels.statement`")

    def __str__(self) -> str:
        return f"accepted {self.recorded_at:%d %B %Y}"
