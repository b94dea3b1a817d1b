from django.urls import path

from . import views

RECORD = "clients/<uuid:record_id>/"

urlpatterns = [
    path(RECORD + "part/", views.client_in_emergency, name="client_in_emergency"),
    path("desk/clients/", views.vs_desk, name="desk_vs_worker"),
    path("desk/client-service/", views.vs_manager_desk, name="desk_vs_manager"),
    path("desk/clients/away/", views.vs_away, name="vs_away"),
    path("desk/client-service/away/", views.vs_cover, name="vs_cover"),
    path("desk/client-service/ahead/", views.vs_forecast, name="vs_forecast"),
    path("clients/", views.client_list, name="client_list"),
    path("clients/new/", views.client_new, name="client_new"),
    path(RECORD, views.client_page, name="client_page"),
    path(RECORD + "profile/", views.client_profile, name="client_profile"),
    path(RECORD + "contact/", views.client_contact, name="client_contact"),
    path(RECORD + "engagement/", views.client_engagement, name="client_engagement"),
    path(RECORD + "informed/", views.client_informed, name="client_informed"),
    path(RECORD + "preference/", views.client_preference, name="client_preference"),
    path(RECORD + "wish/", views.client_wish, name="client_wish"),
    path(RECORD + "safe-contact/", views.client_safe_contact, name="client_safe_contact"),
    path(RECORD + "check-in/", views.client_check_in, name="client_check_in"),
    path(RECORD + "check-in/plan/", views.client_check_in_plan, name="client_check_in_plan"),
    path(RECORD + "children/", views.client_children_known, name="client_children_known"),
    path(RECORD + "children/child/", views.client_child, name="client_child"),
    path(RECORD + "others-at-risk/", views.client_other_at_risk, name="client_other_at_risk"),
    path(RECORD + "living-with/", views.client_living_with, name="client_living_with"),
    path(RECORD + "measure/", views.client_measure, name="client_measure"),
    path(RECORD + "safety-plan/", views.client_safety_plan, name="client_safety_plan"),
    path(RECORD + "court/", views.client_court, name="client_court"),
    path(RECORD + "support/", views.client_support, name="client_support"),
    path(RECORD + "intake/", views.client_intake, name="client_intake"),
    path(RECORD + "abuse-grid/", views.client_grid, name="client_grid"),
    path(RECORD + "exit-form/", views.client_exit_form, name="client_exit_form"),
    path(RECORD + "questions/", views.client_questionnaire, name="client_questionnaire"),
    path(RECORD + "forms/<uuid:assessment_id>/", views.client_assessment, name="client_assessment"),
    path(RECORD + "sealed/", views.client_sealed, name="client_sealed"),
    path(RECORD + "sealed/new/", views.client_seal, name="client_seal"),
    path(RECORD + "sealed/<uuid:value_id>/end/", views.client_end_sealed, name="client_end_sealed"),
    path(RECORD + "close/", views.client_close, name="client_close"),
    path(RECORD + "assign/", views.client_assign, name="client_assign"),
]
