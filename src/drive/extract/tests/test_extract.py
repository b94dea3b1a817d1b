"""From the demonstration world to the library's results: the package keeps the contract and its figures are the database's."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest
from django.conf import settings
from django.db import connection

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.audit.record import Act
from drive.casework.models import SharingConsent, SuCase
from drive.extract.commands import write_extract
from drive.extract.tables import LEFT_OUT, MADE
from drive_evaluation import cli
from drive_evaluation.contract import TABLES
from drive_evaluation.package import read_package
from drive_evaluation.validation import validate
from tests.cast import seeding

from .conftest import KEY, Write, released, somebody


def _table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def _asked(statement: str, **values: Any) -> Any:
    """One number, counted past every policy by a statement of its own."""
    with seeding(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def test_every_table_of_the_contract_is_made_or_left_out_for_a_reason() -> None:
    assert set(MADE) | set(LEFT_OUT) == set(TABLES)
    assert not set(MADE) & set(LEFT_OUT)


def test_the_package_is_valid_runs_and_tells_the_figures_of_the_database(
    write: Write, tmp_path: Path
) -> None:
    folder, file = write()
    assert validate(read_package(folder)) == []
    assert cli.main(["validate", str(folder)]) == 0
    assert (
        cli.main(
            [
                "run",
                str(folder),
                "--out",
                str(tmp_path / "results"),
                "--report",
                "croydon",
                "--results-only",
                "--quiet",
            ]
        )
        == 0
    )
    results = json.loads((tmp_path / "results" / "results.json").read_text())

    def figure(measure: str, population: str, subgroup: str = "all", **dimensions: str) -> Any:
        return next(
            r["values"] for r in results
            if (r["measure"], r["population"], r["subgroup"], r["dimensions"]) == (measure, f"northmoor.{population}", subgroup, dimensions)
        )  # fmt: skip

    site, first, last = (
        str(somebody(Role.ANALYST).site_id),
        local_today() - datetime.timedelta(days=300),
        local_today() - datetime.timedelta(days=1),
    )
    at = {"site": site, "first": first, "last": last}
    assert len(_table(folder, "perpetrators")) == file.rows["perpetrators"] == _asked(
        "select count(*) from (select person_key from casework_sucase c where site_id = %(site)s and starts_on <= %(last)s"
        " and coalesce((select closed_on from casework_closure x where x.case_id = c.id), '9999-12-31') >= %(first)s"
        " union select p.person_key from referrals_referral r join referrals_referralparty p on p.referral_id = r.id"
        " and p.role = 'service_user' where r.site_id = %(site)s and r.referred_on <= %(last)s and (r.referred_on >= %(first)s"
        "   or exists (select from referrals_referraldecision d where d.referral_id = r.id and d.decided_on between %(first)s and %(last)s)"
        "   or (not exists (select from casework_sucase c where c.person_key = p.person_key and c.starts_on <= %(last)s) and coalesce((select outcome"
        "     from referrals_referraldecision d where d.referral_id = r.id and d.decided_on <= %(last)s order by recorded_at desc limit 1), '') <> 'reject'))) x",
        **at,
    )  # fmt: skip
    open_cases = _asked(
        "select count(*) from casework_sucase c where site_id = %(site)s and coalesce(accepted_on, starts_on) <= %(last)s and starts_on <= %(last)s"
        " and not exists (select from casework_closure x where x.case_id = c.id and x.closed_on <= %(last)s)", **at,
    )  # fmt: skip
    closed = _asked(
        "select count(*) from casework_closure x join casework_sucase c on c.id = x.case_id where c.site_id = %(site)s"
        " and x.closed_on between %(first)s and %(last)s and x.primary_reason not in ('transferred', 'not_progressed')", **at,
    )  # fmt: skip
    made = _asked(
        "select count(*) from casework_contact k join casework_sucase c on c.id = k.case_id where c.site_id = %(site)s and k.happened_on <= %(last)s"
        " and k.outcome in ('spoke', 'agreed_next') and c.starts_on <= %(last)s"
        " and coalesce((select closed_on from casework_closure x where x.case_id = c.id), '9999-12-31') >= %(first)s"
        " and coalesce((select answer from casework_sharingconsent s where s.case_id = c.id order by said_on desc, recorded_at desc limit 1), '') <> 'no'",
        **at,
    )  # fmt: skip
    assert open_cases > 5
    assert closed > 2
    assert made > 10
    assert figure("M-OPEN", "open")["count"] == open_cases
    assert figure("M-CLOSE", "closed", "period=period")["count"] == closed
    assert (_table(folder, "contacts")["outcome"] == "made").sum() == made


def test_the_change_of_the_grid_is_the_change_of_the_forms(write: Write, tmp_path: Path) -> None:
    """High physical abuse at intake, of closed cases with both forms: from the forms' own JSON (M-SOAG)."""
    folder, _ = write()
    abuse = _table(folder, "abuse")
    grids = abuse[(abuse["informant"] == "case_manager") & (abuse["abuse_type"] == "physical")]
    for point in ("intake", "exit"):
        counted = _asked(
            "select count(*) from (select distinct on (a.linked_person_id, a.as_of) a.answers -> 'physical' ->> 'value' as level"
            " from casework_assessment a join casework_sucase c on c.id = a.case_id where c.site_id = %(site)s"
            " and a.instrument = 'severity_of_abuse_grid' and a.point = %(point)s and a.as_of < %(today)s"
            " and not exists (select from casework_assessment l where l.supersedes_id = a.id)"
            " and coalesce((select closed_on from casework_closure x where x.case_id = c.id), '9999-12-31') >= %(first)s"
            " and coalesce((select answer from casework_sharingconsent s where s.case_id = c.id order by said_on desc, recorded_at desc limit 1), '') <> 'no'"
            ") x where level = 'high'",
            site=str(somebody(Role.ANALYST).site_id), point=point, today=local_today(), first=local_today() - datetime.timedelta(days=300),
        )  # fmt: skip
        assert ((grids["timepoint"] == point) & (grids["severity"] == "high")).sum() == counted


