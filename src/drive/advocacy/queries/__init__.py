"""What the pages of the IDVA's side show, already filtered by the row policies."""

from .answers import answered, assessment, submitted
from .away import Away, absences
from .desk import WORKERS, ClientDesk, desk
from .in_touch import InTouch, contacts, in_touch
from .lists import ClientPage, ClientRow, clients, informed_records
from .newest import history, newest, newest_of_threads
from .record import Identity, Overview, Seals, identity, overview, seals
from .service import ServiceDesk, initials_of, service_desk

__all__ = [
    "WORKERS",
    "Away",
    "ClientDesk",
    "ClientPage",
    "ClientRow",
    "Identity",
    "InTouch",
    "Overview",
    "Seals",
    "ServiceDesk",
    "absences",
    "answered",
    "assessment",
    "clients",
    "contacts",
    "desk",
    "history",
    "identity",
    "in_touch",
    "informed_records",
    "initials_of",
    "newest",
    "newest_of_threads",
    "overview",
    "seals",
    "service_desk",
    "submitted",
]
