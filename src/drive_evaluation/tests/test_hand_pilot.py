"""Year 2 rules counted by hand: flows, samples, profiles, needs, advocacy. Tests are named by their measure."""

from __future__ import annotations

from pathlib import Path

import pytest

from drive_evaluation.tests.small_package import Read, run

CUT = "2018-06-30"


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Seventeen people, each of whom leaves the flow at a different node, with every date on or next to its cut."""
    return run(
        tmp_path_factory.mktemp("flow"),
        "y2",
        CUT,
        sites="""
            site_id public_label
            s1 area1
            s2 area2""",
        perpetrators="""
            perpetrator_id arm allocation_method eligibility exclusion_reason consent_share baseline_data site_id age gender ethnicity
            d1 drive randomised eligible - yes provided s1 30 man white_british
            d2 drive randomised eligible - yes provided s1 40 man white_other
            d3 drive randomised eligible - no provided s1 50 man black
            d4 drive randomised eligible - yes not_provided s1 20 man asian
            d5 drive randomised eligible - not_asked provided s2 20 man asian
            d6 drive randomised eligible - yes provided s2 0 woman unknown
            d7 drive randomised eligible - yes provided s2 20 man asian
            d8 drive randomised eligible - yes provided s2 20 man asian
            d9 drive randomised eligible - yes provided s2 20 man asian
            c1 control randomised eligible - not_applicable not_applicable s1 20 man asian
            c2 control randomised eligible - not_applicable not_applicable s1 20 man asian
            c3 control randomised eligible - not_applicable not_applicable s2 20 man asian
            c4 control randomised eligible - not_applicable not_applicable s2 20 man asian
            x1 - none excluded repeat_marac not_asked not_provided s1 20 man asian
            x2 - none excluded out_of_area not_asked not_provided s1 20 man asian
            x3 - none excluded repeat_marac not_asked not_provided s1 20 man asian
            x4 - none not_assessed - not_asked not_provided s1 20 man asian""",
        cases="""
            case_id perpetrator_id start_date closed_date end_type removed_date step_down_date site_id
            k1 d1 2017-01-10 2017-11-20 closed - 2017-11-01 s1
            k2 d2 2017-01-31 2018-01-05 closed - - s1
            k3 d3 2017-01-10 2017-11-20 closed - - s1
            k4 d4 2017-01-10 2017-11-20 closed - - s1
            k5 d5 2017-07-01 2018-03-20 closed - - s2
            k6 d6 2017-06-30 2018-04-30 closed - - s2
            k7 d7 2017-06-01 2018-05-01 closed - - s2
            k8 d8 2017-05-01 2017-08-01 not_progressed 2017-08-01 - s2
            k9 d9 2017-05-01 2017-09-01 transferred - - s2""",
        victims="""
            victim_id perpetrator_id is_index age gender living_together relationship
            v1 d1 true 31 woman yes partner
            v1b d1 false 9 woman yes family
            v2 d2 true 0 woman no ex_partner
            v3 d3 true 33 woman unknown ex_partner
            v4 d4 true 34 man no ex_partner
            v5 d5 true 35 woman no ex_partner
            v6 d6 true 36 woman - intermittent
            v7 d7 true 37 woman no ex_partner
            v8 d8 true 38 woman no ex_partner
            v9 d9 true 39 woman no ex_partner
            w1 c1 true 41 woman no partner
            w2 c2 true 42 woman yes family
            w3 c3 true 43 woman no other
            w4 c4 true 44 man no partner""",
        advocacy="""
            victim_id perpetrator_id intake_form intake_date exit_form exit_date contacts_n supports_n
            v1 d1 true 2017-01-15 true 2017-06-15 12 3
            v1b d1 true 2017-01-15 true 2017-06-15 99 9
            v2 d2 true 2017-06-30 true 2017-06-30 4 -
            v3 d3 false - false - - -
            v5 d5 true 2017-07-01 true 2017-09-01 7 2
            v6 d6 true 2017-02-01 false 2017-08-01 8 2
            w1 c1 true 2018-01-31 true 2018-03-02 6 1
            w2 c2 true 2018-02-01 false - - -
            w4 c4 true - true 2018-03-01 2 0""",
        victim_needs="""
            victim_id perpetrator_id need present
            v1 d1 alcohol yes
            v1 d1 drugs yes
            v1 d1 finance yes
            v2 d2 alcohol no
            v2 d2 drugs unknown
            v5 d5 mental_health unknown
            v6 d6 disability yes
            w1 c1 alcohol yes
            w1 c1 drugs no""",
        police_linkage="""
            perpetrator_id traced anchor_start anchor_end matched_to
            d1 yes 2017-01-10 2017-11-20 -
            d2 no 2017-01-31 2018-01-05 -
            c1 yes - - d1""",
        contacts="""
            contact_id case_id date outcome
            a1 k1 2017-11-20 made
            a2 k1 2017-03-01 made
            a3 k1 2017-12-01 made
            a4 k2 2018-01-06 made
            a5 k2 2017-05-01 attempted
            a6 k6 2017-08-01 refused""",
    )


FLOW_NODES = {
    "assessed": 17, "excluded_repeat_marac": 2, "randomised": 13, "allocated_control": 4, "control_no_behaviour_data": 4,
    "allocated_drive": 9, "consent_refused": 1, "baseline_not_supplied": 1, "baseline_analysed": 7,
    "started_after_cut": 1, "closed_analysed": 3, "open_at_cut": 3, "police_closed": 1, "police_insights_drive": 2,
    "police_insights_control": 1, "police_traced_drive": 1, "police_traced_control": 1,
}  # fmt: skip


@pytest.mark.parametrize("node", FLOW_NODES)
def test_m_flow_perp_counts_each_node(flow: Read, node: str) -> None:
    assert flow.at(f"M-FLOW-PERP|y2.flow_perp|all|node={node}", "count") == FLOW_NODES[node]


def test_m_flow_vs_takes_late_starters_out_before_disengagement(flow: Read) -> None:
    nodes = (
        "allocated",
        "not_engaged_intake",
        "baseline_analysed",
        "started_after_cut",
        "disengaged",
        "analysed",
    )
    for arm, wanted in (("drive", (9, 5, 4, 1, 1, 2)), ("control", (4, 1, 3, 1, 0, 2))):
        found = tuple(flow.at(f"M-FLOW-VS|y2.flow_vs|arm={arm}|node={node}", "count") for node in nodes)
        assert found == wanted
    top = [flow.at(f"M-FLOW-VS|y2.flow_vs|all|node={node}", "count")
           for node in ("assessed", "excluded_repeat_marac", "randomised", "analysed")]  # fmt: skip
    assert top == [17, 2, 13, 4]


def test_m_linkage_counts_index_links_only(flow: Read) -> None:
    intake = flow.at(
        "M-LINKAGE|y2.cohort_vs|arm=drive|form=intake", "count", "percent_of_arm", "percent_of_forms"
    )
    assert intake == (4, pytest.approx(400 / 9), pytest.approx(400 / 7))
    assert flow.at("M-LINKAGE|y2.cohort_vs|arm=drive|form=exit", "count") == 3
    assert flow.at("M-LINKAGE|y2.cohort_vs|arm=drive|form=none", "count") == 5
    assert flow.at("M-LINKAGE|y2.cohort_vs|arm=control|form=exit", "count", "percent_of_arm") == (2, 50)


def test_m_profile_perp_counts_a_zero_age_as_missing_and_keeps_missing_in_the_base(flow: Read) -> None:
    age = flow["M-PROFILE-PERP|y2.su_closed|all|variable=age"]
    assert (age["n"], age["n_missing"]) == (2, 1)
    assert (age["values"]["mean"], age["values"]["min"], age["values"]["max"]) == (35, 30, 40)
    assert age["values"]["sd"] == pytest.approx(50**0.5)
    white = flow.at(
        "M-PROFILE-PERP|y2.su_closed|all|category=white,variable=ethnicity",
        "count",
        "percent",
        "percent_known",
    )
    assert white == (2, pytest.approx(200 / 3), 100)
    man = flow.at("M-PROFILE-PERP|y2.su_closed|all|category=man,variable=gender", "percent")
    assert man == pytest.approx(200 / 3)


def test_m_profile_vs_uses_valid_n_per_variable(flow: Read) -> None:
    base = "M-PROFILE-VS|y2.vs_baseline"
    # Seven index links with an intake form: v1 v2 v5 v6 w1 w2 w4. The second link of d1 is nobody's index.
    together = flow[f"{base}|all|category=yes,variable=living_together"]
    assert (together["n"], together["n_missing"], together["values"]["count"]) == (6, 1, 2)
    assert together["values"]["percent"] == pytest.approx(200 / 6)
    assert flow[f"{base}|all|variable=age"]["n"] == 6
    assert flow.at(f"{base}|arm=drive|category=partner_or_ex,variable=relationship", "count", "percent") == (
        3,
        75,
    )
    # A need counts only when present. v5, of whom every answer is unknown, and w4, of whom nothing was written, have
    # no number of needs (1.5); the one unknown answer of v2 leaves his other answer to count.
    needs = {
        c: flow.at(f"{base}|all|category={c},variable=complex_needs", "count") for c in ("0", "1", "2", "3+")
    }
    assert needs == {"0": 1, "1": 2, "2": 0, "3+": 1}
    three = flow[f"{base}|all|category=3+,variable=complex_needs"]
    assert (three["n"], three["n_missing"], three["values"]["percent"]) == (4, 3, 25)


def test_m_multivictim_is_a_share_of_cases(flow: Read) -> None:
    assert flow.at("M-MULTIVICTIM|y2.su_closed|all|", "count", "percent") == (1, pytest.approx(100 / 3))


def test_m_contact_rate_counts_made_contact_up_to_the_closing_day(flow: Read) -> None:
    yes = "M-CONTACT-RATE|y2.su_closed|all|contacted=yes"
    assert flow.at(yes, "count", "percent") == (1, pytest.approx(100 / 3))
    assert flow.at("M-CONTACT-DIST|y2.su_contacted|all|", "min", "max", "mean") == (2, 2, 2)


def test_m_close_month_and_m_stepdown_count_calendar_months(flow: Read) -> None:
    # k1: 10 January to 20 November is month 11. k2: the 31st to 5 January is month 12. k6: 30 June to 30 April is 11.
    bands = {
        band: flow.at(f"M-CLOSE-MONTH|y2.su_closed|all|band={band}", "count")
        for band in ("<=10", "11-12", "13-23")
    }
    assert bands == {"<=10": 0, "11-12": 3, "13-23": 0}
    assert flow.at("M-STEPDOWN|y2.su_ge11m|all|", "count", "percent") == (1, pytest.approx(100 / 3))


def test_m_idva_length_takes_a_day_of_nought_and_leaves_out_a_missing_date(flow: Read) -> None:
    length = flow["M-IDVA-LENGTH|y2.vs_paired|all|"]
    assert (length["n"], length["n_missing"]) == (3, 1)
    values = length["values"]
    assert (
        values["drive"]["n"],
        values["drive"]["min"],
        values["drive"]["max"],
        values["drive"]["mean"],
    ) == (2, 0, 151, 75.5)
    assert values["control"] == {
        "n": 1,
        "mean": 30,
        "sd": None,
        "median": 30,
        "min": 30,
        "max": 30,
        "q1": 30,
        "q3": 30,
    }
    assert length["test"] is None
    assert "group_below_5" in length["notes"]


def test_m_idva_contacts_and_supports_keep_their_own_n(flow: Read) -> None:
    contacts = flow["M-IDVA-CONTACTS|y2.vs_paired|all|"]["values"]
    assert (contacts["drive"]["mean"], contacts["control"]["mean"], contacts["direction"]) == (
        8,
        4,
        "drive>control",
    )
    supports = flow["M-IDVA-SUPPORTS|y2.vs_paired|all|"]["values"]
    assert (supports["drive"]["n"], supports["control"]["n"], supports["control"]["mean"]) == (1, 2, 0.5)


def test_m_idva_length_site_subgroups_carry_the_masked_label(flow: Read) -> None:
    assert flow.at("M-IDVA-CONTACTS|y2.vs_paired|site=area1|", "drive.n", "control.n") == (2, 1)
    assert not any("site=s1" in identity for identity in flow.documents)


@pytest.fixture(scope="module")
def needs(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Six closed Drive cases: one without any record, one whose only level is unknown, one with two records."""
    people = "\n".join(
        f"p{i} drive {'yes' if i < 4 else 'no'} {'no' if i < 2 else 'unknown'}" for i in range(1, 7)
    )
    cases = "\n".join(f"k{i} p{i} 2017-01-10 2017-12-10 closed" for i in range(1, 7))
    links = "\n".join(f"v{i} p{i}" for i in range(1, 7))
    return run(
        tmp_path_factory.mktemp("needs"),
        "y2",
        CUT,
        perpetrators=f"perpetrator_id arm children_involved prior_dva_offence\n{people}",
        cases=f"case_id perpetrator_id start_date closed_date end_type\n{cases}",
        victims=f"victim_id perpetrator_id\n{links}",
        children="""
            child_id perpetrator_id cp_status
            h1 p1 protection_plan
            h2 p2 in_need
            h3 p3 unknown
            h4 p4 protection_plan""",
        needs="""
            case_id timepoint date need level
            k1 intake 2017-02-01 alcohol high
            k1 intake 2017-03-01 alcohol none
            k1 intake 2017-02-01 drugs low
            k1 exit 2017-11-01 alcohol high
            k1 exit 2017-12-01 alcohol none
            k2 intake 2017-02-01 alcohol none
            k2 intake 2017-02-01 drugs medium
            k2 intake 2017-02-01 housing present
            k2 exit 2017-12-01 alcohol low
            k3 intake 2017-02-01 alcohol unknown
            k4 intake 2017-02-01 alcohol none
            k6 mid 2017-06-01 alcohol high""",
        statutory_involvement="""
            case_id sector agency involved
            k1 cyps childrens_services no
            k1 cyps school yes
            k2 cyps childrens_services unknown
            k5 ccj police no""",
        engagement="""
            case_id from_date to_date level
            k1 2017-02-01 2017-03-01 not
            k1 2017-03-02 - partial
            k4 2017-03-02 - full
            k2 2017-03-02 - ceased""",
    )


