"""Settings, read top to bottom. Every name that the environment can set is in `.env.example`."""

from __future__ import annotations

import os
import re
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from corsheaders.defaults import default_headers

from shipping_project.env import load_environment

VERSION = "0.1.0"
BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("STATE_DIR") or BASE_DIR / "var")

ENV = load_environment(
    env_file=Path(os.environ.get("ENV_FILE") or BASE_DIR / ".env"),
    demo_file=STATE_DIR / "demo.env",
)

# --- What kind of run this is -----------------------------------------------------------------
DEBUG = ENV.flag("DEBUG")
# Demo mode talks to the offline twin, with keys made up on first start and kept in demo.env.
DEMO = ENV.flag("DEMO")
TESTING = "pytest" in sys.modules
STRICT = not (DEBUG or TESTING)

# A key that is missing is reported by the checks; the stand-in lets them run at all.
SECRET_KEY = ENV.secret(
    "SECRET_KEY", required=STRICT, why="give it at least 50 random characters."
) or secrets.token_urlsafe(50)
JWT_SIGNING_KEY = ENV.text("JWT_SIGNING_KEY") or SECRET_KEY
ALLOWED_HOSTS = ENV.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = ENV.words("CSRF_TRUSTED_ORIGINS")

# --- Applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "corsheaders",
    "django_filters",
    "django_htmx",
    "django_q",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "shipping_project.kernel",
    "accounts",
    "shipping_project.jobs",
    "carriers",
    "shipping_project.hooks",
    "catalog",
    "inventory",
    "orders",
]
MIDDLEWARE = [
    "shipping_project.kernel.request_id.RequestIdMiddleware",
    "accounts.addresses.AddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shipping_project.kernel.csp.ContentSecurityPolicyMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shipping_project.kernel.api.etags.ETagMiddleware",
    "accounts.throttling.RateLimitHeadersMiddleware",
    "accounts.idempotency.IdempotencyMiddleware",
]
ROOT_URLCONF = "shipping_project.urls"
WSGI_APPLICATION = "shipping_project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.authentication.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "login"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database: SQLite with nothing installed, PostgreSQL by one setting ------------------------
DATABASE_URL = ENV.text("DATABASE_URL")
SQLITE_OPTIONS: dict[str, Any] = {
    "timeout": 20,
    # Deferred transactions fail with "database is locked" when a read turns into a write.
    "transaction_mode": "IMMEDIATE",
    # FULL, since a label that was paid for must survive a power cut.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
}


def database(url: str) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": STATE_DIR / "db.sqlite3",
            "OPTIONS": SQLITE_OPTIONS,
        }
    config: dict[str, Any] = environ.Env.db_url_config(url)
    if config.get("ENGINE") != "django.db.backends.postgresql":
        ENV.problems.append("DATABASE_URL must start with postgres:// (unset it for SQLite).")
        return database("")
    return config