NAMING = {
    "casework_serviceuserprofile": ("given_names", "family_name"),
    "advocacy_clientprofile": ("given_names", "family_name"),
    "casework_sucase": ("id::text", "person_key::text", "code"),
    "advocacy_vsrecord": ("id::text", "person_key::text", "code"),
    "access_membership": ("name", "id::text"),
    "referrals_referral": ("reference", "id::text"),
    "access_site": ("name",),
}


def test_no_name_no_code_and_no_live_key_is_in_any_file(write: Write) -> None:
    """A2, S-40. Also of the people who asked and released."""
    folder, _ = write()
    told = json.loads((folder / "datapackage.json").read_text())
    del told["resources"]  # the contract's own words
    del told["release"]  # leads to who asked, in the house alone
    text = "\n".join(
        [json.dumps(told), *(file.read_text() for file in sorted(folder.glob("*.csv")))]
    ).casefold()
    words = set(re.findall(r"[\w'’-]+", text))
    with seeding(), connection.cursor() as cursor:
        for table, columns in NAMING.items():
            cursor.execute(f"select {', '.join(columns)} from {table}")
            for row in cursor.fetchall():
                for value in row:
                    assert not value or len(value) < 4 or value.casefold() not in words, f"{table}: {value}"


def test_two_studies_share_no_pseudonym_and_one_keeps_its_own(write: Write) -> None:
    first, _ = write("a")
    again, _ = write("b")
    other, _ = write("c", study="southmoor")
    people = [set(_table(folder, "perpetrators")["perpetrator_id"]) for folder in (first, again, other)]
    assert people[0] == people[1]
    assert not people[0] & people[2]
    assert list(_table(first, "cases")["start_date"]) != list(_table(other, "cases")["start_date"]), (
        "the order tells who is who"
    )


def test_another_key_for_the_same_study_is_refused(write: Write) -> None:
    write("a")
    with pytest.raises(Refusal, match="not the key of this study"):
        write("b", key=bytes(32))


def test_dates_are_months_in_every_table_when_asked(write: Write) -> None:
    folder, _ = write(months=True)
    assert not [p for p in validate(read_package(folder)) if p.level == "error"]
    dated = 0
    for name, table in TABLES.items():
        if (folder / table.path).exists() and name != "targets":
            frame = _table(folder, name)
            for field in table.fields:
                if field.type == "date":
                    days = frame[field.name][frame[field.name] != ""]
                    dated += len(days)
                    assert days.str.endswith("-01").all(), (name, field.name)
    assert dated > 500
    assert json.loads((folder / "datapackage.json").read_text())["dates"] == "month"