def test_m_complete_tells_intake_record_and_known_needs_apart(needs: Read) -> None:
    # Records at intake: k1 to k4 by needs, k5 by statutory involvement; k6 has only a mid form.
    assert needs.at("M-COMPLETE|y2.su_closed|all|field=intake_record", "known") == 5
    known = needs["M-COMPLETE|y2.su_intake_info|all|field=needs"]
    assert (known["values"]["known"], known["values"]["recorded_unknown"], known["values"]["no_record"]) == (
        3,
        1,
        1,
    )
    assert known["values"]["percent_missing"] == 40


def test_m_needs_prev_keeps_one_base_for_every_need_and_takes_the_earliest_intake(needs: Read) -> None:
    alcohol = needs["M-NEEDS-PREV|y2.su_intake_info|all|need=alcohol,timepoint=intake"]
    assert (alcohol["n"], alcohol["n_missing"], alcohol["values"]["count"]) == (3, 2, 1)
    assert (alcohol["values"]["percent"], alcohol["values"]["percent_known"]) == (20, pytest.approx(100 / 3))
    housing = needs["M-NEEDS-PREV|y2.su_intake_info|all|need=housing,timepoint=intake"]["values"]
    assert (housing["count"], housing["percent"], housing["percent_known"]) == (1, 20, 100)
    # The latest record counts at exit: k1 has none by December.
    exit_ = needs["M-NEEDS-PREV|y2.su_intake_info|all|need=alcohol,timepoint=exit"]["values"]
    assert (exit_["count"], exit_["known"]) == (1, 2)


