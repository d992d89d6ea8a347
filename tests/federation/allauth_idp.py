"""allauth's own OpenID provider, as a site in a process of its own: `PORT FOLDER REDIRECT`.

Whoever comes is signed in there as Sam already. Its client's id and secret are the first line that it says.
"""

import json
import sys
from pathlib import Path

import django
from django.conf import settings

NAME = "sam.reed@riverside.example"


def configure(folder: Path, key: str) -> None:
    settings.configure(
        SECRET_KEY="for tests",  # noqa: S106
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="tests.federation.allauth_idp_urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "idp.sqlite3"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "tests.federation.allauth_idp_urls.SamIsSignedIn",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        IDP_OIDC_PRIVATE_KEY=key,
    )
    django.setup()


def fill(redirect: str) -> dict[str, str]:
    """Sam, and a client."""
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    sam = User.objects.create_user("sam", email=NAME, first_name="Sam", last_name="Reed")
    EmailAddress.objects.create(user=sam, email=NAME, verified=True, primary=True)
    client = Client(
        name="MyStaff", skip_consent=True, redirect_uris=redirect, scopes="openid\nprofile\nemail"
    )
    secret = "a-secret-of-a-client"  # noqa: S105
    client.set_secret(secret)
    client.save()
    return {"client_id": client.pk, "client_secret": secret}


def serve(port: int) -> None:
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    server = ThreadedWSGIServer(("127.0.0.1", port), WSGIRequestHandler)
    server.set_app(WSGIHandler())
    server.serve_forever()


if __name__ == "__main__":
    port, folder, redirect = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    configure(folder, (folder / "idp.key").read_text())
    print(json.dumps(fill(redirect)), flush=True)
    serve(port)
