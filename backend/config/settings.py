"""Settings, all by environment (see the README's table). Importing this module writes nothing."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext

from backend import keys
from backend.config.database import databases
from backend.config.proxies import networks
from backend.config.sizes import days, megabytes

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parents[2]
GRAMREACH_HOME = Path(os.environ.get("GRAMREACH_HOME") or BASE_DIR / "var").absolute()


def _flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


DEBUG = _flag("DEBUG")
DEMO = (GRAMREACH_HOME / "DEMO").is_file()  # a home that `gramreach demo` made
SECRET_KEY = keys.secret_key(GRAMREACH_HOME)
REVIEW_REQUIRED = _flag("REVIEW_REQUIRED")
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h]
if (_public_host := urlsplit(PUBLIC_URL).hostname) and _public_host not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(_public_host)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Whose X-Forwarded-For is believed, where tries are counted by address. None: a header can be written by anybody.
TRUSTED_PROXIES = networks(os.environ.get("TRUSTED_PROXIES", ""))
REQUIRE_2FA = _flag("REQUIRE_2FA")
OTP_TOTP_ISSUER = "GramReach"
PERSONAL_DAYS = days(os.environ.get("PERSONAL_DAYS", ""), "PERSONAL_DAYS")  # kept so long; None: for ever
BACKUP_PASSPHRASE = os.environ.get("BACKUP_PASSPHRASE", "")

INSTALLED_APPS = [
    "django_tasks",
    "django_tasks_db",  # before ours, which take its page out of the administration
    "backend.config.apps.GramReachConfig",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "backend.audit.apps.AuditConfig",
    "backend.registry.apps.RegistryConfig",
    "backend.accounts.apps.AccountsConfig",
    "backend.deployments.apps.DeploymentsConfig",
    "backend.submissions.apps.SubmissionsConfig",
    "backend.exports.apps.ExportsConfig",
    "backend.field.apps.FieldConfig",
    "backend.openrosa.apps.OpenRosaConfig",
    "backend.console.apps.ConsoleConfig",
    "backend.demo.apps.DemoConfig",
    "backend.operations.apps.OperationsConfig",
    "backend.config.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",  # for the Swagger UI that it carries
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.config.requests.Requests",
    "backend.config.overload.Overload",
    "backend.config.security.ContentSecurityPolicy",
    "backend.config.straight.Straight",  # reports of phones: they need nothing of what follows
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backend.accounts.sessions.Sessions",
    "django_otp.middleware.OTPMiddleware",
    "backend.accounts.second_step.AsksForSecondStep",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "backend.config.urls"
WSGI_APPLICATION = "backend.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backend.console.context.console",
            ],
        },
    },
]

DATABASES = databases(os.environ, GRAMREACH_HOME)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# A session ends two hours after it was last used, and twelve after the sign-in.
SESSION_IDLE, SESSION_AT_MOST = 2 * 3600, 12 * 3600
SESSION_COOKIE_AGE = SESSION_AT_MOST
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("hi", "हिन्दी")]
TIME_ZONE = "UTC"  # stored and sent; a visit's day is taken in Asia/Kolkata
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": GRAMREACH_HOME / "attachments"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Bodies: 10 MB of JSON or XML after gunzip, 200 MB of multipart. Larger ones are refused before they are read.
BODY_LIMIT = 10 * 1024 * 1024
MULTIPART_LIMIT = 200 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # of one request: ODK Collect sends up to 101 beside the report, others more
# An outside tile server under the live maps, such as https://tiles.example.org/{z}/{x}/{y}.png: off unless named. Whose
# boundaries it draws is its own affair: the official ones lie over it, and the map says so.
MAP_TILES = os.environ.get("MAP_TILES", "")
MAP_TILES_BY = os.environ.get("MAP_TILES_BY", "")
# Of one file that is sent in pieces, which lie in UPLOADS until it is whole.
UPLOAD_LIMIT = megabytes(os.environ.get("UPLOAD_LIMIT_MB", ""), "UPLOAD_LIMIT_MB", 100)
UPLOADS = GRAMREACH_HOME / "uploads"
# The public map, of at least five villages each, and the sites that may show it within their own pages.
PUBLIC_MAPS = _flag("PUBLIC_MAPS")
EMBED_ORIGINS = [origin for origin in os.environ.get("EMBED_ORIGINS", "").replace(",", " ").split() if origin]
# Exports that are made in the background: their queue, and where their files lie for some days.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
EXPORTS = GRAMREACH_HOME / "exports"
FIELD_APP = BASE_DIR / "field_forms/app/dist"  # as `make setup` builds it
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
if HTTPS:  # browsers take such a name from this host alone, by https, and for all of its paths
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: other systems live beside ours under the same domain
    "security.W008",  # the proxy that has the certificate redirects; health checks come to us by plain http
    "security.W021",  # the preload list is the domain owner's to ask for
]
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# One JSON object a line (LOG_FORMAT=json), and one line for each request (LOG_REQUESTS=1).
LOG_FORMAT = "json" if os.environ.get("LOG_FORMAT", "").strip().lower() == "json" else "plain"
LOG_REQUESTS = _flag("LOG_REQUESTS")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "backend.config.logs.WithoutTokens",
            "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
        },
        "json": {"()": "backend.config.logs.AsJson"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # No handlers beside ours: what they write does not go through the formatter.
    "loggers": {
        "gramreach.requests": {"level": "INFO" if LOG_REQUESTS else "WARNING"},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
