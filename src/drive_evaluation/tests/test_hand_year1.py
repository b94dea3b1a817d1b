"""Year 1 rules counted by hand: abuse, contact, offences, judgements, coded notes. Tests are named by their measure."""

from __future__ import annotations

import math

import pytest

from drive_evaluation.errata import errata_of
from drive_evaluation.tests.small_package import Read, run

CUT = "2017-06-30"


def _abuse() -> str:
    """Ratings of the index link of seven cases, physical and sexual; the other two types were never rated."""
    rows = [
        # link, informant, timepoint, date, type, used, severity
        ("p1 v1", "case_manager", "intake", "2016-07-01", "physical", "yes", "high"),
        (
            "p1 v1",
            "case_manager",
            "intake",
            "2016-09-01",
            "physical",
            "no",
            "none",
        ),  # the earliest intake counts
        ("p1 v1", "case_manager", "exit", "2017-01-01", "physical", "yes", "high"),
        ("p1 v1", "case_manager", "exit", "2017-02-01", "physical", "no", "none"),  # the latest exit counts
        ("p2 v2", "case_manager", "intake", "2016-07-01", "physical", "yes", "moderate"),
        ("p2 v2", "case_manager", "exit", "2017-02-01", "physical", "yes", "high"),
        ("p3 v3", "case_manager", "intake", "2016-07-01", "physical", "yes", "unknown"),
        ("p3 v3", "case_manager", "exit", "2017-02-01", "physical", "no", "none"),
        ("p4 v4", "case_manager", "intake", "2016-07-01", "physical", "unknown", "unknown"),
        ("p4 v4", "case_manager", "exit", "2017-02-01", "physical", "yes", "standard"),
        ("p5 v5", "case_manager", "intake", "2016-07-01", "physical", "no", "none"),
        ("p5 v5", "case_manager", "exit", "2017-02-01", "physical", "no", "none"),
        ("p6 v6", "case_manager", "intake", "2016-07-01", "physical", "yes", "standard"),
        # Another victim and another informant never stand in for the index link of the case manager.
        ("p6 v6b", "case_manager", "exit", "2017-02-01", "physical", "no", "none"),
        ("p6 v6", "idva", "exit", "2017-02-01", "physical", "no", "none"),
        ("p1 v1", "case_manager", "intake", "2016-07-01", "sexual", "no", "none"),
        ("p1 v1", "case_manager", "exit", "2017-02-01", "sexual", "yes", "standard"),
        ("p2 v2", "case_manager", "intake", "2016-07-01", "sexual", "no", "none"),
        ("p2 v2", "case_manager", "exit", "2017-02-01", "sexual", "no", "none"),
    ]
    head = "perpetrator_id victim_id informant timepoint date abuse_type used severity"
    return "\n".join([head, *(" ".join(row) for row in rows)])


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Eight closed cases of two named sites, one open case, one closed too late, one person under control."""
    return run(
        tmp_path_factory.mktemp("year1"),
        "y1",
        CUT,
        evaluation={"mask_sites": False},
        sites="site_id public_label\neast area1\nwest area2",
        perpetrators="""
            perpetrator_id arm site_id age gender prior_dva_offence prior_nondva_offence consent_share employment ethnicity_detail
            p1 drive east 20 man yes no not_asked full_time kurdish
            p2 drive east 22 man yes yes yes - missing
            p3 drive east 24 man no yes yes unknown -
            p4 drive west 26 man unknown - yes retired polish
            p5 drive west 60 woman - yes yes retired polish
            p6 drive west 62 man yes unknown yes retired polish
            p7 drive west 64 man no no yes retired polish
            p8 drive west 66 - no no yes retired polish
            p9 drive west 30 man no no yes retired polish
            q1 drive west 30 man no no yes retired polish
            c1 control west 30 man no no not_applicable retired polish""",
        cases="""
            case_id perpetrator_id site_id start_date closed_date end_type
            k1 p1 east 2016-06-01 2017-03-01 closed
            k2 p2 east 2016-06-01 2017-03-01 closed
            k3 p3 east 2016-06-01 2017-04-30 closed
            k4 p4 west 2016-06-01 2017-03-01 closed
            k5 p5 west 2016-06-01 2017-03-01 closed
            k6 p6 west 2016-06-01 2017-03-01 closed
            k7 p7 west 2016-06-01 2017-03-01 closed
            k8 p8 west - 2017-03-01 closed
            k9 p9 west 2016-06-01 - -
            m1 q1 west 2016-06-01 2017-05-01 closed""",
        victims="""
            victim_id perpetrator_id is_index age relationship
            v1 p1 true 30 partner
            v2 p2 true 31 ex_partner
            v3 p3 true 32 -
            v4 p4 true 33 unknown
            v5 p5 true 40 family_adult
            v6 p6 true 41 family_minor
            v6b p6 false 42 partner
            v7 p7 true 0 intermittent
            v8 p8 true 44 partner
            v9 p9 true 30 partner
            w1 q1 true 30 partner
            u1 c1 true 30 partner""",
        contacts="""
            contact_id case_id date outcome
            a1 k1 2016-07-01 made
            a2 k2 2016-07-01 made
            a3 k3 2016-07-01 made
            a4 k4 2017-03-01 made
            a5 k5 2017-03-02 made
            a6 k6 2016-07-01 attempted""",
        actions="""
            action_id case_id date recording_version mode category
            b1 k1 2016-08-01 y1 direct behaviour_change
            b2 k5 2017-03-02 y1 direct behaviour_change
            b3 k6 2016-08-01 y1 indirect multi_agency""",
        sessions="""
            session_id case_id date kind attended
            s1 k2 2016-08-01 behaviour_change true
            s2 k3 2016-08-01 behaviour_change false
            s3 k4 2016-08-01 support true""",
        abuse=_abuse(),
        needs="""
            case_id need level
            k1 alcohol present
            k1 drugs present
            k1 housing none
            k2 alcohol present
            k2 mental_health unknown
            k3 alcohol none
            k4 drugs unknown
            k5 alcohol present
            k5 drugs present
            k6 finance high
            k7 housing present""",
        status_history="""
            case_id status from_date timepoint
            k5 planned_pending 2016-09-01 m3
            k5 planned_pending 2017-03-01 exit
            k6 hold_justice 2016-09-01 m3
            k6 not_safe 2016-12-01 m6
            k6 indirect_only 2017-02-01 m9
            k7 in_contact 2016-09-01 m3
            k7 not_safe 2016-10-01 -""",
        risk_change="""
            perpetrator_id victim_id rater scale target timepoint date code
            p1 - case_manager cm_change victim exit 2017-01-01 increased_greatly
            p1 - case_manager cm_change victim exit 2017-02-01 reduced_greatly
            p2 - case_manager cm_change both exit 2017-02-01 reduced_slightly
            p3 - case_manager cm_change victim exit 2017-02-01 unknown
            p4 - case_manager cm_change victim mid 2016-12-01 no_change
            p5 - case_manager cm_change children exit 2017-02-01 no_change
            p1 v1 idva idva_change victim exit 2017-02-01 significant
            p6 v6b idva idva_change victim exit 2017-02-01 limited
            p7 - idva idva_change victim exit 2017-02-01 unknown
            c1 u1 idva idva_change victim exit 2017-02-01 moderate
            p1 v1 idva idva_sustain victim exit 2017-02-01 long
            p2 v2 idva idva_sustain victim exit 2017-02-01 unknown
            p1 v1 idva idva_safer victim exit 2017-02-01 not_contactable
            p2 v2 idva idva_safer victim exit 2017-02-01 much""",
        note_codes="""
            case_id code mode agency references_n
            k1 contact direct - 6
            k1 behaviour_change direct - 2
            k2 contact direct - 0
            k1 disruption indirect police 20
            k5 disruption indirect housing 10
            k5 child_safeguarding indirect childrens_services 8
            k5 child_safeguarding indirect - 2""",
    )


def test_m_abuse_mcnemar_pairs_by_hand(pilot: Read) -> None:
    change = pilot["M-ABUSE-MCNEMAR|y1.su_closed|all|abuse_type=physical,informant=case_manager"]
    # Pairs: p1 yes-no, p2 yes-yes, p3 yes-no, p5 no-no.
    assert (change["n"], change["n_missing"]) == (4, 4)
    assert change["values"]["intake"] == {
        "used": 3,
        "percent_used": 75,
        "not_used": 1,
        "percent_not_used": 25,
    }
    assert change["values"]["exit"]["used"] == 1
    assert change["values"]["discordant"] == {"stopped": 2, "started": 0}
    assert (change["test"]["name"], change["test"]["statistic"], change["test"]["p"]) == (
        "mcnemar_exact",
        0,
        0.5,
    )
    assert change["other_tests"][0]["statistic"] == 2
    assert change["effect"]["value"] == -0.5
    nothing = pilot["M-ABUSE-MCNEMAR|y1.su_closed|all|abuse_type=hs,informant=case_manager"]
    assert (nothing["n"], nothing["test"], nothing["values"]["intake"]["percent_used"]) == (0, None, None)


def test_m_abuse_mcnemar_by_behaviour_change_work(pilot: Read) -> None:
    # Delivered in time: k1 by an action, k2 by a session. k5's came after closing, k3 did not attend.
    with_work = pilot["M-ABUSE-MCNEMAR|y1.su_closed|bcw=yes|abuse_type=physical,informant=case_manager"]
    assert (with_work["n"], with_work["n_missing"], with_work["values"]["discordant"]["stopped"]) == (2, 0, 1)
    without = pilot["M-ABUSE-MCNEMAR|y1.su_closed|bcw=no|abuse_type=physical,informant=case_manager"]
    assert (without["n"], without["n_missing"]) == (2, 4)


def test_m_abuse_sev_trans_and_sev_change_use_pairs_with_both_levels_known(pilot: Read) -> None:
    table = pilot["M-ABUSE-SEV-TRANS|y1.su_closed|all|abuse_type=physical,informant=case_manager"]["values"]
    assert {cell: k for cell, k in table["cells"].items() if k} == {
        "high>none": 1,
        "moderate>high": 1,
        "none>none": 1,
    }
    assert table["increased"] == {"count": 1, "percent": pytest.approx(100 / 3)}
    summary = pilot.at("M-ABUSE-SEV-TRANS|y1.su_closed|all|informant=case_manager",
                       "increase_instances", "people_with_increase", "sites_with_increase")  # fmt: skip
    assert summary == (2, 2, 1)
    base = "M-ABUSE-SEV-CHANGE|y1.su_closed|all|abuse_type=physical,informant=case_manager,severity="
    assert pilot.at(f"{base}none", "intake", "exit", "percent_change") == (1, 2, 100)
    assert pilot.at(f"{base}high", "percent_change", "percent_exit") == (0, pytest.approx(100 / 3))
    assert pilot.at(f"{base}standard", "intake", "exit", "percent_change") == (0, 0, 0)
    rise = pilot[
        "M-ABUSE-SEV-CHANGE|y1.su_closed|all|abuse_type=sexual,informant=case_manager,severity=standard"
    ]
    assert (rise["values"]["percent_change"], rise["notes"]) == (None, ["zero_base"])


def test_m_abuse_use_counts_what_is_known_at_that_time_alone(pilot: Read) -> None:
    exit_ = pilot["M-ABUSE-USE|y1.su_closed|all|abuse_type=physical,informant=case_manager,timepoint=exit"]
    assert (exit_["n"], exit_["values"]["used"], exit_["values"]["percent"]) == (5, 2, 40)


def test_m_contact_rate_and_m_bcw_rate_by_hand(pilot: Read) -> None:
    assert pilot.at("M-CONTACT-RATE|y1.su_closed|all|contacted=yes", "count", "percent") == (4, 50)
    assert pilot.at("M-BCW-RATE|y1.su_closed|all|", "count", "percent", "percent_of_contacted") == (2, 25, 50)


def test_m_contact_reason_tells_changed_reasons_from_unchanged_ones(pilot: Read) -> None:
    # Never contacted: k5 k6 k7 k8. Points without a review form and other statuses are no reason.
    same = pilot["M-CONTACT-REASON|y1.su_closed|contact=no&reason_changed=no|reason=planned_pending"]
    assert (same["n"], same["n_missing"], same["values"]["count"], same["values"]["percent"]) == (
        1,
        2,
        1,
        100,
    )
    changed = pilot["M-CONTACT-REASON|y1.su_closed|contact=no&reason_changed=yes|"]
    assert (changed["values"]["count"], changed["values"]["final"]["not_safe"]) == (1, 1)


def test_m_age_contact_ranks_by_hand(pilot: Read) -> None:
    age = pilot["M-AGE-CONTACT|y1.su_closed|all|person=perpetrator"]
    assert age["values"]["contacted"] == {"n": 4, "mean": 23, "median": 23, "mean_rank": 2.5}
    assert age["values"]["not_contacted"]["mean_rank"] == 6.5
    assert (age["test"]["statistic"], age["test"]["z"]) == (0, pytest.approx(-8 / math.sqrt(12)))
    assert age["other_tests"][0]["p"] == pytest.approx(2 / 70)
    victim = pilot["M-AGE-CONTACT|y1.vs_of_closed|all|person=victim"]
    assert (victim["n"], victim["n_missing"], victim["values"]["not_contacted"]["n"]) == (7, 1, 3)


def test_m_needs_count_and_m_needs_combo_count_the_four_needs_of_the_form(pilot: Read) -> None:
    # k4 has only an unknown level and k6 a need that is not one of the four: neither is in the base.
    bands = {
        b: pilot.at(f"M-NEEDS-COUNT|y1.su_closed|all|needs_n={b}", "count", "percent")
        for b in ("0", "1", "2", "3")
    }
    assert bands == {"0": (1, 20), "1": (2, 40), "2": (2, 40), "3": (0, 0)}
    assert pilot.at("M-NEEDS-COMBO|y1.su_closed|all|combination=alcohol+drugs", "count", "percent") == (
        2,
        100,
    )
    assert pilot.at("M-NEEDS-COMBO|y1.su_closed|all|combination=alcohol", "count", "percent") == (1, 50)
    assert pilot.at("M-NEEDS-PREV|y1.su_closed|all|need=alcohol,timepoint=intake", "percent_known") == 75


def test_m_needs_by_contact_gives_presence_and_missingness(pilot: Read) -> None:
    present = pilot["M-NEEDS-BY-CONTACT|y1.su_closed|all|aspect=present,need=drugs"]["values"]
    assert (present["all"]["count"], present["all"]["percent"], present["contacted"]["percent"]) == (
        2,
        25,
        25,
    )
    assert present["all"]["percent_known"] == 100
    missing = pilot["M-NEEDS-BY-CONTACT|y1.su_closed|all|aspect=missing,need=drugs"]
    assert (missing["values"]["all"]["count"], missing["values"]["not_contacted"]["percent"]) == (6, 75)
    assert missing["test"]["name"] == "fisher_exact"


def test_m_needs_offence_uses_fisher_on_what_is_known(pilot: Read) -> None:
    # Known on both sides: k1 need yes, k2 need yes, k3 no need no, k7 need no.
    offence = pilot["M-NEEDS-OFFENCE|y1.su_closed|all|offence=dva"]
    assert (offence["n"], offence["values"]["need"], offence["test"]["name"]) == (
        4, {"n": 3, "offence": 2, "percent": pytest.approx(200 / 3)}, "fisher_exact")  # fmt: skip
    assert offence["test"]["p"] == pytest.approx(1)


def test_m_offence_hist_keeps_missing_in_the_base(pilot: Read) -> None:
    base = "M-OFFENCE-HIST|y1.su_closed|all|category="
    counts = {
        c: pilot.at(f"{base}{c}", "count") for c in ("dva_only", "non_dva_only", "both", "none_or_unknown")
    }
    assert counts == {"dva_only": 2, "non_dva_only": 2, "both": 1, "none_or_unknown": 3}
    assert pilot.at(f"{base}both", "percent") == 12.5


def test_m_profile_perp_shows_missing_and_a_free_code_named_missing_is_missing(pilot: Read) -> None:
    base = "M-PROFILE-PERP|y1.su_closed|all|category="
    assert pilot.at(f"{base}missing,variable=employment", "count", "percent", "recorded_unknown") == (
        2,
        25,
        1,
    )
    assert pilot.at(f"{base}full_time,variable=employment", "percent") == 12.5
    assert pilot.at(f"{base}kurdish,variable=ethnicity_detail", "count", "percent") == (1, 12.5)
    assert pilot.at(f"{base}missing,variable=ethnicity_detail", "count") == 2
    assert pilot.at("M-PROFILE-PERP|y1.cohort|arm=drive&site=east|variable=gender", "percent.man") == 100
    summary = "M-PROFILE-PERP|y1.su_closed|all|variable=employment"
    assert pilot.at(summary, "count.missing", "percent.missing") == (2, 25)
    assert pilot.at(
        "M-PROFILE-VS|y1.vs_of_closed|all|category=unknown,variable=relationship", "count", "percent"
    ) == (1, 12.5)


def test_m_risk_cm_takes_the_latest_exit_judgement_of_the_case(pilot: Read) -> None:
    base = "M-RISK-CM|y1.su_closed|all|category="
    assert pilot.at(f"{base}reduced", "count", "percent", "percent_known") == (2, 50, pytest.approx(200 / 3))
    assert pilot.at(f"{base}no_change", "count") == 1
    assert pilot.at(f"{base}unknown", "count", "percent") == (1, 25)


def test_m_risk_idva_takes_any_link_and_m_risk_sustain_counts_dont_know(pilot: Read) -> None:
    base = "M-RISK-IDVA|y1.vs_exit_risk|arm=drive|category="
    assert pilot.at(f"{base}reduced", "count", "percent", "percent_known") == (1, pytest.approx(100 / 3), 50)
    assert pilot.at("M-RISK-IDVA|y1.vs_exit_risk|arm=control|category=moderate", "percent_known") == 100
    assert pilot.at(
        "M-RISK-SUSTAIN|y1.vs_exit_sustain|arm=drive|category=long", "count", "percent_known"
    ) == (1, 50)
    assert pilot.at("M-RISK-SAFER|y1.vs_exit_safer|arm=drive|category=much", "count", "percent_known") == (
        1,
        50,
    )


def test_m_refs_counts_references_and_cases(pilot: Read) -> None:
    assert pilot.at("M-REFS|y1.notes_sample|all|mode=direct", "references", "cases", "percent_of_references") == (
        8, 1, pytest.approx(800 / 48))  # fmt: skip
    assert pilot.at("M-REFS|y1.notes_sample|all|code=contact,mode=direct", "percent_of_mode") == 75
    assert pilot.at("M-REFS|y1.notes_sample|site=west|mode=indirect", "percent_of_mode_all_sites") == 50
    # Of the 38 references that name a partner agency, eight are to safeguarding.
    child = pilot.at(
        "M-REFS|y1.notes_sample|all|code=child_safeguarding", "references", "cases", "percent_of_multi_agency"
    )
    assert child == (10, 1, pytest.approx(800 / 38))
    notes = pilot["M-REFS|y1.notes_sample|all|code=child_safeguarding"]["notes"]
    assert notes == ["multi_agency_base=names_an_agency"]
    (stated,) = [e for e in errata_of("year1", pilot.documents.values()) if e.id == "E-Y1-20"]
    assert "references that name a partner agency" in stated.handling


def test_m_flow_perp_of_year_1_asks_no_consent(pilot: Read) -> None:
    assert pilot.at("M-FLOW-PERP|y1.flow_perp|all|node=closed_analysed", "count", "percent_of_arm") == (8, 80)
