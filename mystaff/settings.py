"""The settings, all from the environment (MYSTAFF_…), as the README says. A bad one stops the start."""

from ipaddress import ip_address
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from mystaff import own_files, postgres
from mystaff.email_url import mail
from mystaff.environment import (
    address,
    database,
    env,
    long_secret,
    long_secrets,
    names,
    refuse_unknown,
    sender,
    switch,
    time_zone,
)

BASE_DIR = own_files.PROJECT
VAR = env("VAR", own_files.VAR, Path)


def refuse(sentence: str) -> None:
    """Stop the start."""
    raise ImproperlyConfigured(sentence)


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach the address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


# --- Where it runs -----------------------------------------------------------------------------------------
given_database = env("DATABASE_URL", None, database)
given_owner = env("OWNER_DATABASE_URL", None, database)
env("POSTGRES_BIN", None)  # read by postgres_programs.py: programs of the embedded server

# Without a database of its own it is a copy to try out.
MYSTAFF_DEMO = env("DEMO", not given_database, switch)
MYSTAFF_PRODUCTION = env("PRODUCTION", bool(given_database) and not MYSTAFF_DEMO, switch)
MYSTAFF_LISTEN = env("LISTEN", ("127.0.0.1", 8000), address)
MYSTAFF_HOSTS = env("HOSTS", [] if MYSTAFF_PRODUCTION else ["127.0.0.1", "localhost", "[::1]"], names)
DEBUG = env("DEBUG", False, switch)

if MYSTAFF_DEMO and MYSTAFF_PRODUCTION:
    refuse("MYSTAFF_DEMO and MYSTAFF_PRODUCTION are both 1: the demo shows every message to everyone.")
if MYSTAFF_DEMO and not is_loopback(MYSTAFF_LISTEN[0]):
    refuse(f"MYSTAFF_LISTEN is “{MYSTAFF_LISTEN[0]}”: with MYSTAFF_DEMO=1 only 127.0.0.1 is allowed.")
if MYSTAFF_DEMO and (outside := [host for host in MYSTAFF_HOSTS if not is_loopback(host.strip("[]"))]):
    refuse(
        f"MYSTAFF_HOSTS names “{outside[0]}”: with MYSTAFF_DEMO=1 only localhost and 127.0.0.1 are allowed."
    )
if MYSTAFF_PRODUCTION and DEBUG:
    refuse("MYSTAFF_DEBUG is 1 in production: its error pages show settings and data to everyone.")
if MYSTAFF_PRODUCTION and not given_database:
    refuse("MYSTAFF_DATABASE_URL is not set: production needs a PostgreSQL server (15 or later) of its own.")
if MYSTAFF_PRODUCTION and not MYSTAFF_HOSTS:
    refuse("MYSTAFF_HOSTS is not set: in production it lists the host names that MyStaff answers to.")

SECRET_KEY = env("SECRET_KEY", None, long_secret)
if not SECRET_KEY:
    if MYSTAFF_PRODUCTION:
        refuse("MYSTAFF_SECRET_KEY is not set: in production it is needed, at least 50 random characters.")
    SECRET_KEY = own_files.keep_secret(VAR / "secret.key")

# What tenants' secrets are encrypted with. In production asked for when the first one is stored, not before.
MYSTAFF_ENCRYPTION_KEYS = env("ENCRYPTION_KEYS", None, long_secrets)
if not MYSTAFF_ENCRYPTION_KEYS and not MYSTAFF_PRODUCTION:
    MYSTAFF_ENCRYPTION_KEYS = [own_files.keep_secret(VAR / "encryption.key")]

# The middleware of tenants/ refuses unknown hosts: it knows MYSTAFF_HOSTS and the tenants' own names, which
# operators add while this runs, so a list that is fixed at the start would be wrong.
ALLOWED_HOSTS = ["*"]

# --- Database ----------------------------------------------------------------------------------------------
# "default" is the application's role, bound by row-level security; "owner" migrates and does nothing else.
if given_database:
    DATABASES = {"default": given_database} | ({"owner": given_owner} if given_owner else {})
else:
    DATABASES = {alias: database(url) for alias, url in postgres.Cluster(var=VAR).urls().items()}
# Says that a pooler in between pools sessions; tenants/checks.py refuses one that nobody vouched for.
MYSTAFF_SESSION_POOLING = env("SESSION_POOLING", False, switch)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "KEY_FUNCTION": "tenants.limits.cache_key",
        # Counted in each tenant: the default of 300 would let made-up names push a throttle's counter out.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# --- Parts -------------------------------------------------------------------------------------------------
