"""Settings of every process. Values that differ per installation come from `environment`."""

from __future__ import annotations

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from carma.config import environment

BASE_DIR = environment.BASE
VAR_DIR = environment.VAR

VERSION = "0.1.0"
DEBUG = environment.flag("CARMA_DEBUG")
SECRET_KEY = environment.value("SECRET_KEY", "only-for-commands-without-a-running-zone")
ALLOWED_HOSTS = environment.words("CARMA_HOSTS", "localhost 127.0.0.1 [::1] testserver")
PORT = environment.number("CARMA_PORT", 8000)
STREAM_PORT = environment.number("CARMA_STREAM_PORT", 8001)
STREAM_URL = environment.value("CARMA_STREAM_URL")
GEODATA = environment.value("CARMA_GEODATA")
ROUTING_URL = environment.value("CARMA_ROUTING_URL")
HTTPS = environment.flag("CARMA_HTTPS")
CARMA_SHEET = environment.value("CARMA_SHEET")  # where the sheet for on paper goes; empty: in VAR_DIR

USE_TZ = True
TIME_ZONE = "Europe/Brussels"
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
ROOT_URLCONF = "carma.config.urls"
WSGI_APPLICATION = "carma.config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "carma.accounts",
    "carma.audit",
    "carma.events",
    "carma.timers",
    "carma.web",
    "carma.api",
    "carma.norms",
    "carma.geo",
    "carma.duty",
    "carma.alerts",
    "carma.actionfields",
    "carma.persons",
    "carma.incidents",
    "carma.followups",
    "carma.policy",
    "carma.integration",
    "carma.desk",
    "interventions",
    "carma.config",
]

MIDDLEWARE = [
    "carma.api.middleware.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "carma.web.middleware.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "carma.web.middleware.SignInMiddleware",
    "carma.web.middleware.LanguageMiddleware",
    "carma.web.middleware.PrivacyHeadersMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "carma.web.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

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
                "carma.web.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "carma.web.templatetags.carma",
            ],
        },
    }
]

_url = environment.value("DATABASE_URL", "postgresql:///carma")
DATABASES = {
    "default": environment.database(_url, limits=environment.WORK_LIMITS),
    # Migrations alone run as the owner, so that the application can't rewrite its own audit trail.
    "owner": {
        **environment.database(environment.value("DATABASE_OWNER_URL", _url)),
        "TEST": {"MIRROR": "default"},
    },
}

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "carma.accounts.known.RoleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "desk:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "desk:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # by name alone, anyone could lock a dispatcher out
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "carma.desk.views.sign_in.locked_out"
AXES_CLIENT_IP_CALLABLE = "carma.web.request.client_address"
TRUSTED_PROXIES = environment.words("CARMA_PROXIES", "")  # whose X-Forwarded-For is believed
HELP_CONTACT = environment.value("CARMA_HELP")

SESSION_ENGINE = "carma.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "carma.web.views.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        # Locally the stream has a port of its own; behind a proxy it is ours.
        "connect-src": [SELF] if STREAM_URL.startswith("/") else [SELF, f"*:{STREAM_PORT}"],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    }
}

STATIC_URL = "/static/"
# Found in place: nothing has to be collected before the first page.
_packages = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    (f"vendor/{name}", folder)
    for name, folder in {
        "tabler": _packages / "@tabler/core/dist",
        "htmx": _packages / "htmx.org/dist",
        "leaflet": _packages / "leaflet/dist",
        "uplot": _packages / "uplot/dist",
    }.items()
    if folder.is_dir()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "carma.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["carma.api.permissions.ActionPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["carma.api.throttling.SharedRate"],
    "DEFAULT_RENDERER_CLASSES": ["carma.api.wire.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["carma.api.wire.JsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "carma.api.wire.JsonOnly",
    "DEFAULT_FILTER_BACKENDS": ["carma.api.filters.StrictFilters"],
    "DEFAULT_PAGINATION_CLASS": "carma.api.paging.Keyset",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "carma.api.problems.problem_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_RATES = {"default": 1200, "search": 240}  # requests a minute per token or person
SPECTACULAR_SETTINGS = {
    "TITLE": "CARMA",
    "DESCRIPTION": "Dispatch, field work and follow-up of a local police zone.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "WantedNoticeKindEnum": "interventions.models.wanted.WantedNotice.Kind",
        "NoticeStatusEnum": "carma.lasting.Lasting.Status",
        "PlaceWarningKindEnum": "carma.incidents.models.warning.PlaceWarning.Kind",
        "LinkKindEnum": "carma.incidents.models.link.Link.Kind",
        "FollowUpKindEnum": "carma.followups.models.FollowUp.Kind",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "carma.api.schema.document_the_shared",
    ],
}

CELERY_BROKER_URL = environment.value("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 15
CELERY_TASK_TIME_LIMIT = 20
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 30,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "retry_on_timeout": True,
    "global_keyprefix": "carma:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_MAX_TASKS_PER_CHILD = 5000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_MAX_LOOP_INTERVAL = 2
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_TASK_DEFAULT_QUEUE = "bulk"
CELERY_TASK_ROUTES = {"carma.timers.tasks.tick": {"queue": "critical"}}
CELERY_BEAT_SCHEDULE = {
    # `expires` keeps an outage from leaving a backlog of ticks; the watchdog covers a skewed clock.
    "tick": {"task": "carma.timers.tasks.tick", "schedule": 2.0, "options": {"expires": 30}},
    "prune-api": {"task": "carma.api.tasks.prune_answers", "schedule": 24 * 3600.0},
    "prune-events": {"task": "carma.events.tasks.prune_events", "schedule": 24 * 3600.0},
    "position-days": {"task": "interventions.tasks.keep_position_days", "schedule": 3600.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "celery.app.trace": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
