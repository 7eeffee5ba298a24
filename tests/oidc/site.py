"""A real OpenID Connect provider, django-oauth-toolkit's, as a process of its own: `python -m tests.oidc.site PORT`.

It signs with RS256, wants PKCE, and knows the people in `PEOPLE` by the password `PASSWORD`. What it is told by
`POST /lie/` it does wrong from then on, as one would that was broken into or badly set: see `claims.LIES`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

CLIENT_ID, CLIENT_SECRET, PASSWORD = "inspector", "a secret of thirty-two characters", "correct horse"
#: What the provider says of each: the claims beside those that every token has.
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"email": "Ada@example.com", "email_verified": True, "groups": ["support", "staff"]},
    "bea": {"email": "bea@example.com", "email_verified": True, "groups": ["ops"]},
    "cid": {"email": "cid@example.com", "email_verified": True, "groups": []},
    "dan": {"email": "ada@example.com", "email_verified": False, "groups": ["support"]},
    "eve": {"email": "eve@example.com", "email_verified": True, "groups": "support"},
}


def configure(port: int) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    folder = tempfile.mkdtemp(prefix="oidc-provider-")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    settings.configure(
        SECRET_KEY="of the tests",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="tests.oidc.urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/provider.sqlite3"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).parent / "templates"],
                "APP_DIRS": True,
            }
        ],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SESSION_COOKIE_NAME="provider-session",
        LOGIN_URL="/sign-in/",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": f"http://127.0.0.1:{port}/o",
            "OIDC_RSA_PRIVATE_KEY": pem,
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "Who you are", "email": "Your address", "profile": "Your name"},
            "OAUTH2_VALIDATOR_CLASS": "tests.oidc.claims.Validator",
            "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"],
        },
    )


def fill(redirect_uris: str) -> None:
    """The tables, the people, and the dashboard as a client."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    for name, claims in PEOPLE.items():
        get_user_model().objects.create_user(name, claims["email"], PASSWORD)
    get_application_model().objects.create(
        name="Checkpoint Inspector",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=redirect_uris,
        algorithm="RS256",
    )


def main() -> None:
    port, redirect_uris = int(sys.argv[1]), sys.argv[2]
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # on loopback alone
    configure(port)
    import django

    django.setup()
    fill(redirect_uris)
    from django.core.wsgi import get_wsgi_application
    from waitress import serve

    print(json.dumps({"port": port}), flush=True)
    serve(get_wsgi_application(), host="127.0.0.1", port=port, threads=4)


if __name__ == "__main__":
    main()
