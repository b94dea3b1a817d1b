"""Addresses of the case manager's side. A case is named by its random key alone."""

from django.urls import path

from . import views

CASE = "cases/<uuid:case_id>/"

urlpatterns = [
    path("desk/cases/", views.su_desk, name="desk_su_worker"),
    path("desk/case-service/", views.su_manager_desk, name="desk_su_manager"),
    path("cases/", views.case_list, name="case_list"),
    path(CASE, views.case_page, name="case_page"),
    path(CASE + "pattern.svg", views.case_pattern, name="case_pattern"),
    path(CASE + "part/", views.case_in_emergency, name="case_in_emergency"),
    path(CASE + "timeline/", views.case_timeline, name="case_timeline"),
    path(CASE + "work/", views.case_work, name="case_work"),
    path(CASE + "actions/", views.case_actions, name="case_actions"),
    path(CASE + "review/", views.case_flag, name="case_flag"),
    path(CASE + "record/contact/", views.record_contact, name="record_contact"),
    path(CASE + "record/session/", views.record_session, name="record_session"),
    path(CASE + "record/action/", views.record_action, name="record_action"),
    path(CASE + "record/update/", views.record_update, name="record_update"),
    path(CASE + "research/", views.case_research, name="case_research"),
    path(CASE + "strategy/", views.case_strategy, name="case_strategy"),
    path(CASE + "profile/", views.case_profile, name="case_profile"),
    path(CASE + "channels/", views.case_channels, name="case_channels"),
    path(CASE + "channels/<uuid:channel_id>/end/", views.case_end_channel, name="case_end_channel"),
    path(CASE + "sharing/", views.case_sharing, name="case_sharing"),
    path(CASE + "state/<slug:history>/", views.case_state, name="case_state"),
    path(CASE + "assessments/", views.case_assessments, name="case_assessments"),
    path(CASE + "assessments/<slug:instrument_id>/", views.case_assess, name="case_assess"),
    path(CASE + "assign/", views.case_assign, name="case_assign"),
    path(CASE + "close/", views.case_close, name="case_close"),
]