# mystaff stands first: its commands (migrate as the owner) and templates go before Django's own.
# What the worker does by the clock stands beside the tasks that are queued.
PROCRASTINATE_IMPORT_PATHS = ["directory.schedule"]
INSTALLED_APPS = [
    "mystaff",
    "directory",
    "audit",
    "tenants",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "social_django",
    "django_tables2",
    "django_htmx",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "mystaff.headers.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.middleware.TenantMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "mystaff.signin.seen.SeenMiddleware",
    "mystaff.signin.middleware.PersonMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mystaff.signin.middleware.UpdatePasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mystaff.signin.registration.RegistrationMiddleware",
    "mystaff.signin.policies.AccessPolicyMiddleware",
]
ROOT_URLCONF = "mystaff.urls"
WSGI_APPLICATION = "mystaff.wsgi.application"
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
                "mystaff.context.page",
            ],
        },
    }
]

# --- People ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "directory.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # a user name is unique in its tenant, which is where it is looked up
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "mystaff.signin.directories.DirectoryBackend",
]
PASSWORD_HASHERS = [
    "directory.hashers.Argon2id",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "locations"
LOGOUT_REDIRECT_URL = "sign_in"

ACCOUNT_ADAPTER = "mystaff.signin.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "mystaff.signin.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "user_principal_name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_PRESERVE_USERNAME_CASING = False  # else it compares UPPER(), which no index serves
ACCOUNT_UNIQUE_EMAIL = False  # its constraint would reach across tenants
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # shared devices
ACCOUNT_RATE_LIMITS = {
    # A whole school shares one address. Tries on one name are counted in directory/lockout.py.
    "login_failed": "200/m/ip",
    "login": "600/m/ip",
}

MFA_ADAPTER = "mystaff.factors_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # periods of 30 seconds that a telephone's clock may be wrong (RFC 6238, 5.2)

IDP_OIDC_ADAPTER = "mystaff.openid.adapter.Adapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 15 * 60  # seconds: it opens nothing but a person's own name
IDP_OIDC_AUTHORIZATION_CODE_EXPIRES_IN = 60  # seconds: an application takes it at once

# --- Sessions ----------------------------------------------------------------------------------------------
SESSION_ENGINE = "tenants.sessions"
# Browsers take a __Host- cookie from this very host only: a neighbour's page under the same domain, such as
# a pupil's, cannot slip a session of its own under ours.
COOKIE_PREFIX = "__Host-" if MYSTAFF_PRODUCTION else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}mystaff"
SESSION_COOKIE_AGE = 8 * 60 * 60  # seconds: a school day
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # shared devices
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/"  # one person per browser, whatever tenant
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}mystaff_csrf"
CSRF_COOKIE_AGE = None  # till the browser closes, like the session
# "Sam's phone number is now …" ends with the session: in a cookie of its own the next person would read it.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Transport ---------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = MYSTAFF_PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if MYSTAFF_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = MYSTAFF_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # asked on the machine itself, by what watches over the server
X_FRAME_OPTIONS = "DENY"
MYSTAFF_PROXY = env("PROXY", False, switch)
if MYSTAFF_PROXY and MYSTAFF_DEMO:
    refuse("MYSTAFF_PROXY and MYSTAFF_DEMO are both 1: through a proxy everyone reads the demo's messages.")
if MYSTAFF_PROXY:  # only behind a proxy that sets these headers itself: anyone may send them
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Messages ----------------------------------------------------------------------------------------------
email_settings = env("EMAIL_URL", None if MYSTAFF_PRODUCTION else mail("console:"), mail)
if email_settings is None:
    refuse(
        "MYSTAFF_EMAIL_URL is not set: in production it names the mail server, smtp://user:password@host:587?tls=1."
    )
globals().update(email_settings)
if MYSTAFF_DEMO:
    EMAIL_BACKEND = "directory.notifiers.outbox.EmailBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("EMAIL_FROM", "MyStaff <no-reply@mystaff.example>", sender)

# --- Words -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env("TIME_ZONE", "UTC", time_zone)

# --- Files -------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"  # begins with a slash: else the first tenant's path would be kept in it
STATIC_ROOT = VAR / "static"
# What is uploaded stays in memory, one file at a time: the temporary folder is shared by all tenants.
FILE_UPLOAD_HANDLERS = ["mystaff.upload_handlers.InMemory"]
DATA_UPLOAD_MAX_NUMBER_FILES = 1
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# --- Log: where and when something went wrong, never what somebody typed -----------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Its own handlers would mail reports, and its debug level shows statements with their values.
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "django.db.backends": {"level": "INFO"},
        # A page that is not there and a wrong form are everyday answers; what breaks is an error.
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
        "oauthlib": {"level": "ERROR"},  # its debug level shows codes and tokens
        "smpplib": {"level": "ERROR"},  # its debug level shows passwords and texts
    },
}

for of_tests in ("REQUIRE_BROWSER", "REQUIRE_DIRECTORIES", "TEST_POSTGRES"):
    env(of_tests, None)
refuse_unknown()
