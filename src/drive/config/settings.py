"""Settings, from the environment, typed. One file; every setting of ours starts with DRIVE_.

The scripts write what a single machine needs into the data folder (`drive.config.data_folder`); a deployment sets the
environment instead. A missing value says what to set.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import environ

from .data_folder import DataFolder
from .database_url import database_settings

env = environ.Env()
BASE = Path(__file__).resolve().parent.parent

DRIVE_DATA = DataFolder(Path(env("DRIVE_DATA", default=str(Path.cwd() / ".data"))))
"""Where the embedded server, the secrets and the log live when the environment names nothing else."""

DRIVE_DEMONSTRATION = env.bool("DRIVE_DEMONSTRATION", default=False)
"""Invented people only: a banner on every page, accounts with a printed password, no second factor asked."""

SECRET_KEY = env("DRIVE_SECRET_KEY", default="") or DRIVE_DATA.secret("secret_key")
DRIVE_FIELD_KEYS = env.list("DRIVE_FIELD_KEYS", default=[]) or [DRIVE_DATA.secret("field_key")]
"""Keys of sealed values, newest first; each 32 random bytes in hex. Kept outside the database."""
DRIVE_MATCH_KEY = env("DRIVE_MATCH_KEY", default="") or DRIVE_DATA.secret("match_key")
"""Key of the digests by which persons are told equal without being named."""

DRIVE_AUDIT_ROOTS = env("DRIVE_AUDIT_ROOTS", default="") or str(DRIVE_DATA.path / "audit-roots.jsonl")
"""File of the audit's roots, outside the database; best on another machine's disk."""

DEBUG = False
ALLOWED_HOSTS = env.list("DRIVE_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("DRIVE_ORIGINS", default=[])

DRIVE_OWNER_URL = env("DATABASE_URL", default="") or DRIVE_DATA.url("owner_url")
"""Log-in of the owner: migrations and policies only."""
DRIVE_APP_URL = env("DRIVE_APP_URL", default="") or DRIVE_DATA.url("app_url")
"""Log-in of the web and worker processes: owns nothing, inherits nothing."""

DATABASES = {
    "default": {
        **database_settings(DRIVE_APP_URL),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    },
}
DRIVE_ROLE_PREFIX = env("DRIVE_ROLE_PREFIX", default="") or str(DATABASES["default"]["NAME"])
"""Roles belong to the whole server, so their names carry the database's."""
DRIVE_RAISE_DENIED = False
"""Tests set it: a privilege denied by the database is then a fault, in production it is the one 404."""

DRIVE_APPS = [
    "drive.access",
    "drive.audit",
    "drive.people",
    "drive.instruments",
    "drive.agencies",
    "drive.casework",
    "drive.advocacy",
    "drive.safety",
    "drive.referrals",
    "drive.allocation",
    "drive.panels",
    "drive.oversight",
    "drive.disclosures",
    "drive.retention",
    "drive.extract",
    "drive.reporting",
]
"""In the order of the layers (docs/architecture.md): policies are applied in this order."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    *DRIVE_APPS,
    "drive.components",
    "drive.demonstration",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "drive.config.headers.NoStoreMiddleware",
    "drive.access.middleware.AccountsScopeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "drive.access.middleware.SessionLimitsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "drive.access.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "drive.config.urls"
WSGI_APPLICATION = "drive.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "drive.config.page_engine.PageEngine",
        "NAME": "jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "drive.config.jinja2.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "drive.config.page_frame.frame",
            ],
        },
    },
    {
        # Only for the templates that libraries bring and we have not replaced (allauth's emails).
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]
FORM_RENDERER = "drive.components.forms.Renderer"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "drive.access.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "drive.access.accounts.user_display"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "drive.access.accounts.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_TOTP_ISSUER = "Drive"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # administrators make the accounts and know whose address it is
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(
    datetime.timedelta(minutes=env.int("DRIVE_SESSION_IDLE_MINUTES", default=60)).total_seconds()
)
SESSION_SAVE_EVERY_REQUEST = True  # the idle limit counts from the last request
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
DRIVE_SESSION_ABSOLUTE = datetime.timedelta(hours=env.int("DRIVE_SESSION_HOURS", default=12))
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "drive.access.views.form_expired"

DRIVE_TLS = env.bool("DRIVE_TLS", default=False)
"""Served over TLS by a proxy in front: cookies and redirects then insist on it."""
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = DRIVE_TLS
SECURE_HSTS_SECONDS = 31_536_000 if DRIVE_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = DRIVE_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if DRIVE_TLS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" takes away the origin that form tokens are checked by
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "script-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"},
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = None

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # nothing personal in /tmp
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"
LOGGING_CONFIG = "drive.config.logs.configure"
LOGGING = {"version": 1}
