"""A PostgreSQL of its own with a demonstration world of a wanted size, for a measurement; removed afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FIRST = {"DJANGO_SETTINGS_MODULE": "drive.config.settings", "DRIVE_DEMONSTRATION": "true"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """Where the world stands, and how large it became. `rows` by table."""

    folder: Path
    superuser_url: str
    people: int
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database of Drive as a demonstration claims it, with nobody in it yet. `owner_url`: its owner's connection."""

    folder: Path
    owner_url: str
    superuser_url: str


@contextmanager
def prepared() -> Iterator[Prepared]:
    """A server and a database, up to date; Django is set up on it as the application's log-in."""
    with tempfile.TemporaryDirectory(prefix="drive-measure-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        os.environ.update(FIRST, DRIVE_DATA=name)
        from drive.config.data_folder import DataFolder
        from drive.config.embedded_server import EmbeddedServer
        from drive.config.preparation import make_database

        data = DataFolder(folder)
        server = EmbeddedServer(data)
        server.start()
        try:
            owner, app = make_database(server)
            data.keep("owner_url", owner)
            data.keep("app_url", app)
            import django

            django.setup()
            from psycopg.conninfo import conninfo_to_dict, make_conninfo

            from drive.config.installation import claim
            from drive.config.preparation import migrate

            migrate(owner)
            claim(owner, demonstration=True, prefix="drive")
            superuser = make_conninfo(server.superuser_url, dbname=conninfo_to_dict(owner)["dbname"])
            yield Prepared(folder, owner, superuser)
        finally:
            server.stop()


@contextmanager
def world(people: int | None = None) -> Iterator[Loaded]:
    """A world of about so many people, or the practice world, loaded and analysed."""
    with prepared() as place:
        from drive.demonstration.loading import load

        loaded = load(place.owner_url, people=people)
        yield Loaded(place.folder, place.superuser_url, loaded.people, loaded.rows)
