"""The service user's case: what the case manager's side holds.

Nothing here is read by the client's side (S-01).
"""

from __future__ import annotations

import datetime
import uuid

from django.db import models
from django.utils import timezone

from drive.instruments.answers import ValidatedAnswers
from drive.instruments.stored import read_stored
from drive.people.facts import Fact, Profile


class SuCase(models.Model):
    """One service user's case at one service (R-37). The row never changes; what happens to it are facts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=8)
    person_key = models.UUIDField(help_text="bare key of the person; joins nothing that this side can read")
    site_id = models.UUIDField()
    service_id = models.UUIDField()
    referral_id = models.UUIDField(null=True)
    referred_on = models.DateField()
    accepted_on = models.DateField(null=True)
    allocated_on = models.DateField()
    starts_on = models.DateField(help_text="month 1 begins here (C-06)")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey("access.Membership", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "service_id"], name="su_case_with_service"),
            models.UniqueConstraint(fields=["service_id", "code"], name="su_case_code_within_service"),
        ]

    def __str__(self) -> str:
        return self.code


class CaseFact(Fact):
    """A fact of one case. `service_id` is the case's own, kept true by a composite foreign key."""

    case = models.ForeignKey(SuCase, on_delete=models.PROTECT, related_name="%(class)ss")
    service_id = models.UUIDField()

    class Meta:
        abstract = True


class ServiceUserProfile(CaseFact, Profile):
    """Who the service user is, as this side knows him (R-20). The newest version is the current one."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="service_user_profile_version")
        ]
        indexes = [models.Index(fields=["service_id", "folded_name"])]

    def __str__(self) -> str:
        return f"version {self.version}"


class CaseHistory(models.TextChoices):
    """The six independent histories of a case; none is derived from another (P-01)."""

    STATUS = "status", "Case status"
    CONTACT = "contact", "Contact"
    ENGAGEMENT = "engagement", "Engagement"
    APPROACH = "approach", "Approach"
    WHEREABOUTS = "whereabouts", "Whereabouts"
    LEGAL = "legal", "Legal position"


class StateEntry(CaseFact):
    """One step of one history: a value, since when, why (R-03). The newest by `since`, then `recorded_at`,
    holds.

    Codes: status K-16, contact K-17, engagement K-20, approach K-15, whereabouts K-58, legal position K-37.
    """

    history = models.CharField(max_length=12, choices=CaseHistory.choices)
    value = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField(
        null=True, help_text="where an end is known in advance: an order, a licence, a hold's review"
    )
    detail = models.CharField(
        max_length=200, blank=True, help_text="K-54 for a hold; area, prison or court otherwise"
    )
    reason = models.TextField(blank=True)
    meanwhile = models.TextField(blank=True, help_text="what goes on during a hold (P-43)")
    exit_plan = models.TextField(
        blank=True, help_text="pace, reason he is given, who watches, what the IDVA says (S-23)"
    )
    owner = models.ForeignKey("access.Membership", null=True, on_delete=models.PROTECT, related_name="+")
    follows = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="followed_by",
        help_text="the entry written before in this history: of two people changing it at once, one is told (S-48)",
    )

    class Meta:
        indexes = [models.Index(fields=["case", "history", "-since", "-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.history}: {self.value} since {self.since}"


class LinkedPerson(CaseFact):
    """A victim/survivor as the referral named her: all that this side holds about her for itself (S-03,
    R-22).
    """

    link_id = models.UUIDField(null=True, help_text="the bridge's link, once an IDVA service holds a record")
    name_as_referred = models.CharField(max_length=240)
    relationship = models.CharField(max_length=20, help_text="K-06 or K-01")
    age_as_referred = models.PositiveSmallIntegerField(null=True)
    gender_as_referred = models.CharField(max_length=20, default="unknown")
    is_index = models.BooleanField(default=False)

    def __str__(self) -> str:
        return "linked person"


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


class Assessment(CaseFact):
    """A submitted form of one instrument at one point (R-10, R-44 to R-49). Never changes.

    An amendment is a new row that supersedes one row, with the reason; both stay. `answers` is what
    `ValidatedAnswers.as_data` gives; `validated` reads it back.
    """

    instrument = models.CharField(max_length=40)
    instrument_version = models.CharField(max_length=40)
    point = models.CharField(max_length=12, help_text="K-36")
    as_of = models.DateField(help_text="the day the answers are about")
    linked_person = models.ForeignKey(
        LinkedPerson,
        null=True,
        on_delete=models.PROTECT,
        related_name="assessments",
        help_text="where the unit is the link",
    )
    answers = models.JSONField()
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    amendment_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "instrument", "point", "linked_person", "as_of"],
                condition=models.Q(supersedes__isnull=True) & ~models.Q(instrument="risk_change"),
                nulls_distinct=False,
                name="one_assessment_a_day_and_point",
            ),
            models.CheckConstraint(
                condition=models.Q(supersedes__isnull=True) | ~models.Q(amendment_reason=""),
                name="amendment_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["case", "instrument", "-as_of"], name="assessment_by_case")]

    def __str__(self) -> str:
        return f"{self.instrument} {self.point}"

    @property
    def validated(self) -> ValidatedAnswers | None:
        """The answers under the version they were given in; None where they fit it no more (`read_stored`)."""
        return read_stored(self.instrument, self.instrument_version, self.answers)


class ReviewFlag(CaseFact):
    """Something got worse between two forms: a review is asked of the case manager and the manager (S-49)."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="review_flag")
    rises = models.JSONField(help_text="list of item, before and after")
    more_is_known = models.BooleanField(
        default=False, help_text="fewer answers missing than before: trust brings disclosure"
    )

    def __str__(self) -> str:
        return "review asked"