# Persistent connections: psycopg's own pool shares sockets with the forked workers and breaks them.
DATABASES = {"default": database(DATABASE_URL) | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
ATOMIC_REQUESTS = False

# --- Caches -----------------------------------------------------------------------------------
REDIS_URL = ENV.text("REDIS_URL")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    ENV.problems.append("REDIS_URL must start with redis:// (unset it for local memory).")
_LOCAL = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
_REDIS = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
CACHES: dict[str, dict[str, Any]] = {
    "default": _REDIS if REDIS_URL else _LOCAL,
    # Local memory and Django's database cache miscount across processes; this one counts in SQL.
    "ratelimit": (
        {
            "BACKEND": "shipping_project.kernel.redis_counters.RedisCounterCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "ratelimit",
        }
        if REDIS_URL
        else {"BACKEND": "shipping_project.kernel.counter_cache.CounterCache"}
    ),
}
RATELIMIT_USE_CACHE = "ratelimit"
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.W001"]

# --- Time, language, files --------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = STATE_DIR / "media"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Five megabytes of pasted text must be refused with words, so the limit is checked by the views.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# --- REST API ---------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.ApiKeyAuthentication",
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.RoleAllows"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["shipping_project.kernel.body_limits.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "shipping_project.kernel.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["shipping_project.kernel.api.lists.ListQuery"],
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.KeyedSchema",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttling.CallerThrottle"],
    "EXCEPTION_HANDLER": "shipping_project.kernel.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shipping API",
    "VERSION": VERSION,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "AssignmentStateEnum": "orders.models.assignment.AssignmentState",
        "CountStateEnum": "inventory.models.CountState",
        "PurchaseStateEnum": "inventory.models.PurchaseState",
        "ReservationStateEnum": "inventory.models.ReservationState",
        "TransferStateEnum": "inventory.models.TransferState",
        "CarrierCodeEnum": "orders.models.intake.CARRIER_CHOICES",
        "PlatformEnum": "carriers.models.PLATFORM_CHOICES",
        "ReadingStateEnum": "catalog.sync.paged.RunState",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "shipping_project.kernel.schema.drop_column_bounds",
        "shipping_project.kernel.schema.add_problems",
    ],
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(hours=1),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,
    "UPDATE_LAST_LOGIN": True,
    "SIGNING_KEY": JWT_SIGNING_KEY,
}
RATE_OF_ROLE = r"(administrator|manager|operator|auditor|partner)=[1-9][0-9]{0,6}/[smhd]"


def _rates_of_roles(name: str, words: list[str]) -> dict[str, str]:
    """Where a role has another one: partner=300/m,auditor=60/m. A key may have one of its own."""
    pairs = [pair for pair in words if re.fullmatch(RATE_OF_ROLE, pair)]
    if len(pairs) != len(words):
        ENV.problems.append(f"{name} must look like partner=300/m,auditor=60/m.")
    return dict(pair.split("=", 1) for pair in pairs)


