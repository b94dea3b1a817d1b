from django.urls import path

from . import views

LINK = "shared/<uuid:link_id>/"
CASE = "cases/<uuid:case_id>/"

urlpatterns = [
    path(LINK, views.shared_page, name="shared_page"),
    path(LINK + "ask/", views.ask, name="ask_for_view"),
    path(LINK + "questions/<uuid:question_id>/view/", views.give_view, name="give_view"),
    path(LINK + "questions/<uuid:question_id>/outcome/", views.propose_outcome, name="propose_outcome"),
    path(LINK + "outcomes/<uuid:proposal_id>/", views.answer_outcome, name="answer_outcome"),
    path(LINK + "changed/", views.lapse, name="lapse_decision"),
    path(LINK + "stop/", views.raise_stop, name="raise_stop"),
    path(LINK + "stops/<uuid:concern_id>/", views.stop_concern, name="stop_concern"),
    path(LINK + "stops/<uuid:concern_id>/acknowledge/", views.acknowledge_stop, name="acknowledge_stop"),
    path(LINK + "stops/<uuid:concern_id>/override/", views.override_stop, name="override_stop"),
    path(LINK + "told/", views.support_openness, name="support_openness"),
    path(LINK + "differing/", views.differing, name="differing"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/file/", views.calendar_file, name="calendar_file"),
    path("calendar/with/<uuid:colleague_id>/", views.calendar_beside, name="calendar_beside"),
    path("reviews/", views.review_agenda, name="review_agenda"),
    path(LINK + "reviews/", views.link_reviews, name="link_reviews"),
    path(LINK + "reviews/new/", views.record_review, name="record_review"),
    path(LINK + "reviews/rhythm/", views.pair_rhythm, name="pair_rhythm"),
    path(LINK + "reviews/<uuid:review_id>/", views.answer_review, name="answer_review"),
    path("desk/advice/", views.adviser_desk, name="desk_adviser"),
    path(LINK + "rang/", views.boundary_contact, name="boundary_contact"),
    path(LINK + "tell/", views.tell, name="send_item"),
    path(LINK + "need-to-hear/", views.need_to_hear, name="need_to_hear"),
    path(LINK + "items/<uuid:item_id>/acknowledge/", views.acknowledge, name="acknowledge_item"),
    path(LINK + "items/<uuid:item_id>/", views.item_use, name="item_use"),
    path(CASE + "actions/plan/", views.plan_action, name="plan_action"),
    path(CASE + "actions/planned/", views.planned_actions, name="planned_actions"),
    path(CASE + "actions/planned/<uuid:planned_id>/", views.end_planned_action, name="end_planned_action"),
    path(CASE + "stop/", views.raise_stop_on_case, name="raise_stop_on_case"),
    path(CASE + "contact/plan/", views.book, name="book_contact"),
    path(CASE + "contact/planned/", views.bookings, name="bookings"),
    path(CASE + "contact/planned/<uuid:booking_id>/", views.booking_step, name="booking_step"),
    path(CASE + "danger/", views.danger_on_case, name="danger_on_case"),
    path("incidents/", views.incident_list, name="incident_list"),
    path(LINK + "incidents/new/", views.record_incident, name="record_incident"),
    path(LINK + "incidents/<uuid:incident_id>/", views.link_incident, name="link_incident"),
    path(CASE + "incidents/new/", views.record_case_incident, name="record_case_incident"),
    path(CASE + "incidents/<uuid:incident_id>/", views.incident, name="practice_incident"),
    path("clients/<uuid:record_id>/danger/", views.danger_on_record, name="danger_on_record"),
]
