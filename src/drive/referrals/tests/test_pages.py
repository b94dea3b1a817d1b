"""Bringing a list in on the pages: previewed, saved, corrected, answered; by the coordinator of one site."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from drive.access.models import Membership
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.referrals.commands import save_list, upload_list
from drive.referrals.lists.problems import REFUSING, Code
from drive.referrals.lists.tests.samples import CUSTODY, LISTS, as_csv, only_row
from drive.referrals.lists.tests.test_samples import COUNTS
from drive.referrals.models import (
    ListSaved,
    PossibleMatch,
    Referral,
    ReferralList,
    ReferralParty,
)
from tests.cast import Cast, join, seeding

from .conftest import FIXTURES

SignIn = Callable[[Membership], Client]


def upload(client: Client, content: bytes, name: str = "Crimplefoot of Marrowby.csv") -> HttpResponse:
    return client.post(reverse("referral_import"), {"file": SimpleUploadedFile(name, content)})  # type: ignore[return-value]  # the stubs name another answer


def preview_of(client: Client, content: bytes) -> str:
    """The address of the preview of an uploaded list."""
    answer = upload(client, content)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def save_address(preview: str) -> str:
    return f"{preview}save/"


@pytest.mark.parametrize("name", LISTS)
def test_every_sample_list_through_the_pages(cast: Cast, client_of: SignIn, name: str) -> None:
    client = client_of(cast.coordinator)
    preview = preview_of(client, (FIXTURES / name).read_bytes())
    counts = COUNTS[name][1]
    kept = counts["created"] + counts["matched"]
    page = client.get(preview).content.decode()
    assert f"Save {kept} lines" in page
    with seeding():
        assert Referral.objects.count() == 0
    assert client.post(save_address(preview)).status_code == 302
    with seeding():
        saved = ListSaved.objects.get()
        assert {name: getattr(saved, name) for name in counts} == counts
        assert Referral.objects.count() == kept
    again = preview_of(client, (FIXTURES / name).read_bytes())
    assert "The same file was brought in before" in client.get(again).content.decode()
    client.post(save_address(again))
    with seeding():
        assert Referral.objects.count() == kept
        second = ListSaved.objects.exclude(pk=saved.pk).get()
        assert (second.created, second.matched, second.refused) == (0, 0, counts["refused"])


def test_the_custody_list_is_refused_in_words_and_nothing_is_kept(cast: Cast, client_of: SignIn) -> None:
    answer = upload(client_of(cast.coordinator), (FIXTURES / CUSTODY).read_bytes())
    assert answer.status_code == 200
    assert "This is not a referral list" in answer.content.decode()
    assert "Error: " in answer.content.decode()
    with seeding():
        assert not ReferralList.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "The file is empty"), (b"%PDF-1.7 no list", "a PDF"), (b"x" * 10_600_000, "larger than 10 MB")],
)
def test_files_that_are_no_list_are_refused_in_words(
    cast: Cast, client_of: SignIn, content: bytes, words: str
) -> None:
    assert words in upload(client_of(cast.coordinator), content).content.decode()


def test_a_file_past_the_server_s_own_limit_is_refused_in_words(cast: Cast, client_of: SignIn) -> None:
    assert "larger than 10 MB" in upload(client_of(cast.coordinator), b"x" * 13_000_000).content.decode()


BAD: dict[Code, dict[str, str]] = {
    Code.NAME_MISSING: {"Perp_name": ""},
    Code.SURNAME_MISSING: {"Victim_name": "", "Victim_forename": "Nasreen", "Victim_surname": ""},
    Code.FORENAME_MISSING: {"Perp_name": "", "Perp_forename": "", "Perp_surname": "Heepleton"},
    Code.NAME_UNREADABLE: {"Perp_name": "12345"},
    Code.SAME_PERSON: {"Perp_name": "Nasreen Snodgrassby", "Perp_DOB": "18/06/1977"},
    Code.DATE_IMPOSSIBLE: {"Perp_DOB": "31/02/1991"},
    Code.DATE_UNREADABLE: {"MARAC_date": "some time"},
    Code.BORN_IN_FUTURE: {"Perp_DOB": "01/01/2091"},
    Code.BORN_AFTER: {"Perp_DOB": "11/03/2025"},
    Code.AGE_IMPOSSIBLE: {"Victim_DOB": "10/03/2025"},
}


@pytest.mark.parametrize("code", sorted(REFUSING))
def test_each_kind_of_bad_line_is_shown_in_words_and_not_saved(
    cast: Cast, client_of: SignIn, code: Code
) -> None:
    row = only_row(**BAD[code])
    assert code in {problem.code for problem in row.problems}
    headings = ["MARAC date", "Victim name", "Victim DOB", "Perp name", "Perp DOB", "Relationship"]
    headings += [name.replace("_", " ") for name in BAD[code] if name.replace("_", " ") not in headings]
    client = client_of(cast.coordinator)
    preview = preview_of(client, as_csv([row.raw], headings))
    page = client.get(preview).content.decode()
    assert 'id="need-an-answer"' in page
    assert not re.search(r"Save \d+ line", page)
    client.post(save_address(preview))
    with seeding():
        assert not Referral.objects.exists()


def test_refused_lines_are_downloaded_corrected_and_brought_in(
    cast: Cast, client_of: SignIn, march: bytes
) -> None:
    client = client_of(cast.coordinator)
    preview = preview_of(client, march)
    client.post(save_address(preview))
    with seeding():
        before = Referral.objects.count()
    file = client.get(f"{preview}refused/")
    assert file.headers["Content-Disposition"] == 'attachment; filename="refused-lines.csv"'
    headings, *rows = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    assert len(rows) == 2
    for row in rows:
        row[headings.index("MARACdate")] = "11/03/2025"
        row[headings.index("V_Surname")] = row[headings.index("V_Surname")] or "Snodgrassby"
    out = io.StringIO()
    csv.writer(out).writerows([headings, *rows])
    corrected = preview_of(client, out.getvalue().encode())
    assert "Save 2 lines" in client.get(corrected).content.decode()
    client.post(save_address(corrected))
    with seeding():
        assert Referral.objects.count() == before + 2
        exported = AuditEvent.objects.get(act="exported")
        assert (exported.kind, exported.membership_id) == ("referral_list", cast.coordinator.pk)


def test_saving_twice_says_so_and_saves_nothing_twice(cast: Cast, client_of: SignIn, march: bytes) -> None:
    client = client_of(cast.coordinator)
    preview = preview_of(client, march)
    client.post(save_address(preview))
    with seeding():
        first = Referral.objects.count()
    assert "Nothing was saved twice" in client.post(save_address(preview), follow=True).content.decode()
    with seeding():
        assert Referral.objects.count() == first


def test_s48_nothing_is_lost_when_the_session_ends_before_saving(
    cast: Cast, client_of: SignIn, march: bytes
) -> None:
    preview = preview_of(client_of(cast.coordinator), march)
    later = client_of(cast.coordinator)  # signed in again
    lists = later.get(reverse("referral_import")).content.decode()
    assert "Not yet saved" in lists
    assert preview in lists
    assert "Save 53 lines" in later.get(preview).content.decode()


def test_s06_her_address_and_the_file_s_name_stand_nowhere(cast: Cast, client_of: SignIn) -> None:
    """Not in the preview, though the cell is in question; the file's name not in an address or a title either."""
    content = (
        b"MARAC date,Perpetrator surname,Perpetrator forename,Victim surname,Victim forename,Victim address\n"
        b"31/02/2025,Crimplefoot,Jabez,Puddifoot,Araminta,99 Canary Close\n"
        b"03/03/2025,Crimplefoot,Jabez,Puddifoot,Araminta,99 Canary Close\n"
    )
    client = client_of(cast.coordinator)
    preview = preview_of(client, content)
    assert "Crimplefoot" not in preview
    page = client.get(preview).content.decode()
    assert "Canary" not in page
    assert "Crimplefoot" not in page[page.index("<title>") : page.index("</title>")]
    client.post(save_address(preview))
    with seeding():
        referral = Referral.objects.get()
    for address in (
        reverse("referral_list"),
        reverse("referral_page", kwargs={"referral_id": referral.pk}),
        preview,
    ):
        assert "Canary" not in client.get(address).content.decode()


