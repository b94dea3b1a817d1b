"""Canaries: an unmistakable string in every field of words and every sealed value. After people of every role have
opened every page in a real browser, they are searched for wherever they must not be (S-03, S-06, S-39).

The database's log is searched as production writes it: no statement is logged (drive.config.embedded_server; the test
holds the server to those settings). A server that logged statements would log values, since they are bound by the
client: docs/operations.md says so to whoever brings their own server.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, BrowserContext, Response
from playwright.sync_api import Error as PlaywrightError

from tests.browser.conftest import QUIET, chromium
from tests.browser.site import Site, open_site
from tests.browser.window import Window

pytestmark = pytest.mark.browser

__all__ = ["chromium"]

CANARY = re.compile(rb"zq\d{5}qz", re.IGNORECASE)
EVERYTHING = bool(os.environ.get("DRIVE_PROOF_EVERYBODY"))
"""Every page once by everybody who can open it; otherwise every page once."""
TYPED = "zq99998qz"
"""Typed into a form that is then left: it belongs in its author's draft and nowhere else."""
SEARCHED = "zq99997qz"
"""Typed to find a case, which names nobody: it comes back in the answer alone."""
KEPT_BY_THE_BROWSER = (f"{SEARCHED} in profile/Default/Sessions/",)
"""What the browser keeps of an answer to a form until the window is forgotten, so that it can be shown again: what its
reader sent, in the reader's own session. No page and no header prevents it; docs/operations.md says what does."""

UNPRINTED = (
    "log_statement",
    "log_min_duration_statement",
    "log_min_error_statement",
    "log_parameter_max_length",
)


def canaries_in(content: bytes) -> set[str]:
    """Those that stand in these bytes, inside the members of a ZIP or XLSX file too, and as UTF-16."""
    found = {each.decode().lower() for each in CANARY.findall(content)}
    found |= {each.decode().lower() for each in CANARY.findall(content.replace(b"\0", b""))}
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            for name in file.namelist():
                found |= canaries_in(file.read(name)) | canaries_in(name.encode())
    return found


@dataclass
class Walked:
    """One walk of everybody: what was shown to whom, and the places where nothing may have stayed."""

    site: Site
    canaries: dict[str, str]
    knows: dict[str, set[str]]
    log: Path
    profile: Path
    temporary: Path
    shown: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    """By part: canary to the addresses whose answers carried it."""
    answers: int = 0
    exports: list[bytes] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    """What the walk left behind where nothing may stay."""
    named: set[str] = field(default_factory=set)
    """Addresses, titles and file names of everything that was opened."""

    def remember(self, part: str, arrived: list[Response]) -> None:
        """What came since the last page, and empties the list."""
        for response in arrived:
            self.named |= {response.url, response.headers.get("content-disposition", "")}
            if "/static/" in response.url or 300 <= response.status < 400:
                continue  # a file of the program, or an answer without a body
            self.answers += 1
            for canary in canaries_in(response.body() + repr(response.headers).encode()):
                self.shown.setdefault(part, {}).setdefault(canary, set()).add(response.url)
        arrived.clear()

    def files(self, folder: Path) -> Iterator[tuple[str, bytes]]:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"{folder.name}/{path.relative_to(folder)}", path.name.encode() + path.read_bytes()

    def rows(self, query: str) -> list[bytes]:
        with psycopg.connect(self.site.superuser) as connection:
            return [str(row).encode() for row in connection.execute(query.encode()).fetchall()]

    def run(self, statement: str) -> None:
        with psycopg.connect(self.site.superuser) as connection:
            connection.execute(statement.encode())

    def places(self) -> dict[str, bytes]:
        """Everything that a walk leaves behind and that may hold no canary at all."""
        server_log = next(Path(os.environ["DRIVE_DATA"]).rglob("server.log"))
        with psycopg.connect(self.site.superuser) as connection:
            sessions = [
                row[0] for row in connection.execute("select session_data from django_session").fetchall()
            ]
        return {
            "the application's log": self.log.read_bytes(),
            "the database's log": server_log.read_bytes(),
            "the cache": b"".join(self.rows("select * from django_cache")),
            "sessions": json.dumps([SessionStore().decode(each) for each in sessions]).encode(),
            "sign-in tables": b"".join(self.rows("select * from usersessions_usersession")),
            "the audit": b"".join(self.rows("select * from audit_auditevent")),
            "exports": b"".join(repr(canaries_in(each)).encode() for each in self.exports),
            "addresses, titles, file names": "\n".join(sorted(self.named)).encode(),
            **dict(self.files(self.profile)),
            **dict(self.files(self.temporary)),
        }

    def leaks(self) -> list[str]:
        """Canaries in an answer to somebody who may not know them."""
        return [
            f"{part}: {self.canaries.get(canary, canary)} at {sorted(addresses)}"
            for part, shown in self.shown.items()
            for canary, addresses in shown.items()
            if canary not in self.knows[part] | {TYPED, SEARCHED}
        ]

    def left_behind(self) -> list[str]:
        """Canaries that stand where none may, each with its place."""
        return [
            f"{canary} in {place}"
            for place, content in self.places().items()
            for canary in sorted(canaries_in(content))
        ]


