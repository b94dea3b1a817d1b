from django.urls import path

from . import views

urlpatterns = [
    path("allocation/", views.allocation_list, name="allocation_list"),
    path("allocation/<uuid:referral_id>/", views.allocation_item, name="allocation_item"),
]
