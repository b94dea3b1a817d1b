from django.urls import path

from . import views

urlpatterns = [
    path("panel/", views.panel_list, name="panel_list"),
    path("panel/meetings/", views.panel_meeting_new, name="panel_meeting_new"),
    path("panel/meetings/<uuid:meeting_id>/", views.panel_meeting, name="panel_meeting"),
    path("panel/meetings/<uuid:meeting_id>/papers/", views.panel_papers, name="panel_papers"),
    path("panel/<uuid:referral_id>/", views.panel_item, name="panel_item"),
]
