"""Functions that decide past the row policies, and which scopes may call each: a closed list.

A definer function reads as the policy role whatever it reads, so it is a door through the wall. The policy files grant
nothing on them: `policy_files` grants what stands here, one that does not stand here is called by no scope, and
`drive policies --check` finds every function and every grant that is not as listed. Triggers stand in no list: they
cannot be called.
"""

from __future__ import annotations

from .scopes import Scope

SU = frozenset({Scope.SU_WORKER, Scope.SU_MANAGER})
VS = frozenset({Scope.VS_WORKER, Scope.VS_MANAGER})
BRIDGE = SU | VS
EVERYBODY = frozenset(Scope)
NOBODY = frozenset[Scope]()


def _only(*scopes: Scope) -> frozenset[Scope]:
    return frozenset(scopes)


CALLERS: dict[str, frozenset[Scope]] = {
    # Who asks, and what is theirs: of anybody else they say nothing.
    **dict.fromkeys(
        (
            "access.account_in", "access.account_of_member", "access.barred", "access.barred_referrals", "access.member_in",
            "access.member_today", "access.own_site", "access.restricted_to_me", "access.service_in", "access.site_in",
            "access.su_cases", "access.su_cases_held", "access.vs_records", "access.vs_records_as_holder",
            "access.vs_records_held",
        ),
        EVERYBODY,
    ),
    "audit.record": EVERYBODY,
    "audit.record_own_account": _only(Scope.ACCOUNTS, Scope.ADMINISTRATION),
    # Ties and restrictions, emergencies, leavers.
    "access.bar_is_here": _only(Scope.GOVERNANCE, Scope.SU_MANAGER, Scope.VS_MANAGER),
    "access.bar_is_of_service": _only(Scope.SU_MANAGER, Scope.VS_MANAGER),
    "access.may_be_given": BRIDGE | {Scope.ALLOCATION},
    "access.open_in_emergency": BRIDGE,
    "access.opened_in_part": _only(Scope.SU_WORKER, Scope.VS_WORKER),
    "access.finish_emergency_reading": BRIDGE,
    "access.end_assignments_of_leavers": _only(Scope.ADMINISTRATION, Scope.CLOCK),
    "access.find_alerts": _only(Scope.CLOCK),
    "access.reckon_usual_volumes": _only(Scope.CLOCK),
    # From the list of referrals to the two teams.
    "access.caseload_counts": SU | {Scope.ALLOCATION},
    "access.hand_over_sealed": _only(Scope.ALLOCATION),
    "access.held_by_service": _only(Scope.ALLOCATION),
    "access.barred_matches": _only(Scope.GOVERNANCE),
    "access.identity_match_people": _only(Scope.GOVERNANCE),
    **dict.fromkeys(
        (
            "access.meetings_inviting_me", "access.meetings_open_to_me", "access.panel_prepares",
            "access.referrals_before_panel",
        ),
        _only(Scope.PANEL),
    ),
    "access.referral_identities": _only(Scope.REFERRALS),
    "access.referral_is_allocated": _only(Scope.REFERRALS, Scope.PANEL, Scope.ALLOCATION, Scope.GOVERNANCE),
    "access.still_open": _only(Scope.ALLOCATION),
    "access.waiting_for_workers": _only(Scope.VS_MANAGER),
    "access.withheld_kinds": VS,
    # Bundles, reports and extracts.
    "access.record_of_code": _only(Scope.GOVERNANCE),
    "access.second_for_bundle": _only(Scope.GOVERNANCE),
    "access.records_asked_for": _only(Scope.SU_DISCLOSURE, Scope.VS_DISCLOSURE),
    "access.asked_by_another": _only(Scope.GOVERNANCE),
    **dict.fromkeys(
        (
            "access.asks_for_releases", "access.client_keys", "access.coded_answers", "access.coded_children",
            "access.coded_client_answers", "access.coded_clients", "access.coded_service_users", "access.released",
            "access.services_reported", "access.site_counted",
        ),
        _only(Scope.REPORT),
    ),
    # Closed records past their time: two people erase one (S-36).
    **dict.fromkeys(
        ("access.erasure_refusal", "access.is_record_of", "access.records_past_time"),
        _only(Scope.SU_MANAGER, Scope.VS_MANAGER, Scope.GOVERNANCE),
    ),
    "access.may_propose": _only(Scope.SU_MANAGER, Scope.VS_MANAGER),
    "access.may_answer": _only(Scope.GOVERNANCE),
    "access.erase_record": _only(Scope.GOVERNANCE),
    "access.past_its_time": BRIDGE,
    # The bridge: what one side may know of the other, and what either asks about both.
    **dict.fromkeys(
        (
            "safety.booking_unsettled", "safety.both_viewed", "safety.busy_times", "safety.case_has_ended",
            "safety.colleagues_across", "safety.followed", "safety.reads_link", "safety.suspended_by", "safety.views_written",
            "safety.without_word", "safety.workers_across",
        ),
        BRIDGE,
    ),
    **dict.fromkeys(
        (
            "safety.channel_refusal", "safety.client_summary", "safety.may_override", "safety.place_clash",
            "safety.waits_for_manager",
        ),
        SU,
    ),
    **dict.fromkeys(
        ("safety.bookings_for_record", "safety.case_summary", "safety.channel_is_his", "safety.values_he_has"), VS
    ),
    **dict.fromkeys(("safety.advised_on", "safety.was_overridden"), _only(Scope.ADVISER)),
    **dict.fromkeys(("safety.alert_lapsed_bookings", "safety.escalate_unread"), _only(Scope.CLOCK)),
    # Parts of the above: asked by other deciding functions alone.
    **dict.fromkeys(
        (
            "access.erasing", "access.erasing_any", "access.erasing_links", "access.erasing_lists", "access.erasing_referrals",
            "access.waiting_for_panel", "safety.asked_in_vain", "safety.asked_too_often", "safety.leads_to_client", "safety.place_is_taken",
            "safety.reads_case",
        ),
        NOBODY,
    ),
}  # fmt: skip