API_RATE = ENV.text("API_RATE", "600/m" if DEMO or TESTING else "1000/h")
API_RATES = _rates_of_roles("API_RATES", ENV.words("API_RATES"))
# A runaway loop has to wait; who sends many orders sends them in bulk, or has a rate of its own.
ORDER_CREATE_RATE = ENV.text("ORDER_CREATE_RATE", "120/m" if DEMO or TESTING else "10/m")
ORDER_CREATE_RATES = _rates_of_roles("ORDER_CREATE_RATES", ENV.words("ORDER_CREATE_RATES"))
LOGIN_RATE = ENV.text("LOGIN_RATE", "10/m")
LOGIN_LOCK_AFTER = ENV.integer("LOGIN_LOCK_AFTER", 10, minimum=1)
LOGIN_LOCK_ADDRESS_AFTER = ENV.integer("LOGIN_LOCK_ADDRESS_AFTER", 50, minimum=1)
LOGIN_LOCK_S = ENV.integer("LOGIN_LOCK_S", 900, minimum=1)
# Each may bring many orders, so a few are enough for anybody.
BULK_RATE = ENV.text("BULK_RATE", "10/m")
PARSE_RATE = ENV.text("PARSE_RATE", "60/m")
MAX_BODY_BYTES = ENV.integer("MAX_BODY_BYTES", 1_048_576, minimum=1024)
# Of a file of orders, unpacked, and the orders in it.
UPLOAD_BYTES = ENV.integer("UPLOAD_BYTES", 268_435_456, minimum=1024)
BULK_ROWS = ENV.integer("BULK_ROWS", 100_000, minimum=1)
CORS_ALLOWED_ORIGINS = ENV.words("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_HEADERS = (*default_headers, "x-api-key", "idempotency-key", "if-match", "if-none-match")
CORS_EXPOSE_HEADERS = (
    "etag",
    "x-request-id",
    "retry-after",
    "idempotency-replayed",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
)
CORS_URLS_REGEX = r"^/api/.*$"

# --- Telling partners -------------------------------------------------------------------------
# In all for one message, from the look-up of the name to the answer; partners are promised it.
WEBHOOK_LIMIT_S = 10.0
# Whether webhooks may go to http addresses and to hosts of our own net; never on a public host.
WEBHOOK_PRIVATE_TARGETS = ENV.flag("WEBHOOK_PRIVATE_TARGETS", default=DEBUG or DEMO)
# smtp+tls://user:password@host:587; without one, mails are written where the logs are.
EMAIL_URL = ENV.text("EMAIL_URL") or "consolemail://"
try:
    _MAIL = environ.Env.email_url_config(EMAIL_URL)
except (KeyError, ValueError):
    ENV.problems.append("EMAIL_URL must look like smtp+tls://user:password@host:587.")
    _MAIL = environ.Env.email_url_config("consolemail://")
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST = _MAIL["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _MAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = ENV.text("MAIL_FROM", "shipping@localhost")

# --- Security behind a proxy ------------------------------------------------------------------
HTTPS = ENV.flag("HTTPS")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.flag("BEHIND_PROXY") else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# --- Platforms --------------------------------------------------------------------------------
SANDBOX_PORT = ENV.integer("SANDBOX_PORT", 8901, minimum=1)
SANDBOX_STORE = STATE_DIR / "sandbox.sqlite3"
SANDBOX_URL = ENV.text("SANDBOX_URL", f"http://127.0.0.1:{SANDBOX_PORT}")
SANDBOX_CONTROL_TOKEN = ENV.text("SANDBOX_CONTROL_TOKEN")
VEEQO_BASE_URL = ENV.text("VEEQO_BASE_URL", SANDBOX_URL if DEMO else "https://api.veeqo.com")
VEEQO_API_KEY = ENV.secret(
    "VEEQO_API_KEY", required=STRICT, why="make a key in Veeqo under Settings, Users."
)
VEEQO_CHANNEL_ID = ENV.integer("VEEQO_CHANNEL_ID", 0)
EASYSHIP_BASE_URL = ENV.text(
    "EASYSHIP_BASE_URL", SANDBOX_URL if DEMO else "https://public-api.easyship.com"
)
EASYSHIP_API_TOKEN = ENV.secret(
    "EASYSHIP_API_TOKEN", required=STRICT, why="make a token in Easyship under Connect, API."
)
# Secrets of our webhooks at Easyship, comma-separated; during a rotation the old and the new one.
EASYSHIP_WEBHOOK_SECRETS = ENV.words("EASYSHIP_WEBHOOK_SECRET")
# What each platform lets through of one key, shared by all processes; empty for no limit. The twin
# has none unless it is asked to.
_NO_LIMITS = DEMO or TESTING
VEEQO_LIMITS = ENV.text("VEEQO_LIMITS", "" if _NO_LIMITS else "5/s burst 56")
_IS_EASYSHIP_SANDBOX = EASYSHIP_API_TOKEN.startswith("sand_")
EASYSHIP_LIMITS = ENV.text(
    "EASYSHIP_LIMITS",
    "" if _NO_LIMITS else "1/s 6/min" if _IS_EASYSHIP_SANDBOX else "10/s 60/min",
)
# How long a call may wait in its worker for its turn within a limit.
CALL_WAIT_S = ENV.integer("CALL_WAIT_S", 30 if _IS_EASYSHIP_SANDBOX else 10, minimum=0)
# From so many labels on that are due at once, Easyship is asked for them in one batch.
EASYSHIP_BATCH_FROM = ENV.integer("EASYSHIP_BATCH_FROM", 5, minimum=2)
# How long what a platform tells of itself (warehouses, stores, delivery methods, rates) is kept; 0
# asks each time.
PLATFORM_CACHE_S = ENV.integer("PLATFORM_CACHE_S", 600, minimum=0)
# So many failures in a row, and an operation of a platform is left alone for a while.
CIRCUIT_FAILURES = ENV.integer("CIRCUIT_FAILURES", 5, minimum=1)
HTTP_CONNECT_TIMEOUT_S = 5
# Also how long a lost call is taken to be under way yet; the twin answers in moments.
HTTP_READ_TIMEOUT_S = ENV.integer("HTTP_READ_TIMEOUT_S", 10 if DEMO else 20, minimum=1)
HTTP_LABEL_TIMEOUT_S = ENV.integer("HTTP_LABEL_TIMEOUT_S", 10 if DEMO else 60, minimum=1)

# --- Background work --------------------------------------------------------------------------
QUEUES = ("orders", "sync", "inventory", "default")
# What the default cluster serves. On one machine it serves everything; with one cluster for each
# queue (Q_CLUSTER_NAME=orders manage.py qcluster) set this to "default".
WORKER_QUEUES = ENV.words("WORKER_QUEUES", ",".join(QUEUES))
WORKERS = ENV.integer("WORKERS", 2, minimum=1)
# One task: claims for DRAIN_SECONDS, then finishes the command in hand, at the most one label call
# and four reads, each after a wait for its turn, and the rows of a batch, on a slow disk half a
# minute of them. LEASE and the queue's retry both exceed that, so live work is never taken twice.
DRAIN_SECONDS = 30
_WAITS_S = 8 * CALL_WAIT_S if VEEQO_LIMITS or EASYSHIP_LIMITS else 0
_BATCH_ROWS_S = 30
TASK_TIMEOUT_S = (
    DRAIN_SECONDS + HTTP_LABEL_TIMEOUT_S + 6 * HTTP_READ_TIMEOUT_S + _WAITS_S + _BATCH_ROWS_S
)
Q_CLUSTER = {
    "name": "default",
    "label": "Background tasks",
    "orm": "default",
    "broker_class": "shipping_project.jobs.broker.QueueBroker",
    "workers": WORKERS,
    "queue_limit": WORKERS,
    "bulk": 1,
    "poll": 0.2,
    "timeout": TASK_TIMEOUT_S,
    # timeout x ((queue_limit + bulk) / workers + 1), and some more.
    "retry": TASK_TIMEOUT_S * 4,
    "max_attempts": 5,
    "ack_failures": True,
    "save_limit": 0,
    "recycle": 500,
    "catch_up": False,
    "log_level": "WARNING",
    "ALT_CLUSTERS": {name: {} for name in QUEUES if name != "default"},
}
# How long to wait before asking a platform what became of a call without a clear answer: it must
# have had the time to finish and to show what it did.
OUTCOME_SETTLE_S = ENV.integer("OUTCOME_SETTLE_S", 4 if DEMO else 30, minimum=1)
# A label that costs more than was agreed to, by more than so many per cent or by more than so much
# money (whole units of its currency), waits for a person.
PRICE_RISE_PERCENT = ENV.integer("PRICE_RISE_PERCENT", 10)
PRICE_RISE_AMOUNT = ENV.integer("PRICE_RISE_AMOUNT", 5)
# The same for a label whose carrier was chosen by an estimate of the rate tables.
ESTIMATE_RISE_PERCENT = ENV.integer("ESTIMATE_RISE_PERCENT", 50, minimum=0)
# How old a stored rate between two currencies may be to compare prices by it, in days.
CURRENCY_RATE_DAYS = ENV.integer("CURRENCY_RATE_DAYS", 7, minimum=0)
# How long a price that a platform told for a lane counts, in minutes.
RATE_MINUTES = ENV.integer("RATE_MINUTES", 360, minimum=1)
# A draft of the rules goes live only after it was tried on orders of the past. With more orders
# that find no route any more, or labels that cost more by so many per cent, a second person must
# approve. 0 at ROUTING_GATE_DAYS lets every draft go live at once.
ROUTING_GATE_UNMATCHED = ENV.integer("ROUTING_GATE_UNMATCHED", 0)
ROUTING_GATE_COST_PERCENT = ENV.integer("ROUTING_GATE_COST_PERCENT", 1)
# So many per cent of the changed orders may have no price both ways.
ROUTING_GATE_UNPRICED_PERCENT = ENV.integer("ROUTING_GATE_UNPRICED_PERCENT", 10, minimum=0)
ROUTING_GATE_DAYS = ENV.integer("ROUTING_GATE_DAYS", 30)
# Batches of orders that are assigned to warehouses together, for organizations that want that: at
# most so many orders, and so many seconds for the solver (0: first come first served). An order
# whose promise ends within so many hours does not wait, and none waits longer than so many minutes.
# A day late, and a unit of scarce stock, count so many cents.
ASSIGN_MOST = ENV.integer("ASSIGN_MOST", 500, minimum=1)
ASSIGN_SECONDS = ENV.integer("ASSIGN_SECONDS", 10, minimum=0)
ASSIGN_URGENT_HOURS = ENV.integer("ASSIGN_URGENT_HOURS", 24, minimum=0)
ASSIGN_WAIT_MINUTES = ENV.integer("ASSIGN_WAIT_MINUTES", 30, minimum=1)
ASSIGN_LATE_CENTS = ENV.integer("ASSIGN_LATE_CENTS", 500, minimum=0)
ASSIGN_SCARCE_CENTS = ENV.integer("ASSIGN_SCARCE_CENTS", 50, minimum=0)
# For so many days after rules go live those before them decide in their shadow, and what labels
# cost is compared with what the trial foretold. 0 for neither.
ROUTING_WATCH_DAYS = ENV.integer("ROUTING_WATCH_DAYS", 14, minimum=0)
# A label that a platform is still making after so many minutes is a matter for a person.
LABEL_PENDING_MINUTES = ENV.integer("LABEL_PENDING_MINUTES", 60, minimum=1)
# How many days after the purchase a label can be given back, and how long its refund may take,
# where a platform, a carrier or "platform/carrier" differs from what orders/rules/voids.py knows.
VOID_WINDOW_DAYS = ENV.numbers("VOID_WINDOW_DAYS")
VOID_REFUND_DAYS = ENV.numbers("VOID_REFUND_DAYS")
# How often a parcel on its way is asked after.
TRACKING_POLL_S = ENV.integer("TRACKING_POLL_S", 15 if DEMO else 900, minimum=5)
# How long a difference in stock may last before it is taken for one that no order explains.
STOCK_SETTLE_S = ENV.integer("STOCK_SETTLE_S", 60 if DEMO else 600, minimum=1)
# How many days a job that ended is kept with its rows; refused ones hold addresses.
JOB_KEPT_DAYS = ENV.integer("JOB_KEPT_DAYS", 30, minimum=1)
# How long a due command may wait while nothing is being worked on before the watchdog acts.
STALL_SECONDS = ENV.integer("STALL_SECONDS", 20, minimum=5)

# --- Logs -------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "shipping_project.kernel.logs.LineFormatter"}},
    "filters": {"request_id": {"()": "shipping_project.kernel.logs.RequestIdFilter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "lines",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": ENV.text("LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},
        "django-q": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}

# --- The admin's looks ------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "Shipping",
    "SITE_HEADER": "Shipping",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_SYMBOL": "local_shipping",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/static/icon.svg"}],
    # The accent of the pages, in the theme's own steps.
    "COLORS": {
        "primary": {
            "50": "oklch(96.2% .018 272.314)",
            "100": "oklch(93% .034 272.788)",
            "200": "oklch(87% .065 274.039)",
            "300": "oklch(78.5% .115 274.713)",
            "400": "oklch(67.3% .182 276.935)",
            "500": "oklch(58.5% .233 277.117)",
            "600": "oklch(51.1% .262 276.966)",
            "700": "oklch(45.7% .24 277.023)",
            "800": "oklch(39.8% .195 277.366)",
            "900": "oklch(35.9% .144 278.697)",
            "950": "oklch(25.7% .09 281.288)",
        }
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": "shipping_project.admin_menu.navigation",
    },
}
