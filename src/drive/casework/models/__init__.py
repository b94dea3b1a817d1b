"""The service user's case: what the case manager's side holds.

Nothing here is read by the client's side (S-01).
"""

from .case import CaseFact, CaseHistory, ContactChannel, LinkedPerson, ServiceUserProfile, StateEntry, SuCase
from .judging import Assessment, Closure, ReviewFlag, ReviewFlagAnswer, SharingAnswer, SharingConsent
from .work import Action, Contact, ContactStrategy, ResearchNote, Session

__all__ = [
    "Action",
    "Assessment",
    "CaseFact",
    "CaseHistory",
    "Closure",
    "Contact",
    "ContactChannel",
    "ContactStrategy",
    "LinkedPerson",
    "ResearchNote",
    "ReviewFlag",
    "ReviewFlagAnswer",
    "ServiceUserProfile",
    "Session",
    "SharingAnswer",
    "SharingConsent",
    "StateEntry",
    "SuCase",
]
