"""Organisations, sites, services, people who work there, and who is assigned to what.

An organisation, a site and a team are three different things (A-24). A *service* is one organisation at one site on
one side: what a manager manages. A *membership* is one person in one role at one service, dated; a person who works
for two organisations has two memberships and acts in one at a time (S-01). Assignments say which membership holds
which record. Everything a row policy decides by stands in these tables.
"""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from .roles import Role, RoleEntry, role_choices
from .scopes import Scope, Side
from .stepping import Actor

OPEN = datetime.date.max
"""The end date of what has not ended: 31 December 9999, so that an index finds live rows by comparison alone."""


def local_today() -> datetime.date:
    """Today in the practitioners' calendar (Europe/London); the database's own is `access.today()`."""
    return timezone.localdate()


class Organisation(models.Model):
    """An employer: a charity, a police force, a council."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A place where Drive runs, with its settings (C ids); each setting's history is in `SiteSetting`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    publication_label = models.CharField(
        max_length=40, help_text="the name of the site in anything released (C-27)"
    )

    def __str__(self) -> str:
        return self.name


class SiteSetting(models.Model):
    """One setting of one site from one date (C ids): who changed it and why (C-30). Rows never change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="settings")
    code = models.CharField(max_length=8, help_text="a C id of the handbook, such as C-01")
    value = models.JSONField()
    applies_from = models.DateField(default=local_today)
    reason = models.TextField(blank=True)
    consequences = models.TextField(
        blank=True, help_text="what else may follow, above all for IDVAs' load (C-30)"
    )
    review_on = models.DateField(null=True, help_text="when somebody looks at what it did (C-30)")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey("Membership", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["site", "code", "-applies_from"])]

    def __str__(self) -> str:
        return f"{self.code} from {self.applies_from}"


