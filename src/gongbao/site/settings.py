"""The settings of the site, read from the environment.

GONGBAO_HOME         folder of the embedded database, uploaded files and the generated key (default `var`)
DATABASE_URL         another database: postgresql://user:password@host:5432/name
GONGBAO_ENV          `production` turns on the rules of a site that people rely on (see production.py)
GONGBAO_SECRET_KEY   the key that signs sessions; production asks for it, elsewhere one is drawn at the first run
GONGBAO_SECRET_KEY_FILE   a file that holds that key, instead
GONGBAO_HOSTS        the names this site answers to, separated by commas
GONGBAO_PROXY        address of the proxy whose X-Forwarded-Proto is believed (production behind a proxy)
GONGBAO_API_LIMIT    how many answers of the API an address gets in a minute (default 120)
GONGBAO_CACHE        what the processes of the site count together in, where it runs in several: redis://host:6379/0, or
                     a folder that all of them can write to (default: the memory of the one process)
GONGBAO_SYSTEMS      a folder of further policies, those of another city: see docs/write-a-policy.md
GONGBAO_CHECKPOINTS  a folder for the daily checkpoints of the log, best on another machine (default: in the home)
GONGBAO_AUDIT_KEY_FILE   a file with the Ed25519 key that signs them (default: one is drawn into the home)
GONGBAO_SMTP_URL     the server that takes letters: smtp://user:password@host:587?tls=starttls (or yes, or no); without
                     one they wait
GONGBAO_SMTP_PASSWORD_FILE   a file that holds the password, instead
GONGBAO_MAIL_FROM    the sender of letters, for instance noreply@example.gov.cn
GONGBAO_SMS          the port for short messages: package.module:Class, or `file`, which writes them into the home;
                     without one they wait
GONGBAO_IDLE_MINUTES after how many minutes without a request whoever holds a post or a right is signed out (30)
GONGBAO_OIDC_ISSUER  address of an OpenID Connect provider; with GONGBAO_OIDC_CLIENT_ID and GONGBAO_OIDC_CLIENT_SECRET,
                     or GONGBAO_OIDC_CLIENT_SECRET_FILE, a file that holds it
GONGBAO_BUSINESS_REGISTER   a file exported from the business register (docs/decisions/0024-entry.md), in which it is
                     looked up who enters the services market; without one, entries are marked as not checked
GONGBAO_CREDIT_SYSTEM   a folder into which credit records of the services market are written when they are handed over,
                     for the credit system (docs/credit-records.md); without one they are taken from their page
GONGBAO_DEBUG        `1` shows Django's error pages to whoever looks: for developers only
GONGBAO_LOG_LEVEL    DEBUG, INFO (default), WARNING or ERROR
"""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url

from gongbao.core.errors import GongbaoError
from gongbao.site import mail, oidc_settings, production
from gongbao.site.home import generated_key, home_folder

PRODUCTION = production.asked_for(os.environ)
DEBUG = os.environ.get("GONGBAO_DEBUG", "").strip().lower() not in ("", "0", "no", "off", "false")

GONGBAO_HOME = home_folder()
MEDIA_ROOT = GONGBAO_HOME / "files"

ALLOWED_HOSTS = [name.strip() for name in os.environ.get("GONGBAO_HOSTS", "").split(",") if name.strip()]
SECRET_KEY = production.given_key(os.environ)
if PRODUCTION:
    production.refuse_unsafe_settings(secret_key=SECRET_KEY, debug=DEBUG, hosts=ALLOWED_HOSTS)
else:
    SECRET_KEY = SECRET_KEY or generated_key(GONGBAO_HOME)
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["127.0.0.1", "localhost", "[::1]"]

# --- what the site is made of

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "gongbao.office.audit",
    "gongbao.office.cases",
    "gongbao.office.exports",
    "gongbao.office.intake",
    "gongbao.office.library",
    "gongbao.office.outbox",
    "gongbao.office.people",
    "gongbao.office.worker",
    "gongbao.systems.intermediary_market",
    "gongbao.site",
]
MIDDLEWARE = [
    "gongbao.site.middleware.Health",
    "gongbao.site.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "gongbao.site.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gongbao.office.people.middleware.SessionsEnd",
    "gongbao.office.people.middleware.NotKept",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gongbao.office.people.middleware.Permissions",
    # The last, so that what they answer themselves goes through all the others.
    "gongbao.site.api.FilesInMeasure",
    "gongbao.site.api.ApiAnswers",
]
ROOT_URLCONF = "gongbao.site.urls"
WSGI_APPLICATION = "gongbao.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # The site's templates come before those of the apps, so that the look of a page is decided in one place.
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- what it keeps

DATABASES: dict[str, Any]
EMBEDDED_DATABASE = not os.environ.get("DATABASE_URL")
if EMBEDDED_DATABASE:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": GONGBAO_HOME / "db.sqlite3",
            "OPTIONS": {
                # A transaction that begins by reading cannot always be turned into one that writes: SQLite then fails
                # at once instead of waiting. Taking the write lock at the start makes it wait its turn.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,  # seconds
                # Without recursive triggers REPLACE would take a row away, and no trigger would be asked.
                # What is erased is overwritten, and does not lie in the file until its place is used again.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                    "PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON;"
                ),
            },
            # On disk and not in memory, so that the tests meet the same locks as the site.
            "TEST": {"NAME": GONGBAO_HOME / "test.sqlite3"},
        }
    }
