"""Sentences that invented practitioners wrote. Neutral, and without a detail that could be anybody's."""

from __future__ import annotations

from random import Random

from .names import Person

_STREETS = (
    "Acorn Row",
    "Button Lane",
    "Candle Walk",
    "Dovetail Close",
    "Ember Yard",
    "Hopscotch Street",
    "Teapot Mews",
    "Windfall Road",
)

REFERRERS = ("Pennyshire Police", "Children’s services", "IDVA service", "Housing", "Probation", "")
CONCERNS = (
    "Calls at all hours, and turns up at work.", "Controls money and who may visit.", "Threats after the separation.",
    "Breach of an order reported twice.", "Jealous, and checks the phone.", "", "Neighbours called the police three times.",
    "Children present at the last incident.", "Has lost his tenancy and may come back to hers.",
)  # fmt: skip
OFFENCES = (
    "",
    "",
    "Common assault",
    "Harassment",
    "Criminal damage",
    "Breach of order",
    "Coercive behaviour",
)
AWAITED = (
    ("Where he lives now, and with whom", "Housing"), ("Result of the court hearing", "Police"),
    ("Whether a social worker is allocated", "Children’s services"), ("Release date and licence conditions", "Probation"),
    ("The victim/survivor’s view", "IDVA service"),
)  # fmt: skip
ACCEPTED_BECAUSE = (
    "Serial pattern across three relationships; nobody works with him now.", "Escalating after separation, and a lever through probation.",
    "Breaches unanswered; agencies hold pieces and nobody the whole.", "Children on a plan, and he is absent from it.",
    "Indirect work can start at once while contact waits.",
)  # fmt: skip
REJECTED_BECAUSE = (
    "Already managed at a higher level.", "Lives outside the area, and the other area has been told.",
    "Nothing is known yet that work could rest on.", "Contact would put workers at risk, and indirect work is in other hands.",
)  # fmt: skip
NEXT_STEPS = (
    "Police keep him on their weekly list.",
    "Probation reviews and refers again on release.",
    "IDVA support goes on; MARAC hears it again in May.",
)
VS_SAFETY = (
    "IDVA in touch; safety plan renewed.",
    "Not reached yet; second agency asked to try.",
    "Marker on the address; alarm fitted.",
)
CHILD_SAFETY = (
    "Social worker told of the decision.",
    "No children known.",
    "School told; nobody else collects.",
    "Unknown whether he sees the children.",
)

MULTI_SUPPORT = (
    "Asked housing for a place away from her address.", "Appointment with the recovery team kept together.", "GP letter about sleep and anger agreed.",
    "Benefit claim put right, so that he need not ask her for money.", "Referred to the job coach.", "Peer group place agreed.",
)  # fmt: skip
MULTI_DISRUPT = (
    "Breach reported to police on the same day.", "Marker put on the address.", "Licence condition tightened after the call.",
    "Prison asked to hold letters.", "Intelligence log sent.", "Court told of the missed payments.", "Visits stopped at the prison’s own decision.",
    "Car seen near the school passed to neighbourhood police.",
)  # fmt: skip
MULTI_BOTH = (
    "Supported housing out of the area, with a curfew.", "Contact centre agreed in place of doorstep handover.", "Medication review, and police told of the risk.",
)  # fmt: skip
UPDATES = (
    "Told where things stand before the weekend.", "Told of the change of address.", "Told that the hearing was adjourned.",
    "Told of the new relationship.", "Told who is in touch with him and who is not.",
)  # fmt: skip
RESEARCH = (
    "Asked for what is held since the last conference.",
    "Read the file at their office.",
    "Checked the two earlier addresses.",
)
ADVOCACY = (
    "Challenged the closing of the file.",
    "Asked for a named officer.",
    "Asked that letters go to another address.",
)
SAFEGUARDING = ("Joined the core group.", "Strategy discussion asked for.", "School told who may collect.")
FAMILY = ("His mother visited, with the IDVA’s agreement.", "His brother rung about the holidays.")
PLANNING = (
    "Places and times of the week gone through together.",
    "Route of the first approach gone through with police.",
)
DIRECT_SUPPORT = (
    "Went with him to the housing office.",
    "Filled in the form with him.",
    "Took him to the surgery.",
)
BEHAVIOUR = (
    "Worked through last Saturday step by step.",
    "Went over the signs before he loses his temper.",
    "Wrote what his son saw that evening.",
)
CONTACT_WORK = ("Letter, then a call in the afternoon.", "Waited at the surgery as agreed; he did not come.")
OUTCOMES = (
    "",
    "",
    "",
    "Done the same week.",
    "Agreed, and in place.",
    "They will not act without a further report.",
    "Waiting for an answer.",
)
FACTS = (
    "",
    "",
    "Police log, in the month of referral.",
    "Probation officer, by phone.",
    "Housing file. Opinion: he plays agencies off.",
)

FOUND = (
    "Two earlier partners, both with orders.", "Nothing held.", "Known since 2019; three closed files.", "On medication, not taken since summer.",
    "Tenancy ends next month.", "A child from an earlier relationship; no contact.", "Caution for damage; no further action.",
    "Drinks at weekends, says the link worker. Opinion.",
)  # fmt: skip
ANSWERERS = (
    "Duty officer",
    "Link worker",
    "Case administrator",
    "Ward manager",
    "Offender manager",
    "Housing officer",
)

