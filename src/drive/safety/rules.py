"""What the bridge knows without a database: code lists of its own, and which words stand for which answer.

Whether contact may happen is decided by one SQL function, `safety.position` (policies.sql), which the
page, the command and the constraint trigger all ask; this file holds only the words for its answers.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from uuid import UUID

from drive.components.dates import days, local_date
from drive.instruments.codelists import code_list

PERMITTING = code_list("K-51").roll_up("booking_permitted")
"""Outcomes under which contact may be booked. The SQL function lists the same four; a test compares them."""

OTHERS_AT_RISK: tuple[tuple[str, str], ...] = (
    ("children", "Children"),
    ("partner", "A new, hidden or future partner"),
    ("adult_family", "Adult family"),
    ("workers", "Workers"),
    ("himself", "The Drive service user"),
)
"""Who S-20 asks about in every contact decision, besides the client. Each is words or `unknown`, never
blank.
"""

UNKNOWN_ANSWER = "unknown"
"""What is stored for "Unknown" in `others_at_risk`, `if_we_act` and `if_we_do_not`."""

VOICE: tuple[tuple[str, str], ...] = (
    ("told_directly", "Told me directly"),
    ("through_worker", "Through another worker"),
    ("not_reached", "Not had: could not be reached"),
    ("not_asked", "Not asked, for a reason"),
)
"""How the client's own voice came into the IDVA's view, or why it did not (S-15)."""
VOICE_NOT_HAD = frozenset({"not_reached", "not_asked"})

ANSWERS: tuple[tuple[str, str], ...] = (
    ("agree", "Agree this outcome"),
    ("differ", "Differ, and say what instead"),
    ("to_panel", "Take it to the panel"),
)
"""What the other side can say to a proposed outcome. `to_panel` counts as wait."""

LAPSE_CAUSES: tuple[tuple[str, str], ...] = (
    ("custody", "Taken into custody, released or moved"),
    ("incident", "New incident"),
    ("new_partner", "New partner"),
    ("client_engagement", "Change in the client's engagement"),
    ("client_residence", "Change in where the client lives"),
    ("order", "Order made or lifted"),
    ("allegation", "New allegation"),
    ("plan", "The plan changed"),
    ("silence", "Long silence"),
)
"""Events that end a decision at once (S-19)."""

LONGEST_DECISION = datetime.timedelta(days=84)
"""How far ahead the last day of a joint decision may be: three usual gaps between reviews. Our figure: the handbook gives none."""

STOP_SCOPES: tuple[tuple[str, str], ...] = (
    ("all", "Everything"),
    ("contact", "All contact"),
    ("place", "A place"),
    ("topic", "A topic"),
    ("action", "An action"),
)

BOOKING_KINDS: tuple[tuple[str, str], ...] = (
    ("meeting", "Meeting"),
    ("joint_visit", "Joint visit with another worker"),
    ("prison_visit", "Prison visit"),
    ("call", "Phone or video call"),
    ("letter", "Letter"),
    ("message", "Text or email"),
)
"""Kinds of planned contact with the service user himself: all of them are direct contact (S-21)."""

SENT = frozenset({"phone", "letter", "email", "text"})
"""Channels (K-18) of his that somebody else might open or answer: a plan names the very address or number (S-14)."""

BOOKING_STATES: tuple[tuple[str, str], ...] = (
    ("planned", "Planned"),
    ("suspended", "Suspended"),
    ("cancelled", "Cancelled"),
    ("done", "Took place"),
)

URGENCIES: tuple[tuple[str, str], ...] = (
    ("urgent", "Urgent: somebody's safety may depend on it today"),
    ("soon", "Soon"),
    ("routine", "For their next look"),
)

INCIDENT_KINDS: tuple[tuple[str, str], ...] = (
    ("contact_without_decision", "Contact without a joint decision in force"),
    ("contact_under_stop", "Contact under a live stop concern"),
    ("contact_against_view", "Contact against a view"),
    ("premature_disclosure", "Somebody told the client about Drive too early"),
    ("leak", "Information reached somebody it should not"),
    ("clash", "Linked people came together in one place"),
    ("missed_check_in", "Missed check-in with harm"),
    ("misled", "Misled about having a choice"),
)
"""Kinds of practice incident (S-41). Somebody else who told the client of Drive first is `premature_disclosure` (V-02)."""

INCIDENT_CHANGES: tuple[tuple[str, str], ...] = (
    ("procedure", "A procedure changes"),
    ("setting", "A setting of the site changes"),
    ("training", "Training or supervision"),
    ("nothing", "Nothing changes, for a reason"),
)
"""What an incident came to (S-41)."""

INCIDENT_DAYS = 28
"""By when an incident is seen to where nobody has named a day. Our figure: the handbook gives none."""

EMERGENCY_RECIPIENTS: tuple[tuple[str, str], ...] = (
    ("police", "Police"),
    ("childrens_services", "Children's services"),
    ("adult_services", "Adult social care"),
    ("ambulance", "Ambulance"),
)
"""Statutory recipients whom any worker may tell now (S-31)."""

POSITIONS: dict[str, tuple[str, str]] = {
    "in_force": ("A joint contact decision is in force.", ""),
    "stop": ("A stop concern is live.", "Answer it together with the other worker."),
    "closed": (
        "The case is closed.",
        "If he gets in touch, or something new is known, record it and open the case again.",
    ),
    "undecided": ("There is no joint contact decision yet.", "Ask for the two views, then agree an outcome."),
    "not_agreed": (
        "Contact is not agreed at present.",
        "The outcome agreed, or a wish to take it to the panel, does not permit it.",
    ),
    "lapsed": (
        "The joint contact decision has lapsed.",
        "Something changed after it was agreed. Decide together again.",
    ),
    "ended": ("The joint contact decision is past its end date.", "Decide together again."),
    "unlinked": ("No IDVA is linked to this case.", "A joint contact decision needs an IDVA's view."),
}
"""What `safety.position` answers, in words: what, and what would open it."""

BOOKING_REFUSALS: dict[str, tuple[str, str]] = {
    "past": ("This time has passed.", "Record it as contact that has happened."),
    "override_ends": (
        "The override of a stop concern ends before that time.",
        "Choose an earlier time, or answer the concern together.",
    ),
    "after_end": (
        "A joint contact decision ends before that day.",
        "Choose an earlier day, or decide together again.",
    ),
    "place": (
        "The joint contact decision does not cover this place.",
        "Choose a place it covers, or ask for a joint view.",
    ),
    "clash": ("Choose another time or place.", ""),
    "channel": ("This channel cannot be used.", ""),
    "asked_often": (
        "Planning contact on this case waits for your manager.",
        "It was tried several times in a few days. What is planned already stands.",
    ),
    "channel_needed": (
        "Say to which address, number or email of his.",
        "Write it down under “Addresses and numbers” first, if it is not there.",
    ),
    "stop_place": ("This place is under a stop concern.", "Choose another place."),
    "leave_out": (
        "A topic or an action is under a stop concern.",
        "Say that it is left out, or answer the concern first.",
    ),
}
"""What `safety.booking_refusal` answers besides the positions."""

NOT_INDEPENDENT = frozenset({"idva", "victim_services"})
"""Agencies (K-45) that know it from the client herself: naming one makes no second source (S-09)."""

VISIBILITY: tuple[tuple[str, str], ...] = (
    ("will_see", "He will see it"),
    ("could_guess", "He could guess"),
    ("hidden", "Hidden from him"),
)
"""Whether the service user notices an action (S-13)."""

TIMING_DAYS = 14
"""Within so many days of something on the client's side what is changed or done with him may be put down to her: a change
asks why now and what he can be told (S-11), planned contact what he will think caused it (S-12). Our figure: the handbook
says "a set time".
"""

PLAN_CHANGES: tuple[tuple[str, str], ...] = (
    ("cancelled", "Planned contact was cancelled"),
    ("suspended", "Planned contact was set aside"),
    ("strategy", "The contact strategy was changed"),
    ("stepped_back", "Contact was held, reduced or ended"),
)
"""What of his plan was changed (S-11, S-23)."""

_AS_THE_OTHER = re.compile(
    r"\b(as|same as|like|with|agree|per|whatever)\b[^.]*\b(idva|case manager|other worker)\b", re.I
)
FEW_WORDS = 15
"""So few words, and the other worker among them, are no view of one's own. Our figure."""


