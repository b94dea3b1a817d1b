"""Croydon rules counted by hand: snapshots, periods, removals, interventions, closures, the severity grid."""

from __future__ import annotations

from pathlib import Path

import pytest

from drive_evaluation.charts import chart
from drive_evaluation.exhibits import exhibits_of
from drive_evaluation.sentences import sentences
from drive_evaluation.tests.small_package import Read, run

CUT = "2020-03-31"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Nine cases around the first and last days of the two periods: closed, removed, transferred and returning."""
    return run(
        tmp_path_factory.mktemp("croydon"),
        "cr",
        CUT,
        sites="site_id public_label\ns1 area1",
        targets="""
            site_id metric period_start period_end value
            s1 cases_accepted 2018-07-01 2019-05-08 2
            s1 cases_accepted 2018-07-01 2020-03-31 10""",
        perpetrators="""
            perpetrator_id arm allocation_method ethnicity
            p1 drive panel asian
            p2 drive panel white_british
            p3 drive panel mixed
            p4 drive panel -
            p5 drive panel white_british
            p6 drive panel black
            p7 drive panel white_other
            p9 drive panel unknown""",
        cases="""
            case_id perpetrator_id accepted_date closed_date end_type removed_date case_manager_id
            k1 p1 2018-07-01 2019-05-08 closed - cm1
            k2 p2 2019-05-08 - - - cm1
            k3 p3 2019-05-09 2020-03-31 not_progressed 2020-03-31 cm2
            k4 p4 2018-09-01 2019-05-09 unsuitable 2019-05-09 cm2
            k5 p5 2018-10-01 2019-12-01 closed - cm2
            k6 p6 2019-06-01 2019-10-01 transferred - cm2
            k7 p7 2019-06-01 2020-02-01 closed - cm3
            k8 p7 2020-02-15 - - - cm2
            k9 p9 2018-06-30 - - - cm1""",
        victims="""
            victim_id perpetrator_id is_index linked_date ethnicity
            v1 p1 true 2018-07-01 white_british
            v2 p2 true 2019-05-08 black
            v2b p2 false 2019-05-08 black
            v3 p3 true 2019-05-09 asian
            v4 p4 true 2018-09-01 white_british
            v5 p5 true 2018-10-01 white_british
            v5b p5 false 2019-11-01 white_british
            v1 p6 true 2019-06-01 white_british
            v7 p7 true 2019-06-01 mixed
            v7b p7 false 2020-03-30 unknown
            v9 p9 true - white_british""",
        children="child_id perpetrator_id\nh1 p1\nh2 p3\nh2 p5",
        contacts="""
            contact_id case_id date outcome
            a1 k5 2019-12-01 made
            a2 k7 2019-08-01 attempted
            a3 k2 2019-05-09 made
            a4 k9 2018-08-01 made""",
        engagement="""
            case_id from_date to_date level timepoint
            k2 2019-05-10 2020-03-31 full -
            k9 2018-08-01 2019-05-08 partial -
            k9 2019-05-09 - not -
            k2 2020-03-01 - ceased review""",
        status_history="""
            case_id status from_date to_date timepoint
            k2 planned_pending 2019-05-01 2019-05-08 -
            k5 hold_justice 2018-10-02 - m3
            k8 background_research 2020-02-15 - -""",
        actions="""
            action_id case_id date recording_version mode category subcategory agency
            b1 k3 2019-06-01 p2 indirect multi_agency support idva
            b2 k1 2019-05-09 p2 indirect multi_agency disrupt police
            b3 k2 2019-05-08 p2 indirect multi_agency both health
            b4 k2 2019-06-01 p2 indirect multi_agency - -
            b5 k6 2019-07-01 p2 indirect multi_agency both probation_nps
            b6 k2 2019-07-01 p2 indirect case_update - police
            b7 k2 2020-01-01 p2 indirect multi_agency support prison""",
        sessions="""
            session_id case_id date kind attended
            s1 k2 2019-06-01 behaviour_change true
            s2 k2 2019-07-01 behaviour_change true
            s3 k2 2019-08-01 behaviour_change false
            s4 k9 2019-08-01 support true""",
        closures="""
            case_id primary_reason engagement_at_closure
            k1 custody not
            k5 goals_met full""",
        aces="case_id ace answer\nk5 any yes\nk7 any yes",
        abuse="""
            perpetrator_id victim_id timepoint date abuse_type used severity
            p5 v5 intake 2018-10-01 physical yes high
            p5 v5 exit 2019-12-01 physical yes standard
            p5 v5b intake 2019-11-01 physical yes high
            p5 v5b exit 2019-12-01 physical yes high
            p7 v7 intake 2019-06-01 physical no none
            p7 v7 exit 2020-02-01 physical yes high
            p7 v7b intake 2019-06-01 physical yes moderate
            p5 v5 intake 2018-10-01 sexual unknown unknown
            p5 v5 intake 2018-10-01 hs yes standard
            p5 v5 exit 2019-12-01 hs yes moderate""",
        needs="""
            case_id need level
            k1 drugs high
            k1 alcohol low
            k1 housing medium
            k2 drugs none
            k5 drugs unknown
            k3 drugs high""",
        list_matches="""
            list_name run_date perpetrator_id matched
            gangs_matrix 2019-01-01 p1 true
            gangs_matrix 2020-01-01 p1 false
            gangs_matrix 2019-01-01 p9 true
            gangs_matrix 2019-01-01 p2 true""",
        footprint="""
            sample_id perpetrator_id agency known_before
            f1 p1 police yes
            f1 p1 probation_crc yes
            f1 p2 police unknown
            f1 p2 school yes
            f1 p5 police no""",
        panel_items="""
            item_id meeting_id meeting_date meeting_minutes kind brought_back hard_to_engage outcome
            i1 m1 2020-01-10 120 review yes yes noted
            i2 m1 2020-01-10 120 new no yes accept
            i3 m1 2020-01-10 120 closure - no -""",
    )


def test_m_throughput_leaves_out_removed_people_and_keeps_those_linked_to_them(site: Read) -> None:
    found = {
        period: tuple(
            site.at(f"M-THROUGHPUT|cr.accepted|{period}|person={who}", "count")
            for who in ("perpetrators", "victims", "children")
        )
        for period in ("period=y1", "period=y2", "all")
    }
    assert found == {"period=y1": (4, 6, 2), "period=y2": (2, 4, 1), "all": (5, 9, 2)}
    assert (
        site.at("M-THROUGHPUT|cr.accepted|period=y2|compare=period=y1,person=perpetrators", "difference")
        == -2
    )


def test_m_target_takes_the_target_of_exactly_the_period(site: Read) -> None:
    assert site.at("M-TARGET|cr.accepted|all|", "count", "target", "percent") == (5, 10, 50)
    assert site.at("M-TARGET|cr.accepted|period=y1|", "count", "target", "percent") == (4, 2, 200)
    nothing = site["M-TARGET|cr.accepted|period=y2|"]
    assert (nothing["values"]["target"], nothing["notes"]) == (None, ["no_target"])


def test_m_open_is_a_snapshot_and_active_during_is_another_measure(site: Read) -> None:
    assert site.at("M-OPEN|cr.open|period=y1|", "count") == 4
    assert site.at("M-OPEN|cr.open|period=y2|", "count") == 3
    assert site.at("M-OPEN|cr.open|period=y2|definition=active_during", "count") == 8


def test_m_contact_rate_and_m_bcw_rate_look_up_to_the_snapshot(site: Read) -> None:
    assert site.at("M-CONTACT-RATE|cr.open|period=y1|contacted=yes", "count", "percent") == (1, 25)
    assert site.at("M-CONTACT-RATE|cr.open|period=y2|contacted=yes", "count", "percent") == (
        2,
        pytest.approx(200 / 3),
    )
    assert site.at("M-BCW-RATE|cr.open|period=y2|", "count", "percent", "percent_of_contacted") == (
        1, pytest.approx(100 / 3), 50)  # fmt: skip
    assert site.at("M-BCW-SESSIONS|cr.open|period=y2|", "mean", "mean_per_open_case") == (
        2,
        pytest.approx(2 / 3),
    )


def test_m_engage_reads_the_episode_that_covers_the_day_and_no_review_point(site: Read) -> None:
    counts = {
        level: site.at(f"M-ENGAGE|cr.open_direct|period=y2|level={level}", "count")
        for level in ("full", "partial", "not", "ceased", "any")
    }
    assert counts == {"full": 1, "partial": 0, "not": 1, "ceased": 0, "any": 1}
    assert site.at("M-ENGAGE|cr.open_direct|period=y1|level=partial", "count", "percent") == (1, 100)
    assert site.at("M-ENGAGE|cr.open_direct|period=y2|compare=period=y1,level=full", "difference") == 1


def test_m_open_status_without_an_episode_is_unknown(site: Read) -> None:
    base = "M-OPEN-STATUS|cr.open_nondirect|period=y1|status="
    assert (site.at(f"{base}planned_pending", "count"), site.at(f"{base}unknown", "count")) == (1, 2)
    assert site.at("M-OPEN-STATUS|cr.open_nondirect|period=y2|status=background_research", "percent") == 100


def test_m_act_multi_counts_by_date_whatever_became_of_the_case(site: Read) -> None:
    base = "M-ACT-MULTI|cr.interventions"
    assert site.at(f"{base}|period=y2|", "count") == 5
    assert site.at(f"{base}|all|", "count") == 6
    shares = {
        code: site.at(f"{base}|period=y2|subcategory={code}", "count", "percent")
        for code in ("support", "disrupt", "both", "missing")
    }
    assert shares == {"support": (2, 40), "disrupt": (1, 20), "both": (1, 20), "missing": (1, 20)}


def test_m_act_agency_folds_agencies_not_named_into_other(site: Read) -> None:
    base = "M-ACT-AGENCY|cr.interventions|period=y2|agency="
    shares = {
        code: site.at(f"{base}{code}", "count", "percent")
        for code in ("idva", "police", "prison", "other", "probation", "childrens_services")
    }
    assert shares == {"idva": (1, 25), "police": (1, 25), "prison": (1, 25), "other": (1, 25), "probation": (1, 25),
                      "childrens_services": (0, 0)}  # fmt: skip
    assert site.at(f"{base}idva", "service_users", "service_users_with") == (4, 1)


def test_m_close_m_close_reason_and_m_close_engage(site: Read) -> None:
    assert site.at("M-CLOSE|cr.closed|period=y2|", "count", "mean_days") == (2, 335.5)
    assert site.at("M-CLOSE|cr.closed|period=y1|", "count") == 1
    assert site.at("M-CLOSE|cr.closed_direct|period=y2|", "count") == 1
    assert site.at("M-CLOSE-REASON|cr.closed|period=y2|reason=goals_met", "count", "percent") == (1, 50)
    assert site.at("M-CLOSE-REASON|cr.closed|period=y2|reason=unknown", "count", "percent") == (1, 50)
    assert site.at("M-CLOSE-ENGAGE|cr.closed_direct|period=y2|level=full", "count", "percent") == (1, 100)
    assert site.at("M-ACE|cr.closed_direct|period=y2|aces=1+", "count", "percent") == (1, 100)


def test_m_soag_counts_every_link_and_marks_a_rise_from_nothing(site: Read) -> None:
    base = "M-SOAG|cr.vs_closed|period=y2|"
    assert site.at(base, "victims") == 4
    keys = ("intake", "exit", "percent_reduction", "undefined")
    assert site.at(f"{base}abuse_type=physical,severity=high", *keys) == (2, 2, 0, False)
    assert site.at(f"{base}abuse_type=physical,severity=moderate", *keys) == (1, 0, 100, False)
    assert site.at(f"{base}abuse_type=physical,severity=standard", *keys) == (0, 1, None, True)
    assert site.at(f"{base}abuse_type=hs,severity=high", *keys) == (0, 0, None, False)
    assert site[f"{base}abuse_type=physical,severity=high"]["n_missing"] == 1
    assert site.at("M-SOAG|cr.vs_closed_direct|period=y2|", "victims") == 2
    assert site.at("M-SOAG|cr.vs_closed_direct|period=y2|abuse_type=physical,severity=high", *keys) == (
        2,
        1,
        50,
        False,
    )
    assert site.at("M-SOAG|cr.vs_closed_nondirect|period=y2|", "victims") == 2


def test_m_needs_count_and_m_needs_prev_keep_all_accepted_cases_in_the_base(site: Read) -> None:
    assert site.at("M-NEEDS-COUNT|cr.accepted|all|needs_n=3+", "count", "percent") == (
        1,
        pytest.approx(100 / 6),
    )
    assert site.at("M-NEEDS-PREV|cr.accepted|all|level=high,need=drugs", "count", "percent") == (
        1,
        pytest.approx(100 / 6),
    )
    assert site.at("M-NEEDS-PREV|cr.accepted|all|level=missing,need=drugs", "count") == 4


def test_m_multivictim_and_m_disprop(site: Read) -> None:
    assert site.at("M-MULTIVICTIM|cr.accepted|period=y2|", "count", "percent") == (2, pytest.approx(200 / 3))
    bame = site["M-DISPROP|cr.accepted|period=y2|group=bame,person=perpetrators"]
    assert (bame["n"], bame["values"]["percent"]) == (2, 50)
    # 1.7: p3 was removed and leaves the count of perpetrators; v3, who is linked to him, stays.
    victims = site["M-DISPROP|cr.accepted|period=y2|group=bame,person=victims"]
    assert (victims["n"], victims["n_missing"]) == (3, 1)
    assert victims["values"]["percent"] == pytest.approx(200 / 3)


LATER = {
    "perpetrators": """
        perpetrator_id arm allocation_method ethnicity
        p1 drive panel asian
        p2 drive panel black
        p3 drive panel mixed
        p4 drive panel white_british""",
    "cases": """
        case_id perpetrator_id accepted_date removed_date end_type
        k1 p1 2019-01-01 - -
        k2 p2 2020-05-02 - -
        k3 p3 2019-02-01 2019-03-01 unsuitable
        k4 p4 2018-06-30 - -""",
    "victims": """
        victim_id perpetrator_id is_index ethnicity
        v1 p1 true asian
        v2 p2 true white_british
        v3 p3 true black
        v4 p4 true white_british""",
}


def test_cr_accepted_of_all_periods_reaches_from_the_first_one_on(tmp_path: Path) -> None:
    """1.2: p2 was accepted after the last period; p4 before the first one belongs to none."""
    found = run(tmp_path, "cr", "2020-05-31", **LATER)
    people = "M-THROUGHPUT|cr.accepted|{}|person=perpetrators"
    counts = {who: found.at(people.format(who), "count") for who in ("all", "period=y1", "period=y2")}
    assert counts == {"all": 2, "period=y1": 1, "period=y2": 0}
    assert found.at("M-THROUGHPUT|cr.accepted|all|person=victims", "count") == 3


def test_people_linked_to_removed_cases_leave_every_count_when_the_setting_says_so(tmp_path: Path) -> None:
    found = run(tmp_path, "cr", "2020-05-31", evaluation={"params": {"removed_people_kept": False}}, **LATER)
    assert found.at("M-THROUGHPUT|cr.accepted|all|person=victims", "count") == 2
    assert found.at("M-DISPROP|cr.accepted|all|group=bame,person=victims", "count", "percent") == (1, 50)


def test_m_matchlist_m_footprint_m_panel_load_m_caseload(site: Read) -> None:
    assert site.at("M-MATCHLIST|cr.accepted|all|list=gangs_matrix", "matches", "checked") == (1, 2)
    base = "M-FOOTPRINT|cr.dip_sample|all|"
    assert site.at(f"{base}agency=police", "count", "percent", "unknown") == (1, pytest.approx(100 / 3), 1)
    assert site.at(f"{base}agency=probation", "count") == 1
    assert site.at(f"{base}services=2+", "count", "percent") == (1, pytest.approx(100 / 3))
    assert site.at("M-PANEL-LOAD|cr.panel|all|", "items", "hours", "hard_to_engage", "brought_back") == (
        3,
        2,
        2,
        1,
    )
    assert site.at("M-CASELOAD|cr.open|period=y2|", "case_managers", "recommended", "mean", "max") == (
        2,
        25,
        1.5,
        2,
    )


def test_m_recon_explains_every_case(site: Read) -> None:
    assert site["M-RECON|cr.open|period=y2|person=perpetrators"]["values"] == {
        "opening": 4, "accepted": 4, "closed": 2, "transferred": 1, "removed": 2, "closing": 3, "unexplained": 0,
    }  # fmt: skip


def test_m_cost_input_counts_the_rows_of_the_registry(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        "cr",
        CUT,
        unit_costs="""
            item value unit price_year source suspected_error
            harm 47 GBP 2016 home_office true
            state 60000 GBP 2016 home_office -
            state 63400 GBP 2018 home_office -""",
    )
    state = found["M-COST-INPUT|cr.reference|all|item=state"]
    assert (state["n"], state["n_missing"], state["notes"], state["values"]["value"]) == (
        2,
        0,
        ["read_not_computed"],
        63400,
    )
    assert found["M-COST-INPUT|cr.reference|all|item=harm"]["notes"][1:] == ["suspected_error_never_summed"]


def test_m_recon_of_linked_people_and_of_snapshot_against_live(site: Read) -> None:
    # v1 is linked to p1, who closed the day before, and to p6, who was transferred; v3 and v4 left with removed cases.
    assert site["M-RECON|cr.open|period=y2|person=victims"]["values"] == {
        "opening": 6, "accepted": 4, "closed": 2, "transferred": 1, "removed": 2, "closing": 5, "unexplained": 0,
    }  # fmt: skip
    # p4 was removed on the first day after the first period.
    assert site["M-RECON|cr.open|period=y1|compare=live,person=perpetrators"]["values"] == {
        "snapshot": 4, "live": 3, "removed_since": 1, "unexplained": 0,
    }  # fmt: skip


def test_m_complete_by_worker_and_m_abuse_sev_trans_beside_the_grid(site: Read) -> None:
    assert site.at("M-COMPLETE|cr.accepted|all|field=ethnicity", "known") == 6
    own = site["M-COMPLETE|cr.accepted|all|field=ethnicity,worker=cm1"]
    assert (own["n"], own["n_missing"]) == (2, 0)
    assert "M-COMPLETE|cr.accepted|period=y2|field=ethnicity,worker=cm1" not in site.documents
    for who in ("vs_closed", "vs_closed_direct", "vs_closed_nondirect"):
        assert f"M-ABUSE-SEV-TRANS|cr.{who}|period=y2|informant=case_manager" in site.documents


def test_comparators_and_the_expected_band_stand_beside_the_share(tmp_path: Path) -> None:
    """K11, K13, K16: read from the package, never computed, and drawn and said beside the share."""
    found = run(
        tmp_path,
        "cr",
        CUT,
        sites="site_id public_label\ns1 area1",
        perpetrators="perpetrator_id arm\np1 drive\np2 drive",
        cases="case_id perpetrator_id accepted_date\nk1 p1 2019-01-01\nk2 p2 2019-01-01",
        contacts="contact_id case_id date outcome\na1 k1 2019-02-01 made",
        sessions="session_id case_id date kind attended\ns1 k1 2019-03-01 behaviour_change true",
        targets="""
            site_id metric period_start period_end value
            s1 direct_contact_low 2018-07-01 2019-05-08 50
            s1 direct_contact_high 2018-07-01 2019-05-08 60""",
        reference_values="""
            name kind category value unit as_of source
            M-CONTACT-RATE|p2.open|all|contacted=yes comparator - 40 percent 2019-01-01 printed
            M-CONTACT-RATE|p2.open|all|contacted=yes comparator - 45 percent 2020-01-01 printed
            M-BCW-RATE|pilot.open|all| comparator percent 38.5 percent - printed
            M-BCW-RATE|cr.open|all| comparator percent 99 percent - printed
            marac_return_percent comparator - 20 percent - printed""",
    )
    rate = "M-CONTACT-RATE|cr.open|period={}|contacted=yes"
    assert found.at(rate.format("y1"), "percent", "expected_low", "expected_high") == (50, 50, 60)
    assert "expected_low" not in found[rate.format("y2")]["values"]
    other = found["M-CONTACT-RATE|p2.open|all|contacted=yes"]
    assert (other["values"], other["notes"]) == ({"percent": 45}, ["read_not_computed"])
    assert found.at("M-BCW-RATE|pilot.open|all|", "percent") == 38.5
    assert found.at("M-BCW-RATE|cr.open|all|", "percent") == 50  # the study's own number is never read
    documents = list(found.documents.values())
    texts = [sentence.text for sentence in sentences(documents)]
    assert any("Expected: 50 to 60 %. Comparator P2: 45 %." in text for text in texts)
    assert any(text.endswith("Comparator pilot: 39 %.") for text in texts)
    charts = (chart(exhibit, documents) for exhibit in exhibits_of("croydon", documents))
    (contact,) = [c for c in charts if c is not None and c.exhibit.name == "contact"]
    assert contact.series == ("period=y1", "period=y2", "p2")
    assert contact.values[("yes", "p2")] == 45
    assert contact.band == (50, 60)