def _refusing(folder: Path) -> set[str]:
    return set(_table(folder, "perpetrators").query("consent_share == 'no'")["perpetrator_id"])


def test_p20_who_does_not_agree_keeps_a_row_for_the_flow_and_no_more(write: Write) -> None:
    """A2: dates and site of the case, the bare tie, and the client's own tables; nothing of him elsewhere."""
    with seeding():
        chosen = (
            SuCase.objects.filter(site_id=somebody(Role.ANALYST).site_id, contacts__isnull=False)
            .exclude(pk__in=SharingConsent.objects.filter(answer="no").values("case_id"))
            .distinct()
            .order_by("-starts_on")[0]
        )
        refused = SharingConsent(
            case=chosen,
            service_id=chosen.service_id,
            recorded_by_id=chosen.recorded_by_id,
            answer="no",
            said_on=local_today(),
        )
    before, _ = write("before")
    with seeding():
        refused.save()
    after, _ = write("after")
    (person,) = _refusing(after) - _refusing(before)
    (case,) = _table(after, "cases").query("perpetrator_id == @person").to_dict("records")
    assert case["start_date"]
    assert case["case_manager_id"] == case["approach"] == ""
    row = _table(after, "perpetrators").set_index("perpetrator_id").loc[person]
    assert row["eligibility"] == "eligible"
    assert row["gender"] == row["age"] == row["ethnicity"] == ""
    for name in ("contacts", "actions", "status_history"):
        assert case["case_id"] in set(_table(before, name)["case_id"])
    where = {
        name for name in TABLES
        if (after / f"{name}.csv").exists() and (person in (text := (after / f"{name}.csv").read_text()) or case["case_id"] in text)
        and not (name in ("abuse", "risk_change") and set(_table(after, name).query("perpetrator_id == @person").get("informant", ["idva"])) <= {"idva"})
    }  # fmt: skip
    assert where <= {"perpetrators", "cases", "victims", "advocacy", "victim_needs", "abuse", "risk_change"}
    assert set(_table(after, "abuse").query("perpetrator_id == @person")["informant"]) <= {"idva"}
    assert not [p for p in validate(read_package(after)) if p.level == "error"]


def test_s36_the_event_stands_before_the_first_byte_and_no_package_without_it(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, file = write("a")
    with seeding():
        # What the tables record of themselves stands beside what the command tells.
        told = AuditEvent.objects.exclude(act=Act.STORED)
        events = list(told.filter(record_id=file.request_id).order_by("at"))
    assert [event.act for event in events] == ["wrote", "wrote", "exported", "wrote"]
    assert events[2].reason == "A test"
    assert f"cases: {file.rows['cases']} rows" in events[3].fields

    def fails(*args: object, **kwargs: object) -> None:
        raise psycopg.OperationalError("the log cannot be written")

    analyst = somebody(Role.ANALYST)
    found = released(analyst, somebody(Role.GOVERNANCE_LEAD))
    monkeypatch.setattr("drive.extract.commands.record_event", fails)
    with pytest.raises(psycopg.OperationalError), acting_as(analyst.as_actor(), Scope.REPORT):
        write_extract(by=analyst.as_actor(), request_id=found.pk, key=KEY, folder=tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_the_descriptor_says_who_why_what_is_missing_and_keeps_no_key(write: Write) -> None:
    folder, file = write()
    told = json.loads((folder / "datapackage.json").read_text())
    assert told["synthetic"] is (
        settings.DRIVE_ROLE_PREFIX == ""
        or _asked("select count(*) from access_installation where mode = 'demonstration'") == 1
    )
    assert (told["purpose"], told["recipient"]) == ("A test", "University of Nowhere")
    assert told["asked_by"]["role"] == "Analyst"
    assert told["released_by"]["role"] == "Governance lead"
    assert told["left_out"].keys() >= LEFT_OUT.keys()
    assert {r["name"]: r["rows"] for r in told["resources"]} == file.rows
    assert KEY.hex() not in json.dumps(told)
