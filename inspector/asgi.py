"""The dashboard as an ASGI application, for servers that speak it."""

import os

from django.core.asgi import get_asgi_application

from inspector.access.charset import in_utf8_async
from inspector.logs.hooks import log_what_nobody_catches

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inspector.settings")

application = in_utf8_async(get_asgi_application())
log_what_nobody_catches()