def test_m_needs_count_counts_an_unrecorded_need_of_a_known_case_as_absent(needs: Read) -> None:
    bands = {
        band: needs.at(f"M-NEEDS-COUNT|y2.su_needs_known|all|needs_n={band}", "count")
        for band in ("0", "1", "2", "1+", "2+", "3+")
    }
    assert bands == {"0": 1, "1": 0, "2": 2, "1+": 2, "2+": 2, "3+": 0}
    assert needs.at("M-NEEDS-COUNT|y2.su_needs_known|all|needs_n=2+", "percent") == pytest.approx(200 / 3)


def test_m_needs_high_eng_leaves_an_ungraded_need_out_of_the_base(needs: Read) -> None:
    high = needs["M-NEEDS-HIGH-ENG|y2.su_closed|engaged=yes|need=alcohol"]
    assert (high["n"], high["values"]["count"], high["values"]["percent"]) == (2, 1, 50)
    assert needs.at("M-NEEDS-HIGH-ENG|y2.su_closed|engaged=no|need=alcohol", "percent") == 0
    assert needs["M-NEEDS-HIGH-ENG|y2.su_closed|engaged=no|need=housing"]["n"] == 0


def test_m_statutory_is_known_where_any_agency_of_the_sector_is(needs: Read) -> None:
    assert needs.at(
        "M-STATUTORY|y2.su_closed|all|sector=cyps,timepoint=intake", "known", "count", "percent_known"
    ) == (1, 1, 100)
    assert needs.at(
        "M-STATUTORY|y2.su_closed|all|sector=ccj,timepoint=intake", "known", "count", "percent_known"
    ) == (1, 0, 0)