SOURCES = "Police log, probation file, housing, and the IDVA’s view. Facts and opinions are told apart in the research."
HOOKS = (
    "A way to see his daughter in a contact centre.",
    "Help with the tenancy.",
    "His own wish to sleep and stop shouting.",
    "Getting through the licence.",
)
COVERS = (
    "A call about support that his officer mentioned.",
    "An appointment with the housing support worker.",
)
REVEALS = (
    "Nothing: everybody on licence is offered it.",
    "He may think of the last report. It names nobody.",
)
STAFF_SAFETY = (
    "Two workers, at the office, with the exit free.",
    "At the police station only. No home visits.",
    "Call before and after; car parked away.",
)
IF_ASKED = ("We do not talk about anybody else here.",)
IF_DECLINED = ("Leave it a fortnight; disruption goes on.", "Try again with his officer after the review.")
OTHERS = ("His mother, who lends him money.", "A new partner; name not known.", "Unknown.")
IF_NOT = ("He goes on unseen.", "Breaches go on unanswered.", "Unknown.")

NOTES = (
    "Came early. Talked mostly of work.", "Guarded at first; opened when asked about his father.", "Angry about the order, calmer at the end.",
    "Kept to the plan for the weekend.", "Blames everybody; could name one thing he did.", "Quiet. Agreed the next date.",
)  # fmt: skip
MANIPULATION = (
    "",
    "",
    "",
    "Asked twice whether she had said something.",
    "Agreed with everything; remembered nothing of last time.",
)
CONTACT_NOTES = {
    "spoke": ("", "Talked about the week.", "Short, and in good temper.", "Asked what comes next."),
    "agreed_next": ("Short call, next date agreed.", "Text only, next date agreed."),
    "no_reply": ("", "Rang twice, no voicemail left.", "Text sent, as agreed."),
    "missed": ("", "Waited half an hour.", "Sent word afterwards that he had overslept."),
    "declined": ("Not this week, he says.",),
    "cancelled_us": ("The second worker was ill.",),
    "cancelled_safety": ("Put off after the IDVA’s call.",),
}

REASONS_HOLD = {
    "justice": "Trial listed; contact could be called interference.", "vs_unreached": "Nobody has reached her; contact waits for that.",
    "whereabouts": "He left the hostel; nobody knows where he is.", "agency_reply": "Contact rests on the licence conditions, not yet known.",
    "custody": "On remand, and moved twice.", "health": "In hospital.",
}  # fmt: skip
MEANWHILE = "Research goes on, agencies are told of changes, markers stay."
EXIT_PLAN = (
    "Meetings grow further apart over six weeks. He is told that the programme ends for everybody at this point."
    " His officer still sees him weekly. The IDVA tells her beforehand."
)
HOLD_PLAN = (
    "He is told that the worker is away. Police and housing still see him. The IDVA knows from the first day."
)
MEASURES = "Marker on the address, order until spring, school told."
EYES = (
    "Probation, weekly.",
    "Neighbourhood police; housing monthly.",
    "Children’s services, through the core group.",
)
MAY_TELL = "That Drive ends, when, and who to ring from then on."

CLIENT_NOTES = (
    "Safe to talk for ten minutes.", "Says that things are quieter.", "Worried about the handover on Saturday.", "Asked about the alarm.",
    "Told about the court date.", "Spoke through the link worker at the children’s centre.", "Did not want to talk today.",
)  # fmt: skip
WISHES = (
    "I want him to stop coming to the door.", "I want the children to see him somewhere safe.", "I want to stay in my own home.",
    "I do not want him to lose his job over this.", "I want to be told before, not after.", "I want nothing to do with any of it.",
)  # fmt: skip
SUMMARIES = (
    "Nothing new since last time.",
    "Calmer; no contact outside handover.",
    "More messages at night since the hearing.",
    "Says that he knows about the new address. She did not say how.",
)
TOLD = (
    "What Drive is and is not: no way to child contact, no promise of change, help for him aims at less harm."
)
PATTERNS = (
    "Fewer calls at night since the order; handovers are still where it happens.",
    "Three quiet weeks. Both of us think it is the job.",
    "He asks about her less; he asks about the children more.",
    "Worse at the end of the month, when the money is gone.",
)
UNKNOWNS = (
    "Whether he has a second phone. The case manager asks police.",
    "Where he sleeps on Fridays. Neither knows; housing is asked.",
    "Whether she has told her sister. The IDVA asks when it is safe.",
    "When abuse was last known of. The IDVA asks at the next check-in.",
)
AGREED = (
    "Case manager rings his officer by Friday. IDVA asks about the handover.",
    "IDVA goes through the plan with her. Case manager says nothing of the hearing.",
    "Both as before. Ring each other if he loses the room.",
)
HANDOVER_NONE = "He could not: it stands in the court list."
INFERENCE = (
    "He could not: every agency knows it.",
    "He could guess at the school; so it is not to be used with him.",
    "Nothing in it comes from the client.",
)


def postcode(rng: Random) -> str:
    """In an area that no post office knows."""
    return f"QX{rng.randint(1, 9)} {rng.randint(1, 9)}{rng.choice('ABDEFGHJLN')}{rng.choice('PQRSTUWXYZ')}"


def address(rng: Random, person: Person, place: str) -> str:
    """A place to live that does not exist."""
    return f"{rng.randint(1, 88)} {rng.choice(_STREETS)}, {place}, {postcode(rng)}"


def phone(rng: Random) -> str:
    """A mobile number from the range kept for drama."""
    return f"07700 900{rng.randint(0, 999):03d}"
