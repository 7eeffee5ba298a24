"""The dashboard as a WSGI application, for servers other than `inspector serve`."""

import os

from django.core.wsgi import get_wsgi_application

from inspector.access.charset import in_utf8
from inspector.logs.hooks import log_what_nobody_catches

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inspector.settings")

application = in_utf8(get_wsgi_application())
log_what_nobody_catches()
