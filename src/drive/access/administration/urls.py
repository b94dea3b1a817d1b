"""Addresses of administration, of the one-time link, and of the governance lead's list."""

from __future__ import annotations

from django.urls import path

from .views import accounts, changes, links, memberships, places, settings

urlpatterns = [
    path("administration/", places.administration, name="administration"),
    path("administration/organisations/add/", places.add_organisation, name="add_organisation"),
    path("administration/sites/add/", places.add_site, name="add_site"),
    path("administration/sites/<uuid:site_id>/", places.site_page, name="administration_site"),
    path("administration/sites/<uuid:site_id>/change/", places.change_site, name="change_site"),
    path("administration/sites/<uuid:site_id>/services/add/", places.add_service, name="add_service"),
    path(
        "administration/sites/<uuid:site_id>/settings/<str:code>/", settings.setting_page, name="site_setting"
    ),
    path("administration/services/<uuid:service_id>/teams/add/", places.add_team, name="add_team"),
    path("administration/accounts/", accounts.account_list, name="account_list"),
    path("administration/accounts/add/", accounts.add_account, name="add_account"),
    path("administration/accounts/<uuid:account_id>/", accounts.account_page, name="account_page"),
    path("administration/accounts/<uuid:account_id>/close/", accounts.close_account, name="close_account"),
    path("administration/accounts/<uuid:account_id>/reopen/", accounts.reopen_account, name="reopen_account"),
    path("administration/accounts/<uuid:account_id>/sign-in/", accounts.reset_sign_in, name="reset_sign_in"),
    path(
        "administration/accounts/<uuid:account_id>/roles/give/",
        memberships.give_membership,
        name="give_membership",
    ),
    path("administration/roles/<uuid:membership_id>/end/", memberships.end_membership, name="end_membership"),
    path("permission-changes/", changes.permission_changes, name="permission_changes"),
    path("password/<uuid:account_id>/<str:token>/", links.set_password, name="set_password"),
]
