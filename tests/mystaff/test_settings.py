"""The settings as a start sees them: in a process of their own, with nothing but the given environment."""

import json
import os
import subprocess
import sys

import pytest

from mystaff.own_files import PROJECT

PRODUCTION = {
    "MYSTAFF_DATABASE_URL": "postgres://mystaff_app:secret@db.school.example:5433/mystaff?sslmode=verify-full",
    "MYSTAFF_OWNER_DATABASE_URL": "postgres://mystaff_owner:secret@db.school.example:5433/mystaff",
    "MYSTAFF_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "MYSTAFF_HOSTS": "mystaff.school.example",
    "MYSTAFF_EMAIL_URL": "smtp://user:p%40ss@mail.school.example:587?tls=1",
}
SHOW = """
import json
from django.conf import settings
found = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
print(json.dumps(found, default=lambda value: None))
"""


def start(tmp_path, *arguments, **environment) -> subprocess.CompletedProcess:
    """Start Python with these variables and no other."""
    clean = {"PATH": os.environ["PATH"], "MYSTAFF_VAR": str(tmp_path)} | environment
    clean["DJANGO_SETTINGS_MODULE"] = "mystaff.settings"
    return subprocess.run(
        [sys.executable, *arguments], env=clean, cwd=PROJECT, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def settings_of(tmp_path):
    """The settings that an environment makes."""

    def read(**environment) -> dict:
        done = start(tmp_path, "-c", SHOW, **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return read


@pytest.fixture
def refusal(tmp_path):
    """The sentence that a start ends with."""

    def read(**environment) -> str:
        done = start(tmp_path, "-c", SHOW, **environment)
        assert done.returncode != 0
        return done.stderr.strip().splitlines()[-1].partition("ImproperlyConfigured: ")[2]

    return read


def test_without_settings_it_is_a_copy_to_try_out(settings_of, tmp_path):
    found = settings_of()
    assert (found["MYSTAFF_DEMO"], found["MYSTAFF_PRODUCTION"], found["DEBUG"]) == (True, False, False)
    assert found["MYSTAFF_LISTEN"] == ["127.0.0.1", 8000]
    assert found["DATABASES"]["default"]["USER"] == "mystaff_app"
    assert found["DATABASES"]["owner"]["USER"] == "mystaff_owner"


def test_a_secret_key_is_made_once_and_only_its_owner_can_read_it(settings_of, tmp_path):
    first, second = settings_of()["SECRET_KEY"], settings_of()["SECRET_KEY"]
    assert first == second and len(first) >= 50
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_database_means_production(settings_of):
    found = settings_of(**PRODUCTION)
    assert (found["MYSTAFF_DEMO"], found["MYSTAFF_PRODUCTION"]) == (False, True)
    # Browsers refuse the prefix where one of its conditions is not met (RFC 6265bis, 4.1.3.2).
    cookies = found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]
    assert all(name.startswith("__Host-") for name in cookies)
    assert found["SESSION_COOKIE_PATH"] == found["CSRF_COOKIE_PATH"] == "/"
    assert found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"] and found["SECURE_SSL_REDIRECT"]
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["MYSTAFF_HOSTS"] == ["mystaff.school.example"]


def test_a_database_address_is_read_in_all_its_parts(settings_of):
    found = settings_of(**PRODUCTION)["DATABASES"]["default"]
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.school.example", "5433", "mystaff")
    assert (found["USER"], found["PASSWORD"]) == ("mystaff_app", "secret")
    assert found["OPTIONS"]["sslmode"] == "verify-full"


def test_a_mail_address_is_read_in_all_its_parts(settings_of):
    found = settings_of(**PRODUCTION)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.school.example", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("user", "p@ss")
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (True, False)


def test_a_mail_providers_key_is_read_as_it_was_typed(settings_of):
    provider = PRODUCTION | {"MYSTAFF_EMAIL_URL": "anymail+mailgun://Key%2F1?sender_domain=mg.school.example"}
    found = settings_of(**provider)
    assert found["EMAIL_BACKEND"] == "anymail.backends.mailgun.EmailBackend"
    assert found["ANYMAIL"]["MAILGUN_API_KEY"] == "Key/1"
    assert found["ANYMAIL"]["MAILGUN_SENDER_DOMAIN"] == "mg.school.example"


def test_encryption_keys_are_a_list_and_the_demo_keeps_one(settings_of, tmp_path):
    first, second = "a1" * 8 + "bcdefgh1" * 3, "c2" * 8 + "bcdefgh2" * 3
    found = settings_of(**PRODUCTION, MYSTAFF_ENCRYPTION_KEYS=f"{first}, {second}")
    assert found["MYSTAFF_ENCRYPTION_KEYS"] == [first, second]
    assert settings_of(**PRODUCTION)["MYSTAFF_ENCRYPTION_KEYS"] is None
    kept = settings_of()["MYSTAFF_ENCRYPTION_KEYS"]
    assert kept == settings_of()["MYSTAFF_ENCRYPTION_KEYS"] and len(kept[0]) >= 32
    assert (tmp_path / "encryption.key").stat().st_mode & 0o777 == 0o600


def test_the_proxys_header_is_believed_only_on_request(settings_of):
    assert settings_of(**PRODUCTION)["SECURE_PROXY_SSL_HEADER"] is None
    assert settings_of(**PRODUCTION, MYSTAFF_PROXY="1")["SECURE_PROXY_SSL_HEADER"]


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("DEBUG", "yes", "1 (on) or 0 (off)"),
        ("DEMO", "true", "1 (on) or 0 (off)"),
        ("LISTEN", "8000", "127.0.0.1:8000"),
        ("LISTEN", "127.0.0.1:99999", "127.0.0.1:8000"),
        ("HOSTS", "https://school.example", "mystaff.school.example"),
        ("HOSTS", "*", "mystaff.school.example"),
        ("TIME_ZONE", "Chicago", "America/Chicago"),
        ("EMAIL_FROM", "no body", "mystaff@school.example"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(refusal, name, value, allowed):
    sentence = refusal(**{f"MYSTAFF_{name}": value})
    assert f"MYSTAFF_{name} is “{value}”" in sentence and allowed in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://root:hunter2@db/mystaff"),
        ("DATABASE_URL", "postgres://root:hunter2@db:port/mystaff"),
        ("DATABASE_URL", "postgres://root:hunter2@db"),
        ("DATABASE_URL", "postgres://root:hunter2@[::1/mystaff"),
        ("DATABASE_URL", "postgres://root:hun ter2@db/mystaff"),
        ("EMAIL_URL", "imap://me:hunter2@mail"),
        ("EMAIL_URL", "smtp://me:hunter2@mail?ssl=yes"),
        ("EMAIL_URL", "anymail+nobody://hunter2"),
        ("EMAIL_URL", "anymail+postmark://hunter2?password=1"),
        ("EMAIL_URL", "anymail+postmark://"),
        ("SECRET_KEY", "hunter2"),
        ("ENCRYPTION_KEYS", "hunter2"),
        ("ENCRYPTION_KEYS", "0123456789abcdefghijklmnopqrstuvwxyz,hunter2"),
    ],
)
def test_a_bad_secret_is_named_but_not_repeated(refusal, name, value):
    sentence = refusal(**{f"MYSTAFF_{name}": value})
    assert f"MYSTAFF_{name} is (not shown)" in sentence and "hunter2" not in sentence


