"""What was done on a case: contact, sessions, actions, research, the plan of contact."""

from __future__ import annotations

import uuid

from django.db import models

from .case import CaseFact


class Contact(CaseFact):
    """What happened between the service and the service user, attempts included, whoever started it (R-40).

    Planning is the bridge's business; this row is written after the event and never refused (S-43). Failed
    attempts
    count as contact work, not as contact.
    """

    happened_on = models.DateField()
    happened_at = models.TimeField(null=True)
    outcome = models.CharField(max_length=20, help_text="K-19")
    channel = models.CharField(max_length=20, help_text="K-18")
    started_by = models.CharField(max_length=4, choices=[("us", "Worker"), ("su", "Service user")])
    place = models.CharField(max_length=20, blank=True, help_text="K-57")
    via = models.CharField(max_length=120, blank=True, help_text="through whom, where not direct")
    decision_id = models.UUIDField(
        null=True, help_text="the joint contact decision it was made under, if one was cited"
    )
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "-happened_on", "-id"], name="contact_by_case")]

    def __str__(self) -> str:
        return f"contact on {self.happened_on}"


class Session(CaseFact):
    """One-to-one work that took place, in the words of whoever held it (R-55, P-33).

    Not an intervention count.
    """

    held_on = models.DateField()
    starts_at = models.TimeField(null=True)
    ends_at = models.TimeField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=20, help_text="K-63.kind")
    provider = models.CharField(max_length=20, default="case_manager", help_text="K-63.provider")
    attended = models.BooleanField(default=True)
    place = models.CharField(max_length=20, blank=True, help_text="K-57")
    quality = models.CharField(
        max_length=20, blank=True, help_text="how he took part, not whether he came: session_quality"
    )
    techniques = models.JSONField(default=list, help_text="K-43")
    levers = models.JSONField(default=list, help_text="K-44")
    note = models.TextField(blank=True, help_text="what the next person should know")
    manipulation = models.TextField(blank=True, help_text="manipulation or seeming to go along, as seen")
    settled = models.CharField(max_length=12, blank=True, help_text="yes, no or unknown: how he left (P-34)")
    planned_with_idva = models.TextField(blank=True)
    check_in_asked = models.BooleanField(
        default=False, help_text="whether the IDVA is asked to look in afterwards"
    )
    contact = models.OneToOneField(Contact, null=True, on_delete=models.PROTECT, related_name="session")

    class Meta:
        indexes = [models.Index(fields=["case", "-held_on", "-id"], name="session_by_case")]

    def __str__(self) -> str:
        return f"session on {self.held_on}"


class Action(CaseFact):
    """One thing done, mostly with or through another agency (R-54). Counted once, by its one primary agency.

    `raises_risk` left open saves, and the action is incomplete until it is answered (S-26).
    """

    done_on = models.DateField()
    kind = models.CharField(max_length=30, help_text="K-38")
    mode = models.CharField(max_length=8, help_text="direct or indirect, by the roll-ups of K-38")
    sub_type = models.CharField(max_length=8, blank=True, help_text="K-39, for multi-agency work")
    support_areas = models.JSONField(default=list, help_text="K-40")
    disrupt_areas = models.JSONField(default=list, help_text="K-41")
    tool = models.CharField(max_length=60, blank=True, help_text="K-42")
    agency = models.CharField(max_length=30, blank=True, help_text="K-45: one primary agency")
    other_agencies = models.JSONField(default=list, help_text="K-45")
    done = models.TextField(help_text="what was done")
    beneficiaries = models.JSONField(default=list, help_text="service_user, victim_survivor, child")
    only_because_of_drive = models.CharField(max_length=12, blank=True, help_text="yes, no or unknown (P-32)")
    unmet_need_agency = models.CharField(
        max_length=30, blank=True, help_text="K-45: who should have met the need (P-32)"
    )
    visibility = models.CharField(
        max_length=12, blank=True, help_text="would he notice: will_see, could_guess, hidden"
    )
    raises_risk = models.CharField(
        max_length=8, blank=True, help_text="yes, no or unsure; blank is unanswered (S-26)"
    )
    raises_risk_to = models.TextField(blank=True)
    rests_on = models.TextField(blank=True, help_text="facts it rests on, each with its source")
    outcome = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    step_down = models.BooleanField(default=False, help_text="done while the case was in step-down")

    class Meta:
        indexes = [models.Index(fields=["case", "-done_on", "-id"], name="action_by_case")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.done_on}"


class ResearchNote(CaseFact):
    """One question to one source, or its answer (P-23, R-63).

    Rows of one `enquiry_id` are its course; the newest holds.
    """

    enquiry_id = models.UUIDField(default=uuid.uuid4)
    topic = models.CharField(max_length=30, help_text="K-46.topic")
    agency = models.CharField(max_length=30, help_text="K-45")
    status = models.CharField(max_length=20, help_text="K-46.status")
    noted_on = models.DateField(help_text="the day it was asked, chased or answered")
    refusal = models.CharField(max_length=30, blank=True, help_text="K-46.refusal")
    verbal = models.BooleanField(default=False, help_text="a quick check by phone, logged in one line")
    source = models.CharField(max_length=120, blank=True, help_text="who answered, in their role")
    found = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["case", "enquiry_id", "-noted_on", "-recorded_at"], name="research_by_enquiry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.status}"


class ContactStrategy(CaseFact):
    """The written plan for a safe first contact, one version a row (P-24).

    It gates direct contact only (S-21).
    """

    version = models.PositiveIntegerField(default=1)
    stage = models.CharField(
        max_length=16,
        choices=[
            ("draft", "Draft"),
            ("ready", "Ready for views"),
            ("quality_agreed", "Quality of the plan agreed"),
        ],
        default="draft",
    )
    sources = models.TextField(blank=True)
    client_view = models.TextField(blank=True, help_text="the victim/survivor's view, or why it is not there")
    levers = models.JSONField(default=list, help_text="K-44")
    entry_route = models.CharField(max_length=20, blank=True, help_text="entry_route")
    hook = models.TextField(blank=True)
    cover_story = models.TextField(blank=True)
    cover_reveals = models.TextField(blank=True, help_text="what the cover story may give away")
    place = models.CharField(max_length=20, blank=True, help_text="K-57")
    staff_safety = models.TextField(blank=True)
    if_asked_about_her = models.TextField(blank=True)
    if_declined = models.TextField(blank=True)
    others_at_risk = models.TextField(blank=True)
    risk_of_not_acting = models.TextField(blank=True)
    review_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "version"], name="contact_strategy_version")]

    def __str__(self) -> str:
        return f"version {self.version}"
