"""The joint contact decision (R-65): a question, two views written apart, a proposal, an answer, and what
ends it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from drive.instruments.codelists import code_list

from ..rules import ANSWERS, LAPSE_CAUSES, VOICE
from .links import BridgeFact


class ContactQuestion(BridgeFact):
    """A joint decision asked for: what is planned with the service user, and why now. A new topic, setting
    or event asks anew.
    """

    planned = models.TextField(help_text="what contact is planned")
    setting = models.CharField(max_length=200, help_text="where and with whom")
    reason_given = models.CharField(max_length=200, help_text="the reason the service user would be given")
    when_planned = models.CharField(max_length=120, help_text="from when, how often, until when")
    why_now = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["link", "-recorded_at"])]

    def __str__(self) -> str:
        return "question about contact"


class ContactView(BridgeFact):
    """One side's view, written before the other is seen and never changed (S-15).

    The other side's view is readable only once both are in: a row policy, so it holds on every surface.
    `others_at_risk` maps each key of `rules.OTHERS_AT_RISK` to words or `unknown` (S-20).
    """

    question = models.ForeignKey(ContactQuestion, on_delete=models.PROTECT, related_name="views")
    own_view = models.TextField()
    voice = models.CharField(
        max_length=20, blank=True, choices=VOICE, help_text="the client's voice; IDVA's side only"
    )
    voice_detail = models.CharField(max_length=200, blank=True, help_text="when and how, or why not had")
    others_at_risk = models.JSONField()
    if_we_act = models.TextField()
    if_we_do_not = models.TextField()
    would_choose = models.CharField(max_length=20, help_text="K-51")
    leave_out = models.TextField(blank=True, help_text="topics and places to leave out")
    use_rule = models.CharField(max_length=12, default="background", help_text="K-47")
    work_out = models.TextField(help_text="how could he work out where this came from?")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "side"], name="one_view_a_side"),
            models.CheckConstraint(condition=~Q(own_view=""), name="view_is_not_blank"),
            models.CheckConstraint(
                condition=~Q(if_we_act="") & ~Q(if_we_do_not=""), name="both_risks_are_answered"
            ),
            models.CheckConstraint(condition=Q(side="su") | ~Q(voice=""), name="idva_says_whose_voice"),
            models.CheckConstraint(
                condition=Q(would_choose__in=[c.code for c in code_list("K-51").codes]),
                name="view_chooses_k51",
            ),
        ]

    def __str__(self) -> str:
        return f"view of the {self.side} side"


class OutcomeProposal(BridgeFact):
    """An outcome put forward by one side once both views are in. It decides nothing until the other side
    agrees (S-16).
    """

    question = models.ForeignKey(ContactQuestion, on_delete=models.PROTECT, related_name="proposals")
    outcome = models.CharField(max_length=20, help_text="K-51")
    conditions = models.TextField(blank=True)
    leave_out = models.TextField(blank=True)
    told = models.TextField(help_text="what the service user will be told")
    tell_each_other = models.TextField(blank=True)
    places = models.JSONField(default=list, help_text="K-57 codes that the decision covers")
    ends_on = models.DateField(help_text="last day on which it holds; then both decide again")
    dissent = models.TextField(blank=True, help_text="where the proposer still differs")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "side"], name="proposal_with_its_side"),
            models.CheckConstraint(
                condition=Q(outcome__in=[c.code for c in code_list("K-51").codes]), name="outcome_is_k51"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="go_with_conditions") | ~Q(conditions=""), name="conditions_are_said"
            ),
        ]

    def __str__(self) -> str:
        return f"proposed: {self.outcome}"


class OutcomeAnswer(BridgeFact):
    """What the other side says. Agreed, proposal and answer are the joint decision, dissent kept.

    `proposal_side` follows the proposal by a composite foreign key and must differ from `side`: an outcome
    of one side alone cannot be stored.
    """

    proposal = models.ForeignKey(OutcomeProposal, on_delete=models.PROTECT, related_name="answers")
    proposal_side = models.CharField(max_length=4)
    answer = models.CharField(max_length=8, choices=ANSWERS)
    dissent = models.TextField(blank=True, help_text="where the answerer still differs, or what instead")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal"], name="one_answer_a_proposal"),
            models.CheckConstraint(
                condition=~Q(proposal_side=models.F("side")), name="outcome_needs_both_sides"
            ),
            models.CheckConstraint(condition=Q(answer="agree") | ~Q(dissent=""), name="differing_says_what"),
        ]
        indexes = [models.Index(fields=["link", "-recorded_at"])]

    def __str__(self) -> str:
        return self.answer


class DecisionLapse(BridgeFact):
    """A decision on this link ended early (S-19). Ends whatever was agreed before it; cancels nothing
    (S-23).
    """

    cause = models.CharField(max_length=20, choices=LAPSE_CAUSES)
    what = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cause__in=[code for code, _ in LAPSE_CAUSES]), name="lapse_cause_is_listed"
            )
        ]
        indexes = [models.Index(fields=["link", "-recorded_at"])]

    def __str__(self) -> str:
        return self.cause
