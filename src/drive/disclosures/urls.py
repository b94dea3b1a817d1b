from django.urls import path

from . import views

urlpatterns = [
    path("subject-access/", views.subject_access, name="subject_access"),
    path("subject-access/<uuid:request_id>/", views.subject_bundle, name="subject_bundle"),
    path("subject-access/<uuid:request_id>/<slug:form>/", views.take_bundle_out, name="take_bundle_out"),
]