@pytest.fixture(scope="module")
def walked(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:  # the fixture
    """Everybody opens what they can, one after the other in one browser with a profile on disk."""
    folder = tmp_path_factory.mktemp("canaries")
    known, temporary, profile = folder / "canaries.json", folder / "tmp", folder / "profile"
    temporary.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRIVE_CANARIES", str(known))
        patch.setenv("TMPDIR", str(temporary))
        with open_site(world="tests.proof.canary_world", server_log=folder / "server.log") as site:
            plan = json.loads(known.read_text())
            known.unlink()
            made = Walked(
                site=site, canaries=plan["canaries"], knows={p: set(w["knows"]) for p, w in plan["walks"].items()},
                log=folder / "server.log", profile=profile, temporary=temporary,
            )  # fmt: skip
            opens = {part: walk["opens"] for part, walk in plan["walks"].items()}
            with _browser(chromium, profile) as context:
                for part, paths in (opens if EVERYTHING else _each_once(opens)).items():
                    _walk(made, context, part, paths)
            made.found = made.left_behind()
            yield made


@contextmanager
def _browser(chromium: Browser, profile: Path) -> Iterator[BrowserContext]:
    """A browser that keeps its profile on disk, as one at a desk does."""
    context = chromium.browser_type.launch_persistent_context(
        profile,
        executable_path=shutil.which("chromium"),
        args=QUIET,
        locale="en-GB",
        timezone_id="Europe/London",
    )
    try:
        yield context
    finally:
        context.close()


def _each_once(opens: dict[str, list[str]]) -> dict[str, list[str]]:
    """Every page opened by one of those who can: by whoever has had the fewest."""
    shared: dict[str, list[str]] = {part: [] for part in opens}
    for path in dict.fromkeys(path for paths in opens.values() for path in paths):
        part = min((p for p in opens if path in opens[p]), key=lambda p: len(shared[p]))
        shared[part].append(path)
    return shared


def _walk(walked: Walked, context: BrowserContext, part: str, paths: list[str]) -> None:
    """One person opens everything, does what their work asks for, and closes the window."""
    window, arrived = _open(walked, context, part, paths)
    if part == "idva":
        _type_and_leave(walked, window)
        _open_what_is_sealed(walked, window, arrived)
    if part == "case_manager":
        _search(walked, window, arrived)
    window.page.close()


def _open(
    walked: Walked, context: BrowserContext, part: str, paths: list[str]
) -> tuple[Window, list[Response]]:
    """One person signs in and opens these pages; what comes from then on is added to the list."""
    context.clear_cookies()
    window = Window.open(part, walked.site, context, scripts=True)
    window.page.set_default_navigation_timeout(60_000)  # this walk asks what stays, not how fast a page comes
    arrived: list[Response] = []
    window.page.on("response", lambda each: arrived.append(each))  # noqa: PLW0108  # marks what it is given: no builtin
    for path in paths:
        if _came(walked, window, path, arrived):
            walked.named.add(window.page.title())
            walked.remember(part, arrived)
    return window, arrived


def _came(walked: Walked, window: Window, path: str, arrived: list[Response]) -> bool:
    """Whether a page came. A file, which is kept, or an address for forms alone is none: the browser stays where it was.

    After such an address the browser is on its way to its own page of errors, and that may break in on the next one:
    it is asked for again, and what came of it by then is let go.
    """
    for _ in range(5):
        try:
            window.page.goto(walked.site.url + path)
        except PlaywrightError as refused:
            said = refused.message
        else:
            return True
        kept = window.context.request.get(walked.site.url + path)
        to_keep = kept.headers.get("content-disposition", "")
        arrived.clear()
        if to_keep.startswith("attachment") or not kept.body():
            walked.exports.append(kept.body())
            walked.named.add(to_keep)
            return False
        window.page.wait_for_timeout(300)
    raise AssertionError(f"{path} did not come: {said}")


def _search(walked: Walked, window: Window, arrived: list[Response]) -> None:
    """A name typed to find a case: it goes into no address."""
    window.go("/cases/")
    arrived.clear()
    window.page.locator("main input[type=text], main input[type=search]").first.fill(SEARCHED)
    window.press("Find")
    walked.remember("case_manager", arrived)


def _type_and_leave(walked: Walked, window: Window) -> None:
    """Words that are kept on the server as a draft while they are typed, and nowhere in the browser (S-48)."""
    window.go(f"/clients/{walked.site.record}/contact/")
    with window.page.expect_response(lambda response: "/drafts/" in response.url):
        window.page.get_by_label("What was said").press_sequentially(TYPED)
    assert TYPED.encode() in b"".join(walked.rows("select content from access_draft"))


def _open_what_is_sealed(walked: Walked, window: Window, arrived: list[Response]) -> None:
    window.go(f"/clients/{walked.site.record}/sealed/")
    arrived.clear()
    window.page.get_by_label("Why do you open it?").first.fill("to write to her")
    window.press("Open with this reason")
    window.reads("Opened just now")
    walked.remember("idva", arrived)


def test_s03_no_answer_carries_a_canary_that_its_reader_may_not_know(walked: Walked) -> None:
    print(f"{walked.answers} answers to {len(walked.knows)} people, {len(walked.canaries)} canaries")  # noqa: T201  # docs/proofs.md
    assert walked.leaks() == []
    for part in ("case_manager", "idva", "idva_manager"):
        assert len(walked.shown[part]) >= 20, part


def test_s03_her_words_on_his_page_are_found(walked: Walked, chromium: Browser, tmp_path: Path) -> None:
    """The comparison can fail: what she wished is written into a name that his page prints."""
    hers = next(each for each, where in walked.canaries.items() if where.startswith("advocacy.Wish"))
    walked.run(f"update casework_linkedperson set name_as_referred = '{hers}'")
    with _browser(chromium, tmp_path / "profile") as context:
        _open(walked, context, "case_manager", [f"/cases/{walked.site.case}/"])
    assert [leak for leak in walked.leaks() if leak.startswith("case_manager: advocacy.Wish")]
    walked.shown["case_manager"].pop(hers)


def test_s06_what_was_sealed_was_shown_once_to_whoever_opened_it(walked: Walked) -> None:
    sealed = {canary for canary, where in walked.canaries.items() if where.startswith("inside ")}
    shown = {part: sealed & set(shown) for part, shown in walked.shown.items()}
    assert {part for part, found in shown.items() if found} == {"idva"}
    (opened,) = shown["idva"]
    assert len(walked.shown["idva"][opened]) == 1


def test_the_database_logs_no_statement(walked: Walked) -> None:
    with psycopg.connect(walked.site.superuser) as connection:
        found = [connection.execute("select current_setting(%s)", [name]).fetchone() for name in UNPRINTED]
    assert found == [("none",), ("-1",), ("panic",), ("0",)]


def test_s06_no_canary_is_left_behind_anywhere(walked: Walked) -> None:
    """Logs, cache, sessions, the audit, exports, temporary files, the browser's profile, addresses, titles."""
    assert walked.exports
    assert any(place.startswith("profile/") for place in walked.places())
    assert [each for each in walked.found if not each.startswith(KEPT_BY_THE_BROWSER)] == []


PLANTS: dict[str, Callable[[Walked], object]] = {
    "the application's log": lambda w: w.log.write_text(w.log.read_text() + "zq00001qz"),
    "the cache": lambda w: w.run("insert into django_cache values ('k', 'zq00001qz', now())"),
    "sessions": lambda w: w.run(
        f"insert into django_session values ('planted', '{SessionStore().encode({'note': 'zq00001qz'})}', now())"
    ),
    "the audit": lambda w: w.run(
        "insert into audit_auditevent (id, at, act, kind, fields, digest, role, reason, origin)"
        " values (gen_random_uuid(), now(), 'looked', 'x', '[\"zq00001qz\"]', '', '', '', '')"
    ),
    "exports": lambda w: w.exports.append(_zipped("xl/worksheets/hidden.xml", b"<c>zq00001qz</c>")),
    "addresses, titles, file names": lambda w: w.named.add("Case of zq00001qz"),
    "profile/": lambda w: (w.profile / "Local Storage.log").write_bytes("zq00001qz".encode("utf-16")),
    "tmp/": lambda w: (w.temporary / "upload_zq00001qz.csv").write_bytes(b""),
}


def _zipped(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(name, content)
    return made.getvalue()


def test_a_planted_canary_is_found_in_every_place(walked: Walked) -> None:
    """The search can fail."""
    for plant in PLANTS.values():
        plant(walked)
    found = walked.left_behind()
    assert [place for place in PLANTS if not any(f"zq00001qz in {place}" in each for each in found)] == []