@pytest.mark.parametrize("missing", ["SECRET_KEY", "HOSTS", "EMAIL_URL"])
def test_production_needs(refusal, missing):
    given = {name: value for name, value in PRODUCTION.items() if name != f"MYSTAFF_{missing}"}
    assert f"MYSTAFF_{missing} is not set" in refusal(**given)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"MYSTAFF_DEMO": "1", "MYSTAFF_PRODUCTION": "1"}, "MYSTAFF_PRODUCTION"),
        ({"MYSTAFF_DEMO": "1", "MYSTAFF_LISTEN": "0.0.0.0:8000"}, "MYSTAFF_LISTEN"),
        ({"MYSTAFF_DEMO": "1", "MYSTAFF_LISTEN": "192.0.2.7:8000"}, "MYSTAFF_LISTEN"),
        ({"MYSTAFF_DEMO": "1", "MYSTAFF_HOSTS": "localhost,school.example"}, "MYSTAFF_HOSTS"),
        ({"MYSTAFF_DEMO": "1", "MYSTAFF_PROXY": "1"}, "MYSTAFF_PROXY"),
        (PRODUCTION | {"MYSTAFF_DEBUG": "1"}, "MYSTAFF_DEBUG"),
        ({"MYSTAFF_PRODUCTION": "1", "MYSTAFF_DEMO": "0"}, "MYSTAFF_DATABASE_URL"),
    ],
)
def test_what_does_not_go_together_stops_the_start(refusal, environment, named):
    assert named in refusal(**environment)


def test_a_misspelt_name_stops_the_start(refusal):
    assert "MYSTAFF_HOST:" in refusal(MYSTAFF_HOST="localhost")


def test_djangos_own_deployment_check_finds_nothing(tmp_path, database_environment):
    production = PRODUCTION | database_environment
    done = start(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "INFO", **production)
    assert done.returncode == 0, done.stderr


def test_no_report_with_posted_data_leaves_by_mail(settings_of):
    assert "AdminEmailHandler" not in json.dumps(settings_of(**PRODUCTION)["LOGGING"])
    assert settings_of(**PRODUCTION)["LOGGING"]["loggers"]["django"]["handlers"] == []