def test_only_who_uploaded_a_list_downloads_its_lines(cast: Cast, client_of: SignIn, march: bytes) -> None:
    with seeding():
        colleague = join(
            "Cordelia Second", Role.PANEL_COORDINATOR, None, cast.site, cast.coordinator.organisation
        )
    preview = preview_of(client_of(cast.coordinator), march)
    client = client_of(colleague)
    assert client.get(preview).status_code == 200
    assert client.get(f"{preview}refused/").status_code == 404


def test_answers_in_the_preview_are_kept_with_the_lines(
    cast: Cast, client_of: SignIn, march: bytes, april: bytes
) -> None:
    client = client_of(cast.coordinator)
    client.post(save_address(preview_of(client, march)))
    preview = preview_of(client, april)
    names = sorted(set(re.findall(r'name="(match_\d+_[0-9a-f-]{36})"', client.get(preview).content.decode())))
    assert len(names) > 2
    client.post(
        save_address(preview),
        {names[0]: "same", names[1]: "different", "match_9999_x": "same", names[2]: "merge"},
    )
    with seeding():
        answered = {
            match.answers.get().answer for match in PossibleMatch.objects.filter(answers__isnull=False)
        }
    assert answered == {"same", "different"}


def test_a_match_is_answered_on_the_referral_s_page_and_merges_nothing(
    cast: Cast, client_of: SignIn, march: bytes
) -> None:
    client = client_of(cast.coordinator)
    client.post(save_address(preview_of(client, march)))
    with seeding():
        match = PossibleMatch.objects.order_by("id").first()
        keys = set(ReferralParty.objects.values_list("pk", "match_key"))
    assert match
    address = reverse("referral_match_answer", kwargs={"match_id": match.pk})
    assert "There is a problem" in client.post(address, {"reason": "Same flat."}).content.decode()
    assert client.post(address, {"answer": "same", "reason": "Same flat."}).status_code == 302
    page = client.get(reverse("referral_page", kwargs={"referral_id": match.referral_id})).content.decode()
    assert "Same flat." in page
    with seeding():
        assert set(ReferralParty.objects.values_list("pk", "match_key")) == keys
    assert client.get(address).status_code == 405


