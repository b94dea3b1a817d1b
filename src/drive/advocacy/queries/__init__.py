"""What the pages of the IDVA's side show, already filtered by the row policies."""

from .answers import answered, assessment
from .desk import WORKERS, ClientDesk, ServiceDesk, desk, service_desk
from .lists import ClientPage, ClientRow, clients, informed_records
from .newest import history, newest, newest_of_threads
from .record import Identity, Overview, Seals, identity, overview, seals

__all__ = [
    "WORKERS",
    "ClientDesk",
    "ClientPage",
    "ClientRow",
    "Identity",
    "Overview",
    "Seals",
    "ServiceDesk",
    "answered",
    "assessment",
    "clients",
    "desk",
    "history",
    "identity",
    "informed_records",
    "newest",
    "newest_of_threads",
    "overview",
    "seals",
    "service_desk",
]
