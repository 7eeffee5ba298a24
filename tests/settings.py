"""The dashboard's settings in a clean environment: nothing that a developer has set reaches a test.

The environment itself is cleaned, so that commands which tests start as processes see the same.
"""

import atexit
import os
import shutil
import tempfile

#: What tells the tests themselves how to run.
_KEPT = {
    "INSPECTOR_CHROMIUM",
    "INSPECTOR_REQUIRE_BROWSER",
    "INSPECTOR_REQUIRE_IMAGE",
    "INSPECTOR_REQUIRE_REDIS",
}

for _name in {name for name in os.environ if name.startswith("INSPECTOR_")} - _KEPT | {"LANGGRAPH_AES_KEY"}:
    os.environ.pop(_name, None)
os.environ["INSPECTOR_DATA_DIR"] = tempfile.mkdtemp(prefix="inspector-tests-")
atexit.register(shutil.rmtree, os.environ["INSPECTOR_DATA_DIR"], ignore_errors=True)

from inspector.settings import *  # noqa: E402, F403  the environment had to be set first

#: What keeps a password slow to guess would keep tests slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