def test_pages_answer_the_coordinator_and_to_everybody_else_the_same(
    cast: Cast, client_of: SignIn, march: bytes
) -> None:
    coordinator = client_of(cast.coordinator)
    preview = preview_of(coordinator, march)
    coordinator.post(save_address(preview))
    with seeding():
        referral = Referral.objects.first()
        match = PossibleMatch.objects.first()
    assert referral
    assert match
    absent = uuid4()
    mine = {
        reverse("referral_page", kwargs={"referral_id": referral.pk}): reverse(
            "referral_page", kwargs={"referral_id": absent}
        ),
        preview: reverse("referral_import_preview", kwargs={"list_id": absent}),
        f"{preview}refused/": reverse("referral_import_refused", kwargs={"list_id": absent}),
    }
    with seeding():
        elsewhere = join(
            "Clement Away", Role.PANEL_COORDINATOR, None, cast.other_site, cast.outsider.organisation
        )
    for member in (cast.case_manager, cast.idva, cast.partner, cast.analyst, cast.governance_lead, elsewhere):
        client = client_of(member)
        for present, missing in mine.items():
            denied = client.get(present)
            assert (denied.status_code, denied.content) == (404, client.get(missing).content), (
                member.role,
                present,
            )
        assert client.post(save_address(preview)).status_code == 404
        assert (
            client.post(
                reverse("referral_match_answer", kwargs={"match_id": match.pk}), {"answer": "same"}
            ).status_code
            == 404
        )
    for member in (cast.chair, cast.service_manager):
        client = client_of(member)
        page = client.get(reverse("referral_page", kwargs={"referral_id": referral.pk}))
        assert page.status_code == 200
        assert "Record the answer" not in page.content.decode()
        assert client.get(preview).status_code == 404
        assert upload(client, march).status_code == 404


def test_the_list_finds_by_name_without_a_name_in_an_address(
    cast: Cast, client_of: SignIn, march: bytes
) -> None:
    client = client_of(cast.coordinator)
    client.post(save_address(preview_of(client, march)))
    found = client.post(reverse("referral_list"), {"words": "pecksneath"})
    assert "Pecksneath" in found.content.decode()
    nobody = client.post(reverse("referral_list"), {"words": "zzzz"}).content.decode()
    assert "No referral of this site is found" in nobody
    first = client.get(reverse("referral_list")).content.decode()
    older = re.search(r'href="([^"]*after=[^"]+)" rel="next"', first)
    assert older
    assert client.get(older[1].replace("&amp;", "&")).status_code == 200
    assert client.get(f"{reverse('referral_list')}?after=2025-02-31_x").status_code == 302


def test_queries_stay_as_many_with_more_lines_and_more_referrals(
    cast: Cast, client_of: SignIn, march: bytes, april: bytes
) -> None:
    client = client_of(cast.coordinator)
    actor = cast.coordinator.as_actor()

    def asked(*addresses: str) -> list[int]:
        counts = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            counts.append(len(captured))
        return counts

    small = preview_of(client, b"\n".join(march.splitlines()[:4]))
    with acting_as(actor, Scope.REFERRALS):
        save_list(by=actor, kept=ReferralList.objects.get(pk=UUID(small.split("/")[-2])))
    few = asked(reverse("referral_list"), preview_of(client, b"\n".join(march.splitlines()[:6])))
    with acting_as(actor, Scope.REFERRALS):
        kept, _ = upload_list(by=actor, file_bytes=march, filename="march.csv")
        save_list(by=actor, kept=kept)
    many = asked(reverse("referral_list"), preview_of(client, april))
    assert many[0] == few[0]
    assert many[1] <= few[1] + 6  # the earlier referrals of possible matches, however many


# --- the governance lead ---
