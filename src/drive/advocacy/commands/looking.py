"""Looking for a client by name: an act of its own, since a search tells whom somebody looked for (S-36)."""

from __future__ import annotations

from drive.access.stepping import Actor
from drive.audit.record import Act, record_event

from ..queries import ClientPage, clients


def search_clients(*, by: Actor, words: str) -> ClientPage:
    """Clients whose names or case codes hold these words, among those the scope shows. The words are not
    kept.
    """
    record_event(Act.SEARCHED, by=by, kind="client list")
    return clients(words=words)