def leans_on_the_other(view: str) -> bool:
    """Whether a view says no more than that it is the other worker's (S-16): "As IDVA." """
    return len(view.split()) <= FEW_WORDS and _AS_THE_OTHER.search(view) is not None


OPENNESS: tuple[tuple[str, str], ...] = (
    ("no", "He is told nothing of it"),
    ("yes", "He may be told"),
    ("knows", "He knows already, or has been told"),
)
"""Whether the service user is told of the client's support (S-10). "yes" holds only while both sides' newest words say so."""

PACE: tuple[tuple[str, str], ...] = (
    ("goes_on", "Other contact goes on as before"),
    ("longer", "Contact goes on in longer intervals"),
    ("ends", "Contact ends for now"),
)
"""How contact goes on after one is cancelled or set aside (S-23)."""

PLAN_ENDS: tuple[tuple[str, str], ...] = (("done", "Done"), ("dropped", "Not done after all"))

ITEM_REFUSALS: dict[str, tuple[str, str]] = {
    "sole_informant": (
        "Nobody but the client could have told this, so nothing may rest on it yet.",
        "Find another source for it, or agree its use with the IDVA, with a plan for the client’s safety.",
    ),
    "ask_first": (
        "The IDVA is asked first before anything rests on this.",
        "Agree its use with the IDVA; another source does not open it.",
    ),
    "background": (
        "This is for background only.",
        "Agree its use with the IDVA, or rest the plan on what another agency knows, without this.",
    ),
}
"""What `safety.item_refusal` answers: what, and what would open it (S-08, S-09)."""