class ReviewFlagAnswer(CaseFact):
    """What was decided about a flag. Ends it; two people cannot both."""

    flag = models.OneToOneField(ReviewFlag, on_delete=models.PROTECT, related_name="answer")
    words = models.TextField()

    def __str__(self) -> str:
        return "review done"


class Closure(CaseFact):
    """The end of Drive for the service user, and what is in place afterwards (R-75, P-47).

    Closed is not safe.
    """

    closed_on = models.DateField()
    status_before = models.OneToOneField(
        StateEntry,
        on_delete=models.PROTECT,
        related_name="closure",
        help_text="of two people closing at once, one is told",
    )
    primary_reason = models.CharField(max_length=20, help_text="K-52")
    contributing = models.JSONField(default=list, help_text="K-52")
    engagement = models.CharField(max_length=16, help_text="K-20, or a missing state of K-01")
    all_actions_done = models.BooleanField(default=False, help_text="every possible action is done (P-45)")
    escalation = models.JSONField(default=list, help_text="marac, mappa, police, childrens_services (P-48)")
    escalation_detail = models.TextField(blank=True)
    measures = models.TextField(help_text="measures in place")
    eyes_on = models.TextField(help_text="who still has eyes on the service user")
    risk_owner = models.CharField(
        max_length=30, help_text="K-45, or unknown: the agency that owns the risk (P-52)"
    )
    referrals = models.TextField(blank=True)
    step_down = models.TextField(blank=True, help_text="plan of lighter contact, if any")
    exit_plan = models.TextField(help_text="pace of stepping back, and the reason he is given (S-23)")
    client_may_be_told = models.TextField(help_text="what the IDVA may tell the client")
    others_at_risk = models.TextField(help_text="others at risk, unknown allowed (S-20)")
    risk_of_closing = models.TextField(help_text="what closing may do (S-20)")
    exit_missing_reason = models.TextField(blank=True, help_text="why exit assessments are missing")
    agreed_idva = models.CharField(max_length=12, help_text="yes, no or not_asked (P-46)")
    agreed_panel = models.CharField(max_length=12, help_text="yes, no or not_asked (P-46)")
    follow_up_on = models.JSONField(default=list, help_text="dates at which somebody looks again (C-24)")

    def __str__(self) -> str:
        return f"closed {self.closed_on}"

    @property
    def follow_up_dates(self) -> list[datetime.date]:
        """When somebody looks again, soonest first."""
        return sorted(datetime.date.fromisoformat(day) for day in self.follow_up_on)


class SharingAnswer(models.TextChoices):
    """Whether his coded data may be passed to evaluators (P-20, R-33): the answers of the extract's `consent`."""

    YES = "yes", "Agrees"
    NO = "no", "Does not agree, or no longer"
    NOT_ASKED = "not_asked", "Not asked"


class SharingConsent(CaseFact):
    """What the service user said about passing coded data to evaluators (P-20). The newest by `said_on` holds.

    It filters extracts and never the work: nothing on the case asks for it. Without a row he was not asked.
    """

    answer = models.CharField(max_length=12, choices=SharingAnswer.choices)
    said_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["case", "-said_on", "-recorded_at"], name="sharing_by_case")]

    def __str__(self) -> str:
        return self.answer


class ContactChannel(CaseFact):
    """An address, number or email at which the service user can be reached, or could be (R-21).

    Each row stays, because a former address of his may be hers today. `lookup` is the keyed digest by which the bridge
    tells that a linked person has the same (S-14); the newest row of a digest says whether it still holds.
    """

    kind = models.CharField(
        max_length=8, choices=[("phone", "Phone"), ("address", "Address"), ("email", "Email")]
    )
    value = models.CharField(max_length=300)
    lookup = models.CharField(max_length=64)
    label = models.CharField(
        max_length=80, blank=True, help_text="whose it is, and who else may open or answer"
    )
    source = models.CharField(max_length=120, blank=True, help_text="who said so")
    ended_on = models.DateField(null=True, help_text="the day from which it held no more")

    class Meta:
        indexes = [models.Index(fields=["case", "-recorded_at"]), models.Index(fields=["lookup"])]

    def __str__(self) -> str:
        return f"channel: {self.kind}"
