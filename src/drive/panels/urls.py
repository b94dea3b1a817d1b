from django.urls import path

from . import views

urlpatterns = [
    path("panel/", views.panel_list, name="panel_list"),
    path("panel/<uuid:referral_id>/", views.panel_item, name="panel_item"),
]
