from django.urls import path

from . import views

urlpatterns = [
    path("referrals/", views.referral_list, name="referral_list"),
    path("referrals/lists/", views.referral_import, name="referral_import"),
    path("referrals/lists/<uuid:list_id>/", views.referral_import_preview, name="referral_import_preview"),
    path("referrals/lists/<uuid:list_id>/save/", views.referral_import_save, name="referral_import_save"),
    path(
        "referrals/lists/<uuid:list_id>/refused/",
        views.referral_import_refused,
        name="referral_import_refused",
    ),
    path("referrals/matches/<uuid:match_id>/", views.referral_match_answer, name="referral_match_answer"),
    path("referrals/<uuid:referral_id>/", views.referral_page, name="referral_page"),
    path("governance/matches/", views.governance_matches, name="governance_matches"),
    path("governance/matches/<uuid:match_id>/", views.governance_match, name="governance_match"),
]