ATTENDANCE: tuple[tuple[str, str], ...] = (
    ("came", "Came"),
    ("stand_in", "Somebody came instead"),
    ("absent", "Did not come"),
)

REVIEW_OUTCOMES: tuple[tuple[str, str], ...] = (
    ("continue", "Go on as it is"),
    ("light_touch", "Light touch"),
    ("taper", "Step back in longer intervals"),
    ("stop", "Stop, with an exit plan"),
    ("ask_views", "Ask for both views anew"),
    ("to_panel", "Take it to the panel"),
)
"""What a joint review comes to, also when a client is no longer in touch (V-13). None of them changes a booking."""
STEPPING_BACK = frozenset({"taper", "stop"})

REVIEW_ANSWERS: tuple[tuple[str, str], ...] = (
    ("agree", "As we agreed"),
    ("differ", "I remember it differently"),
)

DIFFERING_ABOUT: tuple[tuple[str, str], ...] = (
    ("contact", "Whether and how he is contacted"),
    ("use", "Whether something told may be acted on"),
    ("review", "What a joint review came to"),
)
DIFFERING_STEPS: tuple[tuple[str, str], ...] = (
    ("talked", "The two of you talked"),
    ("managers", "Line managers were brought in"),
    ("panel", "Brought to the panel"),
)
"""What is done where two professionals differ. There is no formal dispute (S-16)."""
DIFFERING_OUTCOMES: tuple[tuple[str, str], ...] = (
    ("settled", "You see it alike now"),
    ("differ", "You still differ"),
)
"""What a step came to. Neither opens contact."""

REVIEW_CAUSES: tuple[tuple[str, str], ...] = (
    ("emergency", "Emergency"),
    ("incident", "Practice incident"),
    ("override", "Override of a stop concern"),
    ("engagement", "The client is no longer in touch"),
    ("asked", "Asked for"),
)
"""What calls for a joint review. Why a client is no longer in touch stays on her side (S-03)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Days between joint reviews (C-15): the usual gap, and the one that is flagged."""

    usual: int
    hard: int