class Service(models.Model):
    """One organisation at one site on one side of the wall (A-24, A-26)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="services")
    side = models.CharField(max_length=4, choices=[(s.value, s.value) for s in Side])
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "site", "side"], name="one_service_per_organisation_site_side"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """Some of the people of one service."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, name: str, password: str | None = None) -> User:
        """An account without any membership: it can sign in and see nothing. Email is folded to lower case."""
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do comes from memberships alone; there is no superuser."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_demonstration = models.BooleanField(default=False, help_text="exists only in demonstration mode")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person in one role at one service or site, between two dates.

    `name` is how colleagues know the person in this role, so that no page needs the account itself. `ends_on` is the
    first day on which it no longer holds.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=24, choices=role_choices())
    side = models.CharField(max_length=4, choices=[(s.value, s.value) for s in Side])
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="memberships")
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT)
    starts_on = models.DateField(default=local_today)
    ends_on = models.DateField(default=OPEN)
    work_phone = models.CharField(
        max_length=40, blank=True, help_text="the telephone of the work, for colleagues on either side"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="membership_ends_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(side=Side.NEITHER) | models.Q(service__isnull=False),
                name="membership_on_a_side_has_a_service",
            ),
        ]
        indexes = [models.Index(fields=["user", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.name}, {self.role_entry.label}"

    @property
    def role_entry(self) -> RoleEntry:
        return Role(self.role).entry

    def as_actor(self, scope: Scope | None = None, *, origin: str = "") -> Actor:
        """The membership as the actor of a request or command, at its own desk unless another scope is named."""
        return Actor(
            user_id=self.user_id,
            membership_id=self.pk,
            name=self.name,
            role=Role(self.role),
            side=Side(self.side),
            organisation=self.organisation.name,
            organisation_id=self.organisation_id,
            site_id=self.site_id,
            site=self.site.name,
            service_id=self.service_id,
            scope=scope or self.role_entry.scopes[0],
            origin=origin,
        )


class AssignmentKind(models.TextChoices):
    """A-25."""

    HOLDER = "holder", "Holder"
    NAMED_CONTACT = "named_contact", "Named contact"
    COVER = "cover", "Cover"
    JOINT = "joint", "Joint"
    RELAY = "relay", "Relay"


WORKING = (AssignmentKind.HOLDER, AssignmentKind.COVER, AssignmentKind.JOINT)
"""Who writes in a record and opens what is sealed in it. A named contact or a relay reads, and is spoken to."""


class Assignment(models.Model):
    """What both kinds of assignment share. Written before the record itself, so its key is checked at commit."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=AssignmentKind.choices, default=AssignmentKind.HOLDER)
    starts_on = models.DateField(default=local_today)
    ends_on = models.DateField(default=OPEN)
    handover = models.TextField(blank=True, help_text="what the next worker needs to know (S-46)")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def last_day(self) -> datetime.date | None:
        """The last day, included; none while no end is set."""
        return None if self.ends_on == OPEN else self.ends_on - datetime.timedelta(days=1)


class CaseAssignment(Assignment):
    """Who works a service user's case."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="case_assignments")
    case_id = models.UUIDField()
    service_id = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(
                fields=["membership", "ends_on"],
                include=["case_id", "starts_on"],
                name="case_assignment_live",
            ),
            models.Index(fields=["case_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.starts_on}"


class ClientAssignment(Assignment):
    """Who works with a client."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="client_assignments")
    record_id = models.UUIDField()
    service_id = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(
                fields=["membership", "ends_on"],
                include=["record_id", "starts_on"],
                name="client_assignment_live",
            ),
            models.Index(fields=["record_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.starts_on}"


class Bar(models.Model):
    """Somebody who must not see a record: a declared tie, a restriction or an exclusion, one table (S-34, A-30).

    Without an account it restricts the record to those who work it and to `kept_by`. It also covers the referral that
    the record came from; at a referral, the case and the record opened from it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="bars")
    record_id = models.UUIDField(help_text="a case, a client record or a referral")
    kind = models.CharField(
        max_length=12,
        choices=[("tie", "Declared tie"), ("restriction", "Restriction"), ("exclusion", "Exclusion")],
    )
    kept_by = models.ForeignKey(
        User,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="who goes on supervising a record restricted for everybody else",
    )
    reason = models.TextField()
    end_reason = models.TextField(blank=True, help_text="why it ended before its last day")
    starts_on = models.DateField(default=local_today)
    ends_on = models.DateField(default=OPEN)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | models.Q(kind="restriction"),
                name="only_a_restriction_is_for_everybody",
            )
        ]
        indexes = [
            models.Index(fields=["user", "ends_on"], include=["record_id"], name="bar_live"),
            models.Index(fields=["record_id"], name="bar_of_record"),
        ]

    def __str__(self) -> str:
        return self.kind


class EmergencyScope(models.TextChoices):
    """How much of a record an emergency reading opens. What each opens stands in policies.sql, by `access.opens_in_part`."""

    REACH = "reach", "Where the person is and how to reach them"
    DANGER = "danger", "Who is in danger, and what was agreed for their safety"
    WHOLE = "whole", "The whole record"


class BreakGlass(models.Model):
    """Emergency reading of one record on the reader's own side: reason, scope, hours, reviewed afterwards (S-35)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="break_glasses")
    record_id = models.UUIDField()
    service_id = models.UUIDField(help_text="the service whose record it is")
    reason = models.TextField()
    scope = models.CharField(
        max_length=8,
        choices=EmergencyScope.choices,
        default=EmergencyScope.WHOLE,
        help_text="how much it opens",
    )
    told = models.CharField(
        max_length=12,
        choices=[
            ("yes", "Yes"),
            ("about_to", "I am about to"),
            ("not_needed", "Not needed, as the reason says"),
        ],
        default="",
        blank=True,
        help_text="whether police or children's services were told",
    )
    opened_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["membership", "expires_at"], include=["record_id"], name="break_glass_live")
        ]

    def __str__(self) -> str:
        return f"until {self.expires_at}"


class BreakGlassReview(models.Model):
    """What the manager of the record's side, or the governance lead, found about an emergency reading (S-35)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    break_glass = models.OneToOneField(BreakGlass, on_delete=models.PROTECT, related_name="review")
    service_id = models.UUIDField(help_text="the reading's own, copied for the policy")
    finding = models.CharField(
        max_length=12,
        choices=[
            ("needed", "It was needed"),
            ("not_needed", "It was not needed"),
            ("unclear", "Not settled yet"),
        ],
    )
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.finding


class Draft(models.Model):
    """What somebody is typing, bound to one account, one membership, one form and one record (S-48).

    Kept on the server and readable by its author alone; the only kind of row that changes while it is written.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=60)
    record_id = models.UUIDField()
    content = models.JSONField()
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "form", "record_id"], name="one_draft_per_author_form_record"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form}, kept {self.kept_at:%d %b %H:%M}"


class Installation(models.Model):
    """What this database is for: a practice site with invented people, or real work. One row, never both."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    mode = models.CharField(
        max_length=16, choices=[("demonstration", "Practice, invented people"), ("live", "Real work")]
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_installation")]

    def __str__(self) -> str:
        return self.mode