def test_m_engage_by_takes_the_characteristic_as_base(needs: Read) -> None:
    # Children in three cases, of which k1 engaged; a plan in k1 and k4, both engaged.
    assert needs.at("M-ENGAGE-BY|y2.su_closed|children=yes|", "percent_engaged") == pytest.approx(100 / 3)
    plan = needs["M-ENGAGE-BY|y2.su_closed|child_protection=yes|"]
    assert (plan["n"], plan["n_missing"], plan["values"]["percent_engaged"]) == (2, 0, 100)


def test_m_needs_change_pairs_what_is_known_at_both_points(needs: Read) -> None:
    change = needs["M-NEEDS-CHANGE|y2.su_intake_info|all|need=alcohol"]
    assert (change["n"], change["values"]["discordant"]) == (2, {"stopped": 1, "started": 1})
    assert change["test"]["p"] == 1


def test_a_population_of_nobody_is_a_stated_result(tmp_path: Path) -> None:
    found = run(tmp_path, "y2", CUT, perpetrators="perpetrator_id arm\np1 control")
    assert found.at("M-FLOW-PERP|y2.flow_perp|all|node=randomised", "count") == 1
    assert any(entry["measure"] == "M-CONTACT-RATE" and entry["table"] == "cases" for entry in found.skipped)