REVIEW_GAP = Gap(28, 42)
"""C-15 where a site has not said otherwise."""

WORD_DAYS = 14
"""From so many days without word from the client on, contact with him is listed on both desks (S-24, V-14): the shortest of
the intervals at which a client is asked (C-16).
"""

STALE_DAYS = {"engagement": 42, "client_contact": 42, "whereabouts": 28, "item": 28}
"""After so many days what crossed is drawn as old: the limits of the joint review (C-15, S-42). Our figures."""


def is_old(kind: str, day: datetime.date | None, today: datetime.date) -> bool:
    """Whether what was known on `day` is past the limit of its kind (`STALE_DAYS`). Nothing known is unknown, not old.

    Of a moment its day in London counts.
    """
    return day is not None and (today - local_date(day)).days > STALE_DAYS[kind]


AGENDA = 6
"""Cases on one agenda (W-11)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open link as an agenda sees it. `days` since its last joint review, or since it was linked."""

    link_id: UUID
    su_case_id: UUID
    vs_record_id: UUID
    last: datetime.date | None
    days: int
    urgent: bool
    reasons: tuple[str, ...] = ()
    gap: Gap = REVIEW_GAP
    cross_border: bool = False
    rhythm_days: int | None = None
    rhythm_due: bool = False
    """Whether a pair in two areas has not talked for longer than they agreed (X-03)."""
    from_case: int = 0
    from_client: int = 0
    """Items that crossed within the usual gap, each way: shown to both and their managers, never a score (S-05)."""

    @property
    def balance(self) -> str:
        """What crossed lately, each way, in words."""
        told = f"{self.from_case or 'nothing'} from the case manager, {self.from_client or 'nothing'} from the IDVA"
        return f"Crossed in the last {days(self.gap.usual)}: {told}."

    @property
    def past_limit(self) -> bool:
        """Whether the hard gap has passed (S-24)."""
        return self.days > self.gap.hard

    @property
    def age_words(self) -> str:
        """How long ago, in words: "Never reviewed together" or "Reviewed together 12 days ago"."""
        if self.last is None:
            return "Never reviewed together"
        return f"Reviewed together {days(self.days)} ago" if self.days else "Reviewed together today"

    @property
    def flag(self) -> str:
        """Which of the site's gaps has passed, in words; empty where none has (S-24)."""
        for limit in (self.gap.hard, self.gap.usual):
            if self.days > limit:
                return f"past {days(limit)}"
        return ""

    @property
    def why(self) -> str:
        """Why it is on the agenda, in words."""
        return ". ".join((*self.reasons, self.age_words)) + "."


def agenda(rows: Iterable[Waiting], size: int = AGENDA) -> list[Waiting]:
    """Turn about an urgent one and the longest unreviewed, so that neither the loud nor the quiet fill it (N-16)."""
    oldest = sorted(rows, key=lambda one: (-one.days, str(one.link_id)))
    urgent = [one for one in oldest if one.urgent]
    chosen: list[Waiting] = []
    for pair in zip_longest(urgent, oldest):
        chosen += [one for one in dict.fromkeys(pair) if one is not None and one not in chosen]
    return chosen[:size]


STILL_OPEN = (
    "Research, sharing with agencies, markers, disruption and safeguarding remain open to you, "
    "and what has happened can always be recorded."
)
"""What no strategy, decision or concern ever closes (S-21, S-43)."""


def label(choices: tuple[tuple[str, str], ...], code: str) -> str:
    """The words of a code. Raises `KeyError` for a code that is not in the list."""
    return dict(choices)[code]


def refusal_words(code: str) -> tuple[str, str]:
    """(what, what would open it) for an answer of `safety.position` or `safety.booking_refusal`."""
    return POSITIONS[code] if code in POSITIONS else BOOKING_REFUSALS[code]
