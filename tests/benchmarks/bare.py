"""What pages are held against: a bare Django site with allauth's form and django-tables2's own table.

The same rows and columns from the same database, read as its superuser: no wall, no permissions, no
sessions, no layout. Every query names the tenant, as one without a wall would have to.
"""

import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="bare" * 20,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="tests.benchmarks.bare_urls",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ["BARE_DATABASE_HOST"],
            "NAME": os.environ["BARE_DATABASE_NAME"],
            "USER": "postgres",
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.mfa",
        "allauth.idp.oidc",
        "procrastinate.contrib.django",
        "django_tables2",
        "tenants",
        "audit",
        "directory",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
    AUTH_USER_MODEL="directory.User",
    ACCOUNT_USER_MODEL_USERNAME_FIELD="user_principal_name",
    ACCOUNT_USER_MODEL_EMAIL_FIELD=None,
    ACCOUNT_LOGIN_METHODS={"username"},
    ACCOUNT_SIGNUP_FIELDS=["username*", "password1*"],
    ACCOUNT_EMAIL_VERIFICATION="none",
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402  Django must be set up first

application = get_wsgi_application()
