from django.urls import path

from . import views

RELEASED = "returns/<uuid:request_id>/"

urlpatterns = [
    path("return/", views.the_return, name="return"),
    path("return/chart.svg", views.return_chart, name="return_chart"),
    path("return/ask/", views.return_ask, name="return_ask"),
    path("returns/", views.released_returns, name="released_returns"),
    path(RELEASED, views.released_return, name="released_return"),
    path(RELEASED + "chart.svg", views.released_chart, name="released_chart"),
    path(RELEASED + "file/", views.released_file, name="released_file"),
]