else:
    try:
        DATABASES = {"default": dj_database_url.config(conn_max_age=60, conn_health_checks=True)}
    except ValueError as error:
        # The address holds a password: what stood there is not repeated.
        raise GongbaoError("DATABASE_URL is not an address like postgresql://user:password@host:5432/name") from error
    if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
        raise GongbaoError(
            "DATABASE_URL must begin with postgresql://; leave it out to use the embedded SQLite database"
        )
# Outside the database, so that whoever changes that has not changed these.
GONGBAO_CHECKPOINTS = Path(os.environ.get("GONGBAO_CHECKPOINTS", "").strip() or GONGBAO_HOME / "checkpoints").absolute()
GONGBAO_AUDIT_KEY_FILE = os.environ.get("GONGBAO_AUDIT_KEY_FILE", "").strip()
# A file is bounded while it comes in, and is on the disk before anybody looks at it.
FILE_UPLOAD_HANDLERS = [
    "gongbao.office.intake.handlers.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, Any]
if not (shared_cache := os.environ.get("GONGBAO_CACHE", "").strip()):
    # Small counters, and room for those of many addresses: with too little room some would begin anew too early.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
elif shared_cache.startswith(("redis://", "rediss://")):
    # Found out now, and not when the API first counts.
    if find_spec("redis") is None:
        raise GongbaoError("GONGBAO_CACHE names a Redis, and the Python package redis is not installed beside")
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": shared_cache}}
elif "://" not in shared_cache and Path(shared_cache).is_absolute():
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": shared_cache,
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    }
else:
    # Such an address may hold a password: what stood there is not repeated.
    raise GongbaoError("GONGBAO_CACHE is neither an address like redis://host:6379/0 nor the whole path of a folder")

# --- languages and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- style sheets, scripts, fonts: all our own

STATIC_URL = "static/"
# Collected for production only; elsewhere they are served from where they are written.
STATIC_ROOT = GONGBAO_HOME / "static" if PRODUCTION else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# --- people

AUTH_USER_MODEL = "people.Account"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
# Counted from signing in (office/people/middleware.py), however long somebody goes on.
SESSION_COOKIE_AGE = 12 * 3600  # seconds
IDLE_MINUTES = os.environ.get("GONGBAO_IDLE_MINUTES", "").strip() or "30"
if not IDLE_MINUTES.isdecimal() or not 0 < len(IDLE_MINUTES) <= 4 or int(IDLE_MINUTES) == 0:
    raise GongbaoError(f"GONGBAO_IDLE_MINUTES is {IDLE_MINUTES!r}; it is after how many minutes a session ends")
GONGBAO_IDLE = 60 * int(IDLE_MINUTES)  # seconds
# Whoever holds a post or a right sets one up before anything else works.
GONGBAO_STAFF_NEED_SECOND_FACTOR = PRODUCTION
GONGBAO_OIDC = oidc_settings.read(os.environ, production=PRODUCTION)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# --- what leaves the house

MAIL_SERVER = mail.mail_server(os.environ, production=PRODUCTION)
EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER.starttls, MAIL_SERVER.tls
DEFAULT_FROM_EMAIL = MAIL_SERVER.sender
GONGBAO_SMS = mail.sms_port(os.environ, production=PRODUCTION)

GONGBAO_BUSINESS_REGISTER = os.environ.get("GONGBAO_BUSINESS_REGISTER", "").strip()
GONGBAO_CREDIT_SYSTEM = os.environ.get("GONGBAO_CREDIT_SYSTEM", "").strip()

# --- what the browser is told

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
# The list of names built into browsers is joined by a city's own decision, not by installing a program.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
GONGBAO_PROXY = os.environ.get("GONGBAO_PROXY", "").strip()
if GONGBAO_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- the API

API_LIMIT = os.environ.get("GONGBAO_API_LIMIT", "").strip() or "120"
if not API_LIMIT.isdecimal() or not 0 < len(API_LIMIT) <= 9 or int(API_LIMIT) == 0:
    raise GongbaoError(f"GONGBAO_API_LIMIT is {API_LIMIT!r}; it is how many answers an address gets in a minute")
GONGBAO_API_LIMIT = int(API_LIMIT)

# --- the log: one line for each event, on stderr

LOG_LEVEL = os.environ.get("GONGBAO_LOG_LEVEL", "").strip().upper() or "INFO"
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise GongbaoError(f"GONGBAO_LOG_LEVEL is {LOG_LEVEL!r}; it may be DEBUG, INFO, WARNING or ERROR")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "gongbao.site.log.OneLine"}},
    "filters": {"discreet": {"()": "gongbao.site.log.Discreet"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["discreet"], "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Django hangs handlers of its own on this one; ours, at the root, is enough.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # It would tell what proves to a provider that we asked.
        "authlib": {"level": "INFO"},
        # What was asked and answered is told by RequestLog; this one would tell each 404 a second time.
        "django.request": {"level": "ERROR"},
    },
}
