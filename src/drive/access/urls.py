"""Addresses of the frame and of sign-in. Of the library's pages only those listed here exist."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as usersessions
from django.urls import include, path

from . import views
from .pages import account_page, public_page

urlpatterns = [
    path("", views.home, name="home"),
    path("cover/", views.cover, name="cover"),
    path("health/", views.health, name="health"),
    path("role/", views.choose_role, name="choose_role"),
    path("account/", views.your_account, name="your_account"),
    path("drafts/<str:form>/<uuid:record_id>/", views.keep_draft, name="keep_draft"),
    path("drafts/<str:form>/<uuid:record_id>/discard/", views.discard_draft, name="discard_draft"),
    path("interrupted/<uuid:draft_id>/", views.interrupted, name="interrupted"),
    path("emergency/", views.ask_in_emergency, name="ask_in_emergency"),
    path("emergency/reviews/", views.emergency_reviews, name="emergency_reviews"),
    path("emergency/<uuid:reading_id>/review/", views.review_emergency, name="review_emergency"),
    path("emergency/<uuid:reading_id>/finish/", views.finish_emergency, name="finish_emergency"),
    path("", include("drive.access.administration.urls")),
    # Sign-in, by django-allauth. Its sign-up, email and password-reset pages are not here: administrators make accounts.
    path("sign-in/", public_page("Sign in")(account.login), name="account_login"),
    path("sign-in/code/", public_page("Second step")(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/closed/", public_page("Account closed")(account.account_inactive), name="account_inactive"),
    path("sign-out/", public_page("Sign out")(account.logout), name="account_logout"),
    path(
        "account/confirm/",
        account_page("Confirm it is you")(account.reauthenticate),
        name="account_reauthenticate",
    ),
    path(
        "account/confirm/code/",
        account_page("Confirm it is you")(mfa.reauthenticate),
        name="mfa_reauthenticate",
    ),
    path(
        "account/confirm/key/",
        account_page("Confirm it is you")(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "account/password/",
        account_page("Change your password")(account.password_change),
        name="account_change_password",
    ),
    path(
        "account/password/first/",  # an account that has none yet: the page above sends there
        account_page("Set a password")(account.password_set),
        name="account_set_password",
    ),
    path(
        "account/sessions/",
        account_page("Where you are signed in")(usersessions.list_usersessions),
        name="usersessions_list",
    ),
    path("account/second-factor/", account_page("Second factor")(mfa.index), name="mfa_index"),
    path(
        "account/second-factor/app/",
        account_page("Set up an app")(totp.activate_totp),
        name="mfa_activate_totp",
    ),
    path(
        "account/second-factor/app/remove/",
        account_page("Remove the app")(totp.deactivate_totp),
        name="mfa_deactivate_totp",
    ),
    path(
        "account/second-factor/codes/",
        account_page("Recovery codes")(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/second-factor/codes/new/",
        account_page("New recovery codes")(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/second-factor/keys/",
        account_page("Passkeys")(webauthn.list_webauthn),
        name="mfa_list_webauthn",
    ),
    path(
        "account/second-factor/keys/add/",
        account_page("Add a passkey")(webauthn.add_webauthn),
        name="mfa_add_webauthn",
    ),
    path(
        "account/second-factor/keys/<int:pk>/remove/",
        account_page("Remove a passkey")(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/second-factor/keys/<int:pk>/name/",
        account_page("Name a passkey")(webauthn.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
]
