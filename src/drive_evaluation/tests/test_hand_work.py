"""Actions, Drive DASH, odds of abuse, police windows and returns to MARAC counted by hand."""

from __future__ import annotations

import math

import pytest

from drive_evaluation.tests.small_package import Read, run

CUT = "2018-12-31"
ITEMS = [f"q{i:02d}" for i in range(1, 21)]


def _form(case: str, timepoint: str, answers: dict[str, int]) -> str:
    """One form whose first questions have the answers in the numbers given, the rest ``no``."""
    codes = [code for code, number in answers.items() for _ in range(number)]
    codes += ["no"] * (20 - len(codes))
    return "\n".join(f"{case} {timepoint} {item} {code}" for item, code in zip(ITEMS, codes, strict=True))


def _exits() -> tuple[str, str, str, str]:
    """People, links, episodes and exit ratings of 34 paired links: control 6 of 10 and 4 of 8, Drive 3 of 10 and 1 of 6."""
    people, links, episodes, abuse = [], [], [], []
    for arm, site, size, used in (
        ("control", "s1", 10, 6),
        ("control", "s2", 8, 4),
        ("drive", "s1", 10, 3),
        ("drive", "s2", 6, 1),
    ):
        for i in range(size):
            name = f"{arm}{site}{i}"
            people.append(f"{name} {arm} {site}")
            links.append(f"v{name} {name}")
            exit_ = f"2017-0{1 + i % 3}-20"
            episodes.append(f"v{name} {name} true 2016-12-01 true {exit_}")
            answer = "yes standard" if i < used else "no none"
            abuse.append(f"{name} v{name} idva exit physical {answer}")
    return tuple("\n".join(rows) for rows in (people, links, episodes, abuse))  # type: ignore[return-value]  # four of them


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Three closed cases with actions on two option lists and three Drive DASH forms, and 34 paired links."""
    people, links, episodes, abuse = _exits()
    forms = [
        _form("k1", "intake", {"yes": 8, "na": 6, "nk": 4}),
        _form("k1", "mid", {"yes": 4}),
        _form("k1", "exit", {"yes": 2, "na": 1}),
        _form("k2", "intake", {"yes": 9, "nk": 11}),
        _form("k2", "mid", {"yes": 5}),
        _form("k3", "intake", {"yes": 20}),
    ]
    return run(
        tmp_path_factory.mktemp("work"),
        "y2",
        CUT,
        sites="site_id public_label\ns1 area1\ns2 area2",
        perpetrators=f"perpetrator_id arm site_id\np1 drive s1\np2 drive s2\np3 drive s2\n{people}",
        victims=f"victim_id perpetrator_id\nv1 p1\nv2 p2\nv3 p3\n{links}",
        advocacy=f"victim_id perpetrator_id intake_form intake_date exit_form exit_date\nv1 p1 true 2017-01-10 false -\n{episodes}",
        abuse=f"perpetrator_id victim_id informant timepoint abuse_type used severity\n{abuse}",
        cases="""
            case_id perpetrator_id site_id start_date closed_date end_type
            k1 p1 s1 2017-01-10 2017-11-20 closed
            k2 p2 s2 2017-02-01 2018-02-15 closed
            k3 p3 s2 2017-02-01 2018-02-15 closed""",
        drive_dash="case_id timepoint item answer\n" + "\n".join(forms),
        actions="""
            action_id case_id date recording_version mode category subcategory agency
            e1 k1 2017-01-10 y1 direct contact - -
            e2 k1 2017-02-09 y1 indirect multi_agency - police
            e3 k1 2017-02-10 y2 direct contact - -
            e4 k1 2017-02-10 y2 direct direct_support - -
            e5 k2 2017-02-01 y2 indirect multi_agency support police
            e6 k2 2017-02-02 y2 indirect multi_agency disrupt probation_nps
            e7 k2 2017-03-01 y2 indirect multi_agency both childrens_services
            e8 k2 2017-03-05 y2 indirect case_update - police
            e9 k2 2017-03-06 y2 indirect background_research - probation_crc
            e10 k1 2017-03-10 y2 indirect background_research - police
            e11 k2 2017-01-31 y2 indirect case_update - idva
            e12 k2 2017-06-05 y2 indirect multi_agency support -""",
        police_linkage="""
            perpetrator_id traced anchor_start anchor_end matched_to
            p1 yes 2017-01-10 2017-11-20 -
            p2 yes 2017-02-01 2018-02-15 -
            controls10 yes 2001-01-01 2001-02-01 p1
            controls11 no - - p2""",
        police_incidents="""
            incident_id perpetrator_id date dva criminal
            i1 p1 2016-07-10 yes yes
            i2 p1 2016-07-09 yes yes
            i3 p1 2017-01-09 yes no
            i4 p1 2017-01-10 yes yes
            i5 p1 2017-11-20 no yes
            i6 p1 2017-11-21 yes no
            i7 p1 2018-05-20 yes unknown
            i8 p1 2018-05-21 yes yes
            i9 p2 2016-08-01 yes yes
            i10 controls10 2016-12-24 yes yes""",
    )


def test_m_act_month_counts_case_months_and_leaves_out_days_before_the_start(work: Read) -> None:
    found = work["M-ACT-MONTH|y2.actions_all|all|"]
    assert (found["n"], found["n_missing"]) == (11, 1)
    assert found["values"]["counts"] == {"1": 4, "2": 5, "3": 1, "5": 1}
    assert found["values"]["top_months"] == [2, 1, 3]
    assert found["values"]["rate"]["1"] == pytest.approx(4 / 3)


def test_m_act_direct_and_m_act_comp_never_pool_the_lists(work: Read) -> None:
    assert work.at("M-ACT-DIRECT|y2.actions_y1|all|mode=direct", "count", "percent") == (1, 50)
    base = "M-ACT-COMP|y2.actions|all|category="
    assert work.at(f"{base}contact,mode=direct", "percent", "service_users") == (50, 2)
    shares = {
        c: work.at(f"{base}{c},mode=indirect", "percent")
        for c in ("multi_agency", "case_update", "background_research")
    }
    assert shares == {"multi_agency": 50, "case_update": 25, "background_research": 25}


def test_m_act_multi_and_m_act_agency_take_what_was_recorded_as_base(work: Read) -> None:
    assert work.at("M-ACT-MULTI|y2.actions|all|subcategory=support", "count", "percent") == (2, 50)
    base = "M-ACT-AGENCY|y2.actions_multi|all|agency="
    assert work.at(f"{base}police", "count", "percent") == (1, pytest.approx(100 / 3))
    assert work.at(f"{base}probation", "percent") == pytest.approx(100 / 3)
    assert work.at(f"{base}police,subcategory=support", "percent") == pytest.approx(100 / 3)
    research = "M-ACT-AGENCY|y2.actions_background|all|agency=police"
    assert work.at(research, "percent", "service_users", "service_users_with") == (50, 2, 1)
    assert work.at("M-ACT-AGENCY|y2.actions_update|all|agency=police", "percent", "service_users") == (50, 1)


def test_m_act_reach_counts_cases_over_all_lists_and_m_act_site_actions(work: Read) -> None:
    base = "M-ACT-REACH|y2.su_closed|all|agency_group="
    counts = {
        g: work.at(f"{base}{g}", "count")
        for g in ("police", "probation", "prison", "ccj", "cyps", "statutory")
    }
    assert counts == {"police": 2, "probation": 1, "prison": 0, "ccj": 2, "cyps": 1, "statutory": 2}
    assert work.at(f"{base}police", "percent") == pytest.approx(200 / 3)
    assert work.at("M-ACT-SITE|y2.actions_all|all|site=area1", "percent") == pytest.approx(500 / 12)


def test_m_dash_score_and_m_dash_miss_exclude_form_by_form(work: Read) -> None:
    assert work.at("M-DASH-SCORE|y2.su_closed|all|timepoint=intake", "n", "mean") == (2, 14)
    assert work.at("M-DASH-SCORE|y2.su_closed|all|timepoint=mid", "mean") == 4.5
    missing = work.at(
        "M-DASH-MISS|y2.su_closed|all|timepoint=intake", "forms", "mean_na_nk", "excluded", "percent_excluded"
    )
    assert missing == (3, 7, 1, pytest.approx(100 / 3))
    change = work["M-DASH-CHANGE|y2.su_dash_complete|all|"]
    assert (change["n"], change["test"], change["values"]["mean"]) == (
        1,
        None,
        {"intake": 8, "mid": 4, "exit": 2},
    )


def test_m_abuse_or_crude_and_pooled_over_sites(work: Read) -> None:
    crude = work["M-ABUSE-OR|y2.vs_paired|all|abuse_type=physical,adjust=crude,informant=idva,timepoint=exit"]
    assert crude["values"]["control"] == {"count": 10, "n": 18, "percent": pytest.approx(1000 / 18)}
    effect = crude["effect"]
    half = 1.959963984540054 * math.sqrt(1 / 10 + 1 / 8 + 1 / 4 + 1 / 12)
    assert (effect["name"], effect["value"]) == ("odds_ratio_control_vs_drive", 3.75)
    assert (effect["ci_low"], effect["ci_high"]) == (
        pytest.approx(3.75 * math.exp(-half)),
        pytest.approx(3.75 * math.exp(half)),
    )
    assert (crude["test"]["name"], crude["test"]["statistic"]) == (
        "mantel_haenszel",
        pytest.approx(33 * 88**2 / 80640),
    )
    pooled = work["M-ABUSE-OR|y2.vs_paired|all|abuse_type=physical,adjust=site,informant=idva,timepoint=exit"]
    assert pooled["effect"]["value"] == pytest.approx((42 / 20 + 20 / 14) / (12 / 20 + 4 / 14))


def test_m_idva_length_over_all_baseline_links_keeps_open_episodes(work: Read) -> None:
    curve = work["M-IDVA-LENGTH|y2.vs_baseline|arm=drive|curve=kaplan_meier"]
    # Sixteen ended episodes and one still open at the data cut; nobody is left out for not having ended.
    assert (curve["n"], curve["values"]["events"], curve["values"]["censored"]) == (17, 16, 1)
    assert curve["values"]["after_60_days"]["share_left"] == pytest.approx(11 / 17)
    both = work["M-IDVA-LENGTH|y2.vs_baseline|all|curve=kaplan_meier"]
    assert set(both["values"]["log_rank"]) == {"statistic", "df", "p"}


def test_m_police_prop_windows_by_the_day(work: Read) -> None:
    base = "M-POLICE-PROP|y2.police|arm=drive|flag=dva,period="
    # p1 before: 10 July (criminal) and 9 January (not) = 1/2; p2 before: 1 August = 1/1.
    assert work.at(f"{base}before", "mean_proportion", "n_with_incidents", "n_zero") == (0.75, 2, 0)
    assert work.at(
        f"{base}during", "mean_proportion", "n_with_incidents", "n_zero", "mean_proportion_zero"
    ) == (1, 1, 1, 0.5)
    # After: 21 November is not criminal; the unknown one is in neither part; 21 May lies outside.
    assert work.at(f"{base}after", "mean_proportion", "n_with_incidents") == (0, 1)
    # A control takes the dates of the match, not its own.
    assert work.at("M-POLICE-PROP|y2.police|arm=control|flag=dva,period=before", "n_with_incidents") == 1
    assert work.at("M-POLICE-CHANGE|y2.police|arm=drive|flag=dva", "before", "after", "percent_change") == (
        3, 2, pytest.approx(-100 / 3))  # fmt: skip


def test_m_marac_reappear_window_coverage_and_curve(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = run(
        tmp_path_factory.mktemp("marac"),
        "cr",
        "2020-03-31",
        sites="site_id\ns1\ns2",
        perpetrators="""
            perpetrator_id arm site_id serial_evidence
            a drive s1 no
            b drive s1 yes
            c drive s1 unknown
            d drive s2 yes
            e drive s1 yes""",
        cases="""
            case_id perpetrator_id site_id accepted_date closed_date end_type
            k1 a s1 2018-07-01 2019-01-31 closed
            k2 b s1 2018-07-01 2019-02-28 closed
            k3 c s1 2018-07-01 2019-03-31 closed
            k4 d s2 2018-07-01 2019-01-31 closed
            k5 e s1 2018-07-01 2019-04-01 closed""",
        victims="""
            victim_id perpetrator_id is_index
            a1 a true
            a2 a false
            b1 b true
            b2 b false
            c1 c true
            c2 c false
            d1 d true
            d2 d false
            e1 e true
            e2 e false""",
        marac_appearances="""
            appearance_id perpetrator_id victim_ref date is_repeat
            h1 a a1 2019-07-31 no
            h2 a a1 2019-08-01 yes
            h3 a z9 2020-01-31 no
            h4 b b1 2020-02-29 no
            h5 c - 2019-12-01 no
            h6 e e1 2019-12-01 no""",
    )
    base = "M-MARAC-REAPPEAR|cr.su_completed|all|"
    # a: two hearings in the window, six months to the day is not more than six; b: one day late; c: without a victim.
    keys = ("eligible", "reappeared", "appearances", "percent_new_victim", "not_covered")
    assert found.at(f"{base}definition=linked", *keys) == (3, 2, 3, 50, 1)
    assert found.at(f"{base}definition=evidence", *keys) == (1, 0, 0, None, 1)
    curve = found[f"{base}curve=kaplan_meier,definition=linked"]["values"]
    assert (curve["events"], curve["censored"]) == (4, 0)
    assert curve["after_6_months"]["share_left"] == 0.75
