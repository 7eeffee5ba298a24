"""`python server.py PORT`: the project on a real server, and its collected files as a web server in front has them."""

import sys
from pathlib import Path

import waitress
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise


def main() -> None:
    application = get_wsgi_application()
    served = WhiteNoise(application, root=Path(settings.STATIC_ROOT), prefix=settings.STATIC_URL)
    server = waitress.create_server(served, host="127.0.0.1", port=int(sys.argv[1]), threads=4)
    print("ready", flush=True)
    server.run()


if __name__ == "__main__":
    main()
